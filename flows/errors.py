"""Tell a person or a script what went wrong and what to do next; nothing slow is imported for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from traceback import extract_tb, print_exception
from typing import TYPE_CHECKING, Any

import click

from flows.output import prose
from schemas.errors import InternalError, PhonesyncError
from schemas.exit_codes import ExitCode
from schemas.phrases import Phrase
from tasks.messages.command_lines import as_typed
from tasks.messages.errors import error_of, told
from tasks.plain_text import json_text, plain

if TYPE_CHECKING:
    from schemas.section import Language


def show_error(
    error: PhonesyncError, syncs: Sequence[str] = (), lang: Language = "en", command: str = "phonesync"
) -> None:
    """Say on standard error what went wrong, what to do next, and which syncs it concerns."""
    message, remedy = told(error, lang)
    click.secho(prose(plain(message.rstrip(), lines=True), sys.stderr), fg="red", bold=True, err=True)
    if remedy:
        click.echo(prose(plain(as_typed(remedy, command), lines=True), sys.stderr), err=True)
    if os.environ.get(TRACEBACK) and isinstance(error, InternalError):
        print_exception(error.__cause__, file=sys.stderr)
    if syncs:
        from tasks.messages.catalogue import render

        click.echo(render("say.concerns", lang, syncs=", ".join(syncs)), err=True)


def show_errors(
    errors: Iterable[PhonesyncError],
    failed: Sequence[dict[str, Any]],
    lang: Language = "en",
    command: str = "phonesync",
) -> None:
    """Say each distinct error once.

    Args:
        errors: what went wrong, one for each sync that it stopped.
        failed: the syncs of a summary; those with an `error` are named beside it where they are several.
        lang: the language.
        command: how this phonesync is called, for the commands that are suggested.
    """
    for error in {str(error): error for error in errors}.values():
        syncs = [item["sync"] for item in failed if item.get("error") == str(error)]
        show_error(error, syncs if len(failed) > 1 and syncs != [error.sync] else (), lang, command)


def print_json(value: object) -> None:
    """Print one JSON value on standard output; letters a terminal cannot show are escaped."""
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "")
    click.echo(json_text(value, ascii_only=encoding != "utf8", indent=2))


def error_text(
    error: PhonesyncError,
    *,
    as_json: bool,
    exit_code: ExitCode | None = None,
    lang: Language = "en",
    command: str = "phonesync",
) -> ExitCode:
    """Tell of what ended a command, in the form that was asked for, and return the exit code."""
    code = error.exit_code if exit_code is None else exit_code
    if as_json:
        print_json({"error": error.message.rstrip(), "remedy": error.remedy, "exit_code": code})
    else:
        show_error(error, lang=lang, command=command)
    return code


TRACEBACK = "PHONESYNC_TRACEBACK"


def unexpected(error: Exception) -> InternalError:
    """Name an error of phonesync itself by its kind and place: the whole trace may quote somebody's number."""
    frames = extract_tb(error.__traceback__)
    at = {"file": _within(Path(frames[-1].filename)), "line": frames[-1].lineno} if frames else {}
    place = Phrase("say.at_place", at) if at else ""
    return error_of(InternalError, "itself", {"kind": type(error).__name__, "place": place, "variable": TRACEBACK})


def _within(file: Path) -> str:
    """Return the place of a file within phonesync; of a library's file the end of it."""
    ours = Path(__file__).parents[1]
    return file.relative_to(ours).as_posix() if file.is_relative_to(ours) else "/".join(file.parts[-2:])
