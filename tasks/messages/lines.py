"""What is said of lines that cannot be trusted, or that should be looked at: codes, sentences, advice; both languages.

The English sentence is the reason as the rest of the project gives it; `rendering.py` finds the others by it.
Codes are for programs, and never change their meaning.
"""

from __future__ import annotations

from typing import Final

from tasks.messages.numbers import NUMBERS
from tasks.messages.sentence import TEXT_EN, TEXT_PL, Sentence
from tasks.source import footers
from tasks.source import name_checks as names
from tasks.source import spreadsheet_damage as spoilt

_ONCE_EN: Final = "Decide which line is right and delete the others."
_ONCE_PL: Final = "Zdecyduj, który wiersz jest właściwy, a pozostałe usuń."
_RENAME_EN: Final = "Keep one of the two lines."
_RENAME_PL: Final = "Zostaw tylko jeden z tych wierszy."

# The heaviest first: what spoils a whole line, then ids and names, then numbers, then what is only to be looked at.
LINES: Final[tuple[Sentence, ...]] = (
    Sentence(
        "line-quotes",
        "text after a closing {quote}",
        "tekst po zamykającym znaku {quote}",
        "Double the quote character where it belongs to the text.",
        "Jeśli ten znak należy do tekstu, wpisz go dwa razy.",
    ),
    Sentence(
        "line-fields",
        "{n} fields where the header has {m}",
        "liczba pól w wierszu to {n}, a w nagłówku {m}",
        "Look for a delimiter inside a text: put the text into quotes.",
        "Poszukaj separatora wewnątrz tekstu i weź ten tekst w cudzysłów.",
    ),
    Sentence(
        "line-short",
        "only {n} of {m} fields",
        "wiersz się urywa: liczba pól to {n}, a powinno być {m}",
        "Check that its delimiter is that of the header; then complete the line, or delete it.",
        "Sprawdź, czy separator jest ten sam co w nagłówku; potem uzupełnij wiersz albo go usuń.",
    ),
    Sentence(
        "line-nul",
        "a NUL byte in the line",
        "w wierszu jest bajt zerowy",
        "Save the file again in the spreadsheet.",
        "Zapisz plik jeszcze raz w arkuszu.",
    ),
    Sentence(
        "line-header",
        footers.REPEATED,
        "Ten wiersz powtarza nagłówek.",
        "Delete the line.",
        "Usuń ten wiersz.",
    ),
    Sentence(
        "line-footer",
        footers.FOOTER,
        "To wygląda na wiersz pod tabelą (suma, data, podpis), a nie na wpis.",
        "Delete the line.",
        "Usuń ten wiersz.",
    ),
    Sentence(
        "line-shifted",
        spoilt.SHIFTED,
        "Numer stoi chyba w innej kolumnie niż powinien.",
        "See whether columns are swapped or shifted, in this line or in the whole file.",
        "Sprawdź, czy w tym wierszu albo w całym pliku kolumny nie są zamienione lub przesunięte.",
    ),
    Sentence(
        "id-missing",
        "the id is missing",
        "brakuje identyfikatora",
        "Fill in the id; a cell that is merged with the one above counts for its first line only.",
        "Wpisz identyfikator; komórka scalona z komórką powyżej liczy się tylko w pierwszym wierszu.",
    ),
    Sentence(
        "id-form",
        "an id has 1 to 32 characters, no spaces and no |",
        "identyfikator ma od 1 do 32 znaków, bez spacji i bez znaku |",
        "Write the id as the system has it.",
        "Wpisz identyfikator tak, jak jest w systemie.",
    ),
    Sentence(
        "name-missing",
        "the name is missing",
        "brakuje nazwy",
        "Fill in the name, or delete the line.",
        "Wpisz nazwę albo usuń wiersz.",
    ),
    Sentence(
        "name-long",
        "a name on a phone list has at most 50 characters",
        "nazwa na liście telefonów ma najwyżej 50 znaków",
        "Shorten the name.",
        "Skróć nazwę.",
    ),
    Sentence(
        "name-twice",
        "lines {lines} all want an entry of this name",
        "wiersze {lines} dotyczą wpisu o tej samej nazwie",
        _ONCE_EN,
        _ONCE_PL,
    ),
    Sentence(
        "rename-taken",
        "another line renames the entry of this name",
        "inny wiersz zmienia nazwę tego wpisu",
        _RENAME_EN,
        _RENAME_PL,
    ),
    Sentence(
        "rename-kept",
        "another line keeps the name that this one gives up",
        "inny wiersz zachowuje nazwę, którą ten wiersz zmienia",
        _RENAME_EN,
        _RENAME_PL,
    ),
    Sentence(
        "rename-twice",
        "another line renames the same entry",
        "inny wiersz też zmienia nazwę tego wpisu",
        _RENAME_EN,
        _RENAME_PL,
    ),
    Sentence(
        "sheet-exponent",
        spoilt.EXPONENT,
        "Numer jest zapisany z wykładnikiem, jak długie liczby w arkuszu: mogły zginąć cyfry.",
        TEXT_EN,
        TEXT_PL,
    ),
    Sentence(
        "sheet-fraction",
        spoilt.FRACTION,
        "Numer ma część ułamkową: arkusz albo program zrobił z niego liczbę.",
        TEXT_EN,
        TEXT_PL,
    ),
    Sentence(
        "sheet-hashes",
        spoilt.HASHES,
        "Zamiast numeru są znaki #: kolumna była za wąska, kiedy powstawał plik.",
        "Widen the column and export again.",
        "Poszerz kolumnę i wyeksportuj plik jeszcze raz.",
    ),
    Sentence(
        "sheet-error",
        spoilt.ERROR,
        "Zamiast wartości jest błąd arkusza.",
        "Correct the formula in the spreadsheet, or type the value.",
        "Popraw formułę w arkuszu albo wpisz wartość.",
    ),
    Sentence(
        "sheet-formula",
        spoilt.FORMULA,
        "Zamiast wyniku jest sama formuła.",
        "Type the value itself.",
        "Wpisz samą wartość.",
    ),
    Sentence(
        "sheet-plus",
        spoilt.LOST_PLUS,
        "Prawdopodobnie zginął znak + przed numerem kraju.",
        TEXT_EN,
        TEXT_PL,
    ),
    Sentence(
        "sheet-rounded",
        spoilt.ROUNDED,
        "Numer kończy się zerami, jak większość w kolumnie: arkusz prawdopodobnie go zaokrąglił.",
        "Take the numbers from where they were before.",
        "Weź numery stamtąd, gdzie były przedtem.",
    ),
    Sentence(
        "cell-date",
        "The cell holds a date: the spreadsheet has probably made it of a number.",
        "W komórce jest data: prawdopodobnie arkusz zrobił ją z numeru.",
        TEXT_EN,
        TEXT_PL,
    ),
    Sentence(
        "cell-truth",
        "The cell holds TRUE or FALSE, not a text.",
        "W komórce jest PRAWDA albo FAŁSZ, a nie tekst.",
        "Type the value itself.",
        "Wpisz samą wartość.",
    ),
    Sentence(
        "cell-error",
        "The cell holds an error of the spreadsheet.",
        "W komórce jest błąd arkusza.",
        "Correct the formula in the spreadsheet, or type the value.",
        "Popraw formułę w arkuszu albo wpisz wartość.",
    ),
    Sentence(
        "cell-fraction",
        "The cell holds a number with a fraction.",
        "W komórce jest liczba z częścią ułamkową.",
        TEXT_EN,
        TEXT_PL,
    ),
    Sentence(
        "cell-rounded",
        "The cell holds a number of more than 15 digits, of which the spreadsheet has lost the last ones.",
        "W komórce jest liczba dłuższa niż 15 cyfr; arkusz zgubił jej ostatnie cyfry.",
        TEXT_EN,
        TEXT_PL,
    ),
    Sentence(
        "cell-formula",
        "The cell holds a formula whose result is not in the file.",
        "W komórce jest formuła, której wyniku nie ma w pliku.",
        "Open the workbook in the spreadsheet and save it again.",
        "Otwórz skoroszyt w arkuszu i zapisz go jeszcze raz.",
    ),
    Sentence(
        "cell-merged",
        "The cell is merged with its neighbours, so nobody knows what it says in this row.",
        "Komórka jest scalona z sąsiednimi, więc nie wiadomo, co znaczy w tym wierszu.",
        "Split the cell and fill in every row.",
        "Rozdziel komórkę i wypełnij każdy wiersz.",
    ),
    Sentence("cell-long", "The cell is too long.", "Komórka jest za długa.", "Shorten it.", "Skróć ją."),
    *NUMBERS,
    Sentence(
        "letters-mixed",
        names.MIXED,
        "W jednym tekście są podobne do siebie litery z dwóch alfabetów.",
        "Type the word again: it will not be found as it is.",
        "Wpisz to słowo jeszcze raz: w tej postaci nikt go nie znajdzie.",
        level="warning",
    ),
    Sentence(
        "letters-unseen",
        names.UNSEEN,
        "W tekście są niewidoczne znaki; zostaną pominięte.",
        "Nothing has to be done; typing the text again removes them.",
        "Nic nie trzeba robić; ponowne wpisanie tekstu je usunie.",
        level="warning",
    ),
)
