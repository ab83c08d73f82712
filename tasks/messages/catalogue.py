"""What is said to people, by key and language, from the gettext catalogues in `locale`.

A catalogue is read once, when something of it is said. What one lacks is said in English, and what none has by its key:
a sentence that is missing never stops a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Final

from tasks.messages.po_files import messages_of

if TYPE_CHECKING:
    from schemas.settings import Language


LANGUAGES: Final[tuple[Language, ...]] = ("pl", "en")
# The order in which gettext has the forms, by the categories of CLDR; `Intl.PluralRules` of a browser uses them too.
_FORMS: Final[Mapping[Language, tuple[str, ...]]] = {"en": ("one", "other"), "pl": ("one", "few", "many")}


@cache
def catalogue(lang: Language) -> Mapping[str, tuple[str, ...]]:
    """Return all that can be said in a language: by each key what it says, in all its plural forms."""
    return messages_of(lang, "phonesync")


def keys(prefix: str) -> list[str]:
    """Return the keys that begin like this, in the catalogue's order."""
    return [key for key in catalogue("en") if key.startswith(prefix)]


def known(key: str) -> bool:
    """Tell whether the catalogues have a key."""
    return key in catalogue("en")


def text(key: str, lang: Language) -> str:
    """Return what a key says, with `{…}` where values belong."""
    return _strings(key, lang)[0]


def render(key: str, lang: Language, /, **values: object) -> str:
    """Return what a key says with these values."""
    return text(key, lang).format(**values)


def forms(key: str, lang: Language) -> dict[str, str]:
    """Return the plural forms of a key by their categories; `other` alone where all are the same."""
    strings = _strings(key, lang)
    return dict(zip(_FORMS[lang], strings, strict=True)) if len(set(strings)) > 1 else {"other": strings[0]}


def plural(lang: Language, key: str, number: int) -> str:
    """Return the words for so many things: 1 numer, 2 numery, 5 numerów, 12 numerów, 22 numery."""
    return counted(lang, f"count.{key}", number)


def counted(lang: Language, key: str, number: int) -> str:
    """Return what a key says of so many things, in the form that the number takes."""
    return form_of(lang, key, number).replace("{n}", figure(lang, number))


def form_of(lang: Language, key: str, number: float) -> str:
    """Return the form of a key that a number takes, with `{…}` where values belong."""
    from babel import Locale

    said = forms(key, lang)
    return said.get(Locale(lang).plural_form(number), said.get("other", ""))


def figure(lang: Language, number: int) -> str:
    """Return a count as people write it: 1,234 in English; in Polish 1234, and a space from 10 000 on."""
    from babel.numbers import format_decimal

    return format_decimal(number, locale=lang, group_separator=lang == "en" or abs(number) >= 10_000)


def share(lang: Language, number: float) -> str:
    """Return a figure as people write it, with one place behind the point at most, and a comma for it in Polish."""
    from babel.numbers import format_decimal

    return format_decimal(number, format="#,##0.#", locale=lang)


def decimal(lang: Language, number: float) -> str:
    """Return a number as people write it, with as many places as it has."""
    from babel.numbers import format_decimal

    return format_decimal(number, format="#,##0.######", locale=lang)


def minute(when: str, zone: tzinfo) -> str:
    """Return a time in ISO 8601 as short as a table wants it, on the clocks of a zone; any other text as it is."""
    try:
        return f"{datetime.fromisoformat(when).astimezone(zone):%Y-%m-%d %H:%M %Z}"
    except ValueError:
        return when


def moment(lang: Language, when: str, zone: tzinfo | None = None) -> str:
    """Return a time in ISO 8601 as people write it, or the text itself where it is none.

    Args:
        lang: the language.
        when: the time.
        zone: on whose clocks; without it as the time itself has it.
    """
    from babel.dates import format_date  # it reads the machine's time zone, and few commands say a date

    try:
        at = datetime.fromisoformat(when)
    except ValueError:
        return when
    at = at.astimezone(zone) if at.tzinfo and zone else at
    said = f" {at.tzname()}" if at.tzinfo else ""
    return f"{format_date(at, 'd MMMM y', locale=lang)}, {at:%H:%M}{said}"


def _strings(key: str, lang: Language) -> tuple[str, ...]:
    for spoken in dict.fromkeys((lang, "en")):
        said = catalogue(spoken).get(key, ())
        if any(said):
            return said
    return (key,)
