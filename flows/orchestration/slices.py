"""Spread the writing of a large USOS plan over the workers of the pool, each slice a flow run of its own.

The run that made the plan holds the target's lock all the while. It starts the slices, waits for them, and writes by
itself whatever they leave: a slice that died, or that no worker came for, costs time and loses nothing.
"""

# No postponed annotations in this module: Prefect reads them to make the form of `write-slice`.
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pandas as pd
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State, StateType
from prefect.deployments import run_deployment
from prefect.states import Completed, Failed

from connectors.ledger.locks import Lock
from connectors.ledger.store import KeptPlan
from flows.context import open_context
from flows.finding import find_configuration
from flows.locking import is_dead, this_process
from flows.orchestration.artifacts import ProgressArtifact
from flows.orchestration.final_states import loggable
from flows.orchestration.steps import Steps
from flows.signals import ending_in_order
from flows.slice_writing import Slice, claims_of, has_ended, requests_of, stop_lock, write_slice
from flows.sync_run import SyncRun
from flows.writing import outcomes_of
from schemas import limits
from schemas.errors import ServiceError
from schemas.execution import ApplyResult, Target
from schemas.plan import TROUBLE, Outcome
from schemas.problems import Code, Problem
from tasks.execution.classify import row_outcome
from tasks.execution.compare import writes
from tasks.execution.remaining import OPEN, owners_to_write, remaining_plan
from tasks.text_columns import is_in

DEPLOYMENT = "write-slice/write-slice"
_LOG = logging.getLogger("phonesync.slices")
Write = Callable[..., ApplyResult]
Mine = Callable[[], bool]


@flow(name="write-slice", persist_result=False)
def write_one_slice(config: str, plan: str, run: str, number: int, of: int) -> Any:
    """Write one slice of a plan, for the run that holds the target. That run starts it; nobody has to.

    Args:
        config: The configuration file, as every worker sees it.
        plan: The plan's id in the ledger.
        run: The run that the slice belongs to; the slice ends with it.
        number: Which slice, counted from 1.
        of: How many slices there are.
    """
    progress = ProgressArtifact()
    named = f"Slice {number} of {of}"
    try:
        with (
            open_context(config, os.environ, progress.told) as context,
            ending_in_order(context.stopping, writes=True),
        ):
            written = write_slice(context, Slice(plan, run, number, of), Steps(progress, time.monotonic))
    except Exception as error:  # noqa: BLE001 - it is the caller's to see; Prefect is given a sentence to keep
        return Failed(message=f"{named}: {loggable(error)}", data=error)
    if written is None:
        said = f"{named}: no longer needed. The run has ended, or another worker has taken this slice."
        return State(type=StateType.CANCELLED, name="Not needed", message=said)
    return _ended(named, written)


def _ended(named: str, written: ApplyResult) -> State[Any]:
    """Return a slice's final state; the whole run reports the outcomes."""
    troubled = sum(item.outcome in TROUBLE for item in written.known.values())
    said = f"{named}: {len(written.known):,} changes, {troubled:,} of them need attention."
    return Failed(message=said) if troubled or written.stopped else Completed(message=said)


def spread_over_workers(config: str | None) -> Callable[[Write], Write]:
    """Return what makes a writing step use slices where the sync asks for them and workers can be asked."""
    path = str(find_configuration(config, os.environ))

    def spread(write: Write) -> Write:
        def written(sync_run: SyncRun, target: Target, rows: pd.DataFrame, kept: KeptPlan, mine: Mine) -> ApplyResult:
            number = min(sync_run.sync.slices, len(owners_to_write(rows)))
            # What is left of an interrupted plan is written by one: the slices know only whole plans.
            # So is one in which numbers move: they depart only when they have arrived.
            whole = rows is kept.entries
            if number < 2 or not whole or sync_run.request.mode not in {"sync", "apply"}:
                return write(sync_run, target, rows, kept, mine)
            slices = [Slice(kept.id, sync_run.run, each, number) for each in range(1, number + 1)]
            return _Spread(sync_run, target, kept, mine, write).over(slices, path)

        return written

    return spread


@dataclass(frozen=True)
class _Spread:
    """One plan that is being written in slices: the parts of a writing step."""

    sync_run: SyncRun
    target: Target
    kept: KeptPlan
    mine: Mine
    write: Write

    def over(self, slices: Sequence[Slice], config: str) -> ApplyResult:
        """Start the slices, wait, write what they leave, and return what became of all of it."""
        started = {part: _start(part, self.kept.sync, config) for part in slices}
        try:
            self._wait(started)
            return self._gather()
        finally:
            self._collect()

    def _wait(self, started: Mapping[Slice, UUID | None]) -> None:
        """Return when no slice is being written, and none can begin any more."""
        context, quiet_since, stopping = self.sync_run.context, self._now(), False
        while True:
            if not stopping and (context.stopping.is_set() or not self.mine()):
                stopping = True
                context.ledger.locks.take(stop_lock(self.kept.id), self._claim(), is_dead=lambda _: True)
            claims = context.ledger.locks.held(claims_of(self.kept.id))
            stages = {part: self._stage(claims.get(part.claim), run) for part, run in started.items()}
            context.progress("writing in slices", sum(stage == "ended" for stage in stages.values()), len(stages))
            if "working" in stages.values():
                quiet_since = self._now()
            elif (
                stopping or "waiting" not in stages.values() or self._now() - quiet_since > limits.WORKER_COMES_SECONDS
            ):
                open_ones = [part for part, stage in stages.items() if stage != "ended"]
                if all(self._close(part) for part in open_ones):
                    _call_off([run for part, run in started.items() if run and part in open_ones])
                    return
            context.sleep(limits.SLICES_LOOK_SECONDS)

    def _stage(self, claim: Lock | None, run: UUID | None) -> str:
        """Say how a slice stands: the ledger knows who writes, Prefect whether somebody may still come."""
        if claim is None:
            return "waiting" if run and not _is_over(run) else "lost"
        if has_ended(claim) or claim.run == self.sync_run.run:  # written to its end, or closed below
            return "ended"
        return "lost" if is_dead(claim, self._now()) else "working"

    def _close(self, part: Slice) -> bool:
        """Take a slice that nobody writes, so that nobody can begin it any more; False where somebody just has."""
        gone = self.sync_run.context.ledger.locks.take(
            part.claim, self._claim(), is_dead=lambda claim: is_dead(claim, self._now())
        )
        return gone is None or has_ended(gone)

    def _gather(self) -> ApplyResult:
        """Settle by reading what slices have left open, write what they have left undone, and return all outcomes."""
        sync_run, kept = self.sync_run, self.kept
        outcomes = {row: item.outcome for row, item in outcomes_of(sync_run, kept).items()}
        entries = kept.entries
        unsettled = writes(entries) & [outcomes.get(row, "") in OPEN for row in entries.index]
        rows = entries[is_in(entries["owner"], entries.loc[unsettled, "owner"])]
        if rows.empty:
            return ApplyResult(known=outcomes_of(sync_run, kept))
        try:
            rest = self._settled(rows, outcomes)
        except ServiceError as error:
            return ApplyResult(known=outcomes_of(sync_run, kept), stopped=error)
        written = self.write(sync_run, self.target, rest, kept, self.mine)
        written.known = outcomes_of(sync_run, kept)
        return written

    def _settled(self, rows: pd.DataFrame, outcomes: Mapping[int, str]) -> pd.DataFrame:
        """Return what is left to write of these owners; reading tells what was sent before its answer was kept."""
        sync_run, kept = self.sync_run, self.kept
        begun = rows["owner"].isin(sync_run.context.ledger.intended(kept.id))
        if not begun.any():
            return rows
        owners = sorted(rows.loc[begun, "owner"].unique())
        found = self.target.read(owners, sync_run.context.progress).entries
        rest = remaining_plan(rows[begun], outcomes, found, fold_names=False)
        at, problem = sync_run.context.now(), Problem(Code.SEEN_AFTER_WORKER_DIED)
        seen = [row_outcome(row, Outcome.APPLIED, problem, at=at) for row in rest.seen]
        sync_run.context.ledger.record_all_outcomes(kept.id, seen, at=at)
        return pd.concat([rest.rows, rows[~begun]]).sort_index()

    def _collect(self) -> None:
        """Count what the slices have sent, and clear their claims."""
        locks = self.sync_run.context.ledger.locks
        for name, claim in locks.held(claims_of(self.kept.id)).items():
            for kind, sent in requests_of(claim).items():
                self.sync_run.sent_before[kind] -= sent  # the run's own are counted from here on
            locks.give_back(name, claim.run)

    def _claim(self) -> Lock:
        return Lock(self.sync_run.run, this_process(), self._now())

    def _now(self) -> float:
        return self.sync_run.context.clock().timestamp()


def _start(part: Slice, sync: str, config: str) -> UUID | None:
    """Ask the pool's workers for a slice; None where Prefect cannot be asked, which costs time and nothing else."""
    parameters = {"config": config, "plan": part.plan, "run": part.run, "number": part.number, "of": part.of}
    try:
        started: Any = run_deployment(
            DEPLOYMENT,
            parameters=parameters,
            timeout=0,
            flow_run_name=f"{sync}: slice {part.number} of {part.of}",
            idempotency_key=part.claim,
        )
    except Exception as error:  # noqa: BLE001 - whatever Prefect's client raises; the run writes the slice itself
        _LOG.warning("Prefect does not start slice %d of %d: %s", part.number, part.of, type(error).__name__)
        return None
    return UUID(str(started.id))


def _is_over(run: UUID) -> bool:
    """Tell whether a flow run has ended; where Prefect cannot be asked, patience decides."""
    try:
        with get_client(sync_client=True) as client:
            state = client.read_flow_run(run).state
    except Exception:  # noqa: BLE001 - whatever Prefect's client raises
        return False
    return state is not None and state.is_final()


def _call_off(runs: Sequence[UUID]) -> None:
    """Tell Prefect that slices which have not begun are not wanted any more; the ledger has closed them already."""
    said = State(type=StateType.CANCELLED, name="Not needed", message="The run wrote this slice itself.")
    for run in runs:
        try:
            with get_client(sync_client=True) as client:
                if not _is_over(run):
                    client.set_flow_run_state(run, said)
        except Exception as error:  # noqa: BLE001 - whatever Prefect's client raises
            _LOG.warning("Prefect does not call a slice off: %s", type(error).__name__)
