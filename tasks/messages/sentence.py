"""A sentence of `check` in both languages, with its code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

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


# What several of them advise.
TEXT_EN: Final = "Format the column as Text and type the number again."
TEXT_PL: Final = "Ustaw dla kolumny format Tekst i wpisz numer jeszcze raz."
