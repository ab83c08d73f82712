"""One run over one or more syncs: the body that the command line and Prefect share."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from connectors.files.writing import make_private_folder
from connectors.ledger.store import KeptPlan
from flows.applying import apply_plan, show_plan
from flows.approvals import check_unchanged, check_yes
from flows.context import RunContext
from flows.errors import unexpected
from flows.ledger_age import note_last_run
from flows.locking import at_work, locked
from flows.planning import make_plan
from flows.reporting import Heading, report
from flows.resume import resume_plan, settle_interrupted
from flows.revert import plan_back
from flows.slice_writing import wait_for_orphans
from flows.status import renew_page
from flows.sync_run import Mode, Postponed, RunRequest, RunResult, StepRunner, SyncRun, directly
from schemas.errors import (
    ConfigurationError,
    LedgerError,
    PhonesyncError,
    ServiceError,
    TargetBusy,
    code_of_unread,
)
from schemas.execution import Target
from schemas.exit_codes import ExitCode, worst
from schemas.plan import Action, Outcome, count
from schemas.problems import Code, Problem
from tasks.execution.results import unread
from tasks.messages.errors import error_of, kept_error, told

__all__ = ["Mode", "RunRequest", "RunResult", "directly", "run"]


def run(context: RunContext, request: RunRequest, step: StepRunner = directly) -> RunResult:
    """Carry out an order, sync by sync: one that fails does not keep the others from running.

    Returns:
        what happened; its exit code is the worst of the syncs'.
    """
    work = _work(context, request)
    # A result that nobody could read would be no result: better not to begin.
    make_private_folder(context.settings.reports)
    identity = f"{context.clock():%Y%m%dT%H%M%SZ}-{context.suffix()}"
    with at_work(context.ledger, identity, lambda: context.clock().timestamp()):
        run_result = _in_turn(context, request, step, identity, work)
        renew_page(context, context.lang)
    return run_result


def _in_turn(
    context: RunContext, request: RunRequest, step: StepRunner, identity: str, work: list[tuple[str, KeptPlan | None]]
) -> RunResult:
    """Run the syncs, and keep how it ended."""
    syncs = {name: context.sync(name) for name, _ in work}
    context.ledger.start_run(identity, mode=request.mode, person=context.person, at=context.now())
    run_result = RunResult({"run": identity, "syncs": []}, exit_code=ExitCode.UNSETTLED)
    try:
        older: dict[str, Callable[[], str]] = {}
        begun = (SyncRun(context, request, step, identity, name, syncs[name], run_result) for name, _ in work)
        turns = deque(zip(begun, (kept for _, kept in work), strict=True))
        while turns:
            sync_run, kept = turns.popleft()
            sync_run.turn.older = older
            sync_run.turn.later = frozenset(later.name for later, _ in turns)
            try:
                run_result.codes.append(_run_sync(sync_run, kept))
            except Postponed:
                turns.append((replace(sync_run, lines=[], source_notes=[]), kept))
        _in_order(run_result, [name for name, _ in work])
        run_result.exit_code = worst(run_result.codes)
    finally:
        _finish(context, run_result)
        if request.writes:
            note_last_run(context, identity)
    return run_result


def _in_order(run_result: RunResult, names: list[str]) -> None:
    """Tell of the syncs in the order in which they were asked for, whatever order they took their turns in."""
    if len(set(names)) < len(names):  # one that carries several plans on lets nobody go first
        return
    told = run_result.summary["syncs"]
    order = sorted(range(len(told)), key=lambda at: names.index(told[at]["sync"]))
    run_result.codes[:] = [run_result.codes[at] for at in order]
    told[:] = [told[at] for at in order]
    run_result.reported.sort(key=lambda reported: names.index(reported.summary["sync"]))


def _finish(context: RunContext, run_result: RunResult) -> None:
    """Note how the run ended; where the ledger is gone, what was done is told all the same."""
    try:
        context.ledger.finish_run(
            run_result.summary["run"], exit_code=run_result.exit_code, summary=run_result.summary, at=context.now()
        )
    except LedgerError as error:
        run_result.errors.append(error)
        sent = any(sync["requests"]["write"] for sync in run_result.summary["syncs"])
        code = ExitCode.UNSETTLED if sent else error.exit_code
        run_result.exit_code = worst((run_result.exit_code, code))


def _work(context: RunContext, request: RunRequest) -> list[tuple[str, KeptPlan | None]]:
    """Return the syncs to run, each with the plan it is about, if any."""
    ledger = context.ledger
    if request.mode == "apply":
        check_yes(context, request)
        plan = ledger.plan(request.plan)
        check_unchanged(plan)
        return [_under_its_name(context, plan)]
    if request.mode == "resume":
        made_by = ledger.run(request.run)["id"] if request.run else None
        unfinished = ledger.unfinished(run=made_by)
        for plan in unfinished:
            check_unchanged(plan)
        return [_under_its_name(context, plan) for plan in unfinished]
    if request.mode == "revert":
        written_by = ledger.last_written_run() if request.run == "last" else ledger.run(request.run)["id"]
        plans = [ledger.plan(identity) for identity in ledger.plans_of(written_by)]
        written = [plan for plan in plans if plan.state == "written"]
        if not written:
            raise error_of(LedgerError, "run_wrote_nothing", {"run": request.run})
        return [_under_its_name(context, plan) for plan in written]
    return [(name, None) for name in dict.fromkeys(request.syncs) or context.settings.syncs]


def _under_its_name(context: RunContext, plan: KeptPlan) -> tuple[str, KeptPlan]:
    """Return the sync that a plan is for, which may have had another name when it was made, and the plan."""
    name = context.ledger.present_name(plan.sync)
    return name, replace(plan, sync=name)


def _run_sync(sync_run: SyncRun, kept: KeptPlan | None) -> ExitCode:
    """Run one sync and return its exit code; what goes wrong ends up in the summary."""
    target: Target | None = None
    try:
        target = sync_run.context.target(sync_run.sync)
        sent = sync_run.sent_before
        sent.update({kind: now + sent[kind] for kind, now in target.requests().items()})
        try:
            return _carry_out(sync_run, target, kept)
        except Postponed:
            sent.update({kind: sent[kind] - now for kind, now in target.requests().items()})
            raise
    except Postponed:
        raise
    except Exception as caught:  # noqa: BLE001 - a bug in one sync must not keep the others from running
        error = caught if isinstance(caught, PhonesyncError) else _told(sync_run, caught)
        error.__cause__ = error.__cause__ or (caught if error is not caught else None)
        sync_run.run_result.errors.append(error)
        _tell(sync_run, target, error)
        return _code_of(error, summary=sync_run.run_result.summary["syncs"][-1])
    finally:
        sync_run.context.writing.clear()


def _told(sync_run: SyncRun, caught: Exception) -> PhonesyncError:
    """Return what went wrong as an error of ours; memory that did not suffice before anything was written is none."""
    if isinstance(caught, MemoryError) and not sync_run.context.writing.is_set():
        return error_of(ConfigurationError, "sync_no_memory", {"sync": sync_run.name}, sync=sync_run.name)
    return unexpected(caught)


def _code_of(error: PhonesyncError, summary: Mapping[str, Any]) -> ExitCode:
    """Return the exit code of a sync that an error ended."""
    # A ledger that fails after something was sent leaves an outcome unknown.
    sent = isinstance(error, LedgerError) and summary["requests"]["write"]
    return ExitCode.UNSETTLED if sent else code_of_unread(error)


def _carry_out(sync_run: SyncRun, target: Target, kept: KeptPlan | None) -> ExitCode:
    request, context = sync_run.request, sync_run.context
    if request.mode == "plan":
        return show_plan(sync_run, target, make_plan(sync_run, target).kept)
    if request.mode == "revert" and kept:
        return plan_back(sync_run, target, kept)
    hold = locked(context.ledger, target.name, sync_run.run, lambda: context.clock().timestamp(), context.sleep)
    with hold as mine:
        if request.mode == "resume" and kept:
            wait_for_orphans(context, kept.id)
            return resume_plan(sync_run, target, kept, mine)
        # What an interrupted run has left open is settled before anything new is planned.
        for found in context.ledger.unfinished(sync=sync_run.name, target=target.name):
            interrupted = replace(found, sync=sync_run.name)
            wait_for_orphans(context, interrupted.id)
            settle_interrupted(sync_run, target, interrupted, mine)
        if kept:
            sync_run.source_notes.extend(_said_of_source(context, kept))
            return apply_plan(sync_run, target, kept, None, mine)
        made = make_plan(sync_run, target)
        return apply_plan(sync_run, target, made.kept, made, mine)


def _said_of_source(context: RunContext, kept: KeptPlan) -> list[str]:
    """Return how the file was read that a plan was made from, as the run that made it has said."""
    made = context.ledger.run(kept.run)["summary"] or {}
    return [note for sync in made.get("syncs", ()) if sync["plan"] == kept.id for note in sync.get("source_notes", ())]


def _tell(sync_run: SyncRun, target: Target | None, error: PhonesyncError) -> None:
    """Account for a sync that ended before it had a plan; its lines are reported as far as they had been read."""
    summary = _failed(sync_run, target, error)
    if sync_run.lines and target and isinstance(error, ServiceError):
        why = Problem(Code.NOT_COMPARED, {"said": told(error, sync_run.context.lang)[0]})
        result = unread(sync_run.name, pd.concat(sync_run.lines), why, at=sync_run.context.now())
        summary["actions"] = count(result["action"], Action)
        summary["outcomes"] = count(result["outcome"], Outcome)
        heading = Heading(sync_run.run, target.name)
        try:
            summary = report(sync_run.context, sync_run.sync, heading, summary, result).summary
        except ConfigurationError as unwritten:  # the disk is full, say: the first error is the one that counts
            sync_run.run_result.errors.append(unwritten)
    sync_run.run_result.summary["syncs"].append(summary)


def _failed(sync_run: SyncRun, target: Target | None, error: PhonesyncError) -> dict[str, Any]:
    """Say of a sync that ended before it had a plan what `--json` says of all."""
    now = target.requests() if target else sync_run.sent_before
    return {
        "sync": sync_run.name,
        "plan": None,
        "fingerprint": None,
        "actions": {str(action.value): 0 for action in Action},
        "outcomes": {str(outcome.value): 0 for outcome in Outcome},
        "rejected": 0,
        "guards": [],
        "verified": False,
        "requests": {kind: now[kind] - sync_run.sent_before[kind] for kind in now},
        "reports": {},
        "left": 0,
        "drift": 0,
        "came_back": 0,
        "known": 0,
        **sync_run.said(),
        **({"skipped_for": error.run} if isinstance(error, TargetBusy) and error.run else {}),
        **kept_error(error),
    }
