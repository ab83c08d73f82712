"""Reading numbers. Every number here is invented."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.reasons import LineCode
from tasks.messages.rendering import told_of_line
from tasks.phone.parser import Number, is_short_code, means_none, read_number
from tasks.phone.tokenizer import tokens
from tasks.phone.vocabulary import fold, tidy

SHAPES = Path(__file__).parents[3] / "data" / "phone-shapes.csv"


def shapes() -> list[dict[str, str]]:
    with SHAPES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def told(number: Number) -> str:
    return number.e164 + (" (fax)" if number.kind == "fax" else "")


def numbers(text: str, region: str = "PL", area_code: str | None = None, switchboard: str | None = None) -> list[str]:
    reading = read_number(text, region=region, area_code=area_code, switchboard=switchboard)
    assert bool(reading.numbers) == (not reading.reason)
    return [number.e164 + (f"x{number.extension}" if number.extension else "") for number in reading.numbers]


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape["about"])
def test_every_shape_seen_in_directories_is_read(shape: dict[str, str]) -> None:
    reading = read_number(shape["raw"])
    assert "|".join(map(told, reading.numbers)) == shape["expected"]
    assert reading.note == shape["note"]
    assert bool(reading.reason) == (not shape["expected"])
    extension = re.match(r"ext=(\d+)", shape["about"])
    assert [number.extension for number in reading.numbers if number.extension] == ([extension[1]] if extension else [])


@pytest.mark.parametrize("text", ["+32-12321312", "+32-70321654", "+32-54987321", "+32-12345678", " +32-12345678\n"])
def test_the_platform_form_is_read_whether_or_not_a_plan_knows_it(text: str) -> None:
    assert numbers(text) == [text.strip().replace("-", "")]


@pytest.mark.parametrize(
    "text",
    ["+32 70321654", "+999-12345678", "+32-7032165", "+32-070321654", "+3-270321654", "+32-7032-1654", "+32-70321654x"],
)
def test_what_only_resembles_the_platform_form_must_be_valid(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("22 551 03 55 wewn. 12", ["+48225510355x12"]),
        ("22 551 03 55 w. 12", ["+48225510355x12"]),
        ("22 551 03 55 (wew. 12)", ["+48225510355x12"]),
        ("22 551 03 55 int. 12", ["+48225510355x12"]),
        ("22 551 03 55 ext 12", ["+48225510355x12"]),
        ("22 551 03 55x12", ["+48225510355x12"]),
        ("22 551 03 55 DW 12", ["+48225510355x12"]),
        ("22 551 03 55 #12", ["+48225510355x12"]),
        ("22 551 03 55\nwew. 12", ["+48225510355x12"]),
        ("22 551 03 55 wew. 12, 13", ["+48225510355x12", "+48225510355x13"]),
        ("22 551 03 55 wew. 12, 22 551 03 56", ["+48225510355x12", "+48225510356"]),
        ("+48225510355;ext=12|+48225510356", ["+48225510355x12", "+48225510356"]),
        ("22 551 03 55\n22 551 03 56", ["+48225510355", "+48225510356"]),
        ("22 551 03 55 22 551 03 56", ["+48225510355", "+48225510356"]),
        ("22 551 03 55 lub 22 551 03 56", ["+48225510355", "+48225510356"]),
        ("22 551 03 55 oraz 601 510 355", ["+48225510355", "+48601510355"]),
        ("22 551 03 55 / 22 551 03 56", ["+48225510355", "+48225510356"]),
        ("22 551 03 55 / 551 03 56", ["+48225510355", "+48225510356"]),
        ("22 551 03 55/56/57", ["+48225510355", "+48225510356", "+48225510357"]),
        ("22/551 03 55", ["+48225510355"]),
        ("+48 22/551 03 55", ["+48225510355"]),
        ("+48 (0-22) 551 03 55", ["+48225510355"]),
        ("48 (0) 22 551 03 55", ["+48225510355"]),
        ("(0048) 22 551 03 55", ["+48225510355"]),
        ("22.551.03.55", ["+48225510355"]),
        ("22\u00a0551\u2011 03\u201355", ["+48225510355"]),
        ("２２（５５１）０３－５５", ["+48225510355"]),
        ("\ufeff22\u200b5510355\u00ad", ["+48225510355"]),
        ("tel.:22 551 03 55", ["+48225510355"]),
        ("pok. 12, tel. 22 551 03 55", ["+48225510355"]),
        ("22 551 03 55, pok. 12, godz. 8-16", ["+48225510355"]),
        ("Anna 22 551 03 55, Jan 22 551 03 56", ["+48225510355", "+48225510356"]),
        ("+48 22 19115", ["+482219115"]),
        ("0 22 19115", ["+482219115"]),
    ],
)
def test_numbers_with_what_people_write_around_them(text: str, wanted: list[str]) -> None:
    assert numbers(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("(22) 551 03 55, 551 03 56", ["+48225510355", "+48225510356"]),
        ("(22) 551 03 55,551 03 56, 551 03 57", ["+48225510355", "+48225510356", "+48225510357"]),
        ("tel. 22 551 03 55, fax 551 03 56", ["+48225510355", "+48225510356"]),
        ("tel. (0-22) 551-03-55 fax 551-03-56", ["+48225510355", "+48225510356"]),
        ("(22) 551 03 55 wew. 12, 551 03 56", ["+48225510355x12", "+48225510356"]),
        ("(22) 551 03 55 (sekretariat), 551 03 56 (rektor)", ["+48225510355", "+48225510356"]),
        ("(22) 551 03 55, 551 03 56/57", ["+48225510355", "+48225510356", "+48225510357"]),
        ("22 5510355 5510356 5510357", ["+48225510355", "+48225510356", "+48225510357"]),
        ("22 551 03 55 lub 56", ["+48225510355", "+48225510356"]),
        ("22 551 03 55 lub 04-56", ["+48225510355", "+48225510456"]),
        ("22 551 03 55 do 57", ["+48225510355", "+48225510356", "+48225510357"]),
        ("22 55 10 341 do 43", ["+48225510341", "+48225510342", "+48225510343"]),
        ("22 55 10 355 do 22 55 10 356", ["+48225510355", "+48225510356"]),
        ("22 551 03 20-22", ["+48225510320", "+48225510321", "+48225510322"]),
        ("22 55 10 355-356", ["+48225510355", "+48225510356"]),
        ("(22) 551 03 55(22) 551 03 56", ["+48225510355", "+48225510356"]),
        ("22 551 03 55 * fax 22 551 03 56", ["+48225510355", "+48225510356"]),
        ("telefon do sekretariatu 22 551 03 55", ["+48225510355"]),
    ],
)
def test_what_is_written_short_beside_a_whole_number(text: str, wanted: list[str]) -> None:
    assert numbers(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "225510355, 551 03 56",  # the area code of the first is not set apart: is it the second one's?
        "261 551 035, 551 03 56",
        "601 510 355, 551 03 56",
        "551 03 55, (22) 551 03 56",
        "(22) 551 03 55, 551 03 5",
        "Kraków (12) 664 51 04, Warszawa tel. 551 03 55",
        "(12) 664 51 04 Kraków, 551 03 55 Warszawa",
        "22 551 03 55 do 54",
        "22 551 03 55 do 85",
        "22 551 03 20-60",
        "22 551 03 20-19",
        "22-551-03-20-22",
        "22 551 03 55 do 57 wew. 12",
        "22 551 03 20-22 wew. 12",
        "22 551 03 55, 22 551 03 56, wew. 12",
        "22 55 10 355 do 22 55 10 455",
        "22 5510355 5510356 55",
        "+49 (0) 22/+49 (0) 22",
    ],
)
def test_what_is_written_too_short_is_not_read(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "ul. Polna 5, tel. 22 551 03 55",
        "al. 3 Maja 72, pok. 42/40, 22 551 03 55",
        "Plac Nowy 6: 22 551 03 55",
        "Polna 5 - 22 551 03 55",
        "Polna 47-51 - 22 5510355",
        "pokój nr 34, 22 551 03 55",
        "22 551 03 55 (8:00 - 18:00, pon-pt)",
        "22 551 03 55 (do 14:00)",
        "22 551 03 55, biuro2@uczelnia.example.edu.pl",
    ],
)
def test_digits_that_nobody_dials_are_notes(text: str) -> None:
    assert numbers(text) == ["+48225510355"]


@pytest.mark.parametrize(
    ("text", "said", "note"),
    [
        ("SP nr 12 tel. 22 551 03 55", ["+48225510355"], "SP nr 12"),
        ("biuro nr 12, 22 551 03 55", ["+48225510355"], "biuro nr 12"),
        ("Warszawa nr 5 tel. 22 551 03 55", ["+48225510355"], "Warszawa nr 5"),
        ("pod nr 22 551 03 55", ["+48225510355"], "pod"),
        ("tel. nr 22 551 03 55", ["+48225510355"], ""),
        ("Kowalski nr 22 551 03 55", [], "Kowalski nr 22"),  # room 22 at an office, or area code 22?
        ("Kraków nr 22 551 03 55", [], "Kraków nr 22"),
        ("sekretariat nr 22 551 03 55", [], "sekretariat nr 22"),
    ],
)
def test_a_word_before_nr_says_what_is_numbered(text: str, said: list[str], note: str) -> None:
    assert (numbers(text), read_number(text).note) == (said, note)


@pytest.mark.parametrize(
    ("text", "pesel"),
    [
        ("44010123452", True),
        ("44010123453", False),  # another check digit
        ("44123123453", True),
        ("44130123457", False),  # no such month
        ("44000123451", False),
        ("44120023459", False),  # no such day
        ("44123223450", False),
        ("39210123454", True),
        ("39323123455", True),
        ("39200123453", False),
        ("39330123459", False),
        ("40210123450", False),  # of people who are not born yet
        ("40323123451", False),
    ],
)
def test_a_pesel_is_known_by_its_check_digit_and_a_date_of_birth(text: str, pesel: bool) -> None:  # noqa: FBT001 - a column
    assert (read_number(text).reason == LineCode.NUMBER_PESEL) == pesel


@pytest.mark.parametrize("text", ["0365664 0737248", "042 0528 0297 070"])
def test_what_is_one_long_number_or_two_short_ones_is_left_to_a_person(text: str) -> None:
    assert read_number(text, region="DE").reason == LineCode.NUMBER_AMBIGUOUS


@pytest.mark.parametrize("text", ["Warszawa nr 12345678", "legitymacja nr 1234567", "NIP nr 1234567"])
def test_a_long_figure_behind_such_a_word_is_another_number(text: str) -> None:
    assert read_number(text).reason == LineCode.NUMBER_OTHER


@pytest.mark.parametrize("text", ["Warszawa 22 - 551 03 55 12", "Polna 5 22 551 03 55", "biuro225510355@uw.example.pl"])
def test_digits_that_may_belong_to_the_number_are_never_notes(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("text", "region", "wanted"),
    [
        ("514 555-0123, poste 345", "CA", ["+15145550123x345"]),
        ("06 4991 3111 (int. 23111)", "IT", ["+390649913111x23111"]),
        ("01 58801 DW 123", "AT", ["+43158801x123"]),
        ("030 1234567 Durchwahl 12", "DE", ["+49301234567x12"]),
        ("+49 (0) 2232 / 57 93 99 - 15", "DE", ["+49223257939915"]),
        ("+43 (0) 7727 / 3250 - 0", "AT", ["+43772732500"]),
        ("(212) 555-0123, 555-0124", "US", ["+12125550123", "+12125550124"]),
        ("(+420) 224311198/9", "CZ", ["+420224311198", "+420224311199"]),
    ],
)
def test_the_ways_of_other_countries(text: str, region: str, wanted: list[str]) -> None:
    assert numbers(text, region=region) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("wew. 12", ["+48225510000x12"]),
        ("tel. wew.: 12, 13", ["+48225510000x12", "+48225510000x13"]),
        ("355", ["+48225510000x355"]),
        ("20355", ["+48225510000x20355"]),
        ("pok. 5, w. 12", ["+48225510000x12"]),
        ("22 551 03 55", ["+48225510355"]),
        ("112", []),
        ("19115", []),
        ("116117", []),
        ("*21#", []),
        ("wew. 12, 22 551 03 56", []),
        ("wew. 12, 1234", []),
        ("Kowalska", []),
        ("", []),
    ],
)
def test_extensions_alone_belong_to_the_switchboard(text: str, wanted: list[str]) -> None:
    assert numbers(text, switchboard="22 55 10 000") == wanted


def test_a_switchboard_that_is_no_number_connects_to_nobody() -> None:
    assert numbers("wew. 12", switchboard="55 10 000") == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "empty"),
        ("\u200b \n", "empty"),
        ("n/a", "no number"),
        ("nie ma", "no number"),
        ("–", "no number"),
        ("1234", "short"),
        ("*21#", "short"),
        ("55 214", "short"),
        ("551 03 55", "area code"),
        ("+48 551 03 55", "area code"),
        ("641 12 34", "area code"),
        ("22 19115", "area code"),
        ("wew. 12", "extension"),
        ("wew. 12, 22 551 03 55", "more than one way"),
        ("PL12 1234 5678 9012 3456 7890 1234", "bank account"),
        ("12123456789012345678901234", "bank account"),
        ("44051401359", "PESEL"),
        ("PESEL 44051401359", "another kind"),
        ("NIP 22 551 03 55", "another kind"),
        ("12.03.2024", "date"),
        ("2024-03-12", "date"),
        ("15.01.2024 8", "date"),
        ("22551035.0", "decimal"),
        ("551 03 55 (22)", "more than one way"),
        ("Kowalska-Nowak", "no number"),
        ("22 551 O3 55", "letters between"),
        ("22 551 03 55a", "letters between"),
        ("22 551 03 5²", "too few digits"),
        ("800 FIRMA1", "letters between"),
        ("22 551 03 55 = 12", "character"),
        ("22 551 03 55, 123", "extra digits"),
        ("22 551 03 55/123", "extra digits"),
        ("22 551 03 55 wew. 12 34", "extra digits"),
        ("22 551 03 55 wew. 12-13", "extra digits"),
        ("22 551 03 55/356 wew. 12", "extra digits"),
        ("22 55 10 355/356 wew. 12", "more than one way"),
        ("22 551 03 55 12", "too many digits"),
        ("010 551 03 55", "Not a valid number"),
        ("22 551 03 555 12 34 56", "too many digits"),
        ("22 551 03 55 " * 20, "too long"),
    ],
)
def test_anything_half_understood_is_no_number_and_says_why(text: str, part: str) -> None:
    reading = read_number(text)
    assert reading.numbers == ()
    said = told_of_line(reading.reason, "", "en").sentence
    assert part in said
    assert said.endswith((".", "?"))


@pytest.mark.parametrize("area_code", [None, "22"])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("22 999 71 0", LineCode.NUMBER_FEW),
        ("tel. (22) 999 71 0", LineCode.NUMBER_FEW),
        ("601 234 56", LineCode.NUMBER_FEW),
        ("22 999 00", LineCode.NUMBER_FEW),
        ("+48 (22) 999 00", LineCode.NUMBER_FEW),
        ("22 999 11 2I", LineCode.NUMBER_LETTERS),
        ("22 999 11 2l", LineCode.NUMBER_LETTERS),
        ("22 999 11 O1", LineCode.NUMBER_LETTERS),
        ("22 999 11 I2", LineCode.NUMBER_LETTERS),
        ("22 99I 11 20", LineCode.NUMBER_LETTERS),
        ("22 999 11 2i", LineCode.NUMBER_LETTERS),
    ],
)
def test_an_area_code_is_not_missing_where_it_stands(text: str, reason: LineCode, area_code: str | None) -> None:
    reading = read_number(text, area_code=area_code)
    assert (reading.numbers, reading.reason) == ((), reason)


@pytest.mark.parametrize("text", ["22 999 11 20i 22 999 11 21", "22 999 11 20 i22 999 11 21", "22 999 11 20I"])
def test_a_letter_beside_whole_numbers_is_the_word_that_it_was(text: str) -> None:
    assert read_number(text).numbers


@pytest.mark.parametrize(
    ("text", "area_code", "wanted"),
    [
        ("664-5104", "12", ["+48126645104"]),
        ("12 664 51 04, 664 51 05", "12", ["+48126645104", "+48126645105"]),
        ("601 510 355, 664 51 05", "12", ["+48601510355", "+48126645105"]),
        ("12 664 51 04, 664 51 05", "22", []),  # of Warsaw, or of the town named before it?
        ("12 664 51 04/664 51 05", "22", []),
        ("221 91 15", "22", []),  # 22 19115, or 22 221 91 15?
        ("1234", "22", []),
    ],
)
def test_an_area_code_completes_only_what_can_mean_nothing_else(text: str, area_code: str, wanted: list[str]) -> None:
    assert numbers(text, area_code=area_code) == wanted


@pytest.mark.parametrize(
    ("text", "region", "wanted"),
    [
        ("030 1234567", "DE", ["+49301234567"]),
        ("0711/1234567", "DE", ["+497111234567"]),
        ("22345678", "DE", []),  # a Berlin number without its area code would be taken for another town's
        ("020 7946 0018", "GB", ["+442079460018"]),
        ("01 23 45 67 89", "FR", ["+33123456789"]),
        ("(212) 555-0123", "US", ["+12125550123"]),
        ("011 48 22 551 03 55", "US", ["+48225510355"]),
        ("0048 22 551 03 55", "XX", ["+48225510355"]),
        ("22 551 03 55", "XX", []),
    ],
)
def test_other_countries_are_read_by_their_own_plans(text: str, region: str, wanted: list[str]) -> None:
    assert numbers(text, region=region) == wanted


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("fax 22 551 03 55", ["fax"]),
        ("22 551 03 55 (fax)", ["fax"]),
        ("22 551 03 55 tel., 22 551 03 56 fax", ["fixed_line", "fax"]),
        ("tel. i fax 22 551 03 55", ["fixed_line"]),
        ("fax +49 (0) 2232 / 68 84 11", ["fax"]),
        ("+49 (0) 2232 / 68 84 11 fax", ["fax"]),
        ("tel/faks: 22 551 03 55", ["fixed_line"]),
        ("601 510 355", ["mobile"]),
        ("800 151 590", ["toll_free"]),
        ("+32-70321654", ["unknown"]),
    ],
)
def test_a_number_labelled_fax_alone_is_a_fax(text: str, kinds: list[str]) -> None:
    assert [number.kind for number in read_number(text).numbers] == kinds


@pytest.mark.parametrize("text", ["brak", "Brak.", "-", "—", "nie ma", "none", "n/a", "N/A", "(brak)", "nie dotyczy"])
def test_words_for_no_number(text: str) -> None:
    assert means_none(text)


@pytest.mark.parametrize("text", ["", "0", "?", "brak 22 551 03 55", "Brakowski", "22 551 03 55"])
def test_anything_else_does_not_say_that_there_is_no_number(text: str) -> None:
    assert not means_none(text)


@pytest.mark.parametrize("text", ["11", "112", " 5512 ", "551200", "*21#", "#31#", "５５１２"])
def test_short_codes(text: str) -> None:
    assert is_short_code(text)


@pytest.mark.parametrize("text", ["", "1", "*#", "1234567", "55-12", "55 12", "wew. 12", "12a", "+112"])
def test_what_is_no_short_code(text: str) -> None:
    assert not is_short_code(text)


TYPED = st.text(st.sampled_from("0123456789 +-()/,;.wewtlfaxxtinłó\n\u00a0–２#"), max_size=40) | st.text(max_size=40)
PARTS = st.sampled_from(
    (
        *("22 551 03 55", "551 03 56", "(22) 551-03-57", "5510358", "601 510 355", "+48", "0-", "+49 30", "55", "6"),
        *(
            "99-11",
            "20-29",
            "wew. 12",
            "w. 7",
            "fax",
            "tel.",
            "lub",
            "do",
            "i",
            "/",
            ",",
            "-",
            "*",
            "pok. 5",
            "Polna 21",
        ),
        *("ul. Polna 5", "8:00-16:00", "(dziekanat)", "12 1234 5678 9012 3456 7890 1234", "44051401359", "12.03.2024"),
    )
)
WRITTEN = TYPED | st.lists(PARTS, max_size=6).map(" ".join)


@given(WRITTEN)
def test_any_text_has_numbers_or_a_reason(text: str) -> None:
    """Never both, never neither; and every number has the form of one."""
    reading = read_number(text)
    assert reading.text == text
    assert bool(reading.numbers) != bool(reading.reason)
    assert all(re.fullmatch(r"\+[1-9]\d{4,14}", number.e164) for number in reading.numbers)


@given(TYPED)
def test_no_digit_comes_from_a_letter(text: str) -> None:
    """A number ends as the text's own digits do, with nothing between them."""
    shown = re.sub(r"\D", "", fold(tidy(text)))
    for number in read_number(text, region="US").numbers[:1]:
        assert number.e164[-4:] in shown


@given(WRITTEN, st.sampled_from((None, "22", "12")), st.sampled_from((None, "22 551 00 00")))
def test_what_is_read_is_valid_in_its_plan(text: str, area_code: str | None, switchboard: str | None) -> None:
    assume(not re.fullmatch(r"\+\d{1,3}-\d{4,14}", fold(tidy(text))))
    for number in read_number(text, area_code=area_code, switchboard=switchboard).numbers:
        assert phonenumbers.is_valid_number(phonenumbers.parse(number.e164, None))


@given(WRITTEN)
def test_every_number_ends_in_digits_that_stand_in_the_text(text: str) -> None:
    """Only a range counts: of its numbers the first and the last stand there."""
    shown = re.sub(r"\D", "", fold(tidy(text)))
    found = [number.e164 for number in read_number(text).numbers]
    counted = [last for last, number in pairwise(found) if int(number) == int(last) + 1]
    assert all(e164[-1:] in shown for e164 in found if e164 not in counted)


@given(WRITTEN)
def test_the_tokens_are_the_whole_text(text: str) -> None:
    shown = fold(tidy(text))
    assert "".join(token.text for token in tokens(shown)) == shown
