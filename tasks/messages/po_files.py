"""Read gettext catalogues as this project writes them: no contexts, nothing fuzzy, nothing obsolete.

Every command waits for one, and the library that reads all catalogues there are takes many times as long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_LOCALE: Final = Path(__file__).parent / "locale"
_LINES: Final = r'(?:".*"(?:\n|\Z))+'
_ENTRY: Final = re.compile(
    rf"^msgid ({_LINES})(?:msgid_plural {_LINES})?((?:msgstr(?:\[\d\])? {_LINES})+)", re.MULTILINE
)
_FORM: Final = re.compile(rf"msgstr(?:\[\d\])? ({_LINES})")


def messages_of(lang: str, domain: str) -> Mapping[str, tuple[str, ...]]:
    """Return what each key of a catalogue says, in all its plural forms; nothing where there is no such catalogue."""
    file = _LOCALE / lang / "LC_MESSAGES" / f"{domain}.po"
    if not file.exists():
        return {}
    entries = ((_joined(key), said) for key, said in _ENTRY.findall(file.read_text(encoding="utf-8")))
    return {key: tuple(map(_joined, _FORM.findall(said))) for key, said in entries if key}


def _joined(lines: str) -> str:
    return "".join(json.loads(line) if "\\" in line else line[1:-1] for line in lines.splitlines())
