"""One run over one or more syncs: plan, guard, write, verify, report. The command line and Prefect share this body."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import pandas as pd

from connectors.ledger import Approval, KeptPlan
from flows.report import Heading, Reported, report
from flows.source import extract_source, judge_source, kind_of
from flows.target import Found, Job, Target, Written
from flows.world import World
from schemas.errors import ApprovalNeeded, PhonesyncError, ServiceError, UsageError
from schemas.plan import WRITES, Action, Outcome, count, fingerprint
from schemas.settings import Sync
from tasks.account import account, announce
from tasks.board import Inputs
from tasks.guard import Facts, guard
from tasks.plan import Policy, plan
from tasks.settle import in_place, types_kept
from tasks.validate import Checked

T = TypeVar("T")
Mode = Literal["plan", "sync", "apply"]
# How a named step is carried out: directly, or as a Prefect task.
Step = Callable[..., Any]

_FOLDS = "ignores the case of names"
_BY_WEIGHT = (5, 4, 2, 3, 1)


def directly(_name: str, function: Callable[..., T], *args: Any) -> T:
    """Carry a step out here and now."""
    return function(*args)


@dataclass(frozen=True)
class Order:
    """What is asked of a run.

    Attributes:
        mode: make plans; make and apply them; or apply one that was made before.
        syncs: names, in order; none means all.
        plan: the id or fingerprint to apply.
        reason: why a plan that tripped a guard may go ahead.
    """

    mode: Mode
    syncs: Sequence[str] = ()
    plan: str = ""
    reason: str = ""


@dataclass
class Ran:
    """How a run ended: the object that `--json` prints, its exit code, and the tables behind it."""

    summary: dict[str, Any]
    exit_code: int
    reported: list[Reported] = field(default_factory=list)
    errors: list[PhonesyncError] = field(default_factory=list)


@dataclass(frozen=True)
class _Made:
    """A plan with all that is needed to apply it and to prove it."""

    kept: KeptPlan
    policy: Policy | None = None
    checked: Checked | None = None
    found: Found | None = None


def run(world: World, order: Order, step: Step = directly) -> Ran:
    """Carry out an order, sync by sync: one that fails does not keep the others from running.

    Returns:
        what happened; its exit code is the weightiest of the syncs'.
    """
    made = world.ledger.plan(order.plan) if order.mode == "apply" else None
    names = [made.sync] if made else list(dict.fromkeys(order.syncs)) or list(world.settings.syncs)
    syncs = {name: world.sync(name) for name in names}
    identity = f"{world.clock():%Y%m%dT%H%M%SZ}-{world.suffix()}"
    world.ledger.start_run(identity, mode=order.mode, person=world.person, at=world.now())
    ran = Ran({"run": identity, "syncs": []}, exit_code=5)
    try:
        codes = [
            _run_sync(_Passage(world, order, step, identity, name, sync, ran), made) for name, sync in syncs.items()
        ]
        ran.exit_code = next((code for code in _BY_WEIGHT if code in codes), 0)
    finally:
        world.ledger.finish_run(identity, exit_code=ran.exit_code, summary=ran.summary, at=world.now())
    return ran


@dataclass(frozen=True)
class _Passage:
    """One sync on its way through one run."""

    world: World
    order: Order
    step: Step
    run: str
    name: str
    sync: Sync
    ran: Ran


def _run_sync(passage: _Passage, kept: KeptPlan | None) -> int:
    """Run one sync and return its exit code; what goes wrong ends up in the summary."""
    sent = {"read": 0, "write": 0}
    target: Target | None = None
    try:
        target = passage.world.target(passage.sync)
        sent = target.requests()
        made = _Made(kept) if kept else _make(passage, target)
        return _carry_out(passage, target, made, sent)
    except PhonesyncError as error:
        passage.ran.errors.append(error)
        now = target.requests() if target else sent
        passage.ran.summary["syncs"].append(_failed(passage.name, error, sent, now))
        return error.exit_code


def _make(passage: _Passage, target: Target) -> _Made:
    """Read both sides, plan, guard, and keep the plan."""
    world, sync, name, step = passage.world, passage.sync, passage.name, passage.step
    source = step("extract source", extract_source, world, sync)
    checked: Checked = step("validate", judge_source, world, sync, source)
    managed = {*checked.desired["owner"], *checked.clears["owner"], *checked.rejected["owner"]} - {""}
    gone = world.ledger.owners(name, target.name) - managed
    found: Found = step("extract target", target.read, sorted(managed | gone), world.progress)
    by_name = kind_of(world, sync) == "apio"
    policy = Policy(
        names_are_keys=by_name,
        delete_missing=sync.delete_missing if sync.delete_missing is not None else not by_name,
        clear_gone=sync.on_missing_owner == "clear",
        gone=frozenset(gone),
        unread=found.unread,
        fold_names=_FOLDS in world.ledger.traits(target.name),
        names_managed="name" in source.arranged.headers,
        kept_types=world.ledger.kept_types(target.name),
    )
    table: pd.DataFrame = step("plan", plan, _inputs(checked, found.entries), policy)
    facts = Facts(
        source_rows=checked.rows,
        last_rows=world.ledger.last_good_rows(name, target.name),
        number_rejects=_rejects_of(checked, source.arranged.headers["number"]),
    )
    hits = step("guard", guard, table, facts, sync.guard)
    kept = KeptPlan(
        id=f"{passage.run}-{name}",
        run=passage.run,
        sync=name,
        target=target.name,
        fingerprint=fingerprint(name, target.name, table),
        created_at=world.now(),
        source_rows=checked.rows,
        rejected=checked.rejected["line"].nunique(),
        guards=[hit.as_json() for hit in hits],
        entries=table,
    )
    world.ledger.keep_plan(kept, writes=int(table["action"].isin(WRITES).sum()))
    return _Made(kept, policy, checked, found)


def _inputs(checked: Checked, current: pd.DataFrame) -> Inputs:
    return Inputs(checked.desired, checked.rejected, checked.clears, checked.repeats, current)


def _rejects_of(checked: Checked, header: str) -> int:
    return int(checked.rejected.loc[checked.rejected["column"] == header, "line"].nunique())


def _carry_out(passage: _Passage, target: Target, made: _Made, sent: dict[str, int]) -> int:
    """Apply a plan as far as the order and the guards allow, prove it, and report."""
    world, kept, order = passage.world, made.kept, passage.order
    table = kept.entries
    if kept.target != target.name:
        raise UsageError(
            f"Plan {kept.id} was made for another target than the one sync {kept.sync} has now.",
            remedy="Make a new one: phonesync plan.",
        )
    changes = bool(table["action"].isin(WRITES).any())
    verified = False
    stopped: PhonesyncError | None = None
    if order.mode == "plan":
        result, verified = announce(kept.sync, table), not changes and not kept.guards
    elif kept.guards and not _approved(passage, kept):
        result = account(kept.sync, table, (), (), at=world.now())
        result["message"] = result["message"].mask(result["outcome"] == Outcome.SKIPPED, "not sent: a guard stopped it")
        stopped = _approval_needed(kept)
    else:
        world.ledger.begin_writing(kept.id, passage.run)
        written = passage.step("write", _write, passage, target, kept) if changes else Written()
        verified = passage.step("verify", _verify, passage, target, made, written)
        world.ledger.add_unplanned(kept.id, written.unplanned)
        result = account(kept.sync, table, written.known.values(), written.unplanned, at=world.now())
        stopped = written.stopped
    used = {kind: number - sent[kind] for kind, number in target.requests().items()}
    summary = _summary(kept, result, verified=verified, requests=used, error=stopped)
    heading = Heading(passage.run, target.name)
    reported = passage.step("report", report, world, passage.sync, heading, summary, result)
    if stopped:
        passage.ran.errors.append(stopped)
    passage.ran.summary["syncs"].append(reported.summary)
    passage.ran.reported.append(reported)
    return _exit_code(reported.summary, order.mode, stopped)


def _approved(passage: _Passage, kept: KeptPlan) -> bool:
    """Tell whether somebody has said yes to this very plan, now or not too long ago."""
    world, now = passage.world, passage.world.clock().timestamp()
    if passage.order.reason:
        expires = now + passage.sync.guard.approval_expires_hours * 3600
        approval = Approval(world.person, passage.order.reason, world.now(), expires)
        world.ledger.approve(kept.fingerprint, approval)
    return world.ledger.approval(kept.fingerprint, now) is not None


def _approval_needed(kept: KeptPlan) -> ApprovalNeeded:
    said = "; ".join(str(hit["message"]) for hit in kept.guards)
    return ApprovalNeeded(
        f"{kept.sync}: a guard stopped this plan, nothing was written: {said}.",
        remedy=f'Look at the report; if it is right: phonesync apply {kept.id} --approve "REASON"',
    )


def _write(passage: _Passage, target: Target, kept: KeptPlan) -> Written:
    """Write what a plan changes, and remember what that has taught about the target."""
    world = passage.world
    folds = _FOLDS in world.ledger.traits(target.name)
    job = Job(world.ledger, kept.id, passage.run, world.now, world.sleep, world.progress, folds_names=folds)
    written = target.write(kept.entries, job)
    done = [row for row, item in written.known.items() if item.outcome == Outcome.APPLIED]
    applied = kept.entries.loc[sorted(done)]
    world.ledger.remember_owners(kept.sync, target.name, applied["owner"])
    if written.found is not None:
        world.ledger.learn_types(target.name, types_kept(applied, written.found))
    if written.folds_names:
        world.ledger.learn_trait(target.name, _FOLDS, world.now())
    return written


def _verify(passage: _Passage, target: Target, made: _Made, written: Written) -> bool:
    """Plan again on what stands in the target after writing, and keep the proof: nothing is left to do."""
    world, kept = passage.world, made.kept
    if written.stopped:
        left = {"stopped": 1}
    elif made.policy and made.checked and made.found:
        now = made.found.entries
        if written.found is not None:
            again = kept.entries.loc[kept.entries["action"].isin(WRITES), "owner"]
            now = pd.concat([now[~now["owner"].isin(again)], written.found], ignore_index=True)
        policy = _with_habits(made.policy, folds=_FOLDS in world.ledger.traits(target.name))
        left = count(plan(_inputs(made.checked, now), policy)["action"], Action)
        left = {action: left[action] for action in map(str, WRITES) if left[action]}
    else:
        found = target.read(sorted(kept.entries["owner"].unique()), world.progress)
        folds = _FOLDS in world.ledger.traits(target.name)
        wanted = kept.entries[kept.entries["action"].isin([*WRITES, Action.KEEP])]
        missing = int((~in_place(wanted, found.entries, fold_names=folds)).sum())
        left = {"rows": missing} if missing else {}
    world.ledger.finish_writing(kept.id, proof={"left": left}, verified_at=None if left else world.now())
    return not left


def _with_habits(policy: Policy, *, folds: bool) -> Policy:
    """Take into account what writing has just taught about names; types are compared from the next run on."""
    return Policy(**{**vars(policy), "fold_names": folds})


def _summary(
    kept: KeptPlan, result: pd.DataFrame, *, verified: bool, requests: dict[str, int], error: PhonesyncError | None
) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "sync": kept.sync,
        "plan": kept.id,
        "fingerprint": kept.fingerprint,
        "actions": count(kept.entries["action"], Action),
        "outcomes": count(result["outcome"], Outcome),
        "rejected": kept.rejected,
        "guards": kept.guards,
        "verified": verified,
        "requests": requests,
        "reports": {},
    }
    return {**summary, "error": str(error)} if error else summary


def _failed(name: str, error: PhonesyncError, before: dict[str, int], now: dict[str, int]) -> dict[str, Any]:
    """Say of a sync that ended before it had a plan what `--json` says of all."""
    return {
        "sync": name,
        "plan": None,
        "fingerprint": None,
        "actions": {str(action.value): 0 for action in Action},
        "outcomes": {str(outcome.value): 0 for outcome in Outcome},
        "rejected": 0,
        "guards": [],
        "verified": False,
        "requests": {kind: now[kind] - before[kind] for kind in before},
        "reports": {},
        "error": str(error),
    }


def _exit_code(summary: dict[str, Any], mode: Mode, stopped: PhonesyncError | None) -> int:
    """Return the sync's exit code, as the table of the README has them."""
    outcomes = summary["outcomes"]
    if mode == "plan":
        return 0
    if outcomes[Outcome.UNKNOWN]:
        return 5
    if isinstance(stopped, (ApprovalNeeded, ServiceError)):
        return stopped.exit_code
    fine = {str(Outcome.APPLIED.value), str(Outcome.UNCHANGED.value)}
    troubled = any(number for outcome, number in outcomes.items() if outcome not in fine)
    return 1 if troubled or summary["rejected"] or not summary["verified"] else 0
