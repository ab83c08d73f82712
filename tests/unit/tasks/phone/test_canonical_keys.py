"""Whole columns of numbers, and how numbers are written. Every number here is invented."""

from __future__ import annotations

import random
import re
import unicodedata
from typing import get_args

import pandas as pd
import phonenumbers
import pyarrow as pa
import pytest
from drawing import share
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.syncs import WriteFormat
from tasks import text_columns as all_cores
from tasks.phone import column_parser as plain_numbers
from tasks.phone.canonical_keys import canonical_keys, key_of, readings, tidy_text
from tasks.phone.formats import written
from tasks.phone.parser import read_number
from tasks.phone.vocabulary import tidy

FORMATS: tuple[WriteFormat, ...] = get_args(WriteFormat)
REGIONS = ("PL", "DE", "BE", "GB", "FR", "US")
KINDS = (0, 1, 3, 4, 5, 6, 7, 8, 9, 10)  # every kind of number that has an example, in the library's numbering


def column(*texts: str) -> pd.Series[str]:
    return pd.Series(texts, dtype="str")


def keys(*texts: str, region: str = "PL", area_code: str | None = None) -> list[str]:
    return canonical_keys(column(*texts), region=region, area_code=area_code).tolist()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("(22) 55 10 355", "+48225510355"),
        ("22 55 10 355 wew. 12", "+48225510355;ext=12"),
        ("22 55 10 355/356", "+48225510355|+48225510356"),
        ("fax 22 55 10 355 (sekretariat)", "+48225510355"),
        ("+32-12321312", "+3212321312"),
        ("+3212321312", "+3212321312"),
        ("+32 (12) 32.13/12", "+3212321312"),
        ("+48 551 03 55", "+485510355"),
        ("1234", "text:1234"),
        ("  BRAK \n", "text:brak"),
        ("Straße  ﬁ", "text:strasse fi"),
        ("", ""),
        ("\u200b ", ""),
    ],
)
def test_the_key_of_a_text(text: str, key: str) -> None:
    assert keys(text) == [key]


def test_index_name_and_repeats_are_kept() -> None:
    texts = pd.Series(["22 55 10 355", "brak", "22 55 10 355"], index=[7, 3, 7], name="number", dtype="str")
    found = readings(texts)
    assert found.index.equals(texts.index)
    assert found["key"].tolist() == ["+48225510355", "text:brak", "+48225510355"]
    assert found["count"].tolist() == [1, 0, 1]
    assert found["extension"].tolist() == [False, False, False]
    assert [bool(reason) for reason in found["reason"]] == [False, True, False]
    assert canonical_keys(texts).index.equals(texts.index)
    assert tidy_text(texts).name == "number"
    assert all(written(texts, form).index.equals(texts.index) for form in FORMATS)


def test_an_empty_column_stays_one() -> None:
    assert readings(column()).columns.tolist() == ["key", "count", "extension", "reason"]
    assert len(readings(column())) == len(tidy_text(column())) == 0
    assert all(len(written(column(), form)) == 0 for form in FORMATS)


def test_keys_and_texts_are_strings_and_never_missing() -> None:
    texts = pd.Series(["22 55 10 355", None, ""], dtype="object")
    for found in (canonical_keys(texts), tidy_text(texts), written(texts, "e164")):
        assert found.dtype == "str"
        assert not found.isna().any()
    assert canonical_keys(texts).tolist() == ["+48225510355", "", ""]


def test_a_number_beside_its_area_code_setting() -> None:
    assert keys("664-51-04", area_code="12") == keys("12 664 51 04")
    assert keys("664-51-04") == ["text:664-51-04"]


# Spellings of one number


def grouped(digits: str, chooser: random.Random) -> str:
    separators = ("", "", " ", "-", ". ", "\u00a0", "–", " - ", ") ", " (")
    text = "".join(digit + chooser.choice(separators) for digit in digits[:-1]) + digits[-1]
    # 2-2-2000 000 is read as a date, and by people too.
    return digits if re.search(r"\d{1,2}\W{1,3}\d{1,2}\W{1,3}(19|20)\d\d", text) else text


def numbers_like(region: str, chooser: random.Random) -> str:
    """Return digits that are mostly a valid number of a region, or nearly one."""
    if chooser.random() < 0.3:
        return "".join(chooser.choices("0123456789", k=chooser.choice((7, 8, 9, 9, 9, 10, 10, 11))))
    example = phonenumbers.example_number_for_type(region, chooser.choice(KINDS)) or phonenumbers.example_number(region)
    assert example is not None
    digits = list(phonenumbers.national_significant_number(example))
    for _ in range(chooser.randrange(4)):
        digits[chooser.randrange(len(digits))] = chooser.choice("0123456789")
    return "".join(digits)


def plain_texts(home: str, count: int) -> list[str]:
    """Return texts that the rules on columns may be tempted to read, of the home region for the most part."""
    chooser = random.Random(f"{home} {count}")  # noqa: S311 - the same texts in every run
    texts = []
    for _ in range(count):
        region = home if chooser.random() < 0.7 else chooser.choice(REGIONS)
        code = str(phonenumbers.country_code_for_region(region))
        before = chooser.choice(
            ("", "", "0", "(0)", f"+{code}", f"(+{code})", f"00{code}", code, f"{code}0", "1", "011")
        )
        texts.append(before + chooser.choice(("", " ")) + grouped(numbers_like(region, chooser), chooser))
    return texts


@pytest.mark.parametrize("region", REGIONS)
def test_columns_and_single_texts_are_read_alike(region: str) -> None:
    """The rules on columns never change an answer: 20,000 generated texts over the regions."""
    texts = plain_texts(region, 20_000 // len(REGIONS))
    single = [key_of(read_number(text, region=region)) for text in texts]
    assert keys(*texts, region=region) == single
    assert sum(key.startswith("+") for key in single) > len(texts) // 5


TYPED = st.text(st.sampled_from("0123456789 +-()/,;.wew\u00a0–２"), max_size=25) | st.text(max_size=25)


@given(st.lists(TYPED, max_size=8), st.sampled_from(REGIONS), st.sampled_from((None, "22")))
@example(["48 5975656.8-2", "48 6010355 57", "485510355 12", "(48) 551-03-55 12", "48 601 389 1"], "PL", None)
@example(["48  0367829 87", "48 4746974.2 0"], "DE", None)
def test_any_column_is_read_as_its_texts_are(texts: list[str], region: str, area_code: str | None) -> None:
    found = readings(column(*texts), region=region, area_code=area_code)
    single = [read_number(text, region=region, area_code=area_code) for text in texts]
    assert found["key"].tolist() == [key_of(reading) for reading in single]
    assert found["count"].tolist() == [len(reading.numbers) for reading in single]
    assert found["extension"].tolist() == [any(n.extension for n in reading.numbers) for reading in single]
    assert found["reason"].tolist() == [reading.reason for reading in single]


POLISH = st.from_regex(r"(?:22|12|58|71)[2-9][0-9]{6}|(?:50|60|88)[0-9]{7}|800[0-9]{6}", fullmatch=True)


@given(POLISH, st.randoms(use_true_random=False))
def test_every_spelling_of_a_number_has_one_key(digits: str, chooser: random.Random) -> None:
    before = (
        "",
        "0",
        "0-",
        "(0)",
        "+48",
        "+48 ",
        "(+48)",
        "0048 ",
        "48 ",
        "+48 (0)",
        "tel. ",
        "tel./fax ",
        "\n",
        "+48-",
    )
    after = ("", " ", "\n", " (sekretariat)", ", pok. 12", " fax")
    texts = [part + grouped(digits, chooser) + chooser.choice(after) for part in before]
    assert set(keys(*texts)) == {f"+48{digits}"}


def two_hundred_spellings(digits: str) -> list[str]:
    """Every country code and trunk zero, with every grouping and separator, and something said around."""
    before = (
        "",
        "0",
        "0-",
        "(0)",
        "+48",
        "+48 ",
        "+48-",
        "(+48) ",
        "0048 ",
        "00 48 ",
        "48 ",
        "+48 (0)",
        "\u00a0+48\u00a0",
    )
    groups = ((9,), (2, 7), (2, 3, 2, 2), (2, 3, 4), (3, 3, 3), (2, 2, 2, 3))
    separators = (" ", "-", ".", "\u00a0", "\u2013", " - ")
    around = ("%s", "tel. %s", "tel./fax: %s", "%s (dziekanat)", "%s\n", "Dziekanat: %s, pok. 12")
    texts = []
    for index in range(200):
        sizes, start, parts = groups[index % len(groups)], 0, []
        for size in sizes:
            parts.append(digits[start : start + size])
            start += size
        text = before[index % len(before)] + separators[index % 5 if index % 7 else 5].join(parts)
        texts.append(around[index // 6 % len(around)] % text)
    return texts


@given(POLISH)
@share(0.4)
def test_two_hundred_spellings_have_one_key(digits: str) -> None:
    texts = two_hundred_spellings(digits)
    assert len(set(texts)) == 200
    assert set(keys(*texts)) == {f"+48{digits}"}
    wide = [text.translate(str.maketrans("0123456789+-", "０１２３４５６７８９＋－")) for text in texts]
    assert set(keys(*wide)) == {f"+48{digits}"}


@given(POLISH, st.from_regex(r"[0-9]{1,6}", fullmatch=True), st.randoms(use_true_random=False))
def test_every_spelling_of_an_extension_has_one_key(digits: str, extension: str, chooser: random.Random) -> None:
    marks = (" wew. ", " wew ", " w. ", "w", ", wewn. ", " (wew. ", " int. ", " ext. ", " x", " DW ", ";ext=", "\nwew.")
    texts = [grouped(digits, chooser) + mark + extension for mark in marks]
    assert set(keys(*texts)) == {f"+48{digits};ext={extension}"}


@given(TYPED, st.text(st.sampled_from(" \t\n\u00a0\u200b\ufeff"), max_size=3))
def test_white_space_and_invisible_characters_around_a_text_never_matter(text: str, around: str) -> None:
    assert len(set(keys(text, around + text, text + around, tidy(text)))) == 1


# Tidying


@given(st.lists(TYPED, max_size=6))
def test_tidying_is_done_at_once(texts: list[str]) -> None:
    """Tidying again changes nothing, and columns are tidied as single texts are."""
    tidied = tidy_text(column(*texts))
    assert tidied.tolist() == [tidy(text) for text in texts]
    assert tidy_text(tidied).tolist() == tidied.tolist()
    for text in tidied:
        assert unicodedata.is_normalized("NFC", text)
        assert not re.search(r"[^\S ]|  |^ | $|[\u200b-\u200f\ufeff\u00ad\x00-\x1f]", text)


def test_tidying_keeps_what_people_see() -> None:
    texts = column("  Ósme\u00a0 piętro\r\n", "O\u0301sme", "Łódź – „Dom”", "a\u00adb\u200bc", "x\ty")
    assert tidy_text(texts).tolist() == ["Ósme piętro", "Ósme", "Łódź – „Dom”", "abc", "x y"]


# Writing


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("(22) 5510355", ["(22) 5510355", "+48-225510355", "+48225510355", "+48 22 551 03 55", "22 551 03 55"]),
        (
            "22 55 10 355/356 wew. 7 ",
            ["22 55 10 355/356 wew. 7"] * 5,
        ),
        (
            "225510355, fax 601510355",
            [
                "225510355, fax 601510355",
                "",
                "+48225510355, +48601510355",
                "+48 22 551 03 55, +48 601 510 355",
                "22 551 03 55, 601 510 355",
            ],
        ),
        (
            "225510355w12",
            [
                "225510355w12",
                "",
                "+48225510355 wew. 12",
                "+48 22 551 03 55 wew. 12",
                "22 551 03 55 wew. 12",
            ],
        ),
        ("+32-70321654", ["+32-70321654", "+32-70321654", "+3270321654", "+32 70 32 16 54", "+32 70 32 16 54"]),
        ("+49 (0)30 1234567", ["+49 (0)30 1234567", "+49-301234567", "+49301234567", *["+49 30 1234567"] * 2]),
        ("+48 22 19115", ["+48 22 19115", "+48-2219115", "+482219115", "+48 22 19 115", "+482219115"]),
        (" 112 ", ["112"] * 5),
        ("Żółkiewicz", ["Żółkiewicz"] * 5),
        ("", [""] * 5),
    ],
)
def test_how_a_number_is_written(text: str, forms: list[str]) -> None:
    assert [written(column(text), form).item() for form in FORMATS] == forms


def test_extensions_are_named_in_the_language_of_the_region() -> None:
    assert written(column("212 555 0123 x12"), "national", region="US").item() == "(212) 555-0123 ext. 12"


SHORT = st.sampled_from(
    ("wew. 12", "355", "(22) 551 03 55, 551 03 56", "22 551 03 20-22", "22 551 03 55 lub 56", "112")
)


@given(st.lists(POLISH | SHORT, max_size=4), st.sampled_from(FORMATS))
def test_what_the_switchboard_connects_is_read_back(texts: list[str], form: WriteFormat) -> None:
    how = {"area_code": "22", "switchboard": "22 551 00 00"}
    before = readings(column(*texts), **how)
    forms = written(column(*texts), form, **how)
    fits = (before["count"] <= 1) & ~before["extension"] if form == "apio" else before["count"] >= 0
    assert canonical_keys(forms, **how).tolist() == before["key"].where(fits, "").tolist()


@given(st.lists(TYPED | POLISH, max_size=6), st.sampled_from(FORMATS), st.sampled_from(REGIONS))
def test_what_is_written_is_read_back(texts: list[str], form: WriteFormat, region: str) -> None:
    """Whatever the format, a text keeps its key; only what the platform cannot hold is not written there."""
    before = readings(column(*texts), region=region)
    forms = written(column(*texts), form, region=region)
    fits = (before["count"] <= 1) & ~before["extension"] if form == "apio" else before["count"] >= 0
    assert canonical_keys(forms, region=region).tolist() == before["key"].where(fits, "").tolist()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("region", REGIONS)
def test_plain_numbers_are_read_back(form: WriteFormat, region: str) -> None:
    texts = column(*plain_texts(region, 200))
    forms = written(texts, form, region=region)
    single = readings(texts, region=region)["count"] <= 1
    after = canonical_keys(forms, region=region)
    assert after[single].tolist() == canonical_keys(texts, region=region)[single].tolist()


@pytest.mark.parametrize(
    ("region", "decided"), [("PL", 84), ("DE", 67), ("BE", 51), ("GB", 38), ("FR", 66), ("US", 37)]
)
def test_the_fast_way_decides_most_plain_numbers(region: str, decided: int) -> None:
    """It may step aside anywhere; where it always did, a million lines would take minutes, and nothing else would tell.

    About 100 of the 200 texts are numbers. Where lengths vary, a group of two or three digits at the end may be a code
    or an hour, so more of these odd groupings are read one by one.
    """
    texts = pa.array(plain_texts(region, 200), pa.large_string())
    assert len(texts) - plain_numbers.plain_keys(texts, region).null_count >= decided


def test_the_shapes_of_plain_numbers_are_few() -> None:
    """What tells a plain text is asked of each shape once: of a million numbers, of a few hundred."""
    texts = pa.array([f"22 551 {at:02} 55" for at in range(100)], pa.large_string())
    shapes, _ = plain_numbers._shapes(texts)  # noqa: SLF001 - what comes out is the same with more of them
    assert len(shapes.dictionary) == 1


@given(st.lists(TYPED, min_size=4, max_size=12))
def test_a_long_column_is_read_as_its_parts(texts: list[str]) -> None:
    whole = keys(*texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_numbers, "_AT_ONCE", 3)
        patch.setattr(all_cores, "_WORTHWHILE", 0)
        assert keys(*texts) == whole
