"""Whatever a service does to a text it stores, a second run finds nothing to do; all data is invented."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pandas as pd
import pytest
from road_trip import OPEN_GUARD, Road, apio_state, usos_state

from connectors.sandbox.options import ApioOptions, NumberFormat, TextHandling, TypeHandling, UsosOptions
from schemas.quirks import Quirk, QuirkCode
from tasks.execution.quirks import as_stored

# Texts that people and spreadsheets leave in files: spaces of every kind, a letter in two parts, nothing to be seen.
NAMES = [
    "  Dziekanat  ",
    "Sala   12",
    "Biuro\u00a0Rektora",
    "Lo\u0301dz\u0301",
    "Kasa\u200b",
    "ŁÓDŹ",
    "tel. / fax",
    'A "B"',
]
NUMBERS = ["22 999 00 01", "(22) 999-00-02", "+48 22 999 00 03", "0048229990004", "22-999-00-05", "229990006"]


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def settles(road: Road) -> None:
    """Run twice, and plan: the first may write, the second finds nothing and proves it, a third would do nothing."""
    first = road.go()
    assert first.exit_code == 0, (first.sync, first.lines)
    again, third = road.go(), road.plan()
    assert again.sync["verified"]
    for trip in (again, third):
        assert (trip.exit_code, trip.writes) == (0, []), trip.lines
        assert set(trip.actions) <= {"keep"}, trip.actions


def one_by_one(options: type[ApioOptions | UsosOptions], *apart: str) -> list[tuple[str, Any]]:
    """Every value of every option that has a few, but for the options that are looked at elsewhere."""
    found = []
    for name, kind in get_type_hints(options).items():
        values = (True, False) if kind is bool else get_args(kind) if get_origin(kind) is Literal else ()
        found += [(name, value) for value in values if value != getattr(options(), name) and name not in apart]
    return found


# Plain http is refused where loopback is no exception, and then nothing is ever read.
@pytest.mark.parametrize(("option", "value"), one_by_one(UsosOptions, "loopback_exempt"))
def test_usos_settles_under_every_option(road: Road, option: str, value: Any) -> None:
    there = {"1": [("Stary", "22 999 00 09"), ("DZIEKANAT", "22 999 00 01")], "2": [("kasa", "22 999 00 02")], "3": []}
    road.open(usos_state(there), usos=UsosOptions(**{option: value}))
    lines = ["1,22 999 00 01,Dziekanat,STA", "1,501 999 002,Łódź,KOM", "2,+48229990005,Kasa,", "3,22-999-00-06,,STA"]
    road.source("\n".join(["entity_id,number,comment,type_id", *lines, ""]))
    road.configure({"entity_class": "faculty", "guard": OPEN_GUARD})
    settles(road)


@pytest.mark.parametrize(("option", "value"), one_by_one(ApioOptions))
def test_a_phone_list_settles_under_every_option(road: Road, option: str, value: Any) -> None:
    road.open(apio_state([("Stara", "+48-229990009"), ("Kasa", "+48-229990002")]), apio=ApioOptions(**{option: value}))
    lines = ["Dziekanat;22 999 00 01;", "Kasa;22 999 00 04;", "Stara;22 999 00 09;Nowa"]
    road.source("\n".join(["Name;Phone Number;New Name", *lines, ""]))
    road.configure({"tenant": "chopin", "delete_missing": True, "guard": OPEN_GUARD})
    settles(road)


@pytest.mark.parametrize("text", get_args(TextHandling))
@pytest.mark.parametrize("types", get_args(TypeHandling))
def test_usos_settles(road: Road, text: Any, types: Any) -> None:
    road.open(usos_state({"1": [], "2": []}), usos=UsosOptions(text=text, types=types))
    rows = [f"{1 + at % 2},{quoted(NUMBERS[at % 6])},{quoted(name)},STA" for at, name in enumerate(NAMES)]
    road.source("entity_id,number,comment,type_id\n" + "\n".join(rows) + "\n")
    road.configure({"entity_class": "faculty", "guard": OPEN_GUARD})
    settles(road)


@pytest.mark.parametrize("text", get_args(TextHandling))
@pytest.mark.parametrize("numbers", get_args(NumberFormat))
def test_a_phone_list_settles(road: Road, text: Any, numbers: Any) -> None:
    road.open(apio_state([]), apio=ApioOptions(text=text, numbers=numbers))
    rows = [f"{quoted(name)};{quoted(NUMBERS[at % 6])}" for at, name in enumerate(NAMES)]
    road.source("Name;Phone Number\n" + "\n".join(rows) + "\n")
    road.configure({"tenant": "chopin", "delete_missing": True, "guard": OPEN_GUARD, "write_format": "source"})
    settles(road)


@pytest.mark.parametrize("case", ["sensitive", "insensitive"])
@pytest.mark.parametrize("way", ["batch", "entries"])
def test_a_name_that_stands_in_another_case_settles(road: Road, case: Any, way: str) -> None:
    road.open(apio_state([("DZIEKANAT", "+48-229990001")]), apio=ApioOptions(name_case=case))
    road.source("Name;Phone Number\nDziekanat;22 999 00 02\nKasa;22 999 00 03\n")
    road.configure({"tenant": "chopin", "delete_missing": True, "guard": OPEN_GUARD, "write": way})
    settles(road)


def without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.replace("Ł", "L").replace("ł", "l"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


REWRITING: dict[str, Callable[[str], str]] = {
    "changes the case of names": str.upper,
    "drops accents from names": without_accents,
    "stores ? for letters outside Latin-1": lambda text: text.encode("latin-1", "replace").decode("latin-1"),
    "cuts names to 10": lambda text: text[:10],
}


@pytest.mark.parametrize("way", ["batch", "entries"])
@pytest.mark.parametrize("habit", REWRITING)
def test_a_list_that_rewrites_names_is_learnt_once_and_then_left_alone(road: Road, habit: str, way: str) -> None:
    road.open(apio_state([("Stara", "+48-229990009")]), apio=ApioOptions(letters=REWRITING[habit]))
    lines = ["Dziekanat;22 999 00 01", "Łódź;22 999 00 02", "Kasa Główna;22 999 00 03"]
    road.source("\n".join(["Name;Phone Number", *lines, ""]))
    road.configure({"tenant": "chopin", "delete_missing": True, "guard": OPEN_GUARD, "write": way})
    first = road.go()
    assert first.exit_code == 0, "a habit is no failure, not in the night that shows it either"
    assert first.sync["notes"] == [f"The phone list {habit}; this is not counted as a difference."]
    assert [number for _, number in road.entries()]
    for _ in range(2):
        again = road.go()
        assert (again.exit_code, again.writes, again.actions) == (0, [], {"keep": 3})
        assert "notes" not in again.sync
    # A number that changes is written under the name as the list spells it.
    road.source("\n".join(["Name;Phone Number", *lines[:2], "Kasa Główna;22 999 00 04", ""]))
    changed = road.go()
    assert (changed.exit_code, changed.actions) == (0, {"keep": 2, "modify": 1})
    assert "+48-229990004" in [number for _, number in road.entries()]
    assert road.go().writes == []


@pytest.mark.parametrize("habit", REWRITING)
def test_an_usos_that_rewrites_comments_is_learnt_once_and_then_left_alone(road: Road, habit: str) -> None:
    options = UsosOptions(letters=REWRITING[habit], numbers="plus_digits", types="guessed")
    stored = [REWRITING[habit](text) for text in ("Łódź", "Kasa Główna")]
    road.open(usos_state({"1": [], "2": [(stored[0], "22 999 00 02"), ("stary", "22 999 00 09")]}), usos=options)
    lines = ["1,22 999 00 01,Dziekanat,STA", "2,22 999 00 02,Łódź,", "1,22 999 00 03,Kasa Główna,"]
    road.source("\n".join(["entity_id,number,comment,type_id", *lines, ""]))
    road.configure({"entity_class": "faculty", "guard": OPEN_GUARD})
    first = road.go()
    assert first.exit_code == 0, "a habit is no failure, not in the night that shows it either"
    assert set(first.sync["notes"]) == {
        f"USOS {habit.replace('names', 'comments')}; this is not counted as a difference.",
        "USOS stores numbers in its own form; this is not counted as a difference.",
    }
    again = road.plan()
    assert again.actions == {"keep": 3}
    for _ in range(2):
        again = road.go()
        assert (again.exit_code, again.writes, again.actions) == (0, [], {"keep": 3})
        assert "notes" not in again.sync
    # A number that changes takes along the comment as it stands there, and counts as one change.
    road.source("\n".join(["entity_id,number,comment,type_id", *lines[:2], "1,22 999 00 04,Kasa Główna,", ""]))
    changed = road.go()
    assert (changed.exit_code, changed.actions) == (0, {"keep": 2, "modify": 1})
    assert road.go().writes == []


@pytest.mark.parametrize("way", ["batch", "entries"])
def test_a_name_that_stands_as_the_list_rewrites_it_is_learnt_too(road: Road, way: str) -> None:
    road.open(apio_state([("DZIEKANAT", "+48-229990001")]), apio=ApioOptions(letters=str.upper))
    road.source("Name;Phone Number\nDziekanat;22 999 00 01\n")
    road.configure({"tenant": "chopin", "delete_missing": True, "guard": OPEN_GUARD, "write": way})
    road.go()
    assert road.entries() == [("DZIEKANAT", "+48-229990001")]
    for _ in range(2):
        again = road.go()
        assert (again.exit_code, again.writes, again.actions) == (0, [], {"keep": 1})


def test_types_that_usos_guesses_are_told_once(road: Road) -> None:
    road.open(usos_state({"1": []}), usos=UsosOptions(types="guessed"))
    road.source("entity_id,number,type_id\n1,22 999 00 01,KOM\n")
    road.configure({"entity_class": "faculty", "guard": OPEN_GUARD})
    assert road.go().sync["notes"] == ["USOS does not keep the given types; this is not counted as a difference."]
    assert road.plan().actions == {"keep": 1}
    road.source("entity_id,number,type_id\n1,22 999 00 01,KOM\n1,22 999 00 02,KOM\n")
    assert "notes" not in road.go().sync
    assert road.go().writes == []


def test_a_name_that_could_be_two_is_not_taken_for_either() -> None:
    names = pd.Series(["Dean", "Porter", "Łódź"], dtype="str")
    accents = Quirk(QuirkCode.DROPS_ACCENTS)
    known = {Quirk(QuirkCode.CHANGES_CASE), accents, Quirk(QuirkCode.CUTS_NAMES, 10), Quirk(QuirkCode.DROPS_TYPES)}
    assert list(as_stored(names, ["DEAN", "dean", "PORTER", "Lodz"], known)) == ["Dean", "PORTER", "Lodz"]
    assert list(as_stored(names, ["DEAN"], {accents})) == ["DEAN", "Porter", "Łódź"]
    assert list(as_stored(names, ["DEAN", "Porter"], set())) == list(names)
