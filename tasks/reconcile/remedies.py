"""Say what to do about a finding: the line to correct, or the sync that would correct it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from schemas.findings import FindingKind
from schemas.plan import Action
from schemas.settings import Language


@dataclass(frozen=True)
class Names:
    """What a sync and its ends are called: its name, its file's name, its place."""

    sync: str
    file: str
    place: str


# By kind and what the sync would do, where that makes a difference.
_ENGLISH: Final[Mapping[str, str]] = {
    "held": "Correct the rejected lines of {file} first: until then phonesync leaves this alone.",
    "missing": "phonesync sync {sync} adds it. If it is wrong, correct line {line} of {file}.",
    "foreign delete": "phonesync sync {sync} deletes it. To keep it, add a line to {file}.",
    "foreign": "No sync deletes it. Add a line to {file}, or delete it in {place}.",
    "differs": "phonesync sync {sync} writes what line {line} of {file} says. If {place} is right, correct the line.",
    "differs add": "phonesync sync {sync} adds what line {line} of {file} says; delete the other entry in {place}.",
    "differs keep": "No sync changes this type. Correct line {line} of {file}, or the type in {place}.",
    "differs clear": "phonesync sync {sync} deletes this owner's numbers, as line {line} of {file} says.",
    "differs link": "Find out which number is right, then correct {lines}.",
    "elsewhere": "phonesync sync {sync} adds it here. If it stands where it belongs, correct line {line} of {file}.",
    "duplicate line": "Delete line {line} of {file}, if it says nothing new.",
    "duplicate delete": "phonesync sync {sync} deletes the second one.",
    "duplicate": "Delete one of them in {place}.",
    "unreadable line": "Correct line {line} of {file}.",
    "unreadable delete": "phonesync sync {sync} deletes it. To keep it, add a line with its number to {file}.",
    "unreadable": "Put a number there in {place}, or delete it.",
    "stale": "Ask whether it is still right; if so: phonesync accept {id} --until DATE --reason TEXT",
    "at line": "line {line} of {file}",
    "at entry": "the entry in {place}",
    "or": " or ",
}
_POLISH: Final[Mapping[str, str]] = {
    "held": "Najpierw popraw odrzucone linie w {file}: do tego czasu phonesync niczego tu nie zmienia.",
    "missing": "phonesync sync {sync} doda ten numer. Jeśli jest błędny, popraw linię {line} w {file}.",
    "foreign delete": "phonesync sync {sync} usunie ten numer. Jeśli ma zostać, dopisz linię w {file}.",
    "foreign": "Żadna synchronizacja go nie usunie. Dopisz linię w {file} albo usuń go w {place}.",
    "differs": "phonesync sync {sync} zapisze to, co stoi w linii {line} w {file}. Popraw ją, jeśli rację ma {place}.",
    "differs add": "phonesync sync {sync} doda to, co stoi w linii {line} w {file}; drugi wpis usuń w {place}.",
    "differs keep": "Żadna synchronizacja nie zmieni tego typu. Popraw linię {line} w {file} albo typ w {place}.",
    "differs clear": "phonesync sync {sync} usunie numery tej jednostki, jak mówi linia {line} w {file}.",
    "differs link": "Ustal, który numer jest właściwy, i popraw {lines}.",
    "elsewhere": "phonesync sync {sync} doda go tutaj. Jeśli stoi tam, gdzie powinien, popraw linię {line} w {file}.",
    "duplicate line": "Usuń linię {line} w {file}, jeśli nie wnosi nic nowego.",
    "duplicate delete": "phonesync sync {sync} usunie powtórzenie.",
    "duplicate": "Usuń jeden z nich w {place}.",
    "unreadable line": "Popraw linię {line} w {file}.",
    "unreadable delete": "phonesync sync {sync} usunie ten wpis. Jeśli ma zostać, dopisz linię z numerem w {file}.",
    "unreadable": "Wpisz tam numer w {place} albo usuń ten wpis.",
    "stale": "Zapytaj, czy jest aktualny; jeśli tak: phonesync accept {id} --until DATA --reason TEKST",
    "at line": "linię {line} w {file}",
    "at entry": "wpis w {place}",
    "or": " albo ",
}
_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {"en": _ENGLISH, "pl": _POLISH}


def add_remedies(rows: pd.DataFrame, names: Mapping[str, Names], lang: Language) -> pd.DataFrame:
    """Return the rows with `fix`: one sentence that is true of what a sync would do right now, "" where all agree.

    Args:
        rows: what `compare` and `link` returned, with `id`.
        names: of each sync.
        lang: the language of the sentence.
    """
    words = _WORDS[lang]
    needing = rows[rows["kind"] != FindingKind.AGREE]
    columns = ("kind", "action", "line", "sync", "id", "what", "also")
    cells = zip(*(needing[column].tolist() for column in columns), strict=True)
    said = [_sentence(words, names, dict(zip(columns, cell, strict=True))) for cell in cells]
    fix = pd.Series(said, index=needing.index, dtype="str").reindex(rows.index, fill_value="")
    return rows.assign(fix=fix)


def _sentence(words: Mapping[str, str], names: Mapping[str, Names], row: Mapping[str, str]) -> str:
    given = {**vars(names[row["sync"]]), "line": row["line"], "id": row["id"]}
    if row["action"] == "link":
        line, _, sync = row["also"].partition(" ")
        ends = [(row["line"], names[row["sync"]]), (int(line), names[sync])]
        said = [words["at line" if at else "at entry"].format(**vars(name), line=at) for at, name in ends]
        return words["differs link"].format(lines=words["or"].join(said))
    return words[_case(row)].format(**given)


def _case(row: Mapping[str, str]) -> str:
    """Return which sentence is true; the plan knows what a sync would do."""
    kind, action, in_file = row["kind"], row["action"], bool(row["line"])
    if kind == FindingKind.DIFFERS:
        if row["what"] == "number" and not in_file:
            return "foreign"
        cases = {str(Action.HOLD): "held", str(Action.ADD): "differs add", str(Action.KEEP): "differs keep"}
        cases[str(Action.DELETE)] = "differs clear"
        return cases.get(action, "differs")
    if kind in {FindingKind.UNREADABLE, FindingKind.DUPLICATE} and in_file:
        return f"{kind} line"
    if action == Action.HOLD:
        return "held"
    if action == Action.DELETE and not in_file:
        return f"{kind} delete"
    return str(kind)
