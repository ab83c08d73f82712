"""`--help` in the language of whoever asks; in English it is the words of the code, as they stand there."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from flows.spoken import language_of
from tasks.messages.translated import translated

if TYPE_CHECKING:
    from schemas.section import Language

_WORD = re.compile(r"[A-Z]{2,}(?: RANGE)?")  # what stands for a value, or for several words
_AS_IT_STANDS = "\b\n"  # how a paragraph begins that is not wrapped
_NUMBERED = re.compile(r"(\s*(?:\d+  )?)(.*)")
_ONE_OF = " One of: "  # how what may be chosen follows what a setting of the sandbox means
_EXTRA = re.compile(r"(.*?)(?:\s*\[([^\[\]]*)\])?", re.DOTALL)


class HelpContext(click.Context):
    """A command that is being called; its help speaks the language of the command line."""

    def __init__(
        self, *args: Any, given: Sequence[str] = (), sleep: Callable[[float], None] = time.sleep, **more: Any
    ) -> None:
        """Take the words of the command line and how the command waits, beside what click has to know."""
        super().__init__(*args, **more)
        self.given = given
        self.sleep = sleep

    def make_formatter(self) -> click.HelpFormatter:
        """Return what writes the help."""
        root = self.find_root()
        lang = language_of(root.given, os.environ) if isinstance(root, HelpContext) else "en"
        if lang == "en":
            return super().make_formatter()
        return HelpIn(lang, width=self.terminal_width, max_width=self.max_content_width)


class HelpIn(click.HelpFormatter):
    """Writes help in another language than English; what its catalogue lacks stays English."""

    def __init__(self, lang: Language, **more: Any) -> None:
        """Take the language, beside what click has to know."""
        super().__init__(**more)
        self._texts = translated("help", lang)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how the command is called."""
        super().write_usage(prog, self.words(args), prefix or f"{self.said('Usage:')} ")

    def write_heading(self, heading: str) -> None:
        """Write a heading."""
        super().write_heading(self.said(heading))

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        super().write_text("\n\n".join(self._paragraph(one) for one in text.split("\n\n")))

    def write_dl(self, rows: Iterable[tuple[str, str]], *args: Any, **more: Any) -> None:
        """Write options or commands, each with what it means."""
        super().write_dl([(self.words(name), self._meaning(means)) for name, means in rows], *args, **more)

    def said(self, english: str) -> str:
        """Return a text in the language."""
        return self._texts.get(english, english)

    def words(self, text: str) -> str:
        """Return how something is called on a command line, with other words for what stands for values."""
        return _WORD.sub(lambda found: self.said(found[0]), text)

    def _paragraph(self, text: str) -> str:
        if not text.startswith(_AS_IT_STANDS):
            return self.said(" ".join(text.split()))
        lines = (_NUMBERED.fullmatch(line) for line in text.removeprefix(_AS_IT_STANDS).splitlines())
        return _AS_IT_STANDS + "\n".join(f"{line[1]}{self.said(line[2])}" for line in lines if line)

    def _meaning(self, text: str) -> str:
        """Return what an option means, with what click adds to it; of a command what fits, or all of it."""
        whole = " ".join(text.split())
        if whole.endswith("..."):
            whole = next((one for one in self._texts if one.startswith(whole[:-3])), whole)
        means, sign, choices = whole.partition(_ONE_OF)
        if sign:
            return f"{self.said(means)} {self.said('One of')}: {choices}"
        parts = _EXTRA.fullmatch(whole)
        if whole in self._texts or parts is None or parts[2] is None:
            return self.said(whole)
        extra = "; ".join(": ".join(map(self.said, one.split(": ", 1))) for one in parts[2].split("; "))
        return f"{self.said(parts[1])}  [{extra}]"
