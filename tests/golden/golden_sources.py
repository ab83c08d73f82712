"""Bad files of every kind, small and invented: what `check` has a word for, as far as a file can bring it about."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import openpyxl

HEADER = "entity_id;number;comment;type_id\n"
GOOD = "F1;22 999 00 01;Dziekanat;STA\n"

# One line each, in a file for USOS.
USOS_LINES = (
    "F1;22 999 00 01;Dziekanat;STA",
    'F1;"22 999 00 02"x;Po cudzysłowie;STA',
    "F1;22 999 00 02;za;dużo;pól",
    "F1",
    "F1;22 999\0 00 02;Bajt zerowy;STA",
    "entity_id;number;comment;type_id",
    ";22 999 00 02;Bez identyfikatora;STA",
    "F 1;22 999 00 02;Spacja w identyfikatorze;STA",
    "F1|F2;22 999 00 02;Dwa identyfikatory;STA",
    "F123456789012345678901234567890123;22 999 00 02;Długi identyfikator;STA",
    "22 999 00 02;F1;Zamienione kolumny;STA",
    "F1;Szatnia;22 999 00 02;STA",
    "F2;;Bez numeru;STA",
    "F2;brak;Słowo brak;STA",
    "F1;;Inne wiersze mają numery;STA",
    "F1;999-00-01;Bez kierunkowego;STA",
    "F1;112;Krótki;STA",
    "F1;22 99;Za mało cyfr;STA",
    "F1;22 999 00 01 22;Za dużo cyfr;STA",
    "F1;010 999 00 01;Nie ma takiej numeracji;STA",
    "F1;999 00 01 (22);Dwuznaczny;STA",
    "F1;wew. 12, 22 999 00 01;Dwuznaczny;STA",
    "F1;Nutowska;Słowa;STA",
    "F1;22 999 O0 01;Litery między cyframi;STA",
    "F1;22 999 00 01 = 12;Obcy znak;STA",
    "F1;wew. 12;Sam wewnętrzny;STA",
    "F1;22 999 00 01, 123;Reszta;STA",
    "F1;12.03.2024;Data;STA",
    "F1;22999.5;Ułamek;STA",
    "F1;12 1234 5678 9012 3456 7890 1234;Rachunek;STA",
    "F1;44051401359;PESEL;STA",
    "F1;NIP 22 999 00 01;NIP;STA",
    f"F1;{'22 999 00 01 ' * 20};Długi tekst;STA",
    "F1;#REF!;Błąd arkusza;STA",
    "F1;=B2+1;Formuła;STA",
    "F1;22 999 00 07;Dziekаnat;STA",  # a Cyrillic letter among Latin ones
    "F1;22 999 00 08;Port\u200biernia;STA",
    "F1;22 999 00 09;Portiernia;STA",
    "F9.0;22 999 00 09;Ułamek;STA",
    "1,00E+07;22 999 00 09;Wykładnik;STA",
    "j.w.;22 999 00 09;Powtórzenie;STA",
    "F1;22 999 00 09;j.w.;STA",
    "„F1”;22 999 00 09;Cudzysłów;STA",
    "FO1;22 999 00 09;Litera;STA",
    "F\u0406;22 999 00 09;Cyrylica;STA",
    "'F1;22 999 00 09;Apostrof;STA",
    'F1;"22 999 00 09;Jedna;STA',
    'F1;22 999 00 09";Druga;STA',
    "F1;stary 22 999 00 09;Odwołany;STA",
    "WYDZIAŁ MUZYKI;;;",
    "Jednostka;Fax;Opis;",
    "F1;22 999 00 19;Druga tabela;STA",
    "Razem: 7;;;",
)
# What a spreadsheet does; a file with two such lines is refused, so each of these has a file of its own.
SPOILT = {
    "exponent": "F1;4.8229E+10;Wykładnik;STA",
    "fraction": "F1;229990001.0;Ułamek;STA",
    "hashes": "F1;#######;Za wąska kolumna;STA",
    "plus": "F1;493023125014;Bez plusa;STA",
}
APIO_LINES = (
    "Centrala;22 999 00 00;",
    ";22 999 00 02;",
    f"{'N' * 51};22 999 00 02;",
    f"Portiernia;22 999 00 02;{'N' * 51}",
    "Kasa;;",
    "Kasa 2;brak;",
    "Kiosk;22 999 00 01, 22 999 00 02;",
    "Kadry;22 999 00 01 wew. 2;",
    "Archiwum;22 999 00 11;",
    "Archiwum;22 999 00 12;",
    "ARCHIWUM;22 999 00 13;",
    "Lutnik;22 999 00 21;Stroiciel",
    "Lutnik;22 999 00 21;Organista",
    "Garderoba;22 999 00 31;Szatnia",
    "Fonoteka;22 999 00 32;Szatnia",
    "Czytelnia;22 999 00 41;Biblioteka",
    "Czytelnia;22 999 00 41;",
    "Rektorat;22 999 00 51;",
    "Rektorat;22 999 00 51;",
    "Studio;112;",
    "Telefon;+48 22 999 00 61;",
    "Wieża;tel. do portierni w wieży: 22 999 00 71;",
)

Put = tuple[bytes, Mapping[str, Any]]


def whole_files() -> dict[str, Put]:
    """Return files that are refused as a whole, or read in a way of their own, with what their sync says of them."""
    plain = HEADER + GOOD
    rounded = HEADER + "".join(f"F{at};48229{at:02d}0000;x;STA\n" for at in range(10, 16))
    files: dict[str, Put] = {
        "empty.csv": (b"", {}),
        "pdf.csv": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", {}),
        "page.csv": (b"<!DOCTYPE html>\n<html><body>Zaloguj</body></html>\n", {}),
        "old-excel.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), {}),
        "archive.csv": (b"PK\x03\x04" + bytes(60), {}),
        "twice.csv.gz": (_packed(_packed(plain.encode())), {}),
        "cut.csv.gz": (_packed(plain.encode() * 50)[:60], {}),
        "packed.csv.gz": (_packed(plain.encode()), {}),
        "bytes.csv": (HEADER.encode() + b"F1;22 999 00 01;\x81;STA\n", {}),
        "set-bytes.csv": (HEADER.encode() + b"F1;22 999 00 01;\xb1;STA\n", {"encoding": "utf-8"}),
        "mixed.csv": ((HEADER + "F1;22 999 00 01;Łódź;STA\n").encode() + b"F2;22 999 00 02;Gda\xf1sk;STA\n", {}),
        "two-encodings.csv": (HEADER.encode() + b"F1;22 999 00 01;\xbe;STA\n", {}),
        "no-encoding.csv": (plain.encode(), {"encoding": "utf-9"}),
        "utf-16.csv": (plain.encode("utf-16"), {}),
        "windows.csv": ((HEADER + "F1;22 999 00 01;Żółw śpi;STA\n").encode("windows-1250"), {}),
        "mark.csv": (plain.encode(), {"delimiter": "\ufeff"}),
        "open-header.csv": (b'"entity_id;number;comment;type_id\nF1;22 999 00 01;x;STA\n', {}),
        "two-headers.csv": (("Telefon;Kod jednostki;Opis\n" + plain).encode(), {}),
        "header-line.csv": (plain.encode(), {"header_line": 9}),
        "no-header.csv": (GOOD.encode(), {}),
        "above.csv": ((GOOD + plain).encode(), {}),
        "titles.csv": (("Spis telefonów\n\n" + plain + "Stan na dzień 1.10.2025\n").encode(), {}),
        "foreign.csv": (b"Kolor;Rozmiar\nczerwony;4\n", {}),
        "column.csv": (plain.encode(), {"columns": {"number": "Telefon"}}),
        "no-number.csv": (b"entity_id;comment\nF1;x\n", {}),
        "same.csv": (b"entity_id;Telefon;Nr tel.\nF1;22 999 00 01;22 999 00 02\n", {}),
        "repeated.csv": (b"entity_id;number;number\nF1;22 999 00 01;22 999 00 02\n", {}),
        "endless.csv": ((HEADER + 'F1;"22 999 00 01;x;STA\n').encode(), {}),
        "habit.csv": ((HEADER + "F1;4.8229E+10;x;STA\nF2;4.8230E+10;y;STA\n").encode(), {}),
        "rounded.csv": (rounded.encode(), {}),
        "sheet-of-text.csv": (plain.encode(), {"sheet": "Telefony"}),
        "no-sheet.xlsx": (workbook(_table), {"sheet": "Nic"}),
        "two-sheets.xlsx": (workbook(_table, "Inne"), {}),
        "empty.xlsx": (workbook(lambda _: None), {}),
        "damaged.xlsx": (workbook(_table)[:400], {}),
        "cells.xlsx": (workbook(_cells), {}),
        "good.xlsx": (workbook(_table), {}),
        "comments.csv": ((HEADER + "# uwaga\n" + GOOD).encode(), {}),
        "nobody.csv": (HEADER.encode(), {}),
        "fax.csv": (b"entity_id;number;Fax;Wew.\nF1;22 999 00 01;22 999 00 19;123\n", {}),
        "other-sheet.xlsx": (workbook(_table, "Faksy", rows=[["F1", "22 999 00 19"]]), {}),
    }
    files |= {f"{name}.csv": ((HEADER + line + "\n" + GOOD).encode(), {}) for name, line in SPOILT.items()}
    return files


def workbook(
    fill: Callable[[Any], None], *others: str, rows: Sequence[list[str]] = (["entity_id", "number", "comment"],)
) -> bytes:
    """Return a workbook with one filled sheet, called Telefony, and others with a header or these rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Telefony"
    fill(sheet)
    for name in others:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


def _table(sheet: Any) -> None:
    sheet.append(["entity_id", "number", "comment"])
    sheet.append(["F1", "22 999 00 01", "Dziekanat"])


def _cells(sheet: Any) -> None:
    _table(sheet)
    day = datetime(1999, 5, 22)  # noqa: DTZ001 - a sheet knows no zones
    for value in (day, True, "#N/A", 22999.5, 4822999000123456, "=1+1"):
        sheet.append(["F2", value, "z komórki"])
    sheet.append(["F3", "22 999 00 03", "scalona"])
    sheet.append([None, "22 999 00 04", "scalona"])
    last = sheet.max_row
    sheet.merge_cells(f"A{last - 1}:A{last}")


def _packed(raw: bytes) -> bytes:
    return gzip.compress(raw, mtime=0)
