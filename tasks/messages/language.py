"""The language that people are spoken to in; nothing slow is imported to find it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.section import Language


def language(option: str | None, configured: Language | None, environ: Mapping[str, str]) -> Language:
    """Return the language to speak: the option's, the configuration's, or that of the environment.

    English where the environment asks for neither of ours.
    """
    asked = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    chosen = option or configured or asked
    return "pl" if chosen.startswith("pl") else "en"
