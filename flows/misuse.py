"""What is wrong with a command line, with the page that says how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.help_pages import HelpIn
from schemas.errors import UsageError
from schemas.phrases import Phrase
from tasks.messages.errors import error_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def misused(error: click.UsageError) -> UsageError:
    """Return what is wrong with a command line, with the page that says how it goes."""
    values: dict[str, object] = {"command": error.ctx.command_path if error.ctx else "phonesync"}
    if isinstance(error, click.NoSuchOption) and not error.possibilities:
        return error_of(UsageError, "no_such_option", {**values, "option": error.option_name})
    if isinstance(error, click.MissingParameter) and error.ctx and isinstance(error.param, click.Argument):
        english = error.param.make_metavar(error.ctx)
        return error_of(
            UsageError, "argument_missing", {**values, "argument": {"en": english, "pl": HelpIn("pl").words(english)}}
        )
    if isinstance(error, click.MissingParameter) and isinstance(error.param, click.Option):
        return error_of(UsageError, "option_missing", {**values, "option": error.param.opts[0]})
    # In English it is what click itself says.
    said = {"en": error.format_message(), "pl": _told(error)}
    return error_of(UsageError, "misused", {**values, "said": said})


def _told(error: click.UsageError) -> Phrase | str:
    """Return the sentence of ours for an error of click, by its kind; click has made a text of the rest of it."""
    if isinstance(error, click.NoSuchOption):
        return Phrase("say.misused_option", {"option": error.option_name, "near": _near(error.possibilities)})
    if isinstance(error, click.NoSuchCommand):
        return Phrase("say.misused_command", {"given": error.command_name, "near": _near(error.possibilities)})
    if isinstance(error, click.BadOptionUsage):  # it has none and needs one, or has one and takes none
        return Phrase("say.misused_value", {"option": error.option_name})
    if isinstance(error, click.BadParameter) and error.param:
        return _value(error.param)
    if type(error) is click.UsageError and error.ctx:  # of these click has two
        group = isinstance(error.ctx.command, click.Group)
        return Phrase("say.misused_missing" if group else "say.misused_extra")
    return error.format_message()


def _value(param: click.Parameter) -> Phrase:
    """Return what a parameter takes, where it was given something else."""
    option = " / ".join(param.opts)
    if isinstance(param.type, click.Choice):
        return Phrase("say.misused_choice", {"option": option, "choices": ", ".join(param.type.choices)})
    if isinstance(param.type, click.IntRange):
        low, high = param.type.min, param.type.max
        ends = Phrase("say.misused_from" if high is None else "say.misused_between", {"low": low, "high": high})
        return Phrase("say.misused_range", {"option": option, "range": ends})
    return Phrase("say.misused_number", {"option": option})


def _near(possibilities: Sequence[str] | None) -> Phrase | str:
    return Phrase("say.misused_near", {"names": ", ".join(sorted(possibilities))}) if possibilities else ""
