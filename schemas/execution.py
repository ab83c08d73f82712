"""Carrying a plan out: what a target holds, what it is told to do, and what came of each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from schemas.errors import AccessRefused, LedgerError, PhonesyncError, RequestRefused, ServiceError
from schemas.interface import Interface
from schemas.quirks import FOLDS_NAMES, Quirk

if TYPE_CHECKING:
    import pandas as pd

AnswerKind = Literal["confirmed", "refused", "denied", "uncertain"]


@dataclass(frozen=True)
class WriteAnswer:
    """What was said.

    Attributes:
        kind: confirmed; refused (understood, not done); denied (we may do nothing at all); uncertain (nobody knows).
        status: the HTTP status, 0 where there was none.
        attempts: how many requests it took.
        message: the service's own words, or ours where it had none.
        error: what was raised, if anything.
    """

    kind: AnswerKind
    status: int
    attempts: int
    message: str
    error: ServiceError | None = None

    @classmethod
    def of(cls, error: ServiceError) -> WriteAnswer:
        """Say what an error means for the write that raised it."""
        kind: AnswerKind = "uncertain"
        if isinstance(error, AccessRefused):
            kind = "denied"
        elif isinstance(error, RequestRefused):
            kind = "refused"
        return cls(kind, error.status or 0, error.attempts, error.details or error.message, error)

    @property
    def late(self) -> bool:
        """Whether what was sent may still be done: somebody gave up waiting for the answer."""
        return self.kind == "uncertain" and bool(self.error and self.error.late)

    def after(self, earlier: WriteAnswer | None) -> WriteAnswer:
        """Count the attempts of an earlier try in."""
        attempts = self.attempts + (earlier.attempts if earlier else 0)
        return WriteAnswer(self.kind, self.status, attempts, self.message, self.error)


Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class NumberingDefaults:
    """How numbers without a country code are read."""

    region: str
    area_code: str | None
    switchboard: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """What a target holds: `Current`, and the owners that could not be read, with the reason.

    Whatever service was read, nobody is given another table.
    """

    entries: pd.DataFrame
    unread: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what is no `Current`, as an `InternalError`."""
        from schemas.tables import Current, validated

        validated(Current, self.entries)


@dataclass(frozen=True)
class RowOutcome:
    """What became of one row of a plan.

    `problems` is what is said of it, packed (`schemas.problems`), and `code` what that says first, "" where nothing is
    said or the row is older than codes.
    """

    row: int
    outcome: str
    problems: str
    http_status: int
    attempts: int
    at: str
    code: str = ""


@dataclass
class ApplyResult:
    """What writing a plan came to.

    Attributes:
        known: the outcome of each row that is more than at rest, by its position in the plan.
        found: `Current` of every owner that was read again, as it stood at the end.
        unplanned: entries that the target removed by itself: `owner, name, number, problems, code, at`.
        folds_names: the target was seen to ignore the case of names.
        confirmed: rows that the target has confirmed one by one, whatever it shows.
        stopped: what ended the writing early, None where all was sent.
        unkept: why outcomes could not be noted any more, None where they were.
        unplanned_entries: entries that came meanwhile, as the last reading shows them.
        read_lag: how many seconds readings were seen to be behind.
        in_vain: the kinds of writes of which something confirmed was not shown within the longest wait.
        prompt: the first reading after a write has shown it.
        habits: what the target has been seen to do beside, to be remembered.
        whole: `found` is all of the place, read when nothing was sent any more.
    """

    known: dict[int, RowOutcome] = field(default_factory=dict)
    found: pd.DataFrame | None = None
    unplanned: list[dict[str, str]] = field(default_factory=list)
    folds_names: bool = False
    confirmed: set[int] = field(default_factory=set)
    stopped: PhonesyncError | None = None
    unkept: LedgerError | None = None
    unplanned_entries: pd.DataFrame | None = None
    read_lag: float = 0.0
    in_vain: set[str] = field(default_factory=set)
    prompt: bool = False
    habits: set[Quirk] = field(default_factory=set)
    whole: bool = False


class Journal(Protocol):
    """Where intents and outcomes are kept; each call is one committed transaction."""

    def intend(  # noqa: PLR0913, PLR0917 - what an intent is made of
        self, plan: str, run: str, call: str, owners: Sequence[str], at: str, fence: int = 0
    ) -> int:
        """Note what is about to be sent, by which holder of the target, and return the intent's number."""

    def record_outcomes(self, plan: str, outcomes: Sequence[RowOutcome], *, intents: Sequence[int], at: str) -> None:
        """Note what became of rows, and close intents."""


@dataclass(frozen=True)
class Job:
    """What writing needs besides the plan's rows.

    Attributes:
        ledger: where intents and outcomes are kept.
        plan: the plan's id.
        run: the run's id.
        now: the time, as the ledger keeps it.
        sleep: how to wait.
        progress: is told what is being done.
        quirks: what the target has been seen to do to what it is sent.
        go_on: False as soon as nothing more may be begun; what was begun is settled.
        restore_unplanned: put back what the target removes by itself; otherwise report it only.
        sent: rows that an interrupted run has sent, and nobody knows what came of them.
        calls: the calls by which it may have sent them, as it has noted its intents.
        fence: the number of the target's holder, higher than that of every holder before.
    """

    ledger: Journal
    plan: str
    run: str
    now: Callable[[], str]
    sleep: Callable[[float], None]
    progress: Progress
    quirks: frozenset[Quirk] = frozenset()
    go_on: Callable[[], bool] = lambda: True
    restore_unplanned: bool = True
    sent: frozenset[int] = frozenset()
    calls: frozenset[str] = frozenset()
    fence: int = 0

    @property
    def folds_names(self) -> bool:
        """Whether the target is known to ignore the case of names."""
        return FOLDS_NAMES in self.quirks

    def intend(self, call: str, owners: Sequence[str]) -> int:
        """Note what is about to be sent."""
        return self.ledger.intend(self.plan, self.run, call, owners, self.now(), self.fence)

    def record_outcomes(self, known: Sequence[RowOutcome], intents: Sequence[int]) -> None:
        """Note what became of it."""
        self.ledger.record_outcomes(self.plan, known, intents=intents, at=self.now())


class Target(Protocol):
    """One place that a sync keeps in step. A service's own class inherits from it what it has no better way to do."""

    @property
    def name(self) -> str:
        """Address and place: what a plan is made for, and may be applied to."""

    def read(self, owners: Sequence[str], progress: Progress) -> Snapshot:
        """Return the entries of these owners (a place that is one owner ignores them)."""

    def write(self, rows: pd.DataFrame, job: Job) -> ApplyResult:
        """Carry out the `Plan` rows, all of them belonging to one plan, and read what came of it."""

    def requests(self) -> dict[str, int]:
        """Return how many requests were sent so far: `read`, `write`."""

    def folds_names(self, wanted: pd.Series[str], standing: pd.DataFrame) -> bool:  # noqa: ARG002 - see the docstring
        """Tell whether names that differ only in case are one name here, where the wanted ones raise the question."""
        return False

    def search(self, words: str) -> Snapshot | None:  # noqa: ARG002 - likewise
        """Return the entries whose names contain these plain words; None where the service cannot look for them."""
        return None

    def number_of_id(self, identifier: str) -> dict[str, Any] | None:  # noqa: ARG002 - likewise
        """Return the entry that the service knows by this id (`number`, `comment`); None where it knows none."""
        return None

    def type_description(self, type_id: str) -> dict[str, str]:  # noqa: ARG002 - likewise
        """Return what the service calls a type of numbers, by language; empty where it does not say."""
        return {}

    def interface(self) -> Interface | None:
        """Return how the service describes its methods; None where it does not."""
        return None
