"""What travels through a run: what was asked for, one sync on its way, and how it all ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from flows.context import RunContext
from schemas.errors import PhonesyncError, Unreachable
from schemas.execution import Snapshot, Target
from schemas.exit_codes import ExitCode
from schemas.phrases import Phrase
from schemas.problems import Problem
from schemas.syncs import Sync
from schemas.target import TargetSpec
from tasks.messages.errors import spoken
from tasks.messages.rendering import whole

if TYPE_CHECKING:
    import pandas as pd

    from flows.reporting import Reported  # reports tell the past, and whose yes it had, which needs runs

T = TypeVar("T")
Mode = Literal["plan", "sync", "apply", "resume", "revert"]
# How a named step is carried out: directly, or as a Prefect task.
StepRunner = Callable[..., Any]


def directly(_name: str, _sync: str, function: Callable[..., T], *args: Any) -> T:
    """Carry a step of a sync out here and now."""
    return function(*args)


class Postponed(Exception):  # noqa: N818 - nothing went wrong
    """A sync takes its turn after others of the run: numbers that it would take away have to arrive with them first."""


@dataclass(frozen=True)
class RunRequest:
    """What is asked of a run.

    Attributes:
        mode: make plans; make and apply them; apply one that was made before; carry on with interrupted ones; or plan
            the way back from what a run has done.
        syncs: names, in order; none means all.
        plan: the id or fingerprint to apply.
        run: the run to carry on with ("" means all) or to turn back.
        reason: why a plan that tripped a guard may go ahead.
        ask_always: ask a person about every plan that changes anything, whatever the syncs say.
        exit_known: the exit code where only what somebody has accepted is left, 0 or 1; None is the configuration's.
    """

    mode: Mode
    syncs: Sequence[str] = ()
    plan: str = ""
    run: str = ""
    reason: str = ""
    exit_known: int | None = None
    ask_always: bool = False

    @property
    def writes(self) -> bool:
        """Whether services may be written to; what only plans may end anywhere."""
        return self.mode not in {"plan", "revert"}


@dataclass
class RunResult:
    """How a run ended: the object that `--json` prints, its exit code, and the tables behind it.

    `codes` are the exit codes of the syncs, in the summary's order; the run's is the worst of them.
    """

    summary: dict[str, Any]
    exit_code: ExitCode
    reported: list[Reported] = field(default_factory=list)
    errors: list[PhonesyncError] = field(default_factory=list)
    codes: list[ExitCode] = field(default_factory=list)


@dataclass(frozen=True)
class SyncRun:
    """One sync on its way through one run.

    Attributes:
        context: what the run touches.
        request: what is asked of it.
        step: how a step is carried out.
        run: the run's id.
        name: the sync's name.
        sync: its section of the configuration.
        run_result: how the run has gone so far.
        pending: syncs of the run whose turn is still to come; one that has waited already waits for none.
        sent_before: the requests that the target's client had sent before this sync.
        lines: `line, owner` of the file's lines as soon as they are read: whatever comes, each of them gets an answer.
        source_notes: how the file was read, as far as nobody has set it.
        notes: what was learnt on the way and is said once.
        seen: the digests of the file and of the entries that a plan without changes was made of.
        put_back: what was put back before anything was planned, since an interrupted run had cost it:
            `owner, name, number, problems, code, at`.
    """

    context: RunContext
    request: RunRequest
    step: StepRunner
    run: str
    name: str
    sync: Sync
    run_result: RunResult
    pending: frozenset[str] = frozenset()
    sent_before: dict[str, int] = field(default_factory=lambda: {"read": 0, "write": 0})
    lines: list[pd.DataFrame] = field(default_factory=list)
    source_notes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    put_back: list[dict[str, str]] = field(default_factory=list)

    @property
    def spec(self) -> TargetSpec:
        """What the service is that the sync is for."""
        return self.context.spec(self.sync)

    def note(self, said: Phrase | Problem) -> None:
        """Say something that was learnt on the way, once, in the language of people."""
        self.notes.append(whole(spoken(said, self.context.lang)))

    def may_wait_for(self, syncs: Iterable[str]) -> bool:
        """Tell whether one of these syncs writes later in this run."""
        return self.request.mode == "sync" and not self.pending.isdisjoint(syncs)

    def said(self) -> dict[str, list[str]]:
        """Return what `--json` says besides the figures; what there is nothing to say of is left out."""
        said = {"source_notes": list(self.source_notes), "notes": list(self.notes)}
        return {key: notes for key, notes in said.items() if notes}

    def read(self, target: Target, owners: Sequence[str]) -> Snapshot:
        """Return what the target holds; a service that has given no answer in this run is not waited for again.

        Raises:
            Unreachable: it gives none, or has given none to another sync.
        """
        context, connection = self.context, self.sync.connection
        if connection in context.unreachable:
            raise context.unreachable[connection]
        try:
            found: Snapshot = self.do("extract target", target.read, owners, context.progress)
        except Unreachable as error:
            if error.status is None:
                context.unreachable[connection] = error
            raise
        return found

    def do(self, name: str, function: Callable[..., T], *args: Any) -> T:
        """Carry a named step out the way this run carries steps out."""
        done: T = self.step(name, self.name, function, *args)
        return done
