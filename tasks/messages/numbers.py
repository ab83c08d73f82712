"""What is said of numbers that cannot be read as one; see `tasks.messages.lines`."""

from __future__ import annotations

from typing import Final

from tasks.messages.sentence import TEXT_EN, TEXT_PL, Sentence
from tasks.phone import numbering_plan as numbering
from tasks.phone import parser as read_number
from tasks.phone import tokenizer as number_pieces

_WHOLE_EN: Final = "Write the whole number with its area code: nine digits in Poland."
_WHOLE_PL: Final = "Wpisz cały numer razem z kierunkowym: w Polsce to dziewięć cyfr."
_LOOK_EN: Final = "Compare it with the source of the number and correct it."
_LOOK_PL: Final = "Sprawdź numer u źródła i popraw go."
_ONLY_EN: Final = "Leave the telephone number alone in this column."
_ONLY_PL: Final = "Zostaw w tej kolumnie sam numer telefonu."

NUMBERS: Final[tuple[Sentence, ...]] = (
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
    Sentence("number-date", read_number.DATE, "To wygląda na datę, a nie na numer telefonu.", TEXT_EN, TEXT_PL),
    Sentence(
        "number-decimal",
        read_number.DECIMAL,
        "To wygląda na ułamek dziesiętny, jaki z numeru robi arkusz.",
        TEXT_EN,
        TEXT_PL,
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
)
