"""What stands in English in the code, in another language: gettext catalogues with that English as their keys.

`help` is what `--help` says, `forms` what the forms of Prefect say: click and Prefect read the English where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal

from tasks.messages.po_files import messages_of

if TYPE_CHECKING:
    from schemas.section import Language

Domain = Literal["help", "forms"]


@cache
def translated(domain: Domain, lang: Language) -> Mapping[str, str]:
    """Return what is said in a language, by what the code says in English; nothing for English itself."""
    return {english: said for english, (said, *_) in messages_of(lang, domain).items()}
