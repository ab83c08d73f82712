"""What commands share: their options, the world they work in, and how a run is shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from flows.errors import print_json
from flows.help_pages import HelpContext
from tasks.messages.command_lines import as_typed, command_with

if TYPE_CHECKING:
    from flows.context import RunContext
    from flows.run import RunRequest, RunResult
    from schemas.section import Language

F = TypeVar("F", bound=Callable[..., Any])
_QUIET, _LANG = "phonesync.quiet", "phonesync.lang"

named_syncs = click.argument("syncs", nargs=-1, metavar="[SYNC]...")


def configured(function: F) -> F:
    """Add the option that names the configuration."""
    option = click.option("-c", "--config", metavar="FILE", help="Configuration file; default: ./phonesync.toml.")
    return option(function)


def spoken(function: F) -> F:
    """Add the option that says in which language people are told."""
    option = click.option(
        "--lang",
        type=click.Choice(["pl", "en"]),
        expose_value=False,
        callback=_speak,
        help="Output language; default: `lang`, else from LANG.",
    )
    return option(function)


def language_wanted(ctx: click.Context) -> Language | None:
    """Return the language that `--lang` asks for, None where it was not given."""
    wanted: Language | None = ctx.meta.get(_LANG)
    return wanted


def _speak(ctx: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value:  # it may stand before the command as well, and what stands behind it comes later
        ctx.meta[_LANG] = value


def json_wanted(function: F) -> F:
    """Add the option for machines."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")(function)


def exit_known(function: F) -> F:
    """Add the option that tells new problems from known ones."""
    option = click.option(
        "--exit-known",
        type=click.Choice(["0", "1"]),
        help="The exit code where all problems are accepted ones; default: `exit_known`, else 1.",
    )
    return option(function)


def quiet_wanted(function: F) -> F:
    """Add the option that keeps progress from being shown."""
    option = click.option("--quiet", is_flag=True, expose_value=False, callback=_keep_quiet, help="Show no progress.")
    return option(function)


def _keep_quiet(ctx: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    ctx.meta[_QUIET] = value


def is_quiet(ctx: click.Context) -> bool:
    """Tell whether nobody wants to see progress."""
    return bool(ctx.meta.get(_QUIET))


def chosen_code(text: str | None) -> int | None:
    """Return what `--exit-known` says."""
    return None if text is None else int(text)


def verbatim(title: str, *lines: str) -> str:
    """Return a paragraph of the help text that is not wrapped."""
    return "\n".join(["\b", f"{title}:", *(f"  {line}" for line in lines)])


def reason_given(ctx: click.Context, option: click.Parameter, value: str) -> str:
    """Return the reason of an approval; a blank one is refused, for nobody could say later why the plan went ahead."""
    from schemas.errors import UsageError
    from tasks.messages.errors import error_of
    from tasks.people import has_words

    if ctx.get_parameter_source(str(option.name)) is not ParameterSource.DEFAULT and not has_words(value):
        raise error_of(UsageError, "no_reason_given", {"option": option.opts[0], "command": ctx.command_path})
    return value


def connected(ctx: click.Context, config: str | None, progress: Any = None) -> RunContext:
    """Return the world of the configuration that the command names, or the group, or the place it is called in."""
    from flows.context import open_context

    context, root = open_context(config or ctx.obj, os.environ, progress), ctx.find_root()
    if lang := language_wanted(ctx):
        context.settings = context.settings.model_copy(update={"lang": lang})
    if isinstance(root, HelpContext):
        context.sleep = root.sleep
    return context


def command_of(ctx: click.Context, config: str | None) -> str:
    """Return how this phonesync is called, for the commands that it suggests."""
    return command_with(config or ctx.obj)


def carry_out(ctx: click.Context, config: str | None, request: RunRequest, *, as_json: bool) -> RunResult:
    """Carry an order out, show how it went, and return it."""
    from flows.errors import show_errors
    from flows.progress_console import progress_shown
    from flows.run import run
    from flows.run_console import show_run
    from flows.signals import ending_in_order
    from flows.telling import tell_people

    with (
        progress_shown(quiet=is_quiet(ctx)) as watch,
        connected(ctx, config, watch.told) as context,
        ending_in_order(context.stopping, writes=request.writes, writing=context.writing, lang=context.lang),
    ):
        context.waiting, watch.lang = watch.waiting, context.lang
        run_result = run(context, request, watch.step)
        notes = tell_people(context, run_result, request.mode)
        if any(sync.contact for sync in context.settings.syncs.values()):
            from flows.clerks_mail import tell_clerks

            notes += tell_clerks(context, run_result, request.mode)
    command = command_of(ctx, config)
    for note in notes:
        click.echo(as_typed(note, command), err=True)
    if as_json:
        print_json(run_result.summary)
        show_errors(run_result.errors, run_result.summary["syncs"], context.lang, command)
    else:
        show_run(run_result, planned=not request.writes, command=command, lang=context.lang)
    return run_result
