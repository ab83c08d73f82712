"""Files as offices keep them, with the damage of years, drawn at random: every number in them stands in the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from clerks_files import Entry, Kind

Rows = list[list[str]]
_HEADERS = {"usos": ["entity_id", "number", "comment"], "apio": ["Name", "Phone Number", "New Name"]}
_MORE = ("Fax", "Telefon 2", "Tel. kom.", "Pokój", "Inne", "Kontakt 2")
_DITTO = ('"', "j.w.", "〃", "-", "jak wyżej", "''")
_WORDS = ("stary {}", "{} (nieaktualny)", "{} do 31.12.2025", "tel. {}", "~{}")
_HEADINGS = ("WYDZIAŁ PRAWA", "Administracja:", "Razem", "Stan na dzień 1.10.2025", "# uwaga", "Razem: 3")


@dataclass
class Drawn:
    """A file with its damage, what stands in the service, and what was done to the file."""

    kind: Kind
    raw: bytes
    standing: list[Entry]
    done: list[str] = field(default_factory=list)


def damaged(kind: Kind, random: Random) -> Drawn:
    """Return a file of a few owners or names, of which up to three things are damaged."""
    standing = _standing(kind, random)
    rows = [list(_HEADERS[kind]), *(_row(kind, entry) for entry in standing)]
    cells = random.sample([_other_column, _ditto, _word, _id, _wrong_name], k=random.randrange(3))
    drawn = Drawn(kind, b"", standing)
    for damage in cells:
        damage(rows, random)
        drawn.done.append(damage.__name__)
    lines = [";".join(_quoted(cell) for cell in row) for row in rows]
    for change in random.sample([_cut, _quote, _heading, _second_header, _joined], k=random.randrange(3)):
        change(lines, random)
        drawn.done.append(change.__name__)
    end = random.choice(["\n", "\n", "\r\n", "\r", "\u2028", "\x85"])
    drawn.raw = (end.join(lines) + end * random.randrange(2)).encode()
    return drawn


def _standing(kind: Kind, random: Random) -> list[Entry]:
    ids = random.sample(
        [["10000000", "10010000", "10020000", "20000000"], ["B0", "B01", "B02", "B10"]][random.randrange(2)], k=3
    )
    numbers = [f"22 999 {at:02} {random.randrange(100):02}" for at in range(12)]
    if kind == "apio":
        return [
            ("", name, numbers.pop()) for name in random.sample(["Kasa", "Kasa 2", "Kadry", "Portiernia", "Łódź"], k=4)
        ]
    return [(one, word, numbers.pop()) for one in ids for word in ("Dziekanat", "Szatnia")[: random.randrange(1, 3)]]


def _row(kind: Kind, entry: Entry) -> list[str]:
    return [entry[0], entry[2], entry[1]] if kind == "usos" else [entry[1], entry[2], ""]


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set('";\n') else cell


def _other_column(rows: Rows, random: Random) -> None:
    """Put the number of a line into another column of the line above, as clerks do with a fax."""
    for row in rows:
        row.append("")
    rows[0][-1] = random.choice(_MORE)
    at = random.randrange(2, len(rows))
    if rows[at - 1][0] == rows[at][0] or (len(rows[0]) > 3 and rows[0][0] == "Name"):
        rows[at - 1][-1] = rows[at][1]
        del rows[at]


def _cell(rows: Rows, random: Random, column: int, change: Callable[[str], str]) -> None:
    at = random.randrange(1, len(rows))
    rows[at][column] = change(rows[at][column])


def _ditto(rows: Rows, random: Random) -> None:
    _cell(rows, random, random.randrange(3), lambda _: random.choice(_DITTO))


def _word(rows: Rows, random: Random) -> None:
    _cell(rows, random, 1, lambda text: random.choice(_WORDS).format(text))


def _id(rows: Rows, random: Random) -> None:
    changes: list[Callable[[str], str]] = [
        lambda text: text + ".0",
        lambda text: "'" + text,
        lambda text: f'="{text}"',
        lambda text: f"„{text}”",
        lambda text: text.replace("0", "O", 1),
        lambda text: text[:-1],
        lambda text: text + "\u200b",
        lambda _: "1,00E+07",
        lambda _: "",
        lambda text: text[:2] + " " + text[2:],
    ]
    _cell(rows, random, 0, random.choice(changes))


def _wrong_name(rows: Rows, random: Random) -> None:
    _cell(rows, random, 2, lambda _: random.choice(["-", "brak", "bez zmian", "?"]))


def _cut(lines: list[str], random: Random) -> None:
    at = random.randrange(1, len(lines))
    lines[at] = lines[at][: random.randrange(len(lines[at]) + 1)]


def _quote(lines: list[str], random: Random) -> None:
    for _ in range(random.randrange(1, 3)):
        at = random.randrange(1, len(lines))
        place = random.randrange(len(lines[at]) + 1)
        lines[at] = lines[at][:place] + '"' + lines[at][place:]


def _heading(lines: list[str], random: Random) -> None:
    width = lines[0].count(";")
    lines.insert(random.randrange(1, len(lines) + 1), random.choice(_HEADINGS) + ";" * random.choice([0, width]))


def _second_header(lines: list[str], random: Random) -> None:
    header = random.choice([lines[0], "Jednostka;Fax;Opis", "Nazwa;Tel. kom."])
    lines.insert(random.randrange(2, len(lines) + 1), header)


def _joined(lines: list[str], random: Random) -> None:
    at = random.randrange(1, len(lines))
    if at + 1 < len(lines):
        lines[at : at + 2] = [lines[at] + random.choice([";", " ", "\x0b"]) + lines[at + 1]]
