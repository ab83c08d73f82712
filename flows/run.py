"""One run over one or more syncs: the body that the command line and Prefect share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from connectors.files.reading import make_private_folder
from connectors.ledger.store import KeptPlan
from connectors.target import Target
from flows.applying import apply_plan, show_plan
from flows.context import World
from flows.errors import REPORT_IT, unexpected
from flows.locking import locked
from flows.planning import make
from flows.reporting import Heading, report
from flows.resume import resume_plan, settle_interrupted
from flows.revert import plan_back
from flows.slice_writing import await_strays
from flows.sync_run import Mode, Order, Passage, Ran, Step, directly
from schemas.errors import InternalError, LedgerError, PhonesyncError, ServiceError
from schemas.plan import Action, Outcome, count
from tasks.execution.results import unread

__all__ = ["Mode", "Order", "Ran", "directly", "run", "weightiest"]

_BY_WEIGHT = (5, 4, 2, 3, 1)


def run(world: World, order: Order, step: Step = directly) -> Ran:
    """Carry out an order, sync by sync: one that fails does not keep the others from running.

    Returns:
        what happened; its exit code is the weightiest of the syncs'.
    """
    work = _work(world, order)
    # A result that nobody could read would be no result: better not to begin.
    make_private_folder(world.settings.reports)
    syncs = {name: world.sync(name) for name, _ in work}
    identity = f"{world.clock():%Y%m%dT%H%M%SZ}-{world.suffix()}"
    world.ledger.start_run(identity, mode=order.mode, person=world.person, at=world.now())
    ran = Ran({"run": identity, "syncs": []}, exit_code=5)
    try:
        for name, kept in work:
            ran.codes.append(_run_sync(Passage(world, order, step, identity, name, syncs[name], ran), kept))
        ran.exit_code = weightiest(ran.codes)
    finally:
        _finish(world, ran)
    return ran


def weightiest(codes: Collection[int]) -> int:
    """Return the exit code that counts where several syncs have run."""
    return next((code for code in _BY_WEIGHT if code in codes), 0)


def _finish(world: World, ran: Ran) -> None:
    """Note how the run ended; where the ledger is gone, what was done is told all the same."""
    try:
        world.ledger.finish_run(ran.summary["run"], exit_code=ran.exit_code, summary=ran.summary, at=world.now())
    except LedgerError as error:
        ran.errors.append(error)
        ran.exit_code = ran.exit_code or error.exit_code


def _work(world: World, order: Order) -> list[tuple[str, KeptPlan | None]]:
    """Return the syncs to run, each with the plan it is about, if any."""
    ledger = world.ledger
    if order.mode == "apply":
        plan = ledger.plan(order.plan)
        return [(plan.sync, plan)]
    if order.mode == "resume":
        made_by = ledger.run(order.run)["id"] if order.run else None
        return [(plan.sync, plan) for plan in ledger.unfinished(run=made_by)]
    if order.mode == "revert":
        plans = [ledger.plan(identity) for identity in ledger.plans_of(ledger.run(order.run)["id"])]
        written = [plan for plan in plans if plan.state == "written"]
        if not written:
            raise LedgerError(f"Run {order.run} has written nothing.", remedy="See: phonesync runs.")
        return [(plan.sync, plan) for plan in written]
    return [(name, None) for name in dict.fromkeys(order.syncs) or world.settings.syncs]


def _run_sync(passage: Passage, kept: KeptPlan | None) -> int:
    """Run one sync and return its exit code; what goes wrong ends up in the summary."""
    target: Target | None = None
    try:
        target = passage.world.target(passage.sync)
        passage.sent_before.update(target.requests())
        return _carry_out(passage, target, kept)
    except Exception as caught:  # noqa: BLE001 - a bug in one sync must not keep the others from running
        error = caught if isinstance(caught, PhonesyncError) else InternalError(unexpected(caught), remedy=REPORT_IT)
        error.__cause__ = error.__cause__ or (caught if error is not caught else None)
        passage.ran.errors.append(error)
        _tell(passage, target, error)
        return _code_of(error, ran_into=passage.ran.summary["syncs"][-1])


def _code_of(error: PhonesyncError, ran_into: Mapping[str, Any]) -> int:
    """Return the exit code of a sync that an error ended."""
    if isinstance(error, ServiceError):
        # A refusal of one line is a result; a refusal of the whole reading leaves nothing to report.
        return max(error.exit_code, 4)
    # A ledger that fails after something was sent leaves an outcome unknown.
    sent = isinstance(error, LedgerError) and ran_into["requests"]["write"]
    return 5 if sent else error.exit_code


def _carry_out(passage: Passage, target: Target, kept: KeptPlan | None) -> int:
    order, world = passage.order, passage.world
    if order.mode == "plan":
        return show_plan(passage, target, make(passage, target).kept)
    if order.mode == "revert" and kept:
        return plan_back(passage, target, kept)
    with locked(world.ledger, target.name, passage.run, lambda: world.clock().timestamp()) as mine:
        if order.mode == "resume" and kept:
            await_strays(world, kept.id)
            return resume_plan(passage, target, kept, mine)
        # What an interrupted run has left open is settled before anything new is planned.
        for interrupted in world.ledger.unfinished(sync=passage.name, target=target.name):
            await_strays(world, interrupted.id)
            settle_interrupted(passage, target, interrupted, mine)
        if kept:
            passage.source_notes.extend(_said_of_source(world, kept))
            return apply_plan(passage, target, kept, None, mine)
        made = make(passage, target)
        return apply_plan(passage, target, made.kept, made, mine)


def _said_of_source(world: World, kept: KeptPlan) -> list[str]:
    """Return how the file was read that a plan was made from, as the run that made it has said."""
    made = world.ledger.run(kept.run)["summary"] or {}
    return [note for sync in made.get("syncs", ()) if sync["plan"] == kept.id for note in sync.get("source_notes", ())]


def _tell(passage: Passage, target: Target | None, error: PhonesyncError) -> None:
    """Account for a sync that ended before it had a plan; its lines are reported as far as they had been read."""
    summary = _failed(passage, target, error)
    if passage.lines and target and isinstance(error, ServiceError):
        why = f"not compared: {error.message}"
        result = unread(passage.name, pd.concat(passage.lines), why, at=passage.world.now())
        summary["actions"] = count(result["action"], Action)
        summary["outcomes"] = count(result["outcome"], Outcome)
        summary = report(passage.world, passage.sync, Heading(passage.run, target.name), summary, result).summary
    passage.ran.summary["syncs"].append(summary)


def _failed(passage: Passage, target: Target | None, error: PhonesyncError) -> dict[str, Any]:
    """Say of a sync that ended before it had a plan what `--json` says of all."""
    now = target.requests() if target else passage.sent_before
    return {
        "sync": passage.name,
        "plan": None,
        "fingerprint": None,
        "actions": {str(action.value): 0 for action in Action},
        "outcomes": {str(outcome.value): 0 for outcome in Outcome},
        "rejected": 0,
        "guards": [],
        "verified": False,
        "requests": {kind: now[kind] - passage.sent_before[kind] for kind in now},
        "reports": {},
        **passage.said(),
        "error": str(error),
    }
