"""Ids whose label is another owner's name. All names are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.source.label_doubts import label_doubts

CALLED = {
    "faculty 1": ["Wydział Prawa", "Faculty of Law"],
    "faculty 2": ["Wydział Chemii", "Faculty of Chemistry"],
    "faculty 3": ["Instytut Ceramiki i Szkła"],
    "faculty 4": [],
}


@pytest.mark.parametrize(
    ("label", "meant"),
    [
        ("Wydział Chemii", "2"),
        ("CHEMII, WYDZIAL", "2"),
        ("Faculty of Chemistry", "2"),
        ("Instytut Szkła i Ceramiki", "3"),
        ("Wydział Prawa", None),
        ("Law Faculty", None),
        ("WPr", None),
        ("Dziekanat", None),
        ("Wydział Prawa i Chemii", None),
        ("", None),
    ],
)
def test_a_label_that_is_anothers_name_tells_whose_id_is_meant(label: str, meant: str | None) -> None:
    assert label_doubts({"faculty 1": label}, CALLED) == ({"faculty 1": meant} if meant else {})


def test_nobody_doubts_an_id_whose_own_name_is_not_known() -> None:
    assert label_doubts({"faculty 4": "Wydział Chemii", "faculty 9": "Wydział Chemii"}, CALLED) == {}


def test_a_name_that_several_have_is_no_mistake_where_the_owner_is_one_of_them() -> None:
    called = {"faculty 1": ["Sekretariat"], "faculty 2": ["Sekretariat"], "faculty 3": ["Archiwum"]}
    assert label_doubts({"faculty 2": "Sekretariat", "faculty 3": "Sekretariat"}, called) == {"faculty 3": "1"}


NAMES = st.lists(st.sampled_from(["prawo", "Chemia", "szkło", "i", "sztuka"]), max_size=3).map(" ".join)


@given(st.dictionaries(st.sampled_from(["faculty 1", "faculty 2", "faculty 3"]), st.lists(NAMES, max_size=2)))
def test_what_the_service_calls_an_owner_is_never_doubted(called: dict[str, list[str]]) -> None:
    for owner, names in called.items():
        for name in names:
            assert owner not in label_doubts({owner: name}, called)
