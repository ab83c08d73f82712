"""Suggestions for texts that are not read. Every number here is invented."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.phone.parser import read_number
from tasks.phone.suggestions import explain, suggest


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("22 551 O3 55", "22 551 03 55"),
        ("551 03 55 (22)", "(22) 551 03 55"),
        ("22 551 03 55, 123", "22 551 03 55 wew. 123"),
        ("22 551 03 55/123", "22 551 03 55 wew. 123"),
        ("(22) 22 551-03-55", "22 551-03-55"),
        ("22 551-03-55,56", ""),
        ("551-03-55,56", ""),
        ("225 510 355,00", "225 510 355"),
        ("551 03 55", ""),
        ("Kowalska", ""),
        ("22 551 03 55 do 99", ""),
        ("", ""),
    ],
)
def test_one_way_to_mean_a_text_is_suggested(text: str, suggestion: str) -> None:
    (explained,) = explain([text], region="PL", area_code=None)
    assert explained["suggestion"] == suggestion


def test_what_is_read_needs_no_suggestion() -> None:
    (explained,) = explain(["22 551 03 55"], region="PL", area_code=None)
    assert explained["suggestion"] == ""


@given(st.text(st.sampled_from("0123456789 ()-,/Oo"), max_size=30), st.sampled_from(("PL", "US")))
def test_every_suggestion_is_read(text: str, region: str) -> None:
    read = partial(read_number, region=region)
    suggestion = suggest(text, read, region=region)
    assert not suggestion or read(suggestion).numbers


def test_a_number_that_a_text_says_is_none_any_more_is_not_read() -> None:
    """`phonesync number` and a file say the same of a cell."""
    (explained,) = explain(["nieaktualny: 22 551 03 55"], region="PL", area_code=None)
    assert (explained["numbers"], explained["code"], explained["suggestion"]) == ([], "number-outdated", "")
    assert "nieaktualny" in explained["reason"]
