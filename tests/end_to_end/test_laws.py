"""The laws of the road, over random files, states, settings of the services, and faults; all data is invented."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from drawing import saw, sees, share
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from road_laws import CAME, Entry, Observed, hold, key_of
from road_trip import OPEN_GUARD, Road, Trip, apio_state, empty_ledger, usos_state

from connectors.sandbox import options
from connectors.sandbox.options import ApioOptions, Fault, FaultKind, UsosOptions
from connectors.sandbox.server import Sandbox
from connectors.sandbox.usos_rows import NumberRow

LIST = "tenant chopin"
GOOD = ["22 552 00 01", "(22) 552-00-02", "+48-225520003", "+48225520004", "225520005"]
STORED = [
    "+48-225520001",
    "22 552 00 02",
    "+48225520003",
    "+48-225520004",
    "(22) 552 00 05",
    "portier",
    "+48-225520009",
]
BAD = ["", "brak", "wew. 12", "22 552 00", "abc"]
STRANGE = "22 552 99 99"
NAMES = ["Dean", "DEAN", "Porter", "porter", "Archive", "Łódź", "batch", "a/b", "50%", "..", 'A "B"; C', "N" * 50]
COMMENTS = ["", "Dean", "dean", "Fax", "Ósme piętro", "C" * 120]
KINDS = [kind for kind in get_args(FaultKind) if kind != "another_writer"]


@dataclass(frozen=True)
class Stranger:
    """Another writer of a phone list."""

    does: str
    name: str

    def __call__(self, service: Any) -> None:
        """Write."""
        entries = dict(service.entries("chopin"))
        if self.does == "add":
            entries.setdefault("Newcomer", STRANGE)
        elif self.name in entries and self.does == "change":
            entries[self.name] = STRANGE
        else:
            entries.pop(self.name, None)
        service.set_entries("chopin", None, list(entries.items()))


@dataclass(frozen=True)
class Colleague:
    """Another writer of an entity's numbers."""

    does: str
    name: str  # the entity

    def __call__(self, service: Any) -> None:
        """Write."""
        rows = service.numbers("faculty", self.name)
        rows = rows[1:] if self.does == "remove" else [*rows, NumberRow(STRANGE, "Newcomer")]
        service.set_numbers("faculty", self.name, rows)


@dataclass(frozen=True)
class Case:
    """One example.

    Attributes:
        stood: (owner, name, number) at the start.
        rows: lines of the file: (owner, name, number, new name or type).
        sync: keys of the configuration.
    """

    options: Any
    stood: tuple[Entry, ...]
    rows: tuple[tuple[str, str, str, str], ...]
    sync: Mapping[str, Any]
    faults: tuple[Fault, ...] = ()
    connection: Mapping[str, Any] = field(default_factory=dict)

    @property
    def usos(self) -> bool:
        """Tell whether it is for USOS."""
        return isinstance(self.options, UsosOptions)

    @property
    def touched(self) -> frozenset[str]:
        """Names and numbers that another writer may change."""
        strangers = [fault.mutation for fault in self.faults if isinstance(fault.mutation, Stranger | Colleague)]
        owners = {stranger.name for stranger in strangers}
        return frozenset({"Newcomer", STRANGE, *owners, *(f"faculty {owner}" for owner in owners)} if strangers else ())


def faults_of(*methods: str, writer: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Fault, ...]]:
    """Return a few faults, in half of the cases none."""
    fault = st.builds(
        Fault,
        method=st.sampled_from([*methods, "*"]),
        kind=st.sampled_from(KINDS),
        nth=st.sampled_from([1, 1, 1, 2, 2, 3, 4]),
        times=st.sampled_from([1, 1, 1, 2, 5]),
        seconds=st.just(0.002),
        retry_after=st.sampled_from([None, 0, 7]),
    )
    visit = st.builds(
        Fault,
        method=st.sampled_from(methods),
        kind=st.just("another_writer"),
        nth=st.sampled_from([1, 1, 2, 3, 4]),
        mutation=writer,
    )
    return st.just(()) | st.lists(fault | visit, min_size=1, max_size=3).map(tuple)


def chosen(of: type[Any], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return options with every choice at random: `Literal`s and truths by themselves, the rest as given."""
    hints = {name: getattr(options, str(kind).split(".")[-1], None) for name, kind in of.__annotations__.items()}
    choices = {name: st.sampled_from(get_args(kind)) for name, kind in hints.items() if get_args(kind)}
    truths = {name: st.booleans() for name, kind in of.__annotations__.items() if kind == "bool"}
    return st.builds(of, **{**choices, **truths, **given})


USOS_OPTIONS = chosen(
    UsosOptions,
    loopback_exempt=st.just(value=True),
    check_nonces=st.just(value=True),
    max_number_length=st.sampled_from([None, 100, 12]),
    forbidden_in_number=st.sampled_from(["", "\0\t\n\r", "()"]),
    max_comment_length=st.sampled_from([None, 200, 100]),
)
APIO_OPTIONS = chosen(
    ApioOptions,
    max_name_length=st.sampled_from([50, 50, 50, 49]),
    latin1_names=st.sampled_from([False, False, False, True]),
    charset=st.sampled_from(["utf-8", "utf-8", "utf-8", "ascii"]),
    failure_word=st.sampled_from(["Failure", "Error", "success"]),
)


@st.composite
def usos_cases(draw: st.DrawFn) -> Case:
    ids = st.sampled_from(["1", "2", "3"])
    stood = draw(st.lists(st.tuples(ids, st.sampled_from(COMMENTS), st.sampled_from(STORED)), max_size=7))
    line = st.tuples(
        st.sampled_from(["1", "1", "2", "2", "3", "unknown", "a|b"]),
        st.sampled_from(COMMENTS),
        st.sampled_from(GOOD * 12 + BAD),
        st.sampled_from(["", "", "STA", "KOM", "XYZ"]),
    )
    rows = draw(st.lists(line, max_size=7))
    sync = {
        "entity_class": "faculty",
        "guard": draw(st.sampled_from([OPEN_GUARD, OPEN_GUARD, OPEN_GUARD, {}])),
        "allow_clear": draw(st.booleans()),
        "delete_missing": draw(st.sampled_from([None, None, False])),
        "write_format": draw(st.sampled_from([None, None, "e164", "national", "apio"])),
    }
    writer = st.builds(Colleague, st.sampled_from(["add", "remove"]), ids)
    faults = draw(faults_of("select", "replace", writer=writer))
    connection = {"ids_per_select": draw(st.sampled_from([1, 2, 100])), "attempts": 3, "concurrency": 2}
    return Case(draw(USOS_OPTIONS), tuple(stood), tuple(rows), sync, faults, connection)


@st.composite
def apio_cases(draw: st.DrawFn) -> Case:
    given = draw(APIO_OPTIONS)
    name = st.sampled_from(NAMES)
    unique = str.casefold if given.name_case == "insensitive" else str
    names = draw(st.lists(name, max_size=6, unique_by=unique))
    stood = [(LIST, each, draw(st.sampled_from(STORED))) for each in names]
    new = st.sampled_from(["", "", "", *NAMES, "Fresh"])
    line = st.tuples(st.just(LIST), st.sampled_from([*NAMES, "Fresh", ""]), st.sampled_from(GOOD * 12 + BAD), new)
    known = st.sampled_from(stood).map(lambda entry: (*entry, "")) if stood else line
    # Half of the files name everything once: they are good ones, mostly.
    once = draw(st.sampled_from([None, lambda row: row[1].casefold()]))
    rows = draw(st.lists(line | known, max_size=7, unique_by=once))
    sync = {
        "tenant": "chopin",
        "guard": draw(st.sampled_from([OPEN_GUARD, OPEN_GUARD, OPEN_GUARD, {}])),
        "delete_missing": draw(st.booleans()),
        "write": draw(st.sampled_from(["auto", "batch", "entries"])),
        "write_format": draw(st.sampled_from([None, None, "e164", "source"])),
    }
    writer = st.builds(Stranger, st.sampled_from(["add", "change", "remove"]), name)
    faults = draw(faults_of("login", "list", "create", "delete", "delete_many", "put", "batch", writer=writer))
    return Case(given, tuple(stood), tuple(rows), sync, faults, {"attempts": 3, "concurrency": 2})


@contextmanager
def opened(sandbox: Sandbox, case: Case) -> Iterator[Road]:
    """Return a road on which the case is laid out."""
    with tempfile.TemporaryDirectory() as folder:
        road = Road(sandbox, Path(folder), empty_ledger())
        try:
            lay_out(road, case)
            yield road
        finally:
            road.close()


def lay_out(road: Road, case: Case) -> None:
    if case.usos:
        entities: dict[str, list[tuple[str, str]]] = {"1": [], "2": [], "3": []}
        for owner, name, number in case.stood:
            entities[owner].append((name, number))
        state = usos_state(entities)
        state["usos"]["directory"] = {"faculty": {owner: {"name": {"pl": f"Instytut {owner}"}} for owner in ("1", "2")}}
        road.open(state, usos=case.options)
    else:
        road.open(apio_state([(name, number) for _, name, number in case.stood]), apio=case.options)
    header = ["entity_id", "comment", "number", "type_id"] if case.usos else ["Name", "Phone Number", "New Name"]
    rows = [row if case.usos else row[1:] for row in case.rows]
    road.source("".join(";".join(map(_quoted, row)) + "\n" for row in [header, *rows]))
    prefix = {} if case.usos else {"prefix": case.options.prefix}
    road.configure({**case.sync, "delimiter": ";"}, **prefix, **case.connection)
    road.fault(*case.faults)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def state_of(road: Road, case: Case) -> tuple[Entry, ...]:
    if case.usos:
        return tuple((f"faculty {i}", *entry) for i in ("1", "2", "3", "unknown") for entry in road.numbers(i))
    return tuple((LIST, *entry) for entry in road.entries())


def travel(road: Road, case: Case) -> tuple[Observed, Trip]:
    """Make one run and return what is to be judged."""
    before = state_of(road, case)
    trip = road.go()
    lines = {
        at: (
            f"faculty {owner}" if case.usos else owner,
            " ".join(name.split()),
            number,
            "" if case.usos or new == name else new,
        )
        for at, (owner, name, number, new) in enumerate(case.rows, start=2)
    }
    missing = case.sync["delete_missing"]
    return Observed(
        before=before,
        after=state_of(road, case),
        lines=lines,
        delete_missing=case.usos if missing is None else missing,
        replaces=case.usos,
        touched=case.touched,
        fold=str.casefold if not case.usos and case.options.name_case == "insensitive" else str,
        faulty=bool(case.faults),
        clears=bool(case.sync.get("allow_clear")),
        unfit=(lambda _: False) if case.usos else unfit_for(case.options),
        keeps_duplicates=not case.usos or case.options.keep_duplicates,
    ), trip


def unfit_for(given: ApioOptions) -> Callable[[str], bool]:
    """Return what tells of a name that the service would not take, though an entry of that name may stand there."""
    return lambda name: len(name) > given.max_name_length or (given.latin1_names and any(ord(c) > 255 for c in name))


def judge(sandbox: Sandbox, case: Case) -> Trip:
    """All laws: after a run, and after a second one on a quiet road."""
    with opened(sandbox, case) as road:
        context, trip = travel(road, case)
        hold(context, trip)
        saw(*trip.outcomes, *trip.actions, *("stranger" for row in trip.lines if row["message"].startswith(CAME)))
        if not case.faults and not trip.sync["guards"]:
            settled(road, case, context, trip)
        return trip


def settled(road: Road, case: Case, context: Observed, trip: Trip) -> None:
    """Without faults a second run has nothing to do, and a good file is what stands there."""
    possible = can_be_held(case)
    if set(trip.outcomes) <= {"applied", "unchanged", "held"}:
        again_world, again = travel(road, case)
        hold(again_world, again)
        assert not again.writes
        assert "applied" not in again.outcomes
        assert again.exit_code == trip.exit_code
    else:
        assert not possible, trip.outcomes
    if possible and not trip.sync["rejected"] and "hold" not in trip.actions:
        assert trip.exit_code == 0
        there = context.entries(context.after)
        wanted = context.entries(
            (owner, new or name, number) for owner, name, number, new in context.lines.values() if number not in BAD
        )
        assert wanted <= there if case.usos else set(wanted) <= set(there)  # a list's repeated lines are one entry
        assert set(there) <= set(wanted) or not context.delete_missing or case.usos


def can_be_held(case: Case) -> bool:
    """Tell whether the service, set as it is, can hold what the file wants, and can be told so."""
    names = [text for _, name, _, new in case.rows for text in (name, "" if case.usos else new)]
    given = case.options
    if case.usos:
        owners = {row[0] for row in case.rows}
        keys = [(owner, key_of(number)) for owner, _, number, _ in case.rows]
        return (
            (given.keep_duplicates or len(set(keys)) == len(keys))
            and given.allow_empty_replace
            and given.forbidden_in_number != "()"
            and given.max_number_length != 12
            and given.max_comment_length != 100
            and not any(row[3] == "XYZ" for row in case.rows)
            and "unknown" not in owners
        )
    every = {*names, *(name for _, name, _ in case.stood)}
    folded = given.name_case == "insensitive" and len({name.casefold() for name in every}) < len(every)
    return not folded and not any(map(unfit_for(given), every))


# A rename brought the name that a bad line has; the run after it took the line for tied, and deleted what it had held.
A_BAD_LINE_WITH_THE_NAME_THAT_A_RENAME_BRINGS = Case(
    ApioOptions(delete_missing=False, missing_judged_by="old_names", delete_order="before"),
    tuple((LIST, name, "+48-225520001") for name in ("50%", "Dean", "DEAN", "N" * 50)),
    (
        (LIST, "Dean", "22 552 00 01", "porter"),
        (LIST, "50%", "+48-225520001", ""),
        (LIST, "porter", "abc", "Fresh"),
    ),
    {"tenant": "chopin", "guard": OPEN_GUARD, "delete_missing": True, "write": "batch"},
    connection={"attempts": 3, "concurrency": 2},
)

DEAN, PORTER = (LIST, "Dean", "+48-225520001"), (LIST, "Porter", "+48-225520002")
LISTED = {"tenant": "chopin", "guard": OPEN_GUARD, "delete_missing": True}
PATIENT = {"attempts": 3, "concurrency": 2}


def listed(line: tuple[str, str, str], *faults: Fault, write: str = "batch") -> Case:
    """Return a file of one line for a list of two entries, and what goes wrong."""
    return Case(ApioOptions(), (DEAN, PORTER), ((LIST, *line),), {**LISTED, "write": write}, faults, PATIENT)


def lost(write: str, read: str) -> tuple[Fault, Fault]:
    """Return the loss of a write's answer, after which nothing can be read any more."""
    return Fault(write, "lost_after_commit"), Fault(read, "server_error_before_commit", nth=3, times=99)


# What random files and faults seldom come to.
RARE_ON_A_LIST = (
    listed(("Dean", "22 552 00 01", "Fresh")),
    listed(("Dean", "22 552 00 03", ""), Fault("list", "another_writer", mutation=Stranger("change", "Dean"))),
    listed(("Dean", "22 552 00 03", ""), Fault("batch", "another_writer", mutation=Stranger("add", "Dean"))),
    listed(
        ("Dean", "22 552 00 03", ""),
        Fault("list", "another_writer", nth=2, mutation=Stranger("add", "Dean")),
        write="entries",
    ),
    listed(("Dean", "22 552 00 03", ""), *lost("batch", "list")),
    listed(("Dean", "22 552 00 03", ""), Fault("list", "server_error_before_commit", nth=2, times=99)),
)
RARE_IN_USOS = tuple(
    Case(
        UsosOptions(loopback_exempt=True),
        (("1", "Dean", "22 552 00 01"), ("1", "Fax", "22 552 00 02"), ("2", "Dean", "22 552 00 03")),
        (("1", "Dean", "22 552 00 04", ""), ("1", "Fax", "22 552 00 02", ""), ("2", "Dean", "22 552 00 03", "")),
        {"entity_class": "faculty", "guard": OPEN_GUARD, "allow_clear": False, "delete_missing": None},
        faults,
        {"ids_per_select": 100, **PATIENT},
    )
    for faults in (
        (),
        (Fault("select", "another_writer", mutation=Colleague("remove", "1")),),
        lost("replace", "select"),
    )
)


def also(cases: Iterable[Case]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a law hold for each of these besides those that are drawn."""

    def decorate(law: Callable[..., None]) -> Callable[..., None]:
        for case in cases:
            law = example(case=case)(law)
        return law

    return decorate


QUIET = share(0.5, suppress_health_check=list(HealthCheck))


@sees("add", "modify", "keep", "hold", "applied", "unchanged", "held", "conflict", "unknown", "skipped")
@QUIET
@also(RARE_IN_USOS)
@given(case=usos_cases())
def test_usos_keeps_the_laws(served_services: Sandbox, case: Case) -> None:
    """Nothing is lost, nothing strange appears, each row is true, a second run has nothing to do."""
    judge(served_services, case)


@sees(
    *("add", "modify", "rename", "delete", "keep", "hold", "foreign", "stranger"),
    *("applied", "unchanged", "failed", "held", "conflict", "unknown", "skipped", "unplanned"),
)
@QUIET
@also([A_BAD_LINE_WITH_THE_NAME_THAT_A_RENAME_BRINGS, *RARE_ON_A_LIST])
@given(case=apio_cases())
def test_apio_keeps_the_laws(served_services: Sandbox, case: Case) -> None:
    """Nothing is lost, nothing strange appears, each row is true, a second run has nothing to do."""
    judge(served_services, case)
