"""Files as offices keep them, with the damage of years, drawn at random: every number in them stands in the service."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

import openpyxl
from clerks_files import Entry, Kind
from openpyxl.styles import Font

_HEADERS: Final = {"usos": ["entity_id", "number", "comment"], "apio": ["Name", "Phone Number", "New Name"]}
_NAME: Final = {"usos": 2, "apio": 0}
_MORE: Final = ("Fax", "Telefon 2", "Tel. kom.", "Pokój", "Inne", "Kontakt 2", "Wewnętrzny", "")
_DITTO: Final = ('"', "j.w.", "〃", "-", "jak wyżej", "''")
_BACK: Final = ("stary {}", "{} (nieaktualny)", "{} do 31.12.2025", "nie dzwonić: {}")
_BESIDE: Final = ("tel. {}", "~{}", "{}*", "{} (pok. 12)", "{} / 8.00-15.00", "{}\xa0", "Sekretariat: {}")
_HEADINGS: Final = ("WYDZIAŁ PRAWA", "Administracja:", "REKTORAT", "# uwaga", "Filia w Łodzi")
_FOOTERS: Final = ("Razem", "Stan na dzień 1.10.2025", "Razem: 3", "Sporządziła A. Nowak", "Suma: 7")
_TABLES: Final = ("Jednostka;Fax;Opis", "Nazwa;Tel. kom.", "kod;tel;uwagi")
_UNSEEN: Final = ("\u200b", "\u00ad", "\u202a", "\u2060", "\ufeff", "\x07", "\x1f")
ENDS: Final = {"lf": "\n", "crlf": "\r\n", "cr": "\r", "nel": "\x85", "u2028": "\u2028"}


@dataclass
class Row:
    """A row of a table, and the numbers that stood in it before anything was done."""

    cells: list[str]
    holds: set[str] = field(default_factory=set)


@dataclass
class Line:
    """A line of a file, and the numbers that stood in it."""

    text: str
    holds: set[str] = field(default_factory=set)


@dataclass
class Drawn:
    """A file with its damage.

    Attributes:
        kind: the service that it is for.
        raw: its bytes.
        standing: what stands in the service.
        where: in which lines the number of each entry stands, or what is left of it.
        done: what was done to the file.
    """

    kind: Kind
    raw: bytes
    standing: list[Entry]
    where: dict[str, set[int]]
    done: list[str]


@dataclass
class _Table:
    """A table while it is being damaged; the first row is its header."""

    kind: Kind
    rows: list[Row]
    random: Random

    def some(self) -> Row:
        """Return a row below the header."""
        return self.random.choice(self.rows[1:])

    def place(self) -> int:
        """Return a place below the header where a row can be put in."""
        return self.random.randrange(1, len(self.rows) + 1)

    def change(self, column: int, how: Callable[[str], str]) -> None:
        row = self.some()
        row.cells[column] = how(row.cells[column])


def damaged(kind: Kind, random: Random) -> Drawn:
    """Return a text file of a few owners or names, of which up to five things are damaged."""
    standing = _standing(kind, random)
    table = _Table(kind, [Row(list(_HEADERS[kind])), *(_row(kind, entry) for entry in standing)], random)
    done = [name for name in random.sample([*CELLS], k=random.randrange(4)) if CELLS[name](table) is not False]
    lines = [Line(";".join(map(_quoted, row.cells)), row.holds) for row in table.rows]
    named = random.sample([*LINES], k=random.randrange(3))
    done += [name for name in named if LINES[name](lines, random) is not False]
    written = random.choice(["utf8", "utf8", "utf8", *FILES])
    end = random.choice(["lf", *(ENDS if written == "utf8" else ())])
    text = ENDS[end].join(line.text for line in lines) + ENDS[end] * random.randrange(2)
    raw, before = FILES[written](text, random) if written in FILES else (text.encode(), 0)
    done += [end, written]
    return Drawn(kind, raw, standing, _where(lines, before), done)


def damaged_book(kind: Kind, random: Random) -> Drawn:
    """Return a workbook of a few owners or names, of which up to four things are damaged."""
    standing = _standing(kind, random)
    table = _Table(kind, [Row(list(_HEADERS[kind])), *(_row(kind, entry) for entry in standing)], random)
    done = [name for name in random.sample([*CELLS], k=random.randrange(2)) if CELLS[name](table) is not False]
    book = openpyxl.Workbook()
    sheet = book.active
    for row in table.rows:
        sheet.append([cell.replace("\x07", "").replace("\x1f", "") for cell in row.cells])
    where = _where([Line("", row.holds) for row in table.rows], 0)
    named = random.sample([*BOOKS], k=random.randrange(1, 4))
    done += [name for name in named if BOOKS[name](book, where, random) is not False]
    raw = io.BytesIO()
    book.save(raw)
    return Drawn(kind, raw.getvalue(), standing, where, done)


def _where(lines: list[Line], before: int) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for at, line in enumerate(lines, start=1 + before):
        for number in line.holds:
            found.setdefault(number, set()).add(at)
    return found


def _standing(kind: Kind, random: Random) -> list[Entry]:
    ids = random.sample(
        [["10000000", "10010000", "10020000", "20000000"], ["B0", "B01", "B02", "B10"]][random.randrange(2)], k=3
    )
    numbers = [f"22 999 {at:02} {random.randrange(100):02}" for at in range(12)]
    if kind == "apio":
        names = ["Kasa", "Kasa 2", "Księgowość", "Portiernia", "Łódź", "Dział Kształcenia"]
        return [("", name, numbers.pop()) for name in random.sample(names, k=4)]
    words = random.sample(["Dziekanat Wydziału", "Szatnia", "Świetlica", "Sekretariat"], k=2)
    return [(one, word, numbers.pop()) for one in ids for word in words[: random.randrange(1, 3)]]


def _row(kind: Kind, entry: Entry) -> Row:
    cells = [entry[0], entry[2], entry[1]] if kind == "usos" else [entry[1], entry[2], ""]
    return Row(cells, {entry[2]})


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set('";\n') else cell


# What is done to cells


def _other_column(table: _Table) -> bool:
    """Put the number of a row into another column of the row above, as clerks do with a fax."""
    rows, random = table.rows, table.random
    for row in rows:
        row.cells.append("")
    name = random.choice(_MORE)
    rows[0].cells[-1] = "" if name in rows[0].cells else name
    at = random.randrange(1, len(rows) - 1)
    above, moved = rows[at], rows[at + 1]
    if len(rows) < 3 or (table.kind == "usos" and above.cells[0] != moved.cells[0]):
        return False
    above.cells[-1], above.holds = moved.cells[1], above.holds | moved.holds
    del rows[at + 1]
    return True


def _table_beside(table: _Table) -> bool:
    """Let another table stand to the right of this one, with rows of this one in it."""
    rows = table.rows
    if len(rows) < 4:
        return False
    moved = rows.pop()
    beside = [["", "kod", "telefon"], ["", *moved.cells[:2]], *([["", "", ""]] * len(rows))]
    for row, more in zip(rows, beside, strict=False):
        row.cells += more
    rows[1].holds = rows[1].holds | moved.holds
    return True


def _ditto(table: _Table) -> None:
    table.change(table.random.randrange(3), lambda _: table.random.choice(_DITTO))


def _taken_back(table: _Table) -> None:
    table.change(1, lambda text: table.random.choice(_BACK).format(text))


def _beside(table: _Table) -> None:
    table.change(1, lambda text: table.random.choice(_BESIDE).format(text))


def _id(table: _Table) -> None:
    """Write an id as programs and hands do."""
    changes: list[Callable[[str], str]] = [
        *(lambda text, form=form: form.format(text) for form in ("{}.0", "'{}", '="{}"', "„{}”", "{}\u200b", " {} ")),
        lambda text: text[:-1],
        lambda text: text[:2] + " " + text[2:],
        *(lambda _, other=other: other for other in ("1,00E+07", "1.0000E+07", "", "#", "#ADR!", "brak")),
    ]
    table.change(0, table.random.choice(changes))


def _look_alike(table: _Table) -> bool:
    right, wrong = ("0", ["O", "o", "\u041e"]) if table.kind == "usos" else ("a", ["\u0430"])
    row = next((row for row in table.rows[1:] if right in row.cells[0]), None)
    if row is not None:
        row.cells[0] = row.cells[0].replace(right, table.random.choice(wrong), 1)
    return row is not None


def _says_nothing(table: _Table) -> None:
    table.change(2, lambda _: table.random.choice(["-", "brak", "bez zmian", "?", "***"]))


def _empty_row(table: _Table) -> None:
    """Put in a row without id and number, or without one of them."""
    cells = table.random.choice([["", "", ""], ["", "", "Portier"], ["B02", "", ""], ["", "", "-"]])
    table.rows.insert(table.place(), Row(cells + [""] * (len(table.rows[0].cells) - 3)))


def _thrice(table: _Table) -> None:
    row = table.some()
    for _ in range(2):
        table.rows.insert(table.place(), Row([*row.cells], row.holds))


def _misread(table: _Table) -> None:
    """Spoil a cell as a program does that takes UTF-8 for another encoding, once or twice."""

    def spoil(text: str) -> str:
        for _ in range(table.random.choice([1, 1, 2])):
            page = table.random.choice(["windows-1250", "windows-1252", "latin-1"])
            text = text.encode().decode(page, errors="replace")
        return text

    table.change(_NAME[table.kind], spoil)


def _other_page(table: _Table) -> None:
    """Spoil a cell as a program does that takes one eight-bit encoding for another."""
    wrong, right = table.random.sample(["windows-1250", "cp852", "iso-8859-2", "windows-1252"], k=2)
    table.change(_NAME[table.kind], lambda text: text.encode(right, errors="replace").decode(wrong, errors="replace"))


def _lost_letters(table: _Table) -> None:
    sign = table.random.choice("?\ufffd")
    table.change(_NAME[table.kind], lambda text: "".join(c if c.isascii() else sign for c in text))


def _entities(table: _Table) -> None:
    changes: list[Callable[[str], str]] = [
        lambda text: "".join(c if c.isascii() else f"&#{ord(c)};" for c in text),
        lambda text: text.replace("ó", "&oacute;").replace(" ", "&nbsp;"),
        lambda text: text + "_x000D_",
        lambda text: text.replace("2", "_x0032_", 1),
    ]
    table.change(table.random.randrange(3), table.random.choice(changes))


def _unseen(table: _Table) -> None:
    """Put a character that nobody sees into a cell, the number's among them."""

    def spoil(text: str) -> str:
        place = table.random.randrange(len(text) + 1)
        return text[:place] + table.random.choice(_UNSEEN) + text[place:]

    table.change(table.random.randrange(3), spoil)


def _number(table: _Table) -> None:
    """Spoil a number as spreadsheets and hands do."""
    changes: list[Callable[[str], str]] = [
        lambda text: text.replace(" ", "") + ".0",
        lambda text: text.replace("0", "O", 1),
        lambda text: text[:-1],
        lambda text: text[3:],
        lambda text: "####",
        lambda text: text.replace(" ", "\xa0"),
        lambda text: "wew. " + text[-2:],
        lambda text: f"'{text}",
        lambda text: f"{text}\n",
        lambda text: f"{text} / 22 999 9",
    ]
    table.change(1, table.random.choice(changes))


def _swapped(table: _Table) -> None:
    row = table.some()
    row.cells[1:3] = row.cells[2:0:-1]


CELLS: Final[dict[str, Callable[[_Table], bool | None]]] = {
    "other column": _other_column,
    "table beside": _table_beside,
    "ditto": _ditto,
    "taken back": _taken_back,
    "beside the number": _beside,
    "id": _id,
    "look-alike": _look_alike,
    "says nothing": _says_nothing,
    "empty row": _empty_row,
    "thrice": _thrice,
    "misread": _misread,
    "other code page": _other_page,
    "lost letters": _lost_letters,
    "entities": _entities,
    "unseen": _unseen,
    "number": _number,
    "swapped": _swapped,
}


# What is done to lines


def _cut(lines: list[Line], random: Random) -> None:
    """Cut a line off, the last one of a file most often; what stood behind is gone from the file."""
    line = random.choice([*lines[1:], lines[-1], lines[-1]])
    end = random.randrange(len(line.text) + 1)
    least = 0 if ";" in line.text else 12  # a row says what it lacks, a title does not
    line.holds = {number for number in line.holds if 0 < end > line.text.find(number) + least}
    line.text = line.text[:end]


def _quote(lines: list[Line], random: Random) -> None:
    for _ in range(random.randrange(1, 4)):
        line = random.choice(lines[1:])
        place = random.choice([0, len(line.text), random.randrange(len(line.text) + 1)])
        line.text = line.text[:place] + '"' + line.text[place:]


def _swallow(lines: list[Line], random: Random) -> bool:
    """Let a cell open with a quote in one line, and a later line end with one."""
    if len(lines) < 4:
        return False
    first, last = sorted(random.sample(range(1, len(lines)), k=2))
    fields = lines[first].text.split(";")
    at = random.randrange(len(fields))
    fields[at] = '"' + fields[at]
    lines[first].text = ";".join(fields)
    ends = lines[last].text.split(";")
    at = random.randrange(len(ends))
    ends[at] += '"'
    lines[last].text = ";".join(ends)
    return True


def _heading(lines: list[Line], random: Random) -> None:
    width = lines[0].text.count(";")
    text = random.choice(_HEADINGS) + ";" * random.choice([0, width])
    lines.insert(random.randrange(1, len(lines) + 1), Line(text))


def _footer(lines: list[Line], random: Random) -> None:
    width = lines[0].text.count(";")
    lines += [Line(text + ";" * random.choice([0, width])) for text in random.sample(_FOOTERS, k=2)]


def _remark(lines: list[Line], random: Random) -> None:
    """Comment a line out, or write it as a remark, as people do who may need it again."""
    line = random.choice(lines[1:])
    fields = line.text.split(";")
    line.text = random.choice(["# " + line.text, "#" + line.text, "# " + " ".join(fields), " ".join(fields)])


def _title(lines: list[Line], random: Random) -> None:
    """Let a line stand above the header, one of the table among them."""
    if random.random() < 0.5:
        lines.insert(0, Line(random.choice(["Spis telefonów", "Telefony 2025;;", "", "stan na 1.10.2025"])))
    else:
        moved = lines.pop()
        lines.insert(0, Line(random.choice([moved.text, moved.text.replace(";", " ")]), moved.holds))


def _second_header(lines: list[Line], random: Random) -> None:
    header = random.choice([lines[0].text, "\ufeff" + lines[0].text, *_TABLES])
    place = random.randrange(2, len(lines) + 1)
    lines[place:place] = [*([Line("")] if random.random() < 0.5 else []), Line(header)]


def _joined(lines: list[Line], random: Random) -> bool:
    at = random.randrange(1, len(lines))
    if at + 1 >= len(lines):
        return False
    sign = random.choice([";", " ", "\x0b", "\x0c", "\t", ""])
    lines[at : at + 2] = [Line(lines[at].text + sign + lines[at + 1].text, lines[at].holds | lines[at + 1].holds)]
    return True


def _nul(lines: list[Line], random: Random) -> None:
    line = random.choice(lines[1:])
    place = random.randrange(len(line.text) + 1)
    line.text = line.text[:place] + "\0" + line.text[place:]


def _delimiters(lines: list[Line], random: Random) -> None:
    """Write a line with another delimiter, or with one too many or too few."""
    line = random.choice(lines[1:])
    other = random.choice([",", "\t", "; ;", " ;", ""])
    line.text = line.text.replace(";", other, random.choice([1, 9]))


LINES: Final[dict[str, Callable[[list[Line], Random], bool | None]]] = {
    "cut": _cut,
    "quote": _quote,
    "swallow": _swallow,
    "heading": _heading,
    "footer": _footer,
    "remark": _remark,
    "title": _title,
    "second header": _second_header,
    "joined": _joined,
    "nul": _nul,
    "delimiters": _delimiters,
}


# What is done to the file: its bytes, and how many lines stand before


def _encoded(page: str) -> Callable[[str, Random], tuple[bytes, int]]:
    return lambda text, _: (text.encode(page, errors="replace"), 0)


def _misread_file(text: str, random: Random) -> tuple[bytes, int]:
    page = random.choice(["windows-1250", "windows-1252"])
    return text.encode().decode(page, errors="replace").encode(), 0


FILES: Final[dict[str, Callable[[str, Random], tuple[bytes, int]]]] = {
    "windows-1250": _encoded("windows-1250"),
    "iso-8859-2": _encoded("iso-8859-2"),
    "cp852": _encoded("cp852"),
    "utf-16": _encoded("utf-16"),
    "ascii": _encoded("ascii"),
    "misread file": _misread_file,
    "bom": lambda text, _: (b"\xef\xbb\xbf" + text.encode(), 0),
    "sep": lambda text, _: (b"sep=;\n" + text.encode(), 1),
    "ctrl-z": lambda text, _: (text.encode() + b"\x1a", 0),
    "lone cr": lambda text, _: (text.encode().replace(b"\n", b"\r", 2), 0),
}


# What is done to a workbook

_Where = dict[str, set[int]]


def _hidden_row(book: openpyxl.Workbook, _: _Where, random: Random) -> None:
    book.active.row_dimensions[random.randrange(2, book.active.max_row + 1)].hidden = True


def _filtered(book: openpyxl.Workbook, _: _Where, random: Random) -> None:
    sheet = book.active
    sheet.auto_filter.ref = sheet.dimensions
    sheet.auto_filter.add_filter_column(0, ["B0"])
    for row in range(2, sheet.max_row + 1):
        sheet.row_dimensions[row].hidden = random.random() < 0.5


def _struck(book: openpyxl.Workbook, _: _Where, random: Random) -> None:
    row = random.randrange(2, book.active.max_row + 1)
    for column in random.choice([(1,), (2,), (1, 2, 3)]):
        book.active.cell(row, column).font = Font(strike=True)


def _hidden_column(book: openpyxl.Workbook, _: _Where, random: Random) -> None:
    book.active.column_dimensions[random.choice("ABCD")].hidden = True


def _other_sheet(book: openpyxl.Workbook, where: _Where, random: Random) -> bool:
    """Move the last row to a sheet of its own, hidden or not."""
    sheet = book.active
    last = sheet.max_row
    if last < 4 or not re.search(r"\d{2}", str(sheet.cell(last, 2).value)):
        return False
    other = book.create_sheet("Arkusz2")
    other.append([cell.value for cell in sheet[last]])
    other.sheet_state = random.choice(["visible", "hidden", "veryHidden"])
    sheet.delete_rows(last)
    for lines in where.values():
        if last in lines:
            lines.add(1)  # where the sheet is told
    return True


def _merged(book: openpyxl.Workbook, _: _Where, random: Random) -> None:
    first, column = random.randrange(2, book.active.max_row + 1), random.choice("ABC")
    book.active.merge_cells(f"{column}{first}:{column}{first + 1}")


def _as_number(book: openpyxl.Workbook, _: _Where, random: Random) -> None:
    row = random.randrange(2, book.active.max_row + 1)
    digits = "".join(filter(str.isdigit, str(book.active.cell(row, 2).value)))[:9]
    _put(book, row, 2, int(digits or 0) * random.choice([1, 1, 10**8]) + random.choice([0, 0, 0.5]))


def _formula(book: openpyxl.Workbook, _: _Where, random: Random) -> None:
    row, column = random.randrange(2, book.active.max_row + 1), random.choice([1, 2, 3])
    _put(book, row, column, f'="{book.active.cell(row, column).value}"')


def _put(book: openpyxl.Workbook, row: int, column: int, value: object) -> None:
    for merged in [*book.active.merged_cells.ranges]:
        book.active.unmerge_cells(str(merged))
    book.active.cell(row, column).value = value


BOOKS: Final[dict[str, Callable[[openpyxl.Workbook, _Where, Random], bool | None]]] = {
    "hidden row": _hidden_row,
    "filtered": _filtered,
    "struck": _struck,
    "hidden column": _hidden_column,
    "other sheet": _other_sheet,
    "merged": _merged,
    "as number": _as_number,
    "formula": _formula,
}
