"""What stands on the reconciliation's page and in its workbook, each phrase in English and in Polish."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.messages.pages import Language

_PHRASES: Mapping[str, tuple[str, str]] = {
    "title": ("Reconciliation", "Porównanie"),
    "subtitle": ("files and systems side by side", "pliki i systemy obok siebie"),
    "all_agree": ("Everything agrees", "Wszystko się zgadza"),
    "read_agrees": ("Everything that could be read agrees", "Wszystko, co udało się odczytać, się zgadza"),
    "nothing": ("There was nothing to compare", "Nie było czego porównać"),
    "most": ("Most of all", "Najwięcej"),
    "since_then": ("Since the last reconciliation", "Od poprzedniego porównania"),
    "skip": ("Skip to the findings", "Przejdź do listy"),
    "counts": ("Counts", "Liczby"),
    "attention": ("Need attention", "Wymagają uwagi"),
    "resolved_since": ("Resolved since", "Rozwiązane od tamtej pory"),
    "systems": ("Systems", "Systemy"),
    "systems_note": (
        "On the right: how many numbers of a row's system stand in the numbered one, too.",
        "Z prawej: ile numerów z systemu w wierszu jest także w systemie o danym numerze.",
    ),
    "system": ("System", "System"),
    "entries": ("Entries", "Wpisy"),
    "numbers": ("Numbers", "Numery"),
    "problems": ("Problems", "Problemy"),
    "note": ("Note", "Uwagi"),
    "shared": ("Shared with", "Wspólne z"),
    "csv": ("file", "plik"),
    "of": ("of", "z"),
    "by_kind": ("Findings by kind", "Rozbieżności według rodzaju"),
    "no_findings": ("No findings: nothing waits for anybody.", "Brak rozbieżności: nic na nikogo nie czeka."),
    "overlap": ("Numbers that systems share", "Numery wspólne dla systemów"),
    "no_overlap": ("No two systems share a number.", "Żadne dwa systemy nie mają wspólnego numeru."),
    "only_first": ("only in the first", "tylko w pierwszym"),
    "in_both": ("in both", "w obu"),
    "only_second": ("only in the second", "tylko w drugim"),
    "history": ("The last reconciliations", "Ostatnie porównania"),
    "no_history": (
        "From the next reconciliation on, this shows how it has changed.",
        "Od następnego porównania będzie tu widać, jak się to zmienia.",
    ),
    "as_table": ("As a table", "Jako tabela"),
    "pair": ("Systems", "Systemy"),
    "when": ("When", "Kiedy"),
    "total": ("Total", "Razem"),
    "findings": ("Line by line", "Pozycja po pozycji"),
    "masked": (
        "Some numbers show their last two digits only, because they may be somebody's own.",
        "Niektóre numery mają widoczne tylko dwie ostatnie cyfry, bo mogą być prywatne.",
    ),
    "no_script": (
        "The counts above are complete. To list the findings, this page needs its script; the workbook holds the same.",
        "Liczby powyżej są pełne. Do wyświetlenia listy strona potrzebuje swojego skryptu; arkusz zawiera to samo.",
    ),
    "search": ("Search", "Szukaj"),
    "search_hint": ("a name, a number, an owner", "nazwa, numer, właściciel"),
    "state": ("Show", "Pokaż"),
    "kind": ("Finding", "Rodzaj"),
    "state_of": ("State", "Stan"),
    "sync": ("Sync", "Synchronizacja"),
    "owner": ("Owner", "Właściciel"),
    "all": ("All", "Wszystkie"),
    "clear_filters": ("Clear", "Wyczyść"),
    "export": ("Save as CSV", "Zapisz jako CSV"),
    "line": ("Line", "Linia"),
    "number": ("Number", "Numer"),
    "name": ("Name", "Nazwa"),
    "type": ("Type", "Typ"),
    "comment": ("Comment", "Opis"),
    "what": ("What is wrong", "Co jest nie tak"),
    "where": ("Stands also in", "Jest także w"),
    "fix": ("What to do", "Co zrobić"),
    "since": ("First seen", "Od kiedy"),
    "accepted": ("Accepted", "Zaakceptowane"),
    "until": ("until", "do"),
    "id": ("Finding's name", "Oznaczenie"),
    "key": ("Canonical number", "Numer kanoniczny"),
    "to_accept": ("To let it stay", "Aby tak zostało"),
    "copy_it": ("Copy", "Kopiuj"),
    "in_file": ("in the file", "w pliku"),
    "there": ("in the system", "w systemie"),
    "in_system": ("in the system: ", "w systemie: "),
    "no_line_title": ("Stands in no line", "Nie ma tego w pliku"),
    "by_keyboard": (
        "Arrow keys move from line to line, Enter opens one with all its details.",
        "Strzałki przechodzą między pozycjami, Enter otwiera pozycję ze szczegółami.",
    ),
    "legend": ("What the words mean", "Co znaczą słowa"),
    "close": ("Close", "Zamknij"),
    "previous": ("Previous", "Poprzednia"),
    "next": ("Next", "Następna"),
    "run": ("Run", "Przebieg"),
    "compared": ("Compared with", "Porównano z"),
    "made": ("PlannedSync", "Wykonano"),
    "summary": ("Summary", "Podsumowanie"),
    "to_do": ("To do", "Do zrobienia"),
    "no_number": ("there is no number in it", "nie ma w tym numeru"),
    "name_twice": ("the name stands here twice", "nazwa jest tu dwa razy"),
    "number_twice": ("the number stands here twice", "numer jest tu dwa razy"),
    "explain": (
        "One finding a line. Numbers are text, so a leading + or 0 stays.",
        "Jedna pozycja w wierszu. Numery są tekstem, więc początkowe + i 0 zostają.",
    ),
}


def phrases(lang: Language) -> dict[str, str]:
    """Return every phrase by its name."""
    at = ("en", "pl").index(lang)
    return {name: pair[at] for name, pair in _PHRASES.items()}
