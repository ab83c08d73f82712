"""Commands that compare everything with everything, and what people do about it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from flows.commands.options import (
    command_of,
    configured,
    connected,
    is_quiet,
    json_wanted,
    quiet_wanted,
    spoken,
    verbatim,
)
from flows.errors import print_json
from schemas.errors import UsageError
from tasks.messages.errors import error_of


@click.command(epilog=verbatim("Example", "phonesync reconcile --since 2026-01-31 --suggest"))
@click.option("--since", metavar="RUN|DAY", default="", help="What to compare with; default: the last one.")
@click.option("--suggest", is_flag=True, help="Write corrected copies beside the CSV files.")
@click.option(
    "--lang",
    type=click.Choice(["pl", "en"]),
    help="Language of the reports; default: `lang`, else from LANG.",
)
@configured
@quiet_wanted
@json_wanted
@click.pass_context
def reconcile(  # noqa: PLR0913 - click's signature
    ctx: click.Context, since: str, lang: str | None, config: str | None, *, suggest: bool, as_json: bool
) -> None:
    """Compare every CSV file, USOS and every phone list.

    By number and by owner: what matches, and every kind of difference. Writes to no service. Exit code 0 if
    everything matches, 1 if not.
    """
    from flows.progress_console import progress_shown
    from flows.reconciliation.body import Asked, reconcile_all
    from flows.reconciliation.console import show_reconciled
    from flows.reconciliation.telling import tell_findings
    from tasks.messages.language import language

    with progress_shown(quiet=is_quiet(ctx)) as watch, connected(ctx, config, watch.told) as context:
        context.waiting, watch.lang = watch.waiting, context.lang
        speech = language(lang, context.settings.lang, os.environ)
        asked = Asked(since, suggest, speech)
        done = reconcile_all(context, asked)
        notes = tell_findings(context, done, asked)
    for note in notes:
        click.echo(note, err=True)
    if as_json:
        print_json(done.summary)
    else:
        show_reconciled(done, speech, command_of(ctx, config))
    ctx.exit(done.exit_code)


@click.command(
    epilog=verbatim(
        "Example", "phonesync accept 3fa2c19b00d4 --until 2027-01-31 \\", '  --reason "shared with the hotel"'
    )
)
@click.argument("finding", metavar="FINDING")
@click.option("--until", metavar="DAY", help="Last day of the exception, such as 2027-01-31.")
@click.option("--withdraw", is_flag=True, help="Withdraw the exception.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; shown with the finding.")
@configured
@spoken
@json_wanted
@click.pass_context
def accept(  # noqa: PLR0913 - click's signature
    ctx: click.Context,
    finding: str,
    until: str | None,
    reason: str,
    config: str | None,
    *,
    withdraw: bool,
    as_json: bool,
) -> None:
    """Accept a finding or a known problem until a date.

    FINDING is the id in `reconcile`, or in a line report for a rejected or held line or a change outside phonesync;
    or its start. It is reported again the day after, or as soon as the line or the entry changes. Until then a change
    outside phonesync is not undone.
    """
    from flows.console import say
    from flows.reconciliation import accepting
    from flows.reconciliation.console import kind_word
    from tasks.messages.catalogue import render
    from tasks.messages.owners import owner_in

    if bool(until) is withdraw:
        raise error_of(UsageError, "until_or_withdraw")
    with connected(ctx, config) as context:
        lang = context.lang
        if until:
            noted = accepting.accept(context, finding, until, reason)
        else:
            noted = accepting.withdraw(context, finding, reason)
    if as_json:
        print_json(noted)
    else:
        kind = kind_word(str(noted["kind"]), lang)
        values = {
            "finding": noted["finding"],
            "kind": kind,
            "owner": owner_in(noted["owner"], lang),
            "until": noted["until"],
        }
        key = "say.told_again" if withdraw else "say.may_stand_with" if noted["rows"] > 1 else "say.may_stand"
        say(render(key, lang, n=noted["rows"] - 1, **values))


@click.command(epilog=verbatim("Example", "phonesync export faculties --ids ids.txt"))
@click.argument("sync", metavar="SYNC")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file; default: the sync's own source.")
@click.option(
    "--ids", multiple=True, metavar="FILE|ID", help="USOS: an id, or a file with one id per line. Repeatable."
)
@click.option("--discover", "all_there_are", is_flag=True, help="USOS: all existing units or buildings.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@configured
@spoken
@quiet_wanted
@json_wanted
@click.pass_context
def export(  # noqa: PLR0913 - click's signature
    ctx: click.Context,
    sync: str,
    output: Path | None,
    ids: tuple[str, ...],
    config: str | None,
    *,
    all_there_are: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Export the current entries of a target to CSV.

    In the form of the sync's source: before it is written, it is checked that a plan from it has no changes. For USOS
    it contains the owners given by --ids, those in the current file and those of earlier runs.
    """
    from flows.progress_console import progress_shown
    from flows.reconciliation.console import show_exported
    from flows.reconciliation.export import Wanted
    from flows.reconciliation.export import export as write

    with progress_shown(quiet=is_quiet(ctx)) as watch, connected(ctx, config, watch.told) as context:
        context.waiting, watch.lang = watch.waiting, context.lang
        made, lang = write(context, Wanted(sync, output, ids, force, all_there_are)), context.lang
    if as_json:
        print_json(made)
    else:
        show_exported(made, lang, command_of(ctx, config))


@click.command(epilog=verbatim("Example", "phonesync discover"))
@configured
@spoken
@quiet_wanted
@json_wanted
@click.pass_context
def discover(ctx: click.Context, config: str | None, *, as_json: bool) -> None:
    """List units and buildings that no sync manages.

    With their names and their current numbers. A sync manages what is in its file or was written by its earlier runs.
    Writes to no service.
    """
    from flows.errors import show_errors
    from flows.progress_console import progress_shown
    from flows.reconciliation.discovering import discover as look
    from flows.reconciliation.discovering import show_discovered

    with progress_shown(quiet=is_quiet(ctx)) as watch, connected(ctx, config, watch.told) as context:
        context.waiting, watch.lang = watch.waiting, context.lang
        found, lang = look(context), context.lang
    if as_json:
        print_json(found.summary)
    else:
        show_discovered(found.summary, lang)
        show_errors(found.errors, [], lang, command_of(ctx, config))
    ctx.exit(found.exit_code)


@click.command(epilog=verbatim("Example", 'phonesync find "22 999 00 01"'))
@click.argument("text", metavar="TEXT")
@configured
@spoken
@quiet_wanted
@json_wanted
@click.pass_context
def find(ctx: click.Context, text: str, config: str | None, *, as_json: bool) -> None:
    """Find a number or a name everywhere.

    TEXT is a number in any spelling, a part of one, or a part of a name. Numbers of users are masked. Exit code 1 if
    there are no matches.
    """
    from flows.errors import show_errors
    from flows.progress_console import progress_shown
    from flows.reconciliation.console import show_found
    from flows.reconciliation.find import find as look_up

    with progress_shown(quiet=is_quiet(ctx)) as watch, connected(ctx, config, watch.told) as context:
        context.waiting, watch.lang = watch.waiting, context.lang
        found, lang = look_up(context, text), context.lang
    if as_json:
        print_json(found.summary)
    else:
        show_found(found, lang)
        show_errors(found.errors, [], lang, command_of(ctx, config))
    ctx.exit(found.exit_code)
