"""Owners are written as a whole, and every row says what is seen of it afterwards; all data is invented."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from services_in_memory import Desk, desk
from tables import clears, desired, rejected, repeats

from connectors.execution import as_current
from connectors.memory.target import Directory, Fault, MemoryTarget
from schemas.execution import ApplyResult, NumberingDefaults
from schemas.problems import Code, unpacked
from tasks.plan.draft import Inputs, Policy
from tasks.plan.rules import plan

READING = NumberingDefaults("PL", None)
NO_LIMIT = Policy(names_are_keys=False, delete_missing=True)
Told = list[tuple[str, str, Code | None]]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def number(at: int) -> str:
    return f"22 552 00 0{at}"


def planned(directory: Directory, wanted: dict[str, list[tuple[str, int]]]) -> pd.DataFrame:
    """Return the plan that gives each owner these names and numbers."""
    lines = [
        {"owner": owner, "name": name, "number": number(at), "key": f"+482255200{at:02}"}
        for owner, entries in wanted.items()
        for name, at in entries
    ]
    stands = MemoryTarget(directory, "shelf", READING).read(sorted(wanted), lambda *_: None).entries
    return plan(Inputs(desired(*lines), rejected(), clears(), repeats(), stands), NO_LIMIT)


def written(directory: Directory, rows: pd.DataFrame, kept: Desk, **more: Any) -> ApplyResult:
    return MemoryTarget(directory, "shelf", READING).write(rows, kept.job(rows, **more))


def told(rows: pd.DataFrame, result: ApplyResult) -> Told:
    """Return owner, outcome and what is said of each row of which something is known."""
    return [
        (rows["owner"][row], known.outcome, next((problem.code for problem in unpacked(known.problems)), None))
        for row, known in sorted(result.known.items())
    ]


def test_what_is_stored_in_other_letters_is_applied_and_said_and_so_is_what_rests_beside_it(kept: Desk) -> None:
    directory = Directory({"a": [("Biuro", number(1))]}, letters=str.upper)
    rows = planned(directory, {"a": [("Biuro", 1), ("Hol", 2)]})
    result = written(directory, rows, kept)
    assert told(rows, result) == [
        ("a", "unchanged", Code.STORED_OTHERWISE),
        ("a", "applied", Code.STORED_OTHERWISE),
    ]
    assert kept.open_intents() == 0


def test_what_is_stored_as_it_was_sent_has_nothing_to_say(kept: Desk) -> None:
    directory = Directory({"a": [("Biuro", number(1))]})
    rows = planned(directory, {"a": [("Biuro", 1), ("Hol", 2)], "b": [("Sala", 3)]})
    assert told(rows, written(directory, rows, kept)) == [("a", "applied", None), ("b", "applied", None)]


def test_an_owner_whom_others_have_changed_is_left_and_the_rest_is_written(kept: Desk) -> None:
    directory = Directory({"a": [("Biuro", number(1))], "b": []})
    rows = planned(directory, {"a": [("Biuro", 2)], "b": [("Sala", 3)], "c": [("Kasa", 4)]})
    directory.entries |= {"a": [("Obce", number(9))], "c": [("Kasa", number(4))]}
    result = written(directory, rows, kept)
    assert told(rows, result) == [
        ("a", "conflict", Code.OWNER_CHANGED),
        ("b", "applied", None),
        ("c", "unchanged", Code.DONE_BY_OTHERS),
    ]
    assert directory.entries["a"] == [("Obce", number(9))]


@pytest.mark.parametrize(
    ("reads", "more", "said"),
    [
        ([], {"go_on": lambda: False}, Code.WRITING_ENDED),
        (["unreachable"], {}, Code.NOT_READ_BEFORE),
        (["denied"], {}, Code.NOT_READ_BEFORE),
    ],
)
def test_where_nothing_may_be_begun_or_read_every_change_is_skipped_with_the_reason(
    kept: Desk, reads: list[Fault], more: dict[str, Any], said: Code
) -> None:
    directory = Directory({"a": [("Biuro", number(1))]})
    rows = planned(directory, {"a": [("Biuro", 1), ("Hol", 2)], "b": [("Sala", 3)]})
    directory.read_faults = deque(reads)
    result = written(directory, rows, kept, **more)
    assert told(rows, result) == [("a", "skipped", said), ("b", "skipped", said)]
    assert (directory.requests["write"], result.stopped is None) == (0, not reads)
    noted = {outcome.row: outcome.outcome for outcome in kept.ledger.outcomes("plan")}
    assert noted == dict.fromkeys(result.known, "skipped")


def test_what_had_no_effect_is_sent_once_more(kept: Desk) -> None:
    directory = Directory(write_faults=deque(["lost before"]))
    rows = planned(directory, {"a": [("Biuro", 1)]})
    result = written(directory, rows, kept)
    assert told(rows, result) == [("a", "applied", None)]
    assert [known.attempts for known in result.known.values()] == [2]


def test_entries_are_read_as_their_place_spells_numbers() -> None:
    rows = [("a", "Biuro", "wew. 12", "STA", "Office"), ("a", "Hol", "552 00 01", "", "")]
    found = as_current(rows, NumberingDefaults("PL", "22", "22 552 00 00"))
    assert list(found["key"]) == ["+48225520000;ext=12", "+48225520001"]
    assert found[["owner", "name", "number", "type_id", "name_en"]].to_numpy().tolist() == [list(row) for row in rows]
    assert list(as_current(rows[1:], READING)["key"].str.startswith("text:")) == [True]
