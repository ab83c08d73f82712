"""What a mask hides, and what it must leave readable. All numbers are invented."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.problems import Code, Problem
from schemas.reasons import LineCode
from tasks.reports.masking import HIDDEN, mask_numbers, mask_text, mask_texts, told_masked

SEPARATORS = ["", " ", "-", " - ", "\u00a0", "\u202f", "–", ".", "/", ") ", " (", "\u200b", "\n"]


def one(text: str) -> str:
    return str(mask_numbers(pd.Series([text], dtype="str")).iloc[0])


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("", ""),
        ("+48229990155", "••• ••• •55"),
        ("(22) 999 01 55", "••• ••• •55"),
        ("22 999 01 55, 22 999 01 56", "••• ••• •56"),
        ("22 999 01 55 wew. 12", "••• ••• •12"),
        ("２２９９９０１５５", "••• ••• •55"),
        ("112", HIDDEN),
        ("4155", HIDDEN),
        ("Nutowska", HIDDEN),
        ("   ", HIDDEN),
    ],
)
def test_a_number_keeps_its_last_two_digits_only(text: str, masked: str) -> None:
    assert one(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("", ""),
        ("Contact modified", "Contact modified"),
        ("number +48 (22) 999-01-55 is refused", "number ••• ••• •55 is refused"),
        ("Numer „22 999 01 55” jest za długi.", "Numer „••• ••• •55” jest za długi."),
        ("22,999,01,55!", "••• ••• •55!"),
        ("old 22 999 01 55, new 22 999 01 56", "old ••• ••• •55, new ••• ••• •56"),
        ("22\u00a0999\u202f01\u200b55", "••• ••• •55"),
        ("٢٢٩٩٩٠١٥٥", "••• ••• •55"),
        ("line 12, column 4: 50 characters at most", "line 12, column 4: 50 characters at most"),
        ("lines 12, 13, 14, 15 say the same", "lines 12, 13, 14, 15 say the same"),
        ("HTTP 503 after 5 attempts", "HTTP 503 after 5 attempts"),
        ("22&nbsp;999&#160;01&#xA0;55", "••• ••• •55"),
        ("２２ ９９９ ０１ ５５", "••• ••• •55"),
        ("2 2 9 9 9 0 1 5 5", "••• ••• •55"),
        ("22<b>999</b>01 55", "••• ••• •55"),
        ("22 999 wew. 0155", "••• ••• •55"),
        ("22 999 ext 01x55", "••• ••• •55"),
    ],
)
def test_a_sentence_loses_its_numbers_and_nothing_else(text: str, masked: str) -> None:
    assert mask_text(text) == masked


def test_the_index_and_the_name_of_a_column_stay() -> None:
    texts = pd.Series(["22 999 01 55", ""], index=[7, 3], name="number_before", dtype="str")
    masked = mask_numbers(texts)
    assert (masked.index.tolist(), masked.name, str(masked.dtype)) == ([7, 3], "number_before", "str")
    sentences = mask_texts(texts)
    assert sentences.to_dict() == {7: "••• ••• •55", 3: ""}


def test_an_empty_column_is_masked_to_an_empty_column() -> None:
    assert mask_numbers(pd.Series([], dtype="str")).empty
    assert mask_texts(pd.Series([], dtype="str")).empty


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(SEPARATORS)), min_size=5, max_size=16),
    st.sampled_from(["", "tel. ", "nie zapisano: "]),
)
def test_no_spelling_of_a_number_shows_more_than_two_digits(pieces: list[tuple[int, str]], before: str) -> None:
    """However a number is spaced, at most its last two digits are seen, in a cell and in a sentence."""
    spelled = "".join(f"{digit}{separator}" for digit, separator in pieces[:-1]) + str(pieces[-1][0])
    last = f"{pieces[-2][0]}{pieces[-1][0]}"
    assert re.findall(r"\d", one(spelled)) == list(last)
    assert mask_text(before + spelled) == f"{before}••• ••• •{last}"


@given(st.text(max_size=60))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    """A masked sentence holds no run of five digits, so masking it again leaves it alone."""
    once = mask_text(text)
    assert mask_text(once) == once


@given(st.lists(st.text(max_size=20), max_size=5))
def test_all_masks_have_one_length(texts: list[str]) -> None:
    """The mask tells neither the length of a number nor how many there were."""
    masked = mask_numbers(pd.Series(texts, dtype="str"))
    assert all(len(mask) == (len(HIDDEN) if text else 0) for text, mask in zip(texts, masked, strict=True))


def test_a_line_is_named_however_long_the_file_is_and_a_number_that_begins_like_it_is_masked() -> None:
    told = [
        Problem(LineCode.LINE_TWICE, {"lines": "24051, 24052", "column": "number", "cell": "22 552 03 55"}),
        Problem(Code.OWNER_LINE_REJECTED, place=24051),
        Problem(Code.SERVICE_SAID, {"said": "24051 55 55 is taken; 24051 too"}, place=24051),
    ]
    assert (
        told_masked(told[:1]) == 'rejected: number "•••": an owner has this entry more than once; lines: 24051, 24052'
    )
    assert "24051" in told_masked(told[1:2])
    assert told_masked(told[2:]) == "••• ••• •55 is taken; 24051 too"
