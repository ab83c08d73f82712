"""The catalogues are complete and valid, and count as each language does; which of them is asked has one rule."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
from babel import Locale
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from catalogues import parsed, problems, texts, wanted, written

from schemas.settings import Language
from tasks.messages.catalogue import LANGUAGES, catalogue, forms, keys, plural, render, text
from tasks.messages.language import language

BOTH = pytest.mark.parametrize("lang", LANGUAGES)
NUMBERS = (*range(130), 1000, 1002, 1012, 10_000, 1_000_000)


def test_nothing_is_missing_nothing_is_unused_and_places_are_the_same() -> None:
    assert problems() == [], "write them: make messages"
    assert len(wanted()) > 100


@BOTH
def test_a_catalogue_is_valid_for_gettext_too(lang: Language) -> None:
    kept = written(lang)
    catalog = parsed(kept, lang)
    named = re.findall(r'^msgid "(.+)"$', kept, re.MULTILINE)
    assert len(named) == len({*named}) == len(texts(catalog))
    assert not catalog.obsolete
    assert not [message.id for message in catalog if message.id and message.fuzzy]
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    read = gettext.GNUTranslations(compiled)
    for key, said in texts(catalog).items():
        assert said[0] == (read.gettext(key) if len(said) == 1 else read.ngettext(key, key, 1))


@BOTH
def test_every_plural_has_the_forms_of_its_language(lang: Language) -> None:
    catalog, fresh = parsed(written(lang), lang), Catalog(locale=lang)
    assert f"Plural-Forms: {fresh.plural_forms}\\n" in written(lang)
    many = {key: said for key, said in texts(catalog).items() if len(said) > 1}
    assert many
    assert {len(said) for said in many.values()} == {catalog.num_plurals}
    assert catalog.num_plurals == {"en": 2, "pl": 3}[lang]


@BOTH
def test_gettext_and_cldr_count_alike(lang: Language) -> None:
    """Pages count by CLDR in the browser, and everything else by the same categories."""
    index = gettext.c2py(parsed(written(lang), lang).plural_expr)  # type: ignore[attr-defined]
    for key in keys("count."):
        said = list(catalogue(lang)[key])
        for number in NUMBERS:
            category = Locale(lang).plural_form(number)
            assert forms(key, lang).get(category, said[-1]) == said[index(number)]
            assert plural(lang, key.removeprefix("count."), number).startswith(str(number)[0])


def test_what_is_missing_never_stops_anybody() -> None:
    assert text("no-such-code", "pl") == "no-such-code"
    assert render("check.line", "pl") == "wiersz"


@pytest.mark.parametrize(
    ("option", "configured", "environ", "spoken"),
    [
        ("en", "pl", {"LC_ALL": "pl_PL.UTF-8"}, "en"),
        (None, "pl", {"LC_ALL": "en_GB.UTF-8"}, "pl"),
        (None, "en", {"LANG": "pl_PL.UTF-8"}, "en"),
        (None, None, {"LC_ALL": "C", "LC_MESSAGES": "pl_PL", "LANG": "pl_PL"}, "en"),
        (None, None, {"LC_ALL": "", "LC_MESSAGES": "pl_PL", "LANG": "C"}, "pl"),
        (None, None, {"LANG": "pl"}, "pl"),
        (None, None, {"LANG": "de_DE.UTF-8"}, "en"),
        (None, None, {}, "en"),
    ],
)
def test_the_option_comes_first_then_the_configuration_then_the_environment(
    option: str | None, configured: Any, environ: Mapping[str, str], spoken: str
) -> None:
    assert language(option, configured, environ) == spoken
