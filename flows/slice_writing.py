"""Write one slice of a plan, on whichever machine, for a run that holds the target's lock.

Who writes which slice stands in the ledger, beside the locks, as a claim that is taken once and kept alive. So no owner
is ever written by two: a slice whose run has died or has given it up notices within seconds and stops by itself.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from connectors.ledger.locks import Lock
from flows.approvals import check_unchanged
from flows.context import RunContext
from flows.locking import heartbeat, is_dead, this_process
from flows.sync_run import RunRequest, RunResult, StepRunner, SyncRun
from flows.writing import write
from schemas import limits
from schemas.errors import TargetBusy, UsageError
from schemas.execution import ApplyResult
from schemas.exit_codes import ExitCode
from schemas.settings import Settings
from tasks.execution.remaining import cut
from tasks.messages.errors import error_of


@dataclass(frozen=True)
class Slice:
    """One slice of a plan: which, of how many, and for which run."""

    plan: str
    run: str
    number: int
    of: int

    @property
    def claim(self) -> str:
        """The name under which the slice is claimed."""
        return f"{claims_of(self.plan)}{self.number}/{self.of}"

    @property
    def writer(self) -> str:
        """The name that whoever writes the slice bears."""
        return f"{self.run}/{self.number}"


def claims_of(plan: str) -> str:
    """Return what the names of a plan's claims begin with."""
    return f"slices of {plan}: "


def stop_lock(plan: str) -> str:
    """Return the name of the mark that ends all slices of a plan in order."""
    return f"{claims_of(plan)}stop"


def has_ended(claim: Lock) -> bool:
    """Tell whether a slice was written to its end, or stopped in order."""
    return _sent_by(claim) is not None


def requests_of(claim: Lock) -> dict[str, int]:
    """Return how many requests a slice that has ended says it sent."""
    return _sent_by(claim) or {"read": 0, "write": 0}


def ended_claim(writer: str, sent: Mapping[str, int]) -> Lock:
    """Return the claim that a slice leaves where it has ended: it tells how many requests were sent, `read, write`."""
    return Lock(writer, json.dumps({"read": sent["read"], "write": sent["write"]}), 0.0)


def _sent_by(claim: Lock) -> dict[str, int] | None:
    """Return the requests that an ended slice has left in its claim; None while a machine and process stand there."""
    try:
        left = json.loads(claim.holder)
    except json.JSONDecodeError:
        return None
    return {"read": int(left["read"]), "write": int(left["write"])} if isinstance(left, dict) else None


def shared_among(settings: Settings, connection: str, number: int) -> Settings:
    """Return the settings with one slice's part of what the service has agreed to: slices never add up to more."""
    whole = settings.connections[connection]
    pace = whole.max_requests_per_second
    part = {
        "concurrency": max(1, whole.concurrency // number),
        "max_requests_per_second": pace / number if pace else None,
    }
    connections = {**settings.connections, connection: whole.model_copy(update=part)}
    return settings.model_copy(update={"connections": connections})


def write_slice(context: RunContext, part: Slice, step: StepRunner) -> ApplyResult | None:
    """Write one slice exactly as the whole plan would be written: the same intents, the same outcomes.

    Returns:
        what became of its rows, or None where it is not to be written here: its run has ended, or has given it to
        somebody else.

    Raises:
        UsageError: the plan was made for another target than the one that this machine's configuration names.
        TargetBusy: the run that the slice belongs to has ended meanwhile; nothing more was sent.
    """
    kept = context.ledger.plan(part.plan)
    check_unchanged(kept)
    kept = replace(kept, sync=context.ledger.present_name(kept.sync))
    sync = context.sync(kept.sync)
    context.settings = shared_among(context.settings, sync.connection, part.of)
    target = context.target(sync)
    if target.name != kept.target:
        raise error_of(UsageError, "slice_of_other_target", {"plan": kept.id, "sync": kept.sync})
    leave = _Leave(context, part, target.name)
    if not leave.given():
        return None
    locks, now = context.ledger.locks, context.clock().timestamp
    if locks.take(part.claim, Lock(part.writer, this_process(), now()), is_dead=lambda _: False):
        return None
    try:
        with heartbeat(context.ledger, part.claim, part.writer, lambda: context.clock().timestamp()) as alive:
            sync_run = SyncRun(
                context, RunRequest("apply"), step, part.run, kept.sync, sync, RunResult({}, ExitCode.DONE)
            )
            rows = cut(kept.entries, part.number, part.of)
            written: ApplyResult = sync_run.do(
                "write",
                write,
                sync_run,
                target,
                rows,
                kept,
                replace(alive, ask=lambda: alive() and leave.may_continue()),
            )
            return written
    finally:
        ended = ended_claim(part.writer, target.requests())
        if leave.given():
            locks.take(part.claim, ended, is_dead=lambda lock: lock.run == part.writer)
        else:  # nobody is there to collect it
            locks.give_back(part.claim, part.writer)


class _Leave:
    """Tells whether the run that a slice belongs to still wants it written; looks into the ledger once a second."""

    def __init__(self, context: RunContext, part: Slice, target: str) -> None:
        self._context = context
        self._part = part
        self._target = target
        self._guard = threading.Lock()
        self._looked = float("-inf")  # by the world's clock
        self._goes_on = True

    def given(self) -> bool:
        """Tell whether the run is alive and holds the target."""
        lock = self._context.ledger.locks.held(self._target).get(self._target)
        now = self._context.clock().timestamp()
        return lock is not None and lock.run == self._part.run and now - lock.beat <= limits.LOCK_STALE_SECONDS

    def may_continue(self) -> bool:
        """Return False where the run is being stopped: what is in flight is finished and noted.

        Raises:
            TargetBusy: the run has ended, or has given the slice up. Nothing may be noted any more: others have.
        """
        with self._guard:
            now = self._context.clock().timestamp()
            if now - self._looked >= limits.SLICE_LOOK_SECONDS:
                claims = self._context.ledger.locks.held(claims_of(self._part.plan))
                mine = claims.get(self._part.claim)
                if mine is None or mine.run != self._part.writer or not self.given():
                    raise error_of(TargetBusy, "slice_ended")
                self._goes_on = stop_lock(self._part.plan) not in claims
                self._looked = now
            return self._goes_on


def wait_for_orphans(context: RunContext, plan: str) -> None:
    """Wait until no slice of a plan whose run has died is being written any more, and clear what they left.

    A slice notices within seconds; one whose machine is asleep or out of reach is given up like any dead holder.
    """
    locks, end = context.ledger.locks, context.clock().timestamp() + limits.STRAY_SLICES_SECONDS
    while claims := locks.held(claims_of(plan)):
        now = context.clock().timestamp()
        for name, lock in claims.items():
            if has_ended(lock) or is_dead(lock, now) or name == stop_lock(plan) or now > end:
                locks.give_back(name, lock.run)
        context.sleep(limits.SLICE_LOOK_SECONDS)
