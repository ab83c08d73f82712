"""How a place rewrites what it stores is seen in what stands there after writing, and expected from then on."""

from __future__ import annotations

import pandas as pd
import pytest
from tables import current, desired, table

from schemas.quirks import Quirk, QuirkCode
from schemas.tables import Plan
from tasks.execution.quirks import as_commented, as_sent, as_shown, as_stored, is_escaped, name_quirks, number_quirks

CASE, ACCENTS = Quirk(QuirkCode.CHANGES_CASE), Quirk(QuirkCode.DROPS_ACCENTS)
LATIN_1, ASCII = Quirk(QuirkCode.REPLACES_BEYOND_LATIN_1), Quirk(QuirkCode.REPLACES_BEYOND_ASCII)
SIGNS, ESCAPES = Quirk(QuirkCode.REWRITES_SIGNS), Quirk(QuirkCode.ESCAPES_NAMES)


def cuts(length: int) -> Quirk:
    return Quirk(QuirkCode.CUTS_NAMES, length)


def sent(*rows: tuple[str, str, str], owner: str = "one") -> pd.DataFrame:
    """Return `Plan` rows: the name before, the name that was sent, and the number, which is its own key."""
    return table(
        Plan,
        [
            {"owner": owner, "name_before": before, "name_after": after, "number_after": number, "key_after": number}
            for before, after, number in rows
        ],
    )


def shown(*entries: tuple[str, str]) -> pd.DataFrame:
    return current(*({"name": name, "number": number} for name, number in entries))


@pytest.mark.parametrize(
    ("wanted", "stored", "seen"),
    [
        ("Biuro", "Biuro", set()),
        ("Biuro", "BIURO", {CASE}),
        ("Łódź", "Lodz", {ACCENTS}),
        ("Łódź", "LODZ", {ACCENTS}),  # which says nothing of case: accents are compared without it
        ("Łódź", "?ód?", {LATIN_1}),
        ("Łódź", "??d?", {ASCII}),
        ("Łódź", "?ÓD?", {CASE, LATIN_1}),
        ("tel. / fax", "tel fax", {SIGNS}),
        ("A & B", "A &amp; B", {ESCAPES}),
        ("A & B", "a &amp; b", {ESCAPES, CASE}),
        ("A &amp; B", "A & B", {SIGNS}),
        ("Dziekanat Wydziału", "Dziekanat", {cuts(9)}),
        ("Dziekanat", "Dzieka", set()),  # a short rest may be somebody's name for it
        ("Dziekanat Wydziału", "DZIEKANAT", set()),
        ("Biuro", "Kasa", set()),
    ],
)
def test_what_is_done_to_a_name_is_seen_in_the_fewest_habits_that_explain_it(
    wanted: str, stored: str, seen: set[Quirk]
) -> None:
    assert name_quirks(sent(("", wanted, "1")), shown((stored, "1")), []) == seen


@pytest.mark.parametrize(
    ("rows", "entries", "confirmed", "seen"),
    [
        ([("", "Biuro", "1")], [("BIURO", "2")], [], set()),  # another number is another entry
        ([("", "Biuro", "1")], [], [], set()),
        ([("BIURO", "Biuro", "1")], [("BIURO", "1")], [], set()),  # it stood there before: nothing was written yet
        ([("BIURO", "Biuro", "1")], [("BIURO", "1")], [0], {CASE}),  # and the place says that it was
        ([("Biuro", "Biuro", "1")], [("BIURO", "1")], [], set()),  # somebody else may have done that
        ([("Biuro", "Biuro", "1")], [("BIURO", "1")], [0], {CASE}),
        ([("", "Biuro", "1"), ("", "Kasa", "1")], [("BIURO", "1")], [], set()),  # which of the two is it?
        ([("", "Biuro", "1")], [("BIURO", "1"), ("KASA", "1")], [], set()),
        ([("", "Biuro", "1"), ("", "Kasa", "2")], [("Biuro", "1"), ("KASA", "2")], [], {CASE}),
        ([("", "Biuro", "1"), ("", "Łódź", "2")], [("BIURO", "1"), ("?ód?", "2")], [], {CASE, LATIN_1}),
        ([("", "Dzień", "1"), ("", "Dzieje", "2")], [("Dzie", "1"), ("Dzie", "2")], [], {cuts(4)}),  # two of them
        ([("", "Dział pierwszy", "1"), ("", "Dzieje", "2")], [("Dział pier", "1"), ("Dzie", "2")], [], {cuts(10)}),
        (
            [("", "Dział A i B", "1"), ("", "Dział Łąk", "2")],
            [("Dział A i", "1"), ("DZIAŁ ŁĄK", "2")],
            [],
            {cuts(9), CASE},
        ),
    ],
)
def test_a_habit_is_seen_only_where_nobody_else_can_have_done_it(
    rows: list[tuple[str, str, str]], entries: list[tuple[str, str]], confirmed: list[int], seen: set[Quirk]
) -> None:
    assert name_quirks(sent(*rows), shown(*entries), confirmed) == seen


def test_an_entry_of_another_owner_says_nothing() -> None:
    assert name_quirks(sent(("", "Biuro", "1"), owner="two"), shown(("BIURO", "1")), []) == set()
    assert name_quirks(sent(("", "Biuro", "")), shown(("BIURO", "")), []) == set()


@pytest.mark.parametrize(
    ("before", "after", "stands", "types", "seen"),
    [
        ("", "22 1", "22 1", {}, set()),
        ("", "22 1", "22-1", {}, {QuirkCode.REWRITES_NUMBERS}),
        ("22 1", "22 1", "22-1", {}, set()),  # it was not sent
        ("", "22 1", "22 1", {("one", "k"): True}, set()),
        ("", "22 1", "22 1", {("one", "k"): True, ("one", "j"): False}, {QuirkCode.DROPS_TYPES}),
        ("", "22 1", "22-1", {("one", "k"): False}, {QuirkCode.REWRITES_NUMBERS, QuirkCode.DROPS_TYPES}),
    ],
)
def test_what_is_done_to_numbers_and_types_is_told(
    before: str, after: str, stands: str, types: dict[tuple[str, str], bool], seen: set[QuirkCode]
) -> None:
    row = {"owner": "one", "number_before": before, "number_after": after, "key_after": "k"}
    there = current({"number": stands, "key": "k"})
    assert number_quirks(table(Plan, [row]), there, types) == {Quirk(code) for code in seen}
    twice = table(Plan, [row, row])
    assert Quirk(QuirkCode.REWRITES_NUMBERS) not in number_quirks(twice, there, types)
    assert Quirk(QuirkCode.REWRITES_NUMBERS) not in number_quirks(table(Plan, [row]), pd.concat([there, there]), types)


@pytest.mark.parametrize(
    ("known", "wanted", "stored", "expected"),
    [
        ([], ["Biuro"], ["BIURO"], ["Biuro"]),
        ([Quirk(QuirkCode.REWRITES_NUMBERS)], ["Biuro"], ["BIURO"], ["Biuro"]),
        ([CASE], ["Biuro", "Nowe"], ["BIURO"], ["BIURO", "Nowe"]),
        ([CASE], ["Biuro"], ["BIURO", "biuro"], ["Biuro"]),  # it could be either
        ([CASE], ["Biuro", "BiurO"], ["BIURO"], ["Biuro", "BiurO"]),  # either could be it
        ([CASE], ["Biuro", "BIURO"], ["BIURO"], ["Biuro", "BIURO"]),  # that one is wanted as it stands
        ([CASE], ["Biuro"], ["Biuro", "BIURO"], ["Biuro"]),
        ([ACCENTS], ["Łódź"], ["Lodz"], ["Lodz"]),
        ([LATIN_1], ["Łódź"], ["?ód?"], ["?ód?"]),
        ([ASCII], ["Łódź"], ["??d?"], ["??d?"]),
        ([SIGNS], ["tel. / fax"], ["tel fax"], ["tel fax"]),
        ([cuts(9)], ["Dziekanat Wydziału"], ["Dziekanat"], ["Dziekanat"]),
        ([cuts(10)], ["Dziekanat Wydziału"], ["Dziekanat"], ["Dziekanat"]),  # the cut has ended in a space
        ([CASE, cuts(5)], ["Biuro rektora"], ["BIURO"], ["BIURO"]),
        ([ESCAPES], ["A & B"], [], ["A &amp; B"]),
        ([ESCAPES], ["A &amp; B"], [], ["A &amp; B"]),  # the file has it from there
        ([ESCAPES], ["A &amp;amp; B"], [], ["A &amp; B"]),
        ([ESCAPES], ['"A"'], [], ['"A"']),
        ([ESCAPES], ["A & B"], ["A & B"], ["A & B"]),  # from a time when it did not
        ([ESCAPES, cuts(6)], ["A & Biuro"], ["A &amp"], ["A &amp"]),
        # Names that become one there are that one name, unless all stand there.
        ([cuts(5)], ["Dział A", "Dział B"], [], ["Dział", "Dział"]),
        ([cuts(5)], ["Dział A", "Dział B"], ["Dział A", "Dział B"], ["Dział A", "Dział B"]),
        ([cuts(5)], ["Dział A", "Dział B", "Inne"], ["Dział A"], ["Dział A", "Dział A", "Inne"]),
        ([cuts(5)], ["Dział A", "DZIAŁ B"], [], ["Dział", "DZIAŁ"]),
        ([cuts(5)], ["Dział", "DZIAŁ B"], [], ["Dział", "DZIAŁ B"]),  # two names, also when one is cut
        ([ACCENTS], ["Łąka", "Laka"], [], ["Laka", "Laka"]),
        ([ASCII], ["Ł", "Ś"], [], ["?", "?"]),
        ([LATIN_1], ["Ł", "Ó"], [], ["Ł", "Ó"]),
        ([LATIN_1], ["Ł", "Ś"], [], ["?", "?"]),
    ],
)
def test_a_wanted_name_is_spelled_as_it_stands_where_a_habit_explains_it(
    known: list[Quirk], wanted: list[str], stored: list[str], expected: list[str]
) -> None:
    assert list(as_stored(pd.Series(wanted, dtype="str"), stored, known)) == expected


@pytest.mark.parametrize(
    ("known", "wanted", "stands", "expected"),
    [
        ([], [("Biuro", "1")], [("BIURO", "1")], ["Biuro"]),
        ([CASE], [("Biuro", "1")], [("BIURO", "1")], ["BIURO"]),
        ([CASE], [("Biuro", "1"), ("Biuro", "2")], [("BIURO", "1"), ("biuro", "2")], ["BIURO", "biuro"]),
        ([CASE], [("Biuro", "1")], [("BIURO", "2")], ["BIURO"]),  # another number of the same office
        ([CASE], [("Biuro", "1")], [("BIURO", "2"), ("biuro", "3")], ["Biuro"]),  # of which one?
        ([CASE], [("Biuro", "1"), ("biuro", "2")], [("BIURO", "3")], ["Biuro", "biuro"]),
        ([CASE], [("Biuro", "1")], [("Biuro", "1"), ("BIURO", "1")], ["Biuro"]),  # it stands there as it is wanted
        ([ESCAPES], [("A & B", "1")], [("A &amp; B", "2")], ["A &amp; B"]),
        ([cuts(9)], [("Dziekanat Wydziału", "1")], [("Dziekanat", "1")], ["Dziekanat"]),
        ([CASE, ACCENTS], [("Łódź", "1"), ("Biuro", "2")], [("LODZ", "1"), ("BIURO", "2")], ["LODZ", "BIURO"]),
    ],
)
def test_a_wanted_comment_is_spelled_as_its_number_has_it(
    known: list[Quirk], wanted: list[tuple[str, str]], stands: list[tuple[str, str]], expected: list[str]
) -> None:
    lines = desired(*({"name": name, "number": number} for name, number in wanted))
    assert list(as_commented(lines, shown(*stands), known)) == expected


@pytest.mark.parametrize(
    ("known", "rows", "entries", "names"),
    [
        ([], [("", "Biuro", "1")], [("Biuro", "1")], ["Biuro"]),
        ([], [("", "Biuro", "1")], [("BIURO", "1")], ["BIURO"]),  # a habit that was seen just now
        ([CASE], [("BIURO", "Biuro", "1")], [("BIURO", "1")], ["BIURO"]),
        ([], [("BIURO", "Biuro", "1")], [("BIURO", "1")], ["Biuro"]),
        ([ESCAPES], [("", "A & B", "1")], [("Inne", "1")], ["A & B"]),  # what is foreseen does not stand there
        ([CASE], [("Stare", "", ""), ("", "Biuro", "1")], [("BIURO", "1")], ["", "BIURO"]),
        ([Quirk(QuirkCode.REWRITES_NUMBERS)], [("", "Biuro", "1")], [("Kasa", "1")], ["Biuro"]),
    ],
)
def test_what_stands_there_by_a_habit_is_what_was_wanted(
    known: list[Quirk], rows: list[tuple[str, str, str]], entries: list[tuple[str, str]], names: list[str]
) -> None:
    plan = sent(*rows)
    before = list(plan["name_after"])
    assert list(as_shown(plan, shown(*entries), known)["name_after"]) == names
    assert list(plan["name_after"]) == before


def test_a_place_that_escapes_is_sent_one_layer_less() -> None:
    assert as_sent("A &amp;amp; B", {ESCAPES}) == "A &amp; B"
    assert as_sent("A &amp; B", {CASE}) == "A &amp; B"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("&amp;", True),
        ("a &#38; b", True),
        ("&#x26;", True),
        ("&lt1;", True),
        ("A & B;", False),
        ("&;", False),
        ("&#;", False),
    ],
)
def test_signs_that_are_written_out_are_seen(text: str, escaped: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_escaped(text) == escaped
