"""What a command line says before anything of it has been understood: an error is told in its language as well."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.section import Language


def language_of(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Return the language that `--lang` asks for, else the configuration, else the environment.

    A configuration that cannot be used may still say in which language it wants to be told so.
    """
    from tasks.messages.language import language

    given = list(itertools.takewhile(lambda word: word != "--", arguments))
    option = _value(given, "--lang")
    return language(option if option in {"pl", "en"} else None, _configured(given, environ), environ)


def language_at(configuration: Path, environ: Mapping[str, str]) -> Language:
    """Return the language of a configuration that may be none, else the environment's."""
    from tasks.messages.language import language

    return language(None, _said_in(configuration), environ)


def configuration_in(arguments: Sequence[str]) -> str | None:
    """Return the configuration that a command line names, None where it names none."""
    given = list(itertools.takewhile(lambda word: word != "--", arguments))
    return _value(given, "--config") or _value(given, "-c")


def _configured(given: Sequence[str], environ: Mapping[str, str]) -> Language | None:
    from flows.finding import find_configuration
    from schemas.errors import PhonesyncError

    try:
        return _said_in(find_configuration(configuration_in(given), environ))
    except PhonesyncError:
        return None


def _said_in(configuration: Path) -> Language | None:
    try:
        text = configuration.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return None
    # What is no TOML has a language all the same, and says it before the first table.
    said = re.search(r"""^\s*lang\s*=\s*["'](pl|en)["']""", text.partition("\n[")[0], re.MULTILINE)
    return None if said is None else "pl" if said[1] == "pl" else "en"


def _value(given: Sequence[str], option: str) -> str | None:
    """Return what an option of a command line says, "" as nothing."""
    for at, word in enumerate(given):
        if word == option and at + 1 < len(given):
            return given[at + 1]
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None
