"""An office is linked to its entries of phone lists by somebody's word; all names and numbers are invented."""

from __future__ import annotations

import pandas as pd
import pytest
from tables import current, desired

from schemas.errors import SourceError
from tasks.reconcile.office_links import MAPPING, Linked, Office, link, mapping_of, offices

HALL = Office("s-usos", "faculty 1", "Hol", "22 1", "+481", 2, "usos faculty")
DESK = Office("s-usos", "faculty 1", "Biuro", "22 2", "+482", 3, "usos faculty")
LISTED = Office("s-list", "tenant chopin", "Biuro", "22 3", "+483", 7, "telephony tenant chopin")
GROUP = Office("s-group", "group music", "Biuro", "22 3 lub 4", "+483|+484", 0, "telephony group music")


def links(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(MAPPING), dtype="str")


def linked(said: tuple[str, str, str, str], *known: Office) -> Linked:
    return link(links(said), known)


def test_a_listed_number_that_its_office_has_not_is_told_with_both_ends() -> None:
    found = linked(("faculty 1", "Biuro", "", "Biuro"), HALL, DESK, LISTED)
    assert (found.links, found.loose) == (1, [])
    (row,) = found.rows.to_dict("records")
    assert {name: value for name, value in row.items() if value != ""} == {
        "kind": "differs",
        "sync": "s-usos",
        "line": 3,
        "owner": "faculty 1",
        "key": "+482",
        "key_there": "+483",
        "number_csv": "22 2",
        "name_csv": "Biuro",
        "number_there": "22 3",
        "name_there": "Biuro",
        "what": "number",
        "action": "link",
        "owner_there": "tenant chopin",
        "part": "link",
        "also": "7 s-list",
        "where": "telephony tenant chopin: Biuro",
    }


def test_an_office_with_several_numbers_is_told_with_all_and_without_a_name() -> None:
    (row,) = linked(("faculty 1", "", "", "Biuro"), HALL, DESK, LISTED).rows.to_dict("records")
    assert (row["key"], row["number_csv"], row["name_csv"], row["line"]) == ("+481|+482", "22 1, 22 2", "", 2)


@pytest.mark.parametrize(
    ("comment", "where", "key", "differing"),
    [
        ("", "", "+483", ["tenant chopin", "group music"]),
        ("", "group music", "+483", ["group music"]),
        ("", "tenant chopin", "+482", []),  # one of the office's
        ("Hol", "tenant chopin", "+482", ["tenant chopin"]),  # the office's, and not the one that is meant
        ("Biuro", "tenant chopin", "+482", []),
    ],
)
def test_every_number_on_the_lists_has_to_be_one_of_those_that_are_meant(
    comment: str, where: str, key: str, differing: list[str]
) -> None:
    entry = Office("s-list", "tenant chopin", "Biuro", "22", key, 7, "telephony tenant chopin")
    found = linked(("faculty 1", comment, where, "Biuro"), HALL, DESK, entry, GROUP)
    assert (list(found.rows["owner_there"]), found.links) == (differing, 1)


def test_a_number_out_of_several_at_one_office_is_its_own() -> None:
    both = Office("s-usos", "faculty 1", "", "22 3, 22 9", "+483|+489", 2, "usos faculty")
    assert linked(("faculty 1", "", "", "Biuro"), both, LISTED).rows.empty


@pytest.mark.parametrize(
    "said",
    [
        ("faculty 9", "", "", "Biuro"),
        ("faculty 1", "Kasa", "", "Biuro"),
        ("faculty 1", "", "group other", "Biuro"),
        ("faculty 1", "", "", "Kasa"),
        ("faculty 1", "", "", "Hol"),  # that is an office's own comment, on no list
    ],
)
def test_a_link_with_an_end_that_is_nowhere_is_loose(said: tuple[str, str, str, str]) -> None:
    found = link(links(said, ("faculty 1", "", "", "Biuro")), [HALL, DESK, LISTED])
    assert (found.loose, found.links, len(found.rows)) == ([dict(zip(MAPPING, said, strict=True))], 1, 1)


def test_without_links_the_table_has_its_columns() -> None:
    found = link(links(), [HALL])
    assert found.links == 0
    assert found.rows["line"].dtype == "int64"
    assert list(found.rows) == list(linked(("faculty 1", "", "", "Biuro"), HALL, LISTED).rows)


def test_what_stands_in_the_file_counts_as_the_file_has_it() -> None:
    lines = desired(
        {"owner": "faculty 1", "name": "Biuro", "number": "1"}, {"owner": "tenant t", "name": "A", "number": "2"}
    )
    entries = current(
        {"owner": "faculty 1", "name": "Stare", "number": "8"},  # of an owner that the file says all about
        {"owner": "faculty 2", "name": "Inne", "number": "3"},
        {"owner": "tenant t", "name": "A", "number": "9"},  # the name stands in the file
        {"owner": "tenant t", "name": "B", "tidy": "b", "number": "4"},
        {"owner": "group g", "name": "A", "number": "5"},
    )
    assert offices(lines, entries, "s", "p") == [
        Office("s", "faculty 1", "Biuro", "1", "1", 2, "p"),
        Office("s", "tenant t", "A", "2", "2", 3, "p"),
        Office("s", "faculty 2", "Inne", "3", "3", 0, "p"),
        Office("s", "tenant t", "b", "4", "4", 0, "p"),
        Office("s", "group g", "A", "5", "5", 0, "p"),
    ]


def test_a_group_with_a_line_keeps_its_other_names() -> None:
    lines = desired({"owner": "group g", "name": "A", "number": "1"})
    entries = current({"owner": "group g", "name": "B", "number": "2"})
    assert [office.name for office in offices(lines, entries, "s", "p")] == ["A", "B"]


def test_a_mapping_is_tidied_and_lines_that_link_nothing_or_the_same_again_are_left_out() -> None:
    frame = pd.DataFrame(
        [(" faculty  1", "Biuro ", "x"), ("", "Biuro", "x"), ("faculty 1", "", "x"), ("faculty 1", "Biuro", "y")],
        columns=["OWNER", "Name", "note"],
        dtype="str",
    )
    found = mapping_of(frame, "links.csv")
    assert found.to_dict("records") == [{"owner": "faculty 1", "comment": "", "list": "", "name": "Biuro"}]
    assert list(found.index) == [0]


def test_a_mapping_without_its_columns_is_refused_by_their_names() -> None:
    with pytest.raises(SourceError) as refused:
        mapping_of(pd.DataFrame({"comment": ["a"]}, dtype="str"), "links.csv")
    assert "links.csv" in refused.value.message
    assert "'owner', 'name'" in refused.value.message
