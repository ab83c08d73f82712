"""What travels through a run: what was asked for, one sync on its way, and how it all ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

from flows.context import RunContext
from schemas import limits
from schemas.errors import PhonesyncError, Unreachable
from schemas.execution import Snapshot, Target
from schemas.exit_codes import ExitCode
from schemas.phrases import Phrase
from schemas.problems import Problem
from schemas.settings import Language
from schemas.syncs import Sync
from schemas.target import TargetSpec
from tasks.messages.errors import spoken
from tasks.messages.rendering import whole

if TYPE_CHECKING:
    import pandas as pd

    from flows.sources import ExtractedSource
    from tasks.source.validation import Checked

T = TypeVar("T")
Mode = Literal["plan", "sync", "apply", "resume", "revert"]
# How a named step is carried out: directly, or as a Prefect task.
StepRunner = Callable[..., Any]


def directly(_name: str, _sync: str, function: Callable[..., T], *args: Any) -> T:
    """Carry a step of a sync out here and now."""
    return function(*args)


class Postponed(Exception):  # noqa: N818 - nothing went wrong
    """A sync takes its turn after others of the run, see `Turn`."""


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


@dataclass(frozen=True)
class Reported:
    """What was reported of a sync: its summary with the paths, and its lines as people may see them, in a language."""

    summary: dict[str, Any]
    lines: pd.DataFrame
    lang: Language = "en"


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
class Read:
    """What a sync has read before it let others go first.

    Attributes:
        source: its file.
        checked: the same, judged.
        owners: whom it has asked for.
        found: what they have.
        alone: no other sync has anything in the place.
    """

    source: ExtractedSource
    checked: Checked
    owners: Sequence[str]
    found: Snapshot
    alone: bool


@dataclass
class Turn:
    """Whose turn it is in a run, and for whom it waits.

    A sync waits once for the syncs with which numbers have to arrive first that it would take away. And it deletes
    nothing before all syncs of the run have shown whether the ledger is older than the services.

    Attributes:
        later: syncs whose turn is still to come, those that wait included.
        waited: it has waited for arrivals.
        older: by sync, for all that have had a turn in this run, what tells how they show it, "" where they do not.
        read: what it has read in an earlier turn of this run.
    """

    later: frozenset[str] = frozenset()
    waited: bool = False
    older: dict[str, Callable[[], str]] = field(default_factory=dict)
    read: Read | None = None

    @property
    def may_delete(self) -> bool:
        """Whether all syncs of the run have been looked at, as far as their places could be read."""
        return self.later <= self.older.keys()


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
        turn: whose turn is still to come, and what was seen in an earlier one.
        sent_before: the requests that the target's client had sent before this sync; between two turns, how many it has
            sent itself, below zero.
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
    turn: Turn = field(default_factory=Turn)
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

    def wait_for(self, syncs: Iterable[str], read: Read) -> None:
        """Let these syncs put numbers into their places first, where one of them still writes in this run.

        Raises:
            Postponed: one does.
        """
        turn = self.turn
        if self.request.mode == "sync" and not turn.waited and not turn.later.isdisjoint(syncs):
            turn.waited = True
            self.let_others_go_first(read)

    def let_others_go_first(self, read: Read) -> NoReturn:
        """Take another turn after the others; what was read is kept until then where it is small.

        A list that others of the run may write to meanwhile is read again.
        """
        small = max(read.checked.rows, len(read.found.entries)) <= limits.KEPT_LINES
        self.turn.read = read if small and (read.alone or not self.spec.single_owner) else None
        raise Postponed(self.name)

    def said(self) -> dict[str, list[str]]:
        """Return what `--json` says besides the figures; what there is nothing to say of is left out."""
        said = {"source_notes": list(self.source_notes), "notes": list(self.notes)}
        return {key: notes for key, notes in said.items() if notes}

    def read(self, target: Target, owners: Sequence[str]) -> Snapshot:
        """Return what the target holds; a service that has given no answer in this run is not waited for again.

        Raises:
            Unreachable: it gives none, or has given none to another sync.
        """
        context, connection, before = self.context, self.sync.connection, self.turn.read
        if before and list(before.owners) == list(owners):
            return before.found
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
