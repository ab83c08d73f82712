"""What `check` says around the problems themselves, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tasks.messages.pages import Language

_PHRASES: Final[Mapping[str, tuple[str, str]]] = {
    "line": ("line", "wiersz"),
    "column": ("column", "kolumna"),
    "value": ("value", "wartość"),
    "hint": ("did you mean", "może chodziło o"),
    "hint_in": ("Did you mean: {hint}?", "Może chodziło o: {hint}?"),
    "remarks": ("phonesync: remarks", "phonesync: uwagi"),
    "title": ("{sync}: {file}", "{sync}: {file}"),
    "group": ("{sentence} ({n})", "{sentence} ({n})"),
    "more": (
        "and {n} more: --annotate and --json show all of them",
        "i jeszcze {n}: wszystkie pokażą --annotate i --json",
    ),
    "count": (
        "{sync}: lines: {lines}, rejected: {rejected}{warnings} ({form})",
        "{sync}: wiersze: {lines}, odrzucone: {rejected}{warnings} ({form})",
    ),
    "warnings": (", to be looked at: {n}", ", do sprawdzenia: {n}"),
    "form": ("{encoding}{doubt}, delimiter {delimiter}", "{encoding}{doubt}, separator {delimiter}"),
    "form_sheet": ("xlsx, sheet {sheet}", "xlsx, arkusz {sheet}"),
    "likely": (" (told by its letters)", " (rozpoznane po literach)"),
    "refused": (
        "Nothing of this file is used until it is corrected: {sync}.",
        "Dopóki ten plik nie zostanie poprawiony, nic z niego nie będzie użyte: {sync}.",
    ),
    "holds": (
        "A run leaves alone whatever a rejected line may be about, and does the rest.",
        "Synchronizacja nie rusza tego, czego może dotyczyć odrzucony wiersz, a całą resztę wykonuje.",
    ),
    "concerns": ("It concerns: {syncs}.", "Dotyczy: {syncs}."),
    "written": ("Annotated copy: {file}", "Kopia z uwagami: {file}"),
    "note_header": ("The header was found in line {line}.", "Nagłówek jest w wierszu {line}."),
    "note_title": ("Left out above the header: {lines}.", "Pominięte wiersze nad nagłówkiem: {lines}."),
    "note_comment": ("Left out as comments: {lines}.", "Pominięte wiersze z komentarzami: {lines}."),
    "note_footer": ("Left out below the table: {lines}.", "Pominięte wiersze pod tabelą: {lines}."),
    "note_column": ('The column "{theirs}" is taken for {ours}.', "Kolumna „{theirs}” jest traktowana jako {ours}."),
    "note_unused": (
        'The column "{theirs}" is not used. If {ours} is meant, correct its name.',
        "Kolumna „{theirs}” nie jest używana. Jeśli to miała być {ours}, popraw jej nazwę.",
    ),
    "note_letters": (
        "The encoding was told by the letters: probably {encoding}. The key `encoding` sets it.",
        "Kodowanie zostało rozpoznane po literach: prawdopodobnie {encoding}. Można je ustawić kluczem `encoding`.",
    ),
    "note_latin": (
        "Names with letters outside Latin-1 ({letters}): {n}. Some telephones or platforms may not show them.",
        "Nazwy z literami spoza Latin-1 ({letters}): {n}. Niektóre telefony lub platformy mogą ich nie pokazać.",
    ),
}


def phrase(key: str, lang: Language, **values: object) -> str:
    """Return a phrase with its values."""
    return _PHRASES[key][lang == "pl"].format(**values)
