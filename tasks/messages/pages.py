"""The words of the pages in Polish and in English, with the plural forms and the numbers of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from schemas.findings import FindingKind

Language = Literal["pl", "en"]
LANGUAGES: tuple[Language, ...] = ("pl", "en")

# Kinds in the order in which somebody should look at them; label, what it means.
KIND_WORDS: Mapping[Language, Mapping[FindingKind, tuple[str, str]]] = {
    "en": {
        FindingKind.MISSING: ("Missing", "A line of the file has it, the system does not."),
        FindingKind.DIFFERS: ("Different", "It stands in both, but its number, its name or its type is not the same."),
        FindingKind.ELSEWHERE: ("Elsewhere", "The number stands under another owner, or in another system only."),
        FindingKind.DUPLICATE: ("Repeated", "The same number stands more than once where it should stand once."),
        FindingKind.UNREADABLE: ("Unreadable", "There is no telephone number in it, or none that is certain."),
        FindingKind.FOREIGN: ("Not in the file", "The system has it, and no line of the file mentions it."),
        FindingKind.STALE: ("Unconfirmed", "Nobody has changed or confirmed it for a long time."),
        FindingKind.AGREE: ("In agreement", "The file and the system say the same."),
    },
    "pl": {
        FindingKind.MISSING: ("Brakujące", "Jest w pliku, a w systemie go nie ma."),
        FindingKind.DIFFERS: ("Różniące się", "Jest tu i tu, ale numer, nazwa lub typ nie jest taki sam."),
        FindingKind.ELSEWHERE: ("W innym miejscu", "Numer ma innego właściciela albo jest tylko w innym systemie."),
        FindingKind.DUPLICATE: ("Powtórzone", "Ten sam numer występuje więcej niż raz, a powinien jeden raz."),
        FindingKind.UNREADABLE: ("Nieczytelne", "Nie ma w tym numeru telefonu albo nie jest on pewny."),
        FindingKind.FOREIGN: ("Spoza pliku", "Jest w systemie, a żadna linia pliku o nim nie wspomina."),
        FindingKind.STALE: ("Niepotwierdzone", "Od dawna nikt tego nie zmienił ani nie potwierdził."),
        FindingKind.AGREE: ("Zgodne", "Plik i system mówią to samo."),
    },
}

# What stands with a finding: whether it is news, and whether somebody has said that it may stay.
STATE_WORDS: Mapping[Language, Mapping[str, tuple[str, str]]] = {
    "en": {
        "new": ("New", "Found for the first time, or back again."),
        "open": ("Known", "Found before, and still so."),
        "accepted": ("Accepted", "Somebody has said why it may stay, and until when."),
        "agree": ("In order", "Nothing is to be done."),
        "resolved": ("Resolved", "Found the last time, and no more."),
    },
    "pl": {
        "new": ("Nowe", "Znalezione po raz pierwszy albo ponownie."),
        "open": ("Znane", "Znalezione już wcześniej i nadal aktualne."),
        "accepted": ("Zaakceptowane", "Ktoś zapisał, dlaczego i do kiedy może tak zostać."),
        "agree": ("W porządku", "Nic nie trzeba robić."),
        "resolved": ("Rozwiązane", "Znalezione poprzednio, teraz już nie."),
    },
}

# Forms by the categories of CLDR, which `Intl.PluralRules` of a browser uses too.
PLURALS: Mapping[Language, Mapping[str, Mapping[str, str]]] = {
    "en": {
        "attention": {"one": "{n} finding needs attention", "other": "{n} findings need attention"},
        "agree": {"one": "{n} entry agrees.", "other": "{n} entries agree."},
        "new": {"one": "{n} new", "other": "{n} new"},
        "resolved": {"one": "{n} resolved", "other": "{n} resolved"},
        "accepted": {
            "one": "{n} accepted finding is listed apart.",
            "other": "{n} accepted findings are listed apart.",
        },
        "unread": {
            "one": "{n} system could not be read as a whole.",
            "other": "{n} systems could not be read as a whole.",
        },
        "number": {"one": "{n} number", "other": "{n} numbers"},
    },
    "pl": {
        "attention": {
            "one": "{n} rozbieżność wymaga uwagi",
            "few": "{n} rozbieżności wymagają uwagi",
            "many": "{n} rozbieżności wymaga uwagi",
        },
        "agree": {"one": "{n} wpis jest zgodny.", "few": "{n} wpisy są zgodne.", "many": "{n} wpisów jest zgodnych."},
        "new": {"one": "{n} nowa", "few": "{n} nowe", "many": "{n} nowych"},
        "resolved": {"one": "{n} rozwiązana", "few": "{n} rozwiązane", "many": "{n} rozwiązanych"},
        "accepted": {
            "one": "{n} zaakceptowana rozbieżność jest wymieniona osobno.",
            "few": "{n} zaakceptowane rozbieżności są wymienione osobno.",
            "many": "{n} zaakceptowanych rozbieżności jest wymienionych osobno.",
        },
        "unread": {
            "one": "{n} systemu nie udało się odczytać w całości.",
            "few": "{n} systemów nie udało się odczytać w całości.",
            "many": "{n} systemów nie udało się odczytać w całości.",
        },
        "number": {"one": "{n} numer", "few": "{n} numery", "many": "{n} numerów"},
    },
}

# The sentences of a long list. `{n}` is its length, `{m}` what is shown of it.
_LISTING: Mapping[Language, Mapping[str, Any]] = {
    "en": {
        "no_match": "No {noun} matches. Clear the filters to see all of them.",
        "no_line": "Line {line} is not in this report: it may be the header or an empty line.",
        "open_line": "Line {line}, details",
        "open_other": "An entry that stands in no line, details",
        "unset": "Not applied yet",
        "copied": "Copied",
        "all": {"one": "Showing all {n} {noun}.", "other": "Showing all {n} {noun}s."},
        "some": {"one": "Showing {m} of {n} {noun}.", "other": "Showing {m} of {n} {noun}s."},
        "paper": {"other": "The first {m} of {n} {noun}s; filter to print others."},
    },
    "pl": {
        "no_match": "Nic nie pasuje. Wyczyść filtry, aby zobaczyć wszystko.",
        "no_line": "Linii {line} tu nie ma: to może być nagłówek albo pusta linia.",
        "open_line": "Linia {line}, szczegóły",
        "open_other": "Wpis, którego nie ma w pliku, szczegóły",
        "unset": "–",
        "copied": "Skopiowano",
        "all": {"other": "Widać wszystkie pozycje ({n})."},
        "some": {"other": "Widać {m} z {n} pozycji."},
        "paper": {"other": "Pierwsze {m} z {n} pozycji; aby wydrukować inne, użyj filtrów."},
    },
}
_MONTHS: Mapping[Language, str] = {
    "en": "January February March April May June July August September October November December",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
}


def listing_words(lang: Language, noun: str = "") -> dict[str, Any]:
    """Return the sentences of a long list; `noun` is what English calls its rows."""
    texts: dict[str, Any] = {}
    for key, text in _LISTING[lang].items():
        forms = {"": text} if isinstance(text, str) else text
        named = {form: sentence.replace("{noun}", noun) for form, sentence in forms.items()}
        texts[key] = named[""] if isinstance(text, str) else named
    return texts


def figure(lang: Language, number: int) -> str:
    """Return a count as people write it: 1,234 in English; in Polish 1234, and a space from 10 000 on."""
    if lang == "en":
        return f"{number:,}"
    return f"{number:,}".replace(",", "\u00a0") if abs(number) >= 10_000 else str(number)


def plural(lang: Language, key: str, number: int) -> str:
    """Return the words for so many things: 1 numer, 2 numery, 5 numerów, 12 numerów, 22 numery."""
    return PLURALS[lang][key][_form(lang, number)].replace("{n}", figure(lang, number))


def _form(lang: Language, number: int) -> str:
    if number == 1:
        return "one"
    if lang == "en":
        return "other"
    return "few" if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else "many"


def moment(lang: Language, text: str) -> str:
    """Return a time in ISO 8601 as people write it, or the text itself where it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    zone = f" {at.tzname()}" if at.tzinfo else ""
    return f"{at.day} {_MONTHS[lang].split()[at.month - 1]} {at.year}, {at:%H:%M}{zone}"
