"""What stands in English in the code, in another language: gettext catalogues with that English as their keys.

`help` is what `--help` says, `forms` what the forms of Prefect say: click and Prefect read the English where it stands.
A page of help is waited for, and the library that reads the other catalogues takes longer to import than all the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from schemas.section import Language

_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"(?:\n|$))+)', re.MULTILINE)


Domain = Literal["help", "forms"]


@cache
def translated(domain: Domain, lang: Language) -> Mapping[str, str]:
    """Return what is said in a language, by what the code says in English; nothing for English itself."""
    file = Path(__file__).parent / "locale" / lang / "LC_MESSAGES" / f"{domain}.po"
    if not file.exists():
        return {}
    found = _ENTRY.findall(file.read_text(encoding="utf-8"))
    return {_joined(english): _joined(said) for english, said in found if _joined(english)}


def _joined(lines: str) -> str:
    return "".join(json.loads(line) for line in lines.splitlines())
