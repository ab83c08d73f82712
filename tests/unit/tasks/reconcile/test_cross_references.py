"""Where else a number stands is said by each place's own words; all names and numbers are invented."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest
from tables import current

from tasks.reconcile.cross_references import PlaceEntries, find_cross_references, number_locations

ENTRIES = current(
    {"owner": "faculty 1", "name": "Biuro ", "tidy": "Biuro", "number": "+481"},
    {"owner": "faculty 2", "name": "", "number": "+482|+483"},
    {"owner": "faculty 2", "name": "Portier", "number": "text:portier"},
    {"owner": "faculty 2", "name": "Nic", "number": ""},
)
COLUMNS = ["key", "place", "owner", "name", "label", "names_are_keys"]


@pytest.mark.parametrize(
    ("place", "labels"),
    [
        (
            PlaceEntries("usos faculty", "usos", names_are_keys=False, entries=ENTRIES),
            ["usos faculty 1: Biuro ", "usos faculty 2"],
        ),
        (
            PlaceEntries("usos faculty", "usos", names_are_keys=False, entries=ENTRIES, private=True),
            ["usos faculty", "usos faculty"],
        ),
        (PlaceEntries("apio t", "apio", names_are_keys=True, entries=ENTRIES), ["apio t: Biuro ", "apio t: faculty 2"]),
    ],
)
def test_every_readable_number_has_a_row_with_what_people_call_its_entry(
    place: PlaceEntries, labels: list[str]
) -> None:
    stands = number_locations([place])
    one, several = labels
    assert list(stands) == COLUMNS
    assert list(stands.itertuples(index=False, name=None)) == [
        ("+481", place.name, "faculty 1", "Biuro", one, place.names_are_keys),
        ("+482", place.name, "faculty 2", "", several, place.names_are_keys),
        ("+483", place.name, "faculty 2", "", several, place.names_are_keys),
    ]


def test_no_place_has_no_number_and_all_columns() -> None:
    stands = number_locations([])
    assert (list(stands), len(stands), stands["names_are_keys"].dtype) == (COLUMNS, 0, "bool")


FACULTIES = "usos faculty"
LIST = "apio t"
Stood = tuple[str, str, str, str]


def told(row: dict[str, str], *stood: Stood) -> tuple[str, str]:
    """Return kind and `where` of one row, where these stand: `key, place, owner, name`."""
    rows = pd.DataFrame(
        [{"sync": "s", "kind": "agree", "owner": "faculty 1", "name_there": "", "name_csv": "", "key": "+481", **row}]
    )
    stands = pd.DataFrame(
        [(key, place, owner, name, f"{place} {owner} {name}", place == LIST) for key, place, owner, name in stood],
        columns=COLUMNS,
    ).astype(number_locations([]).dtypes)
    (found,) = find_cross_references(rows, {"s": FACULTIES, "l": LIST}, stands).to_dict("records")
    return found["kind"], found["where"]


@pytest.mark.parametrize(
    ("row", "stood", "kind", "where"),
    [
        ({}, [], "agree", ""),
        ({}, [("+481", FACULTIES, "faculty 1", "A")], "agree", ""),  # itself
        ({}, [("+482", FACULTIES, "faculty 2", "A")], "agree", ""),
        ({"kind": "missing"}, [("+481", FACULTIES, "faculty 2", "A")], "elsewhere", "usos faculty faculty 2 A"),
        ({"kind": "missing"}, [("+481", FACULTIES, "faculty 1", "A")], "missing", ""),
        ({"kind": "differs"}, [("+481", FACULTIES, "faculty 2", "A")], "differs", "usos faculty faculty 2 A"),
        ({}, [("+481", FACULTIES, "faculty 1", "A"), ("+481", LIST, "tenant t", "B")], "agree", "apio t tenant t B"),
        ({"key": "+489|+481", "kind": "missing"}, [("+481", LIST, "tenant t", "B")], "elsewhere", "apio t tenant t B"),
        ({"key": "text:x"}, [("text:x", LIST, "tenant t", "B")], "agree", ""),
        # An alias is told to the entry of the other name, and never an entry to itself.
        (
            {"sync": "l", "owner": "tenant t", "name_there": "B"},
            [("+481", LIST, "tenant t", "B"), ("+481", LIST, "tenant t", "C")],
            "agree",
            "apio t tenant t C",
        ),
        (
            {"sync": "l", "owner": "tenant t", "name_csv": "C", "name_there": "B"},
            [("+481", LIST, "tenant t", "B"), ("+481", LIST, "tenant t", "C")],
            "agree",
            "",
        ),
        (
            {"sync": "l", "owner": "tenant t", "name_there": "B"},
            [("+481", LIST, "tenant t", ""), ("+481", LIST, "tenant t", "B")],
            "agree",
            "",
        ),
    ],
)
def test_a_row_says_where_else_its_number_stands(
    row: dict[str, str], stood: Sequence[Stood], kind: str, where: str
) -> None:
    assert told(row, *stood) == (kind, where)


@pytest.mark.parametrize(
    ("places", "shown"), [(5, "1; 2; 3; 4; 5"), (6, "1; 2; 3; 4; 5; …"), (100, "1; 2; 3; 4; 5; …")]
)
def test_of_many_places_five_are_named(places: int, shown: str) -> None:
    stood = [("+481", LIST, "tenant t", f"{at:03}") for at in range(1, places + 1)]
    _, where = told({}, *stood)
    assert where.replace("apio t tenant t 00", "") == shown
