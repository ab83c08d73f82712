"""What somebody answers: by an option, else on the terminal, else what goes without saying."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import click

from flows.output import prose
from schemas.errors import UsageError
from schemas.settings import Language
from tasks.messages.catalogue import render
from tasks.plain_text import plain


@dataclass
class Answers:
    """Answers by the key of the configuration that they are for.

    Attributes:
        given: what options say.
        asks: a person is there to be asked.
        lang: the language of the questions.
        taken: the keys of options that were of use.
    """

    given: Mapping[str, str]
    asks: bool
    lang: Language
    taken: set[str] = field(default_factory=set)

    def option(self, key: str) -> str | None:
        """Return what an option says of a key, None where none does."""
        if key in self.given:
            self.taken.add(key)
        return self.given.get(key)

    def text(self, key: str, question: str, default: str | None = None, *, hidden: bool = False) -> str:
        """Return what a key is to say.

        Args:
            key: the key.
            question: what to ask for.
            default: what goes without saying, None where nothing does.
            hidden: a secret: it is not shown as it is typed.

        Raises:
            UsageError: no option says it, and there is nobody to ask.
        """
        said = self.option(key)
        if said is not None:
            return said
        if self.asks:
            shown = bool(default) and not hidden
            answer = click.prompt(_shown(question), default=default, hide_input=hidden, show_default=shown)
            return str(answer).strip()
        if default is not None:
            return default
        raise UsageError(
            render("init.missing", self.lang, key=key), remedy=render("init.missing_remedy", self.lang, key=key)
        )

    def yes(self, question: str, *, default: bool = True) -> bool:
        """Return whether somebody agrees; where nobody is asked, what goes without saying."""
        if not self.asks:
            return default
        marks = render("init.yes_no" if default else "init.no_yes", self.lang)
        words = {"": default, "y": True, "yes": True, "t": True, "tak": True, "n": False, "no": False, "nie": False}
        while True:
            said = click.prompt(_shown(f"{question} {marks}"), default="", show_default=False).strip().casefold()
            if said in words:
                return words[said]
            click.echo(_shown(render("init.say_yes_or_no", self.lang)))

    def choice(self, question: str, options: Sequence[str], default: int) -> int:
        """Return which of several things somebody chooses; where nobody is asked, the one that goes without saying."""
        if not self.asks:
            return default
        for number, option in enumerate(options, start=1):
            click.echo(plain(f"  {number}  {option}"))
        while True:
            said = str(click.prompt(_shown(question), default=str(default + 1))).strip()
            if said.isdecimal() and 1 <= int(said) <= len(options):
                return int(said) - 1
            click.echo(_shown(render("init.say_number", self.lang, most=len(options))))


def _shown(question: str) -> str:
    return prose(plain(question), sys.stdout)
