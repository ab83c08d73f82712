"""Draw a history from a seed: what stands there, how the service reads its pages, and what happens, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from random import Random
from typing import Any, Literal, get_args

from mortal import Moment
from road_trip import OPEN_GUARD
from test_laws import BAD, COMMENTS, GOOD, KINDS, LIST, NAMES, STORED, Case, Colleague, Stranger

from connectors.sandbox import options
from connectors.sandbox.options import ApioOptions, Fault, UsosOptions

Does = Literal["sync", "plan and apply", "resume", "revert"]
Row = tuple[str, str, str, str]
IDS = ("1", "2", "3")
_WITH_AUTO = 100_000_000  # histories of lower seeds are what they were when they broke a law
CALLS = {
    "usos": ("select", "select", "replace", "replace", "*"),
    "apio": ("login", "list", "create", "delete", "put", "batch", "batch", "*"),
}
SPECIAL: dict[type, dict[str, tuple[Any, ...]]] = {
    UsosOptions: {
        "loopback_exempt": (True,),
        "check_nonces": (True,),
        "max_number_length": (None, 100, 12),
        "forbidden_in_number": ("", "\0\t\n\r", "()"),
        "max_comment_length": (None, 200, 100),
    },
    ApioOptions: {
        "max_name_length": (50, 50, 50, 49),
        "latin1_names": (False, False, False, True),
        "charset": ("utf-8", "utf-8", "utf-8", "ascii"),
        "failure_word": ("Failure", "Error", "success"),
    },
}


@dataclass(frozen=True)
class End:
    """How a process ends early.

    Attributes:
        moment: what it does not survive.
        nth: which of these moments, counted from 1.
        stop: somebody asks it to stop; otherwise it is killed.
    """

    moment: Moment
    nth: int
    stop: bool


@dataclass(frozen=True)
class Step:
    """Something that happens.

    Attributes:
        does: what is asked of phonesync.
        rows: the file from now on; None leaves it as it is.
        edits: what others change before.
        between: what others change after the plan and before it is applied.
        faults: what goes wrong meanwhile.
        end: how the process ends early, if it does.
        seconds: how much time passes before.
    """

    does: Does
    rows: tuple[Row, ...] | None
    edits: tuple[Any, ...] = ()
    between: tuple[Any, ...] = ()
    faults: tuple[Fault, ...] = ()
    end: End | None = None
    seconds: float = 3600.0


@dataclass(frozen=True)
class History:
    """A case to begin with (see `test_laws.Case`), and what happens then."""

    seed: int
    case: Case
    steps: tuple[Step, ...] = field(default=())

    def __str__(self) -> str:
        usual = type(self.case.options)()
        given = {
            item.name: getattr(self.case.options, item.name)
            for item in fields(usual)
            if getattr(self.case.options, item.name) != getattr(usual, item.name)
        }
        lines = [f"options {given}", f"sync {dict(self.case.sync)}", f"stood {list(self.case.stood)}"]
        return "\n".join([*lines, *map(str, self.steps)])


def draw(seed: int) -> History:
    """Return the history of a seed."""
    dice = Random(seed)  # noqa: S311 - repeatable on purpose
    usos = dice.random() < 0.4
    case = _usos(dice) if usos else _apio(dice)
    steps = tuple(_step(dice, case) for _ in range(dice.choice((1, 1, 1, 2, 2, 3))))
    if seed >= _WITH_AUTO and case.sync.get("write") == "batch" and dice.random() < 0.6:
        case = replace(case, sync={**case.sync, "write": "auto"})
    return History(seed, case, steps)


def _usos(dice: Random) -> Case:
    sync = {
        "entity_class": "faculty",
        "guard": dice.choice((OPEN_GUARD, OPEN_GUARD, OPEN_GUARD, {})),
        "allow_clear": dice.random() < 0.5,
        "delete_missing": dice.choice((None, None, False)),
        "write_format": dice.choice((None, None, "e164", "national", "apio")),
    }
    stood = tuple((dice.choice(IDS), dice.choice(COMMENTS), dice.choice(STORED)) for _ in range(dice.randrange(8)))
    connection = {"ids_per_select": dice.choice((1, 2, 100)), "attempts": dice.choice((1, 3)), "concurrency": 1}
    return Case(chosen_options(dice, UsosOptions), stood, (), sync, (), connection)


def _apio(dice: Random) -> Case:
    given = chosen_options(dice, ApioOptions)
    fold = str.casefold if given.name_case == "insensitive" else str
    names = {fold(name): name for name in (dice.choice(NAMES) for _ in range(dice.randrange(8)))}
    sync = {
        "tenant": "chopin",
        "guard": dice.choice((OPEN_GUARD, OPEN_GUARD, OPEN_GUARD, {})),
        "delete_missing": dice.random() < 0.5,
        "write": dice.choice(("batch", "batch", "entries")),
        "write_format": dice.choice((None, None, "e164", "source")),
    }
    stood = tuple((LIST, name, dice.choice(STORED)) for name in names.values())
    return Case(given, stood, (), sync, (), {"attempts": dice.choice((1, 3)), "concurrency": 1})


def chosen_options(dice: Random, of: type[Any]) -> Any:
    """Return the strictest reading of a service's pages, or one with every choice at random."""
    if dice.random() < 0.4:
        return of(delete_missing=dice.random() < 0.5) if of is ApioOptions else of()
    chosen: dict[str, Any] = {name: dice.choice(values) for name, values in SPECIAL[of].items()}
    for name, kind in of.__annotations__.items():
        choices = get_args(getattr(options, str(kind), None)) or ((True, False) if kind == "bool" else ())
        if choices and name not in chosen:
            chosen[name] = dice.choice(choices)
    return of(**chosen)


def _step(dice: Random, case: Case) -> Step:
    does: Does = dice.choice(("sync", "sync", "sync", "sync", "plan and apply", "plan and apply", "resume", "revert"))
    rows = _rows(dice, case) if does != "resume" and dice.random() < 0.9 else None
    troubled = dice.random()
    return Step(
        does=does,
        rows=rows,
        edits=_edits(dice, case),
        between=_edits(dice, case) if does in {"plan and apply", "revert"} else (),
        faults=tuple(_fault(dice, case) for _ in range(dice.choice((1, 1, 2, 3)))) if troubled < 0.55 else (),
        end=drawn_end(dice) if troubled > 0.4 else None,
        seconds=dice.choice((1.0, 3600.0, 3600.0)),
    )


def _rows(dice: Random, case: Case) -> tuple[Row, ...]:
    number = GOOD * 12 + BAD
    known = [(owner, name, number, "") for owner, name, number in case.stood]
    drawn: list[Row] = []
    for _ in range(dice.randrange(1, 8)):
        if case.usos:
            owner, name = dice.choice((*IDS, "1", "2", "unknown", "a|b")), dice.choice(COMMENTS)
            drawn.append((owner, name, dice.choice(number), dice.choice(("", "", "STA", "KOM", "XYZ"))))
        elif known and dice.random() < 0.5:
            drawn.append(dice.choice(known))
        else:
            new = dice.choice(("", "", "", *NAMES, "Fresh"))
            drawn.append((LIST, dice.choice((*NAMES, "Fresh", "")), dice.choice(number), new))
    # Half of the files name everything once: they are good ones, mostly.
    if not case.usos and dice.random() < 0.5:
        drawn = list({row[1].casefold(): row for row in drawn}.values())
    return tuple(drawn)


def _edits(dice: Random, case: Case) -> tuple[Any, ...]:
    return tuple(_writer(dice, case) for _ in range(dice.choice((0, 0, 0, 1, 1, 2))))


def _writer(dice: Random, case: Case) -> Any:
    if case.usos:
        return Colleague(dice.choice(("add", "remove")), dice.choice(IDS))
    return Stranger(dice.choice(("add", "change", "remove")), dice.choice(NAMES))


def _fault(dice: Random, case: Case) -> Fault:
    method = dice.choice(CALLS["usos" if case.usos else "apio"])
    nth = dice.choice((1, 1, 1, 2, 2, 3, 4))
    if dice.random() < 0.2:
        return Fault(method, "another_writer", nth=nth, mutation=_writer(dice, case))
    kind, again = dice.choice(KINDS), dice.choice((None, 0, 7))
    slow = None if kind == "clock_off" else 0
    return Fault(method, kind, nth=nth, times=dice.choice((1, 1, 1, 2, 5, 50)), seconds=slow, retry_after=again)


def drawn_end(dice: Random) -> End:
    moment: Moment = dice.choice(("before a commit", "before a call", "after a call"))
    return End(moment, dice.randrange(1, 14 if moment == "before a commit" else 9), stop=dice.random() < 0.2)


def touched_by(writers: tuple[Any, ...]) -> Mapping[str, None]:
    """Return names, numbers and owners that these others have had their hands on, as `road_laws.World` wants them."""
    return dict.fromkeys(sorted(Case(None, (), (), {}, _visits(writers)).touched))


def _visits(writers: tuple[Any, ...]) -> tuple[Fault, ...]:
    return tuple(Fault("*", "another_writer", mutation=writer) for writer in writers)
