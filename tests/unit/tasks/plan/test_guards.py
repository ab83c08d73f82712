"""Guards: each limit trips above it and not at it; small lists are guarded like large ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from schemas.plan import GuardHit
from schemas.syncs import Guard
from schemas.tables import Plan
from tasks.messages.guards import guard_sentence, percentage
from tasks.plan.guards import Facts, guard

BEFORE = {"name_before": "a", "number_before": "1", "key_before": "1"}
AFTER = {"name_after": "a", "number_after": "1", "key_after": "1"}
SHAPES: Mapping[str, Mapping[str, str]] = {
    "add": AFTER,
    "modify": {**BEFORE, **AFTER},
    "rename": {**BEFORE, **AFTER},
    "keep": {**BEFORE, **AFTER},
    "hold": {**BEFORE, **AFTER},
    "foreign": {**BEFORE, **AFTER},
    "delete": BEFORE,
}


def planned(**counts: int) -> pd.DataFrame:
    """Return a plan with so many rows of each action, each about a number of its own under one owner."""
    rows = []
    for action, number in counts.items():
        for _ in range(number):
            one = {column: f"{text}{len(rows)}" for column, text in SHAPES[action].items()}
            stands_in_a_line = action not in {"delete", "foreign"}
            rows.append({**one, "action": action, "owner": "one", "line": len(rows) + 2 if stands_in_a_line else 0})
    return table(Plan, rows)


def tripped(plan: pd.DataFrame, limits: Guard | None = None, **facts: Any) -> list[str]:
    """Return the names of the guards that a plan trips."""
    lines = int((plan["line"] > 0).sum())
    return [hit.guard for hit in guard(plan, Facts(**{"source_rows": lines or 1, **facts}), limits or Guard())]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"keep": 180, "delete": 20}, []),
        ({"keep": 180, "delete": 21}, ["max_deletes"]),
        ({"keep": 80, "delete": 20}, []),
        ({"keep": 79, "delete": 20}, ["max_delete_share"]),
        ({"keep": 10, "delete": 21}, ["max_deletes", "max_delete_share"]),
        # One deletion alone is everyday work in a list of any size, unless it empties the list.
        ({"keep": 1, "delete": 1}, []),
        ({"keep": 2, "delete": 2}, ["max_delete_share"]),
        ({"delete": 1}, ["max_delete_share"]),
        ({"delete": 1, "add": 3}, ["max_delete_share"]),
        ({"delete": 1, "foreign": 1}, []),
        # Modifications and renames count together, and only where a share says something.
        ({"keep": 7, "modify": 3}, []),
        ({"keep": 6, "modify": 2, "rename": 2}, ["max_change_share"]),
        ({"keep": 5, "modify": 4}, []),
        ({"modify": 9}, []),
        ({"modify": 10}, ["max_change_share"]),
        # What changes nothing, and what only adds, never trips.
        ({"keep": 30, "hold": 30, "foreign": 30}, []),
        ({"add": 1000}, []),
    ],
)
def test_the_defaults_trip_above_their_limits_and_not_at_them(counts: dict[str, int], expected: list[str]) -> None:
    assert tripped(planned(**counts)) == expected


@pytest.mark.parametrize(
    ("limits", "counts", "expected"),
    [
        (Guard(max_deletes=0), {"keep": 100}, []),
        (Guard(max_deletes=0), {"keep": 100, "delete": 1}, ["max_deletes"]),
        (Guard(max_delete_share=1), {"delete": 20}, []),
        (Guard(max_delete_share=0), {"keep": 9, "delete": 2}, ["max_delete_share"]),
        (Guard(max_changes=3), {"keep": 97, "modify": 1, "rename": 2}, []),
        (Guard(max_changes=2), {"keep": 97, "modify": 1, "rename": 2}, ["max_changes"]),
        (Guard(max_change_share=1), {"modify": 100}, []),
    ],
)
def test_a_limit_can_be_set(limits: Guard, counts: dict[str, int], expected: list[str]) -> None:
    assert tripped(planned(**counts), limits) == expected


@pytest.mark.parametrize(
    ("limit", "lately", "deletes", "expected"),
    [
        (None, 1000, 5, []),
        (10, 5, 5, []),
        (10, 6, 5, ["max_deletes_per_week"]),
        (0, 0, 1, ["max_deletes_per_week"]),
        (10, 11, 0, []),
    ],
)
def test_deletions_of_a_week_add_up(limit: int | None, lately: int, deletes: int, expected: list[str]) -> None:
    limits = Guard(max_deletes_per_week=limit)
    assert tripped(planned(keep=100, delete=deletes), limits, deleted_lately=lately) == expected


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        (70, 100, []),
        (14, 20, []),
        (69, 100, ["max_source_drop"]),
        (200, 100, []),
        (5, None, []),
        (1, 1, []),
        (1, 0, []),
    ],
)
def test_a_file_that_has_shrunk_is_not_trusted(now: int, last: int | None, expected: list[str]) -> None:
    assert tripped(planned(keep=3), Guard(), source_rows=now, last_rows=last) == expected


@pytest.mark.parametrize(
    ("now", "handed_over", "expected"),
    [
        # Of a hundred lines seventy are left, of which three in ten may go, as if there had never been more.
        (70, 30, []),
        (49, 30, []),
        (48, 30, ["max_source_drop"]),
        (1, 99, []),
        (10, 90, []),
        (6, 90, ["max_source_drop"]),
        # Others have come meanwhile.
        (100, 100, []),
        (1, 100, []),
    ],
)
def test_what_another_file_has_now_is_not_lost(now: int, handed_over: int, expected: list[str]) -> None:
    assert tripped(planned(keep=3), Guard(), source_rows=now, last_rows=100, handed_over=handed_over) == expected


@given(
    now=st.integers(1, 200),
    last=st.integers(1, 200),
    handed=st.integers(0, 200),
    limit=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_a_hand_over_never_stops_what_passes_without_one(now: int, last: int, handed: int, limit: float) -> None:
    limits, facts = Guard(max_source_drop=limit), {"source_rows": now, "last_rows": last}
    with_it = tripped(planned(keep=3), limits, **facts, handed_over=min(handed, last))
    assert with_it in ([], tripped(planned(keep=3), limits, **facts))


def test_an_empty_file_is_no_reason_to_empty_a_directory() -> None:
    assert tripped(planned(foreign=3), source_rows=0) == ["allow_empty"]
    assert tripped(planned(foreign=3), Guard(allow_empty=True), source_rows=0) == []
    # The permission to be empty is none to delete.
    assert tripped(planned(delete=3), Guard(allow_empty=True), source_rows=0) == ["max_delete_share"]


def lines(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return ten lines that stand as they are, and these."""
    return pd.concat([planned(keep=10 - len(rows)), table(Plan, rows)], ignore_index=True)


def row(line: int, **columns: str) -> dict[str, Any]:
    """Return a row that keeps or changes an entry of the owner `one`."""
    number = f"9{line}"
    shape = {"name_before": "Anna", "number_before": number, "key_before": number}
    shape |= {"name_after": "Anna", "number_after": number, "key_after": number}
    return {"line": line, "owner": "one", "action": "modify", **shape, **columns}


@pytest.mark.parametrize(
    "slipped",
    [
        pytest.param({"name_after": ""}, id="comments that became empty"),
        pytest.param({"name_after": "22 999 00 01"}, id="comments without letters"),
    ],
)
def test_a_column_that_slipped_is_seen_from_one_line_in_five(slipped: dict[str, str]) -> None:
    open_limits = Guard(max_change_share=1)
    assert tripped(lines(row(50, **slipped), row(51, **slipped)), open_limits) == []
    three = lines(row(50, **slipped), row(51, **slipped), row(52, **slipped))
    assert tripped(three, open_limits) == ["max_moved_share"]


def test_numbers_that_changed_owners_are_seen() -> None:
    stood = [row(60 + at, action="keep") for at in range(3)]
    moved = [
        row(70 + at, action="add", owner="two", key_after=f"9{60 + at}", key_before="", number_before="")
        for at in range(3)
    ]
    assert tripped(lines(*stood, *moved[:2])) == []
    assert tripped(lines(*stood, *moved)) == ["max_moved_share"]


def test_lines_without_a_readable_number_are_counted() -> None:
    assert tripped(planned(keep=10), number_rejects=2) == []
    assert tripped(planned(keep=10), number_rejects=3) == ["max_moved_share"]
    assert tripped(planned(keep=9), number_rejects=9, source_rows=9) == [], "a share of a few lines says little"


def test_the_message_says_how_many_lines_are_elsewhere() -> None:
    facts = Facts(source_rows=5, last_rows=20, handed_over=10)
    (hit,) = guard(planned(keep=5), facts, Guard())
    assert hit.as_json() == {
        "guard": "max_source_drop",
        "value": 0.5,
        "limit": 0.3,
        "message": "the file has 5 of 10 lines fewer than at the last successful run (50 %; limit 30 %); "
        "not counting 10 that are now in the files of other syncs",
        "handed_over": 10,
        "count": 5,
        "total": 10,
    }


def test_the_message_says_the_figures_and_the_limit() -> None:
    (hit,) = guard(planned(keep=6, delete=3), Facts(source_rows=6), Guard())
    assert hit.as_json() == {
        "guard": "max_delete_share",
        "value": 3 / 9,
        "limit": 0.2,
        "message": "3 of 9 entries would be deleted (33.3 %; limit 20 %)",
        "count": 3,
        "total": 9,
    }


@pytest.mark.parametrize(
    ("hit", "said"),
    [
        (GuardHit("max_deletes", 1, 0), "1 entry would be deleted, limit 0"),
        (GuardHit("max_deletes", 2, 1), "2 entries would be deleted, limit 1"),
        (
            GuardHit("max_delete_share", 1, 0.2, count=1, total=1),
            "1 of 1 entry would be deleted (100 %; limit 20 %)",
        ),
        (GuardHit("ask", 1, 0), "1 entry would be changed, and ask requires approval of every plan"),
        (
            GuardHit("max_moved_share", 0.1, 0.0, count=1, total=10, details={"numbers_unreadable": 1}),
            "cells seem to have shifted in 1 of 10 lines (10 %; limit 0 %); 1 has no readable number",
        ),
    ],
)
def test_one_is_said_as_one(hit: GuardHit, said: str) -> None:
    assert guard_sentence(hit.as_json()) == said


def test_both_languages_say_the_same_figure_and_of_how_many_it_is() -> None:
    (hit,) = guard(planned(keep=4, delete=8), Facts(source_rows=4), Guard())
    assert hit.message == "8 of 12 entries would be deleted (66.7 %; limit 20 %)"
    assert guard_sentence(hit.as_json(), "pl") == "plan usuwa 66,7 % wpisów (8 z 12), limit 20 %"
    kept_before = {name: value for name, value in hit.as_json().items() if name not in {"count", "total"}}
    assert guard_sentence(kept_before, "pl") == "plan usuwa 66,7 % wpisów, limit 20 %"


def test_every_share_is_of_so_many_in_both_languages() -> None:
    drift = Facts(source_rows=12, left=12, last_rows=30, number_rejects=8, ask_of_drift=True)
    hits = guard(planned(keep=4, modify=8), drift, Guard(max_change_share=0.2))
    assert {"max_source_drop", "max_change_share", "max_moved_share"} <= {hit.guard for hit in hits}
    for hit in hits:
        assert f"({hit.count} z {hit.total})" in guard_sentence(hit.as_json(), "pl")
        assert percentage("pl", hit.value).replace(",", ".") in hit.message


OPEN = Guard(max_change_share=1, max_deletes=1000, max_delete_share=1, max_deletes_per_week=5)
EMPTY = "plik nie ma żadnego wiersza, a pusty plik nie może opróżnić spisu"
SEEM = "cells seem to have shifted in 3 of 10 lines (30 %; limit 20 %)"
MOVED = "w 30 % wierszy (3 z 10) przesunęły się komórki (numer, opis albo właściciel), limit 20 %"


@pytest.mark.parametrize(
    ("plan", "facts", "english", "polish", "before"),
    [
        (
            planned(keep=9, delete=3),
            Facts(9, deleted_lately=4),
            "7 entries would be deleted within seven days, limit 5; 3 of them in this plan",
            "usunięć w ciągu siedmiu dni: 7, limit 5; z tego w tym planie: 3",
            "usunięć w ciągu siedmiu dni: 7, limit 5",
        ),
        (
            planned(foreign=3),
            Facts(0, last_rows=1200),
            "the file has no lines, and an empty file must not empty a directory; the last successful run had 1,200",
            f"{EMPTY}; wierszy przy ostatnim udanym przebiegu: 1200",
            EMPTY,
        ),
        (
            planned(keep=10),
            Facts(10, number_rejects=3),
            f"{SEEM}; 3 have no readable number",
            f"{MOVED}; numery, których nie da się odczytać: 3",
            MOVED.replace(" (3 z 10)", ""),
        ),
        (
            lines(*(row(50 + at, name_after="") for at in range(3))),
            Facts(10),
            f"{SEEM}; 3 would get an empty comment",
            f"{MOVED}; opisy, które stałyby się puste: 3",
            MOVED.replace(" (3 z 10)", ""),
        ),
    ],
)
def test_polish_says_as_much_as_english_and_no_more_than_was_kept(
    plan: pd.DataFrame, facts: Facts, english: str, polish: str, before: str
) -> None:
    (hit,) = guard(plan, facts, OPEN)
    kept = json.loads(json.dumps(hit.as_json()))
    assert (guard_sentence(kept), guard_sentence(kept, "pl")) == (english, polish)
    of_earlier_releases = {name: kept[name] for name in ("guard", "value", "limit", "message")}
    assert guard_sentence(of_earlier_releases, "pl") == before


def test_no_detail_of_a_guard_lacks_its_words() -> None:
    plan = lines(*(row(50 + at, name_after="22 999 00 01") for at in range(3)))
    (wordless,) = guard(plan, Facts(10), OPEN)
    assert guard_sentence(wordless.as_json(), "pl").endswith("; opisy, w których nie byłoby już liter: 3")
    moved = [row(70 + at, action="add", owner="two", key_after=f"9{60 + at}", key_before="") for at in range(3)]
    (elsewhere,) = guard(lines(*(row(60 + at, action="keep") for at in range(3)), *moved), Facts(10), OPEN)
    assert guard_sentence(elsewhere.as_json(), "pl").endswith("; numery, które należą teraz do innego właściciela: 3")
