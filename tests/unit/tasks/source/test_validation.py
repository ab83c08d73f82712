"""Judging lines: each reason to reject, with the line, the column and the value the clerk knows; the rest goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from drawing import share
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from connectors.apio.spec import SPEC as APIO_SPEC
from connectors.usos.spec import SPEC as USOS_SPEC
from schemas.problems import Code, Problem, packed, packed_values, unpacked_values
from schemas.reasons import LineCode
from schemas.tables import Desired, Rejected, Source, validated
from tasks.messages.rendering import told_of_line
from tasks.source.validation import Checked, Rules, validate

USOS = {"owner": "Jednostka", "number": "Telefon", "name": "Opis", "type_id": "Typ"}
APIO = {"name": "Name", "number": "Phone Number", "new_name": "New Name"}
LONG = "n" * 51


def usos(*rows: Mapping[str, Any], **rules: Any) -> Checked:
    """Return what lines of faculties say, numbered from 2."""
    source = table(Source, ({"line": at, "owner": "F1", **row} for at, row in enumerate(rows, start=2)))
    return validate(source, Rules(**{"spec": USOS_SPEC, "place": "faculty", "headers": USOS, **rules}))


def apio(*rows: Mapping[str, Any], **rules: Any) -> Checked:
    """Return what lines of a phone list say, numbered from 2."""
    source = table(Source, ({"line": at, **row} for at, row in enumerate(rows, start=2)))
    return validate(source, Rules(**{"spec": APIO_SPEC, "place": "tenant chopin", "headers": APIO, **rules}))


def reasons(checked: Checked) -> list[tuple[int, str, str, str]]:
    """Return the problems as (line, column, value, what the clerk reads)."""
    columns = checked.rejected[["line", "column", "value", "code", "values"]].itertuples(index=False, name=None)
    return [(*place, told_of_line(code, values, "en").sentence) for *place, code, values in columns]


def lines(checked: Checked) -> list[int]:
    """Return the trusted lines."""
    return [int(line) for line in checked.desired["line"]]


GOOD_NUMBER = {"number": "22 999 00 01"}
TORN = packed(Problem(LineCode.LINE_FIELDS, {"n": "5", "m": "4"}))
NONE = "the number is missing; if this owner really has none, allow it with allow_clear = true"
NO_ID = "the id is missing"
ID = "an id has 1 to 32 characters, without spaces, quotation marks or |"
TOO_LONG = "a name on a phone list has at most 50 characters"
ONE_NUMBER = "a phone list entry holds one number: put each number on a separate line"


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        ({**GOOD_NUMBER, "owner": ""}, "Jednostka", "", NO_ID),
        ({**GOOD_NUMBER, "owner": "F1|F2"}, "Jednostka", "F1|F2", ID),
        ({**GOOD_NUMBER, "owner": "F 1"}, "Jednostka", "F 1", ID),
        ({**GOOD_NUMBER, "owner": "x" * 33}, "Jednostka", "x" * 33, ID),
        ({"number": ""}, "Telefon", "", NONE),
        ({"number": "brak"}, "Telefon", "brak", NONE),
        ({"number": "Nutowska"}, "Telefon", "Nutowska", "There is no number in this text."),
        ({"number": "999-00-01"}, "Telefon", "999-00-01", "The area code is missing."),
        ({**GOOD_NUMBER, "problem": TORN}, "", "", "5 fields, but the header has 4"),
    ],
)
def test_a_line_for_usos_is_rejected_with_its_reason(row: dict[str, Any], column: str, value: str, reason: str) -> None:
    checked = usos(GOOD_NUMBER, row)
    assert reasons(checked) == [(3, column, value, reason)]
    assert lines(checked) == [2], "the other line goes on"


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        ({**GOOD_NUMBER, "name": ""}, "Name", "", "the name is missing"),
        ({**GOOD_NUMBER, "name": LONG}, "Name", LONG, TOO_LONG),
        ({**GOOD_NUMBER, "name": "b", "new_name": LONG}, "New Name", LONG, TOO_LONG),
        ({"name": "b", "number": ""}, "Phone Number", "", "the number is missing"),
        ({"name": "b", "number": "brak"}, "Phone Number", "brak", "the number is missing"),
        ({"name": "b", "number": "x"}, "Phone Number", "x", "There is no number in this text."),
        (
            {"name": "b", "number": "22 999 00 01, 22 999 00 02"},
            "Phone Number",
            "22 999 00 01, 22 999 00 02",
            ONE_NUMBER,
        ),
        (
            {"name": "b", "number": "22 999 00 01 wew. 2"},
            "Phone Number",
            "22 999 00 01 wew. 2",
            "a phone list entry cannot hold an extension",
        ),
        ({"name": "b", "problem": TORN}, "", "", "5 fields, but the header has 4"),
    ],
)
def test_a_line_for_a_list_is_rejected_with_its_reason(
    row: dict[str, Any], column: str, value: str, reason: str
) -> None:
    checked = apio({**GOOD_NUMBER, "name": "a"}, row)
    assert reasons(checked) == [(3, column, value, reason)]
    assert lines(checked) == [2], "the other line goes on"


def test_all_reasons_of_a_line_are_told_at_once() -> None:
    assert [problem[1] for problem in reasons(usos({"owner": "", "number": "x"}))] == ["Jednostka", "Telefon"]
    assert [problem[1] for problem in reasons(apio({"name": LONG, "number": "x"}))] == ["Name", "Phone Number"]


def test_a_line_whose_structure_is_broken_is_judged_by_that_alone() -> None:
    checked = usos({"owner": "", "number": "x", "problem": TORN}, GOOD_NUMBER)
    assert [reason for *_, reason in reasons(checked)] == ["5 fields, but the header has 4"]


def test_a_rejected_line_keeps_what_ties_it_to_entries() -> None:
    (row,) = usos({"owner": "F1", "number": "x", "name": "Opis"}).rejected.to_dict("records")
    assert (row["owner"], row["name"], row["key"]) == ("faculty F1", "Opis", "")
    (row,) = usos({**GOOD_NUMBER, "owner": "F 1"}).rejected.to_dict("records")
    assert (row["owner"], row["key"]) == ("", "+48229990001")
    (row,) = apio({**GOOD_NUMBER, "name": "a", "new_name": LONG}).rejected.to_dict("records")
    assert (row["owner"], row["name"], row["new_name"], row["key"]) == ("tenant chopin", "a", LONG, "+48229990001")


NAMED_TWICE = "lines 2, 3 refer to an entry with the same name"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("a", "1", ""), ("a", "2", "")], {2: NAMED_TWICE, 3: NAMED_TWICE}),
        ([("a", "1", ""), ("A", "1", "")], {2: NAMED_TWICE, 3: NAMED_TWICE}),
        ([("a", "1", ""), ("b", "2", "a")], {2: NAMED_TWICE, 3: NAMED_TWICE}),
        (
            [("a", "1", "b"), ("a", "1", "c")],
            {2: "another line also renames this entry", 3: "another line also renames this entry"},
        ),
        ([("a", "1", "b"), ("c", "2", "")], {}),
        ([("a", "1", ""), ("a ", "1", "")], {}),
    ],
)
def test_lines_that_contradict_each_other_are_all_rejected(
    rows: list[tuple[str, str, str]], expected: dict[int, str]
) -> None:
    checked = apio(*({"name": name, "number": f"22 999 00 0{number}", "new_name": new} for name, number, new in rows))
    assert {line: reason for line, _, _, reason in reasons(checked)} == expected


def test_a_name_that_is_given_up_and_kept_is_nobodys() -> None:
    checked = apio({"name": "a", **GOOD_NUMBER, "new_name": "b"}, {"name": "a", "number": "22 999 00 02"})
    assert [line for line, *_ in reasons(checked)] == [2, 3]


def test_a_line_that_repeats_another_of_a_list_is_no_second_entry() -> None:
    checked = apio({"name": "a", "number": "22 999 00 01"}, {"name": "a", "number": "(22) 999-00-01"})
    assert lines(checked) == [2]
    assert checked.repeats.to_dict("records") == [
        {"line": 3, "owner": "tenant chopin", "problems": packed(Problem(Code.LINE_REPEATED, place=2))}
    ]


def test_a_line_that_cannot_be_read_makes_no_two_others_differ() -> None:
    said = {"name": "a", **GOOD_NUMBER}
    torn = {"name": "a", "number": "22 999", "problem": TORN}
    checked = apio(said, torn, said)
    assert (lines(checked), {line for line, *_ in reasons(checked)}) == ([2], {3})
    assert list(checked.repeats["line"]) == [4]


@pytest.mark.parametrize(
    ("other", "twice"),
    [
        (GOOD_NUMBER, True),
        ({"number": "(22) 999-00-01"}, True),
        ({"number": "22 999 00 02"}, False),
        ({**GOOD_NUMBER, "name": "Desk"}, False),
        ({**GOOD_NUMBER, "type_id": "1"}, False),
        ({**GOOD_NUMBER, "owner": "F2"}, False),
        ({**GOOD_NUMBER, "owner": ""}, False),
        ({**GOOD_NUMBER, "problem": TORN}, False),
    ],
)
def test_lines_that_give_an_owner_the_same_are_one_problem_at_each(other: dict[str, str], twice: bool) -> None:  # noqa: FBT001 - a case
    checked = usos(GOOD_NUMBER, other, {"number": "22 999 00 03"})
    said = [reason for reason in reasons(checked) if "more than once" in reason[3]]
    both = [(line, "Telefon", row["number"]) for line, row in ((2, GOOD_NUMBER), (3, other))]
    assert said == (
        [(*place, "an owner has this entry more than once; lines: 2, 3") for place in both] if twice else []
    )
    assert 4 in lines(checked)


def test_an_owner_without_numbers_is_cleared_only_with_permission() -> None:
    checked = usos({"number": ""}, {"number": "brak", "owner": "F2"}, allow_clear=True)
    assert checked.clears.to_dict("records") == [{"line": 2, "owner": "faculty F1"}, {"line": 3, "owner": "faculty F2"}]
    assert checked.rejected.empty
    assert len(usos({"number": ""}).rejected) == 1


def test_an_owner_is_not_cleared_where_another_line_gives_it_numbers() -> None:
    checked = usos({"number": ""}, GOOD_NUMBER, allow_clear=True)
    assert reasons(checked) == [(2, "Telefon", "", "other lines have numbers for this owner")]
    assert checked.clears.empty


def test_of_a_spoilt_cell_nothing_else_is_said_and_its_number_ties_the_line_to_nothing() -> None:
    """The number of line 2 can be read, but it is not what somebody typed."""
    source = table(
        Source, ({"line": at, "owner": "F1", "number": number} for at, number in ((2, "22 999 00 01"), (3, "x")))
    )
    flaws = pd.DataFrame({"line": [2, 3], "column": "number", "further": "", "code": "cell-long", "values": ""})
    checked = validate(source, Rules(USOS_SPEC, "faculty", USOS), flaws)
    assert reasons(checked) == [
        (2, "Telefon", "22 999 00 01", "The cell is too long."),
        (3, "Telefon", "x", "The cell is too long."),
    ]
    assert list(checked.rejected["key"]) == ["", ""]
    assert checked.desired.empty


@pytest.mark.parametrize("text", ["112", "1234", "*21#"])
def test_short_codes_are_trusted_only_with_permission(text: str) -> None:
    assert lines(usos({"number": text})) == []
    assert lines(usos({"number": text}, allow_short_codes=True)) == [2]
    assert lines(apio({"name": "a", "number": text}, allow_short_codes=True)) == [2]


def test_the_area_code_completes_a_number() -> None:
    (row,) = usos({"number": "999-00-01"}, area_code="22").desired.to_dict("records")
    assert row["key"] == "+48229990001"


@pytest.mark.parametrize(
    ("write_format", "expected"),
    [("source", "(22) 999-00-01"), ("apio", "+48-229990001"), ("e164", "+48229990001"), ("national", "22 999 00 01")],
)
def test_a_number_is_written_as_the_sync_says(write_format: str, expected: str) -> None:
    (row,) = apio({"name": "a", "number": "(22) 999-00-01"}, write_format=write_format).desired.to_dict("records")
    assert (row["number"], row["key"]) == (expected, "+48229990001")


def test_texts_are_tidied_before_they_are_judged() -> None:
    (row,) = apio({"name": "  a\u00a0 b\u200b ", "number": " 22 999 00 01\t"}).desired.to_dict("records")
    assert row["name"] == "a b"


def test_a_new_name_that_is_the_name_already_renames_nothing() -> None:
    (row,) = apio({"name": "a", "new_name": "a ", **GOOD_NUMBER}).desired.to_dict("records")
    assert (row["name"], row["old_name"]) == ("a", "")
    (row,) = apio({"name": "a", "new_name": "b", **GOOD_NUMBER}).desired.to_dict("records")
    assert (row["name"], row["old_name"]) == ("b", "a")


def test_a_file_without_lines_wants_nothing() -> None:
    for checked in (usos(), apio()):
        assert checked.rows == len(checked.desired) == len(checked.rejected) == len(checked.clears) == 0


CELLS = st.sampled_from(["", "a", "A", "b", LONG, "F 1", "brak", "x", "112", "22 999 00 01", "22 999 00 01 w. 2"])


@share(0.6)
@given(
    st.lists(st.fixed_dictionaries({"owner": CELLS, "name": CELLS, "number": CELLS, "new_name": CELLS}), max_size=6),
    st.booleans(),
)
def test_every_line_is_in_exactly_one_table(rows: list[dict[str, str]], allowed: bool) -> None:  # noqa: FBT001 - drawn
    """Nothing is lost, nothing is counted twice, whatever the lines say."""
    for checked in (usos(*rows, allow_clear=allowed), apio(*rows, allow_short_codes=allowed)):
        validated(Desired, checked.desired)
        validated(Rejected, checked.rejected)
        found = Counter(
            [*lines(checked), *checked.rejected["line"].unique(), *checked.clears["line"], *checked.repeats["line"]]
        )
        assert found == Counter(range(2, 2 + len(rows)))
        assert checked.rows == len(rows)


UNREAD = ["line", "column", "value", "code", "values", "key", "identifier"]


def unread(*cells: tuple[int, str, str]) -> pd.DataFrame:
    """Return cells that hold something and are not read: line, key and id that stand in them."""
    rows = [(line, "Uwagi", f"v{line}", "column-unread", "{}", key, identifier) for line, key, identifier in cells]
    return pd.DataFrame(rows, columns=UNREAD).astype(dict.fromkeys(UNREAD[1:], "str"))


def test_what_nobody_reads_ties_its_line_to_its_own_numbers_and_to_the_owner_it_names() -> None:
    source = table(
        Source,
        [
            {"line": 2, "owner": "F1", "name": "Biuro", "number": "22 999 00 01"},
            {"line": 3, "owner": "F2", "name": "Hol", "number": "słowo"},
            {"line": 4, "owner": "F3", "number": "22 999 00 03"},
        ],
    )
    rules = Rules(spec=USOS_SPEC, place="faculty", headers=USOS)
    checked = validate(source, rules, unread=unread((2, "+48229990009", "F9"), (3, "+48229990008", ""), (7, "", "F7")))
    columns = ["line", "column", "value", "code", "owner", "name", "key"]
    said = checked.rejected[columns].itertuples(index=False, name=None)
    assert sorted(row for row in said if row[1] == "Uwagi") == [
        (2, "Uwagi", "v2", "column-unread", "faculty F1", "Biuro", "+48229990001|+48229990009"),
        (2, "Uwagi", "v2", "column-unread", "faculty F9", "Biuro", "+48229990001|+48229990009"),
        (3, "Uwagi", "v3", "column-unread", "faculty F2", "Hol", "+48229990008"),  # its own number is none
        (7, "Uwagi", "v7", "column-unread", "", "", ""),
        (7, "Uwagi", "v7", "column-unread", "faculty F7", "", ""),
    ]
    assert lines(checked) == [4]


def test_nothing_unread_rejects_nothing() -> None:
    source = table(Source, [{"line": 2, "owner": "F1", "number": "22 999 00 01"}])
    checked = validate(source, Rules(spec=USOS_SPEC, place="faculty", headers=USOS), unread=unread())
    assert (lines(checked), len(checked.rejected)) == ([2], 0)


def test_a_service_may_say_in_its_own_words_what_is_wrong_with_a_cell() -> None:
    said = "a card has room for 3 characters"
    cells = pa.DataFrameSchema({"name": pa.Column(str, pa.Check.str_length(max_value=3, error=said))}, strict=False)
    spec = replace(USOS_SPEC, lines=replace(USOS_SPEC.lines, cells=lambda: cells))
    checked = usos({**GOOD_NUMBER, "name": "abc"}, {"number": "22 999 00 02", "name": "abcd"}, spec=spec)
    assert reasons(checked) == [(3, "Opis", "abcd", said)]


@pytest.mark.parametrize(("again", "told"), [(4, "2, 3, 4, 5"), (5, "2, 3, 4, 5, 6"), (6, "2, 3, 4, 5, 6, …")])
def test_of_many_lines_that_want_one_name_the_first_five_are_told(again: int, told: str) -> None:
    rows = [{"name": "Biuro", "number": f"22 999 00 0{at}"} for at in range(again)]
    problems = apio(*rows).rejected
    assert {unpacked_values(values)["lines"] for values in problems["values"]} == {told}


def remarked(checked: Checked) -> list[tuple[object, ...]]:
    """Return what is to be looked at, in its order."""
    return [*checked.remarks[["line", "column", "value", "code", "values"]].itertuples(index=False, name=None)]


def test_ids_that_a_spreadsheet_has_written_its_own_way_are_told_once_with_the_first_lines() -> None:
    ids = ["100,0", *(f'="{at}"' for at in range(101, 106)), "106"]
    checked = usos(*({"owner": owner, "number": f"22 999 00 0{at}"} for at, owner in enumerate(ids)))
    told = packed_values({"lines": "2, 3, 4, 5, 6, …", "id": "100"})
    assert remarked(checked) == [(2, "Jednostka", "100,0", "id-undone", told)]
    assert len(lines(checked)) == len(ids)


def test_an_id_that_looks_like_no_other_is_told_beside_what_was_undone() -> None:
    ids = ["101.0", "102", "103", "104", "A-105"]
    checked = usos(*({"owner": owner, "number": f"22 999 00 0{at}"} for at, owner in enumerate(ids)))
    undone = packed_values({"lines": "2", "id": "101"})
    assert remarked(checked) == [
        (2, "Jednostka", "101.0", "id-undone", undone),
        (6, "Jednostka", "A-105", "id-unlike", ""),
    ]


def test_what_nobody_sees_in_ids_and_names_is_told_and_of_a_line_that_is_broken_nothing() -> None:
    checked = usos(
        {**GOOD_NUMBER, "owner": "F\u200b2", "name": "K\u0430sa"},
        {"number": "22 999 00 02", "name": "K\u200basa"},
        {"number": "22 999 00 03", "name": "K\u200basa", "problem": TORN},
        {"number": "22 999 00 04", "owner": "F\u04302"},  # no id at all, which is told otherwise
    )
    assert remarked(checked) == [
        (2, "Jednostka", "F\u200b2", "letters-unseen", ""),
        (2, "Opis", "K\u0430sa", "letters-mixed", ""),
        (3, "Opis", "K\u200basa", "letters-unseen", ""),
    ]
    assert [line for line, _, _, _ in reasons(checked)] == [4, 5]


def test_both_names_of_a_renaming_are_looked_at() -> None:
    checked = apio({**GOOD_NUMBER, "name": "K\u200basa", "new_name": "B\u0430r"})
    assert remarked(checked) == [
        (2, "Name", "K\u200basa", "letters-unseen", ""),
        (2, "New Name", "B\u0430r", "letters-mixed", ""),
    ]
