"""Apply a plan as far as the guards allow, prove it by reading again, and report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from connectors.ledger.store import KeptPlan
from connectors.settling import LONGEST, Awaited, Settling
from flows.approvals import missing_yes, said_yes, yeses_of_run
from flows.claims import take_over
from flows.context import RunContext
from flows.interface import refuse_changed_api
from flows.known import known_rows, with_known
from flows.ledger_age import refuse_to_delete
from flows.locking import Hold
from flows.planning import PlannedSync
from flows.reporting import Heading, report
from flows.reporting_again import report_anew
from flows.sync_run import SyncRun
from flows.writing import job_of, write_in_order
from schemas.errors import ConfigurationError, LedgerError, PhonesyncError, ServiceError, UsageError
from schemas.execution import ApplyResult, RowOutcome, Snapshot, Target
from schemas.exit_codes import ExitCode, of_plan, worst
from schemas.plan import WRITES, Action, Outcome, count
from schemas.problems import DRIFT, Code, Problem
from schemas.quirks import FOLDS_NAMES
from tasks.execution.classify import row_outcome
from tasks.execution.compare import had_entry, in_place, unplanned_entries, writes
from tasks.execution.other_syncs import SyncWrites, done_by_syncs, moved_on
from tasks.execution.quirks import as_shown
from tasks.execution.results import account, add_unplanned_entries, announce, stopped_by_guard, tell_writes
from tasks.messages.errors import error_of, kept_error
from tasks.plan.returned import returned
from tasks.reports.status_changes import only_known

_FINE = (str(Outcome.APPLIED.value), str(Outcome.UNCHANGED.value))


def show_plan(sync_run: SyncRun, target: Target, kept: KeptPlan) -> ExitCode:
    """Report a plan without applying it."""
    nothing_to_do = not kept.changes and not kept.guards
    result = announce(kept.sync, kept.entries)
    finish(sync_run, target, kept, result, verified=nothing_to_do)
    return ExitCode.DONE


def apply_plan(sync_run: SyncRun, target: Target, kept: KeptPlan, made: PlannedSync | None, mine: Hold) -> ExitCode:
    """Apply a plan and return the exit code.

    Args:
        sync_run: the sync on its way.
        target: where to.
        kept: the plan.
        made: what it was made of, where it was made just now.
        mine: tells whether the target's lock is still ours.

    Raises:
        UsageError: the plan was made for another target.
        ApprovalNeeded: the service has changed since the plan was made.
        LedgerError: it was applied before or somebody was erased from it, or it deletes by a ledger that is probably
            older than the services.
    """
    context = sync_run.context
    if kept.target != target.name:
        raise error_of(UsageError, "plan_of_other_target", {"plan": kept.id, "sync": kept.sync})
    if kept.state != "planned":  # before anybody's yes is noted, and before a guard asks for one
        raise error_of(LedgerError, "plan_erased" if kept.state == "erased" else "plan_applied", {"plan": kept.id})
    if not made and kept.changes:
        refuse_changed_api(sync_run, target, kept)
        refuse_to_delete(context, kept.entries)
    needed = missing_yes(sync_run, kept) if kept.guards else None
    if needed:
        context.ledger.add_unplanned(kept.id, sync_run.put_back)
        result = stopped_by_guard(account(kept.sync, kept.entries, (), sync_run.put_back, at=context.now()))
        return finish(sync_run, target, kept, result, verified=False, stopped=needed)
    context.ledger.add_unplanned(kept.id, sync_run.put_back)
    context.ledger.begin_writing(kept.id, sync_run.run)
    written = write_in_order(sync_run, target, kept.entries, kept, mine) if kept.changes else ApplyResult()
    prove = _plan_again if made else _look_again
    verified = sync_run.do("verify", verify, sync_run, kept, written, prove, (target, kept, made))
    if verified and made:
        context.ledger.memory.remember_owners(kept.sync, target.name, made.managed)
        context.ledger.memory.forget_owners(kept.sync, target.name, made.settled)
        take_over(context, kept.sync, target.name, made.managed)
    beside = [*sync_run.put_back, *written.unplanned]
    result = account(kept.sync, kept.entries, written.known.values(), beside, at=context.now())
    if written.unplanned_entries is not None:
        result = add_unplanned_entries(result, written.unplanned_entries, at=context.now())
    return finish(sync_run, target, kept, result, verified=verified, stopped=written.stopped)


def verify(
    sync_run: SyncRun,
    kept: KeptPlan,
    written: ApplyResult,
    prove: Callable[..., Mapping[str, int]],
    facts: tuple[Any, ...],
) -> bool:
    """Keep the proof that nothing is left to do, or what is left, and return which of them it is."""
    left = {"stopped": 1}
    if not written.stopped:
        try:
            left = dict(prove(sync_run, written, *facts))
        except ServiceError as error:  # it is written, and the lines say what was seen; only the proof is missing
            written.stopped = error
    if written.unkept:  # the plan stays unfinished: what it is in the ledger, nobody can say there
        return False
    close(sync_run, kept, written.known, left)
    return not left


def close(
    sync_run: SyncRun,
    kept: KeptPlan,
    known: Mapping[int, RowOutcome],
    left: Mapping[str, int],
    *,
    for_good: bool = False,
) -> None:
    """Close a plan in the ledger; it stays unfinished while something is unknown, or where a person has stopped it.

    One that a newer plan takes the place of is closed for good: carried on with later, it would undo the newer one.
    """
    outcomes = {item.outcome for item in known.values()}
    # What a person has stopped can be carried on with; what a service has stopped is planned anew.
    stopped = sync_run.context.stopping.is_set() and Outcome.SKIPPED in outcomes and not for_good
    lost = (kept.entries["action"] == Action.DELETE) & (kept.entries["code"] != Code.MOVES_AWAY)
    deletes = kept.entries.index[lost]
    sync_run.context.ledger.finish_writing(
        kept.id,
        settled=Outcome.UNKNOWN not in outcomes and not stopped,
        proof={"left": dict(left)},
        verified_at=None if left else sync_run.context.now(),
        deleted=sum(known[row].outcome == Outcome.APPLIED for row in deletes if row in known),
    )


def _plan_again(
    sync_run: SyncRun, written: ApplyResult, target: Target, kept: KeptPlan, made: PlannedSync
) -> Mapping[str, int]:
    """Plan again on what stands in the target now, all of it: nobody else may have changed what was only kept."""
    if not kept.changes:
        return {}
    found = _read_again(sync_run, written, target, kept)
    # What writing has just taught about names counts; types are compared from the next run on.
    habits = sync_run.context.ledger.memory.traits(target.name)
    left = count(made.ends.again(found, habits).table["action"], Action)
    wanted = {str(action.value): left[action] for action in WRITES if left[action]}
    return {**wanted, **({"unread": len(found.unread)} if found.unread else {})}


def _look_again(
    sync_run: SyncRun, written: ApplyResult, target: Target, kept: KeptPlan, _made: None
) -> Mapping[str, int]:
    """Look whether everything that the plan wants stands in the target; the file may have changed since it was made."""
    return missing(sync_run, target, kept.entries, _read_again(sync_run, written, target, kept).entries)


def _read_again(sync_run: SyncRun, written: ApplyResult, target: Target, kept: KeptPlan) -> Snapshot:
    """Read all that the plan is about, and correct what has been said of entries at rest by what stands there now."""
    context, habits = sync_run.context, sync_run.context.ledger.memory.traits(target.name)
    owners, folds = sorted(set(kept.entries["owner"]) - {""}), FOLDS_NAMES in habits
    applied = [row for row, item in written.known.items() if item.outcome == Outcome.APPLIED]

    def patience(seen: Snapshot) -> Awaited:
        """What was seen in place does not vanish: a reading without it comes from elsewhere, or from before."""
        rows = as_shown(kept.entries.loc[applied], seen.entries, habits)
        absent = rows[~in_place(rows, seen.entries, fold_names=folds)]
        return Awaited(LONGEST, frozenset(absent.index), frozenset({"verify"})) if len(absent) else Awaited()

    # Where all was read after the last write, that reading is as good as another one.
    readings = [Snapshot(written.found)] if written.whole and written.found is not None else []
    found = Settling(job_of(sync_run, target, kept), written).read(
        lambda: readings.pop() if readings else target.read(owners, context.progress), patience
    )
    rows = as_shown(kept.entries, found.entries, habits)
    gone = had_entry(rows) & ~writes(rows) & ~in_place(rows, found.entries, fold_names=folds)
    gone &= ~rows["owner"].isin(found.unread).to_numpy() & ~rows.index.isin(written.known)
    changed, at = Problem(Code.CHANGED_DURING_RUN), context.now()
    known = [row_outcome(row, Outcome.CONFLICT, changed, at=at) for row in rows.index[gone]]
    context.ledger.record_outcomes(kept.id, known)
    written.known |= {item.row: item for item in known}
    written.known |= excuse_syncs(sync_run, kept, written.known, found.entries)
    written.unplanned_entries = unplanned_entries(rows, found.entries, fold_names=folds)
    return found


def excuse_syncs(
    sync_run: SyncRun, kept: KeptPlan, known: Mapping[int, RowOutcome], found: pd.DataFrame
) -> dict[int, RowOutcome]:
    """Correct what has been said of other files' entries: what their own syncs have done meanwhile is no conflict.

    Such a row is at rest: whatever is said of it, nothing was sent for it and nothing will be.

    Args:
        sync_run: the sync at its turn.
        kept: its plan.
        known: what has been said of its rows.
        found: `Current`, just read.

    Returns:
        what is said of these rows now; it is in the ledger.
    """
    context = sync_run.context
    away = [row for row, item in known.items() if moved_on(item.outcome, item.code)]
    if not away:
        return {}
    habits = context.ledger.memory.traits(kept.target)
    others = (
        SyncWrites(context.ledger.present_name(other.sync), other.entries.loc[_applied_since(context, other, kept)])
        for other in context.ledger.written_since(kept.target, kept.created_at, without=kept.sync)
    )
    folds = FOLDS_NAMES in habits
    done = done_by_syncs(kept.entries.loc[sorted(away)], others, found, habits, fold_names=folds)
    said = {row: Problem(Code.DONE_BY_SYNC, {"sync": sync}) for row, sync in done.items()}
    excused = [row_outcome(row, Outcome.UNCHANGED, problem, at=context.now()) for row, problem in said.items()]
    context.ledger.record_outcomes(kept.id, excused)
    return {item.row: item for item in excused}


def _applied_since(context: RunContext, other: KeptPlan, kept: KeptPlan) -> list[int]:
    """Return the rows of another plan that were seen in place after this one was made."""
    outcomes = context.ledger.outcomes(other.id)
    return [item.row for item in outcomes if item.outcome == Outcome.APPLIED and item.at >= kept.created_at]


def missing(sync_run: SyncRun, target: Target, rows: pd.DataFrame, found: pd.DataFrame) -> dict[str, int]:
    """Count the rows of a plan that are not in place."""
    habits = sync_run.context.ledger.memory.traits(target.name)
    folds, wanted = FOLDS_NAMES in habits, as_shown(rows[rows["action"].isin([*WRITES, Action.KEEP])], found, habits)
    absent = int((~in_place(wanted, found, fold_names=folds)).sum())
    return {"rows": absent} if absent else {}


def finish(  # noqa: PLR0913 - what a result is made of
    sync_run: SyncRun,
    target: Target,
    kept: KeptPlan,
    result: pd.DataFrame,
    *,
    verified: bool,
    stopped: PhonesyncError | None = None,
) -> ExitCode:
    """Report what became of a plan, and return the exit code."""
    now = target.requests()
    sent = now["write"] - sync_run.sent_before["write"]
    result = tell_writes(result, sent, kept.sync, sync_run.context.now())
    unkept = isinstance(stopped, LedgerError)
    result = result if unkept else with_known(sync_run.context, kept, result)
    summary: dict[str, Any] = {
        "sync": kept.sync,
        "plan": kept.id,
        "fingerprint": kept.fingerprint,
        "actions": count(kept.entries["action"], Action),
        "outcomes": count(result["outcome"], Outcome),
        "rejected": kept.rejected,
        "guards": kept.guards,
        "verified": verified,
        "requests": {kind: now[kind] - sync_run.sent_before[kind] for kind in now},
        "reports": {},
        "left": int((kept.entries["code"] == Code.OWNER_LEFT).sum()),
        "drift": int(kept.entries["code"].isin(DRIFT).sum()),
        "came_back": returned(kept.entries),
        "known": known_rows(result),
        **sync_run.said(),
    }
    yeses = [] if unkept else yeses_of_run(sync_run.context, kept.fingerprint, sync_run.run)
    if approvals := [said_yes(yes) for yes in yeses]:
        summary |= {"approval": approvals[0], "approvals": approvals}
    if stopped:
        summary |= kept_error(stopped)
        sync_run.run_result.errors.append(stopped)
    resting = verified and sync_run.request.mode == "sync" and not sent and not stopped and not kept.guards
    seen = sync_run.seen if resting else {}
    heading = Heading(sync_run.run, target.name, None if unkept else kept, known=not unkept, seen=seen)
    code = ExitCode.UNSETTLED if unkept and sent else _exit_code(sync_run, summary, stopped)
    try:
        reported = sync_run.do("report", report, sync_run.context, sync_run.sync, heading, summary, result)
        if not unkept:
            _tell_earlier_runs(sync_run, kept)
    except ConfigurationError as error:  # the disk is full, say: what was done is still told
        sync_run.run_result.errors.append(error)
        sync_run.run_result.summary["syncs"].append({**kept_error(error), **summary})
        return worst((code, ExitCode.UNSETTLED if sent else ExitCode.UNREPORTED))
    sync_run.run_result.summary["syncs"].append(reported.summary)
    sync_run.run_result.reported.append(reported)
    return code


def _tell_earlier_runs(sync_run: SyncRun, kept: KeptPlan) -> None:
    """Let the reports of earlier runs name this one: of the run that made the plan, was stopped or was interrupted."""
    writes = sync_run.request.mode == "resume" or sync_run.context.ledger.applied_by(kept.id) == sync_run.run
    if kept.run != sync_run.run and writes:
        report_anew(sync_run.context, kept, continued_in=sync_run.run)


def _exit_code(sync_run: SyncRun, summary: Mapping[str, Any], stopped: PhonesyncError | None) -> ExitCode:
    """Return the sync's exit code."""
    outcomes, interrupted = summary["outcomes"], sync_run.context.stopping.is_set()
    troubled = any(number for outcome, number in outcomes.items() if outcome not in _FINE)
    chosen, configured = sync_run.request.exit_known, sync_run.context.settings.exit_known
    return of_plan(
        stopped=stopped.exit_code if stopped else None,
        unsettled=bool(outcomes[Outcome.UNKNOWN] or (interrupted and outcomes[Outcome.SKIPPED])),
        succeeded=not troubled and not summary["rejected"] and summary["verified"],
        known=ExitCode(configured if chosen is None else chosen) if only_known(summary) else None,
    )
