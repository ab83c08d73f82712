"""Whatever goes wrong at a write of either service: after `resume` and `sync` the wanted state stands, exit code 0."""

from __future__ import annotations

import re
from typing import Any

import pytest
from road_trip import OPEN_GUARD, READS, Entry, Road, Trip, apio_state, usos_state

from connectors.sandbox.options import Fault
from flows.run import RunRequest, run

TROUBLES: dict[str, dict[str, Any]] = {
    "lost before": {"kind": "reset_before_commit"},
    "lost after": {"kind": "lost_after_commit"},
    "cut off": {"kind": "cut_off_after_commit"},
    "401": {"kind": "server_error_before_commit", "status": 401},
    "429": {"kind": "too_many_requests", "retry_after": 7},
    "503 before": {"kind": "server_error_before_commit", "status": 503},
    "503 after": {"kind": "server_error_after_commit", "status": 503},
    "HTML before": {"kind": "html_before_commit"},
    "HTML after": {"kind": "html_after_commit"},
}
STOOD: list[Entry] = [("A", "+48-229990001"), ("B", "+48-229990002"), ("C", "+48-229990003"), ("D", "+48-229990004")]
FILE = (
    "Name;Phone Number;New Name\nA;22 999 00 11;\nB;22 999 00 02;E\nD;22 999 00 14;\nF;22 999 00 05;\nG;22 999 00 06;\n"
)
WANTED = sorted(
    [
        ("A", "+48-229990011"),
        ("D", "+48-229990014"),
        ("E", "+48-229990002"),
        ("F", "+48-229990005"),
        ("G", "+48-229990006"),
    ]
)


def settle(road: Road, first: Trip) -> None:
    """Resume what is open, then sync; nothing goes wrong any more."""
    road.fault()
    resumed = run(road.context(), RunRequest("resume"))
    assert resumed.exit_code == 0
    trip = road.go()
    assert trip.exit_code == 0
    assert not trip.writes or (first.exit_code and not resumed.summary["syncs"]), "a second run has nothing to do"
    assert road.ledger.unfinished() == []


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_at_every_replace(road: Road, trouble: str, nth: int) -> None:
    road.open(usos_state({str(at): [("old", f"22 999 00 0{at}")] for at in range(4)}))
    road.configure({"entity_class": "faculty", "guard": OPEN_GUARD}, attempts=2, concurrency=2)
    lines = "".join(f"{at},22 999 00 0{at},new\n" for at in range(4))
    road.source(f"entity_id,number,comment\n{lines}")
    road.fault(Fault("replace", nth=nth, **TROUBLES[trouble]))
    settle(road, road.go())
    assert [road.numbers(str(at)) for at in range(4)] == [[("new", f"22 999 00 0{at}")] for at in range(4)]


@pytest.mark.parametrize(
    ("way", "method", "nth"),
    [
        ("batch", "batch", 1),
        ("entries", "put", 1),
        ("entries", "put", 2),
        ("entries", "create", 1),
        ("entries", "delete", 1),
    ],
)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_at_every_write_to_a_phone_list(road: Road, trouble: str, way: str, method: str, nth: int) -> None:
    road.open(apio_state(STOOD))
    road.configure({"tenant": "chopin", "delete_missing": True, "write": way, "guard": OPEN_GUARD}, attempts=2)
    road.source(FILE)
    road.fault(Fault(method, nth=nth, **TROUBLES[trouble]))
    settle(road, road.go())
    assert road.entries() == WANTED


# Files that lost something on their way -------------------------------------------------------------------------------

PEOPLE: list[tuple[str, ...]] = [
    (f"{at}", f"22 999 01 {at:02}", f"Room {'ABCDEFGHIJKLMNOPQRST'[at]}") for at in range(20)
]


def csv_of(rows: list[tuple[str, ...]], header: str) -> str:
    """Return a file."""
    return "\n".join([header, *map(",".join, rows)]) + "\n"


def shifted(rows: list[tuple[str, ...]], column: int) -> list[tuple[str, ...]]:
    """Return rows of which one column has slipped by one against the others, as in a spreadsheet sorted in part."""
    moved = [row[column] for row in rows]
    moved = [*moved[1:], moved[0]]
    return [(*row[:column], text, *row[column + 1 :]) for row, text in zip(rows, moved, strict=True)]


@pytest.mark.parametrize(
    ("damage", "code"), [("empty", 2), ("header only", 3), ("half", 3), ("shifted", 3), ("swapped", 3)]
)
@pytest.mark.parametrize("service", ["usos", "apio"])
def test_a_damaged_file_writes_nothing_and_says_why_with_figures(
    road: Road, service: str, damage: str, code: int
) -> None:
    header = "entity_id,number,comment" if service == "usos" else "Name,Phone Number"
    rows: list[tuple[str, ...]]
    rows = PEOPLE if service == "usos" else [(name, number) for _, number, name in PEOPLE]
    if service == "usos":
        road.open(usos_state({entity: [(name, number)] for entity, number, name in PEOPLE}))
        road.configure({"entity_class": "faculty"})
    else:
        road.open(apio_state([(name, f"+48-{number.replace(' ', '')}") for _, number, name in PEOPLE]))
        road.configure({"tenant": "chopin", "delete_missing": True})
    road.source(csv_of(rows, header))
    good = road.go()
    assert (good.exit_code, good.writes) == (0, [])
    damaged = {
        "empty": "",
        "header only": f"{header}\n",
        "half": csv_of(rows[:10], header),
        "shifted": csv_of(shifted(rows, 1), header),
        "swapped": csv_of([(row[1], row[0], *row[2:]) for row in rows], header),
    }
    road.source(damaged[damage])
    trip = road.go()
    assert trip.exit_code == code
    assert not [call for call in trip.calls if call.method not in READS]
    said = trip.sync.get("error", "")
    assert re.search(r"\b(0|10|20)\b", said) or damage == "empty", said
