"""What is said of lines that cannot be trusted, or that should be looked at: codes, sentences, advice; both languages.

The English sentence is the reason as the rest of the project gives it; `tasks/words/say.py` finds the others by it.
Codes are for programs, and never change their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tasks.lines import footers, names, spoilt
from tasks.numbers import number_pieces, numbering, read_number

Level = Literal["file", "error", "warning"]


@dataclass(frozen=True)
class Sentence:
    """A sentence in both languages, and what to do about it; `{…}` stands for what differs from case to case."""

    code: str
    en: str
    pl: str
    do_en: str = ""
    do_pl: str = ""
    level: Level = "error"


_WHOLE_EN: Final = "Write it with the area code: two digits and seven."
_WHOLE_PL: Final = "Wpisz go z numerem kierunkowym: dwie cyfry i siedem cyfr."
_LOOK_EN: Final = "Compare it with the source of the number and correct it."
_LOOK_PL: Final = "Sprawdź numer u źródła i popraw go."
_ONLY_EN: Final = "Leave the telephone number alone in this column."
_ONLY_PL: Final = "Zostaw w tej kolumnie sam numer telefonu."
_TEXT_EN: Final = "Format the column as Text and type the number again."
_TEXT_PL: Final = "Ustaw dla kolumny format Tekst i wpisz numer jeszcze raz."
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
        "Complete the line, or delete it.",
        "Uzupełnij wiersz albo go usuń.",
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
        _TEXT_EN,
        _TEXT_PL,
    ),
    Sentence(
        "sheet-fraction",
        spoilt.FRACTION,
        "Numer ma część ułamkową: arkusz albo program zrobił z niego liczbę.",
        _TEXT_EN,
        _TEXT_PL,
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
        _TEXT_EN,
        _TEXT_PL,
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
        _TEXT_EN,
        _TEXT_PL,
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
        _TEXT_EN,
        _TEXT_PL,
    ),
    Sentence(
        "cell-rounded",
        "The cell holds a number of more than 15 digits, of which the spreadsheet has lost the last ones.",
        "W komórce jest liczba dłuższa niż 15 cyfr; arkusz zgubił jej ostatnie cyfry.",
        _TEXT_EN,
        _TEXT_PL,
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
    Sentence(
        "number-missing",
        "the number is missing",
        "brakuje numeru",
        "Fill in the number, or delete the line.",
        "Wpisz numer albo usuń wiersz.",
    ),
    Sentence("number-empty", read_number.EMPTY, "Pole jest puste.", "Fill in the number.", "Wpisz numer."),
    Sentence(
        "number-none",
        read_number.NONE,
        "Tekst mówi, że numeru nie ma.",
        "Fill in the number, or delete the line.",
        "Wpisz numer albo usuń wiersz.",
    ),
    Sentence(
        "number-clears",
        "no number; if this owner really has none, allow it with allow_clear = true",
        "brakuje numeru; jeśli naprawdę nie ma tu żadnego numeru, zezwól na to: allow_clear = true",
        "Fill in the number, or delete the line.",
        "Wpisz numer albo usuń wiersz.",
    ),
    Sentence(
        "number-others",
        "other lines give this owner numbers",
        "numery tego właściciela podają inne wiersze",
        "Delete this line, or the others.",
        "Usuń ten wiersz albo tamte.",
    ),
    Sentence("number-local", numbering.LOCAL, "Brakuje numeru kierunkowego.", _WHOLE_EN, _WHOLE_PL),
    Sentence(
        "number-short",
        numbering.SHORT,
        "To numer skrócony albo wewnętrzny: można go wybrać tylko w obrębie instytucji.",
        "Write the whole number, or allow such numbers: allow_short_codes = true.",
        "Wpisz cały numer albo zezwól na takie numery: allow_short_codes = true.",
    ),
    Sentence("number-few", numbering.TOO_SHORT, "Numer ma za mało cyfr.", _LOOK_EN, _LOOK_PL),
    Sentence(
        "number-many",
        numbering.TOO_LONG,
        "Jak na jeden numer cyfr jest za dużo, a nie dzielą się na kilka numerów.",
        _LOOK_EN,
        _LOOK_PL,
    ),
    Sentence(
        "number-invalid",
        numbering.INVALID,
        "Żaden numer nie zaczyna się w ten sposób albo nie ma tylu cyfr.",
        _LOOK_EN,
        _LOOK_PL,
    ),
    Sentence(
        "number-ambiguous",
        numbering.AMBIGUOUS,
        "Można to odczytać na kilka sposobów.",
        "Write each number in full, and an extension after `wew.`",
        "Wpisz każdy numer w całości, a numer wewnętrzny po skrócie „wew.”",
    ),
    Sentence(
        "number-words", number_pieces.WORDS, "W tym tekście nie ma numeru.", "Fill in the number.", "Wpisz numer."
    ),
    Sentence("number-letters", number_pieces.LETTERS, "Między cyframi są litery.", _LOOK_EN, _LOOK_PL),
    Sentence(
        "number-signs",
        number_pieces.SIGNS,
        "Jest tu znak, który nie pasuje do numeru telefonu.",
        _ONLY_EN,
        _ONLY_PL,
    ),
    Sentence(
        "number-extension",
        number_pieces.EXTENSION,
        "To sam numer wewnętrzny: brakuje numeru, do którego należy.",
        "Write the whole number before it.",
        "Wpisz przed nim cały numer.",
    ),
    Sentence(
        "number-rest",
        read_number.LEFT_OVER,
        "Oprócz numeru są tu jeszcze niezrozumiałe cyfry: numer wewnętrzny czy drugi numer?",
        "Write each number in full, and an extension after `wew.`",
        "Wpisz każdy numer w całości, a numer wewnętrzny po skrócie „wew.”",
    ),
    Sentence("number-date", read_number.DATE, "To wygląda na datę, a nie na numer telefonu.", _TEXT_EN, _TEXT_PL),
    Sentence(
        "number-decimal",
        read_number.DECIMAL,
        "To wygląda na ułamek dziesiętny, jaki z numeru robi arkusz.",
        _TEXT_EN,
        _TEXT_PL,
    ),
    Sentence(
        "number-account",
        read_number.ACCOUNT,
        "To wygląda na numer konta, a nie na numer telefonu.",
        _ONLY_EN,
        _ONLY_PL,
    ),
    Sentence(
        "number-pesel",
        numbering.PESEL,
        "To wygląda na PESEL, a nie na numer telefonu.",
        _ONLY_EN,
        _ONLY_PL,
    ),
    Sentence(
        "number-other",
        number_pieces.OTHER,
        "Tekst wymienia inny numer, na przykład PESEL, NIP albo numer konta.",
        _ONLY_EN,
        _ONLY_PL,
    ),
    Sentence("number-text", read_number.LONG_TEXT, "Tekst jest za długi na numer telefonu.", _ONLY_EN, _ONLY_PL),
    Sentence(
        "number-several",
        "a phone list entry holds one number: give each number a line of its own",
        "we wpisie na liście telefonów mieści się jeden numer: każdemu numerowi daj osobny wiersz",
    ),
    Sentence(
        "number-inner",
        "a phone list entry cannot hold an extension",
        "we wpisie na liście telefonów nie mieści się numer wewnętrzny",
        "Write the number without the extension.",
        "Wpisz numer bez numeru wewnętrznego.",
    ),
    Sentence("number-long", "the number is too long", "numer jest za długi", _ONLY_EN, _ONLY_PL),
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
