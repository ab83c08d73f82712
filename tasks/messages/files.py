"""What is said of files that cannot be trusted as a whole: codes and sentences, and the remedies, in both languages.

The English sentence is the error's own message without the file's name; `rendering.py` finds the others by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tasks.messages.sentence import Sentence
from tasks.source.spreadsheet_damage import REMEDY

FILES: Final[tuple[Sentence, ...]] = (
    Sentence("file-missing", "there is no such file.", "nie ma takiego pliku.", level="file"),
    Sentence("file-kind", "this is not a file.", "to nie jest plik.", level="file"),
    Sentence("file-access", "cannot be read ({why}).", "nie można odczytać pliku ({why}).", level="file"),
    Sentence(
        "file-empty",
        "the file is empty, without even a header.",
        "plik jest pusty, nie ma nawet nagłówka.",
        level="file",
    ),
    Sentence("file-other", "this is {what}, not a table.", "to nie jest tabela, tylko {what}.", level="file"),
    Sentence(
        "file-packed", "the file is packed twice with gzip.", "plik jest spakowany gzipem dwa razy.", level="file"
    ),
    Sentence("file-large", "it unpacks to more than {n} MB.", "po rozpakowaniu ma ponad {n} MB.", level="file"),
    Sentence(
        "file-damaged",
        "the gzip file is damaged or cut off.",
        "plik gzip jest uszkodzony albo urwany.",
        level="file",
    ),
    Sentence(
        "encoding-bytes",
        "line {line}: byte {n} of the file{value} is not {encoding}.",
        "wiersz {line}: bajt {n} pliku{value} nie pasuje do kodowania {encoding}.",
        level="file",
    ),
    Sentence(
        "encoding-mixed",
        "line {line}: a letter here is in another encoding than the rest of the file, which is UTF-8 "
        "(byte {n}, {value}).",
        "wiersz {line}: litera jest tu zapisana w innym kodowaniu niż reszta pliku, czyli UTF-8 (bajt {n}, {value}).",
        level="file",
    ),
    Sentence(
        "encoding-two",
        "the letters can be read both as Windows-1250 and as ISO-8859-2.",
        "litery można odczytać i jako Windows-1250, i jako ISO-8859-2.",
        level="file",
    ),
    Sentence(
        "encoding-unknown",
        "there is no encoding {encoding} that this file could be in.",
        "nie ma kodowania {encoding}, w którym ten plik mógłby być zapisany.",
        level="file",
    ),
    Sentence(
        "setting-mark",
        "the {key} that is set cannot be one.",
        "ustawiony {key} nie może nim być.",
        level="file",
    ),
    Sentence(
        "header-unreadable",
        "line {line}: the header cannot be read.",
        "wiersz {line}: nie można odczytać nagłówka.",
        level="file",
    ),
    Sentence(
        "header-two",
        "the lines {first} and {second} both look like a header.",
        "na nagłówek wygląda i wiersz {first}, i wiersz {second}.",
        level="file",
    ),
    Sentence(
        "header-line",
        "no row begins in line {line}, where `header_line` says that the header is.",
        "w wierszu {line}, na który wskazuje `header_line`, nie zaczyna się żaden wiersz tabeli.",
        level="file",
    ),
    Sentence(
        "header-data",
        "line {line}: this looks like data, not like a header; wanted: {wanted}.",
        "wiersz {line}: to wygląda na dane, a nie na nagłówek; oczekiwane nazwy: {wanted}.",
        level="file",
    ),
    Sentence(
        "header-above",
        "line {line}: this looks like data, and it stands above the header in line {header}.",
        "wiersz {line}: to wygląda na dane, a jest nad nagłówkiem z wiersza {header}.",
        level="file",
    ),
    Sentence(
        "header-foreign",
        "line {line}: no expected column in the header; found: {found}; wanted: {wanted}.",
        "wiersz {line}: w nagłówku nie ma oczekiwanych kolumn; są: {found}; oczekiwane: {wanted}.",
        level="file",
    ),
    Sentence(
        "header-column",
        "line {line}: the header has no column {missing}; it has {found}.",
        "wiersz {line}: w nagłówku brakuje kolumny {missing}; są: {found}.",
        level="file",
    ),
    Sentence(
        "header-same",
        "line {line}: the columns {columns} mean the same.",
        "wiersz {line}: kolumny {columns} znaczą to samo.",
        level="file",
    ),
    Sentence(
        "header-repeated",
        "line {line}: the header names {columns} more than once.",
        "wiersz {line}: nazwa {columns} jest w nagłówku więcej niż raz.",
        level="file",
    ),
    Sentence(
        "line-endless",
        "line {line}: a field opens here that does not end.",
        "wiersz {line}: tu zaczyna się pole, które się nie kończy.",
        level="file",
    ),
    Sentence(
        "sheet-spoilt",
        "a spreadsheet has spoilt numbers in the column {column}, so none of them can be trusted (lines {lines}).",
        "arkusz zniekształcił numery w kolumnie {column}, więc żadnemu nie można ufać (wiersze {lines}).",
        level="file",
    ),
    Sentence("sheet-unset", "there is no sheet {sheet}.", "nie ma arkusza {sheet}.", level="file"),
    Sentence(
        "sheet-text",
        "`sheet` is set, but the file is no workbook.",
        "ustawiono `sheet`, ale plik nie jest skoroszytem.",
        level="file",
    ),
    Sentence(
        "sheet-several",
        "several sheets have such a header: {sheets}.",
        "taki nagłówek jest w kilku arkuszach: {sheets}.",
        level="file",
    ),
    Sentence(
        "sheet-empty",
        "the workbook has no sheet with anything in it.",
        "w skoroszycie nie ma arkusza, w którym by coś było.",
        level="file",
    ),
    Sentence(
        "book-large",
        "the workbook unpacks to far more than a directory needs.",
        "skoroszyt po rozpakowaniu jest o wiele większy, niż potrzebuje książka telefoniczna.",
        level="file",
    ),
    Sentence(
        "book-entities",
        "the workbook declares entities, which no spreadsheet does.",
        "skoroszyt deklaruje encje, czego nie robi żaden arkusz.",
        level="file",
    ),
    Sentence(
        "book-damaged",
        "the workbook is damaged or has a password.",
        "skoroszyt jest uszkodzony albo ma hasło.",
        level="file",
    ),
    Sentence(
        "book-unreadable",
        "the workbook cannot be read ({why}).",
        "nie można odczytać skoroszytu ({why}).",
        level="file",
    ),
    Sentence(
        "sheet-order",
        "the rows of the sheet are not in their order.",
        "wiersze arkusza nie są po kolei.",
        level="file",
    ),
    Sentence(
        "sheet-large",
        "the sheet has more rows or columns than any directory needs.",
        "arkusz ma więcej wierszy lub kolumn, niż potrzebuje jakakolwiek książka telefoniczna.",
        level="file",
    ),
    Sentence(
        "sheet-merged",
        "the sheet has too many merged cells.",
        "w arkuszu jest za dużo scalonych komórek.",
        level="file",
    ),
)

# What else a file may be.
KINDS: Final[Mapping[str, str]] = {
    "an old Excel workbook (.xls), or one with a password": "stary skoroszyt Excela (.xls) albo skoroszyt z hasłem",
    "a PDF document": "dokument PDF",
    "a text document (RTF)": "dokument tekstowy (RTF)",
    "packed with bzip2": "plik spakowany programem bzip2",
    "packed with xz": "plik spakowany programem xz",
    "packed with 7-Zip": "plik spakowany programem 7-Zip",
    "packed with zstd": "plik spakowany programem zstd",
    "a web page": "strona internetowa",
    "an OpenDocument file (.ods)": "plik OpenDocument (.ods)",
    "a zip archive": "archiwum zip",
    "delimiter": "separator",
    "quotechar": "znak cudzysłowu",
    "No such file or directory": "nie ma takiego pliku ani katalogu",
    "Permission denied": "brak dostępu",
    "Not a directory": "to nie jest katalog",
    "Is a directory": "to jest katalog",
}

REMEDIES: Final[Mapping[str, str]] = {
    "Check the sync's `source`; paths are relative to the configuration file.": (
        "Sprawdź `source` w konfiguracji; ścieżki liczą się od pliku konfiguracji."
    ),
    "Set the sync's `source` to a CSV file.": "W `source` podaj plik CSV albo skoroszyt.",
    "Grant the user that runs phonesync access to it.": "Daj do niego dostęp użytkownikowi, który uruchamia phonesync.",
    "Export it again.": "Wyeksportuj go jeszcze raz.",
    "Open it in the spreadsheet and save it as an Excel workbook (.xlsx) or as CSV.": (
        "Otwórz go w arkuszu i zapisz jako skoroszyt Excela (.xlsx) albo jako CSV."
    ),
    "Export the table itself as CSV or as an Excel workbook (.xlsx).": (
        "Wyeksportuj samą tabelę jako CSV albo jako skoroszyt Excela (.xlsx)."
    ),
    "Unpack it, or pack it with gzip.": "Rozpakuj go albo spakuj gzipem.",
    "Pack it once, or not at all.": "Spakuj go raz albo wcale.",
    "A sign-in page may have been saved in its place: sign in and export again.": (
        "Być może zamiast tabeli zapisała się strona logowania: zaloguj się i wyeksportuj jeszcze raz."
    ),
    "This is no telephone directory: export it again.": "To nie jest książka telefoniczna: wyeksportuj ją jeszcze raz.",
    "Pack or transfer it again.": "Spakuj albo prześlij go jeszcze raz.",
    "Save the file again as UTF-8, or set the sync's `encoding` to the one it was saved in.": (
        "Zapisz plik jeszcze raz jako UTF-8 albo ustaw w `encoding` to kodowanie, w którym był zapisany."
    ),
    "Type the words of this line again, and save the file as UTF-8; other lines may need it too.": (
        "Wpisz słowa w tym wierszu jeszcze raz i zapisz plik jako UTF-8; inne wiersze też mogą tego wymagać."
    ),
    'Set the sync\'s `encoding` to "windows-1250" or "iso-8859-2", or save the file as UTF-8.': (
        'Ustaw w `encoding` "windows-1250" albo "iso-8859-2", albo zapisz plik jako UTF-8.'
    ),
    "Use utf-8, windows-1250, iso-8859-2 or utf-16, or leave `encoding` out.": (
        "Użyj utf-8, windows-1250, iso-8859-2 albo utf-16, albo usuń `encoding`."
    ),
    "Set `{key}` to the character that the file has, or leave it out.": (
        "Ustaw w `{key}` znak, który jest w pliku, albo usuń to ustawienie."
    ),
    "The first line must hold the column names; every quote character in it must be closed.": (
        "W pierwszym wierszu muszą być nazwy kolumn, a każdy otwarty cudzysłów musi być zamknięty."
    ),
    "Remove one of them, or set the sync's `header_line`.": "Usuń jeden z nich albo ustaw `header_line`.",
    "Set `header_line` to the line of the column names, or leave it out.": (
        "Ustaw w `header_line` wiersz z nazwami kolumn albo usuń to ustawienie."
    ),
    "Put the column names into the first line.": "Wpisz nazwy kolumn do pierwszego wiersza.",
    "Move it below the header, or delete it; `header_line` says which line is the header.": (
        "Przenieś ten wiersz pod nagłówek albo go usuń; `header_line` mówi, który wiersz jest nagłówkiem."
    ),
    "Name the file's own headers under the sync's `columns`, or set its `delimiter`.": (
        "Podaj nagłówki z pliku w `columns` albo ustaw `delimiter`."
    ),
    "Correct the header, or name the file's own headers under columns in phonesync.toml.": (
        "Popraw nagłówek albo podaj nagłówki z pliku w `columns` w phonesync.toml."
    ),
    "Name the one that counts under columns in phonesync.toml.": (
        "Podaj w `columns` w phonesync.toml tę kolumnę, która się liczy."
    ),
    "Give every column a name of its own.": "Nadaj każdej kolumnie inną nazwę.",
    "Close the {quote} around it, or double it where it belongs to the text.": (
        "Zamknij znak {quote} wokół tego pola albo wpisz go dwa razy, jeśli należy do tekstu."
    ),
    REMEDY: (
        "Zanim cokolwiek wpiszesz lub wkleisz, ustaw dla kolumny format Tekst; plik CSV otwieraj przez Dane > Z pliku "
        "tekstowego/CSV i wybierz dla tej kolumny typ Tekst. Weź numery stamtąd, gdzie były przedtem, i wyeksportuj "
        "plik jeszcze raz."
    ),
    "The workbook has: {sheets}.": "W skoroszycie są: {sheets}.",
    "Leave `sheet` out, or name the workbook.": "Usuń `sheet` albo podaj skoroszyt.",
    "Set the sync's `sheet` to the one meant.": "Podaj w `sheet` nazwę właściwego arkusza.",
    "Save the sheet with the numbers alone as CSV.": "Zapisz sam arkusz z numerami jako CSV.",
    "Find out where it comes from.": "Sprawdź, skąd pochodzi.",
    "Save it again without one.": "Zapisz go jeszcze raz bez hasła.",
    "Open it in the spreadsheet, save it again as .xlsx, or save the sheet as CSV.": (
        "Otwórz go w arkuszu i zapisz jeszcze raz jako .xlsx albo zapisz arkusz jako CSV."
    ),
    "Open it in the spreadsheet and save it again.": "Otwórz go w arkuszu i zapisz jeszcze raz.",
    "Copy the rows with numbers into a sheet of their own.": "Skopiuj wiersze z numerami do osobnego arkusza.",
    "Split them: every row needs its own values.": "Rozdziel je: każdy wiersz musi mieć własne wartości.",
}
