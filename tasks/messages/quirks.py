"""The sentences that people read of what a place has been seen to do."""

from __future__ import annotations

from schemas.quirks import Quirk
from schemas.settings import Language
from schemas.target import Wording
from tasks.messages.catalogue import known, render, text


def quirk_sentence(quirk: Quirk, wording: Wording, lang: Language = "en") -> str:
    """Return a quirk as a sentence about the service that has it, without a full stop."""
    subject = wording.subject if lang == "en" else _capital(wording.label[lang])
    names = f"term.names-{wording.name}"
    said = text(names, lang) if known(names) else f"{wording.name}s"
    return render(f"quirk.{quirk.code}", lang, subject=subject, names=said, length=quirk.length)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
