"""What a service makes of a name is learnt, and no text ever grows by being sent again. All data is invented."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable

import pandas as pd
import pytest
from places import Place, writes_of

from schemas.quirks import ESCAPES_NAMES, Quirk, QuirkCode
from tasks.execution.quirks import as_sent, as_stored

NIGHTS = 20
NAMES = ["Biuro R & D", "Kasa <Główna>", "Sala 'A' – dół", "Dział Płac, I piętro", "Rektorat"]
LINES = [(name, f"22 999 00 0{at}") for at, name in enumerate(NAMES)]


def without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.translate(str.maketrans("łŁ", "lL")))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


HABITS: dict[str, Callable[[str], str]] = {
    "escapes": html.escape,
    "escapes some": lambda text: html.escape(text, quote=False),
    "cuts": lambda text: text[:12],
    "cuts short": lambda text: text[:5],
    "escapes and cuts": lambda text: html.escape(text)[:20],
    "trims": lambda text: " ".join(text.split()),
    "decomposes": lambda text: unicodedata.normalize("NFD", text),
    "writes capitals": str.upper,
    "writes plain capitals": lambda text: without_accents(text).upper(),
    "writes plain dashes": lambda text: text.replace("–", "-").replace("'", '"'),
    "drops quotes": lambda text: text.replace("'", ""),
}


@pytest.mark.parametrize("habit", HABITS)
def test_after_the_first_night_nothing_changes(place: Place, habit: str) -> None:
    place.hold([])
    place.rewrite(HABITS[habit])
    place.want(LINES)
    place.road.go()
    stands = place.entries()
    for _ in range(2):
        again = place.road.go()
        assert (again.exit_code, writes_of(again), again.actions) == (0, 0, {"keep": len(LINES)})
    assert place.entries() == stands


def test_no_text_grows_in_twenty_nights_that_change_its_neighbour(place: Place) -> None:
    """What is kept is sent along with what changes: as it was, not as it is shown."""
    place.hold([])
    place.rewrite(html.escape)
    place.want(LINES)
    place.road.go()
    for night in range(NIGHTS):
        place.want([*LINES, ("Portiernia & szatnia", f"22 999 01 {night:02}")], delete_missing=True)
        place.road.go()
        names = {name for name, _ in place.entries()}
        assert names == {html.escape(name) for name in (*NAMES, "Portiernia & szatnia")}
    assert writes_of(place.road.go()) == 0


def test_a_file_of_what_is_shown_is_taken_at_its_word(place: Place) -> None:
    """An export holds `&amp;`: sent as it stands there, it grows once, and is put right as soon as that is seen."""
    shown = [(html.escape(name), number) for name, number in LINES]
    place.hold(shown)
    place.rewrite(html.escape)
    for night in range(4):
        place.want([*shown, ("Portiernia", f"22 999 01 {night:02}")], delete_missing=True)
        last = place.road.go()
    assert last.exit_code == 0
    assert place.entries() == sorted([*shown, ("Portiernia", "22 999 01 03")])


@pytest.mark.parametrize("first", ["", "Sekretariat"])
def test_names_that_become_one_are_refused_with_both_lines(place: Place, first: str) -> None:
    """The list cuts names; where names are no keys, two comments may be the same."""
    place.hold([("Sekretariat Wydz", "22 999 00 08")])
    place.rewrite(lambda text: text[:16])
    place.want([("Laboratorium Akustyki", "22 999 00 01")], delete_missing=False)
    place.road.go()
    lines = [("Sekretariat Wydziału A", "22 999 00 02"), ("Sekretariat Wydziału B", "22 999 00 03")]
    more = [("Laboratorium Akustyki", "22 999 00 01"), (first or "Portiernia", "22 999 00 04")]
    place.want([*lines, *more], delete_missing=True)
    trip = place.road.go()
    if place.names_are_keys:
        assert trip.exit_code == 1
        assert {trip.line(line)["code"] for line in (2, 3)} == {"names_become_one"}
        assert all("lines 2, 3 become one" in trip.line(line)["message"] for line in (2, 3))
        assert ("Sekretariat Wydz", "22 999 00 08") in place.entries()
    again = place.road.go()
    assert writes_of(again) == 0


def test_what_a_place_escapes_is_sent_without_and_expected_with_it() -> None:
    known = {ESCAPES_NAMES, Quirk(QuirkCode.CUTS_NAMES, 40)}
    assert as_sent("R &amp;amp; D, A&B", known) == "R &amp; D, A&B"
    assert as_sent("R &amp; D", ()) == "R &amp; D"
    names = pd.Series(["R & D", "R &amp; D", "Kasa"], dtype="str")
    assert list(as_stored(names, ["Kasa"], known)) == ["R &amp; D", "R &amp; D", "Kasa"]
