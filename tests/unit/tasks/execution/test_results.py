from __future__ import annotations

import pandas as pd
import pytest
from tables import clears, current, desired, rejected, repeats, table

from schemas.execution import RowOutcome
from schemas.problems import Code, Problem, packed
from schemas.tables import Plan, Result, validated
from tasks.execution.results import account, add_unplanned_entries, tell_writes, unread
from tasks.plan.draft import Inputs, Policy
from tasks.plan.rules import plan


def test_an_entry_that_came_meanwhile_is_in_no_line() -> None:
    """A clerk who is told line 1 looks for the mistake there."""
    wanted, had_entry = desired({"name": "A", "number": "1"}), current({"name": "A", "number": "1"})
    made = plan(
        Inputs(wanted, rejected(), clears(), repeats(), had_entry), Policy(names_are_keys=True, delete_missing=True)
    )
    result = account("one", made, [], [], at="now")
    both = add_unplanned_entries(result, current({"name": "B", "number": "2"}), at="later")
    validated(Result, both)
    told = both[["sync", "line", "action", "outcome", "name_before", "name_after", "at"]]
    assert told.to_numpy().tolist() == [
        ["one", 2, "keep", "unchanged", "A", "A", "now"],
        ["one", 0, "foreign", "unchanged", "B", "B", "later"],
    ]
    assert add_unplanned_entries(result, current(), at="later") is result


def test_an_entry_that_nobody_planned_to_delete_is_in_no_line() -> None:
    gone = {"owner": "one", "name": "B", "number": "2", "problems": "[]", "code": "deleted_by_service", "at": "now"}
    made = plan(
        Inputs(desired(), rejected(), clears(), repeats(), current()), Policy(names_are_keys=True, delete_missing=True)
    )
    (row,) = account("one", made, [], [gone], at="now").to_dict("records")
    assert (row["line"], row["action"], row["outcome"], row["name_before"], row["name_after"]) == (
        *(0, "delete", "unplanned", "B"),
        "",
    )


@pytest.mark.parametrize("lines", [[], [(2, "faculty 1")]])
def test_every_line_of_a_file_has_an_answer_where_its_target_could_not_be_read(lines: list[tuple[int, str]]) -> None:
    """Also where the file has no line at all."""
    told = unread(
        "one",
        pd.DataFrame(lines, columns=["line", "owner"]).astype({"line": "int64"}),
        Problem(Code.NOT_COMPARED, {"said": "no"}),
        at="",
    )
    assert validated(Result, told)["line"].tolist() == [line for line, _ in lines]


def test_no_write_is_without_a_row() -> None:
    wanted, had_entry = desired({"name": "A", "number": "1"}), current({"name": "A", "number": "1"})
    made = plan(
        Inputs(wanted, rejected(), clears(), repeats(), had_entry), Policy(names_are_keys=True, delete_missing=True)
    )
    result = account("one", made, [], [], at="now")
    assert tell_writes(result, 0, "one", "now") is result
    told = tell_writes(result, 2, "one", "now")
    validated(Result, told)
    assert told["outcome"].tolist() == ["unchanged", "unplanned"]
    assert tell_writes(told, 2, "one", "now") is told


def test_what_an_interrupted_run_had_cost_stands_again() -> None:
    back = {"owner": "one", "name": "B", "number": "2", "problems": "[]", "code": "cost_by_interruption", "at": "now"}
    made = plan(
        Inputs(desired(), rejected(), clears(), repeats(), current()), Policy(names_are_keys=True, delete_missing=True)
    )
    (row,) = account("one", made, [], [back], at="now").to_dict("records")
    assert (row["action"], row["outcome"], row["name_after"], row["number_after"]) == ("add", "unplanned", "B", "2")


def test_what_became_of_a_row_is_said_behind_what_was_said_of_it_when_it_was_planned() -> None:
    said, done = packed(Problem(Code.ENGLISH_LOST)), packed(Problem(Code.SEEN_IN_PLACE))
    row = {"action": "modify", "name_before": "A", "name_after": "B", "key_before": "1", "key_after": "1"}
    planned = table(
        Plan, [{**row, "problems": said, "code": "planned"}, {**row, "problems": said, "code": "planned"}, row]
    )
    known = [
        RowOutcome(2, "applied", "", 200, 1, "then"),
        RowOutcome(0, "failed", done, 500, 3, "then", "seen"),
    ]
    result = account("one", planned, known, [], at="now")
    told = result[["outcome", "problems", "code", "http_status", "attempts", "at"]]
    assert told.to_numpy().tolist() == [
        ["failed", packed(Problem(Code.ENGLISH_LOST), Problem(Code.SEEN_IN_PLACE)), "seen", 500, 3, "then"],
        ["skipped", said, "planned", 0, 0, "now"],
        ["applied", "", "", 200, 1, "then"],
    ]
