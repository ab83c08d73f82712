"""Commands that look: at past runs, at numbers, at the services."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.options import command_of, configured, connected, json_wanted, language_wanted, spoken, verbatim
from flows.errors import print_json
from schemas.errors import UsageError
from tasks.messages.errors import error_of

if TYPE_CHECKING:
    from schemas.settings import Language


@click.command(epilog=verbatim("Example", "phonesync runs -n 5"))
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@configured
@spoken
@json_wanted
@click.pass_context
def runs(ctx: click.Context, limit: int, config: str | None, *, as_json: bool) -> None:
    """List the last runs, the newest first."""
    from flows.runs import history, show_history

    with connected(ctx, config) as context:
        rows, lang = history(context, limit), context.lang
    if as_json:
        print_json({"runs": rows})
    else:
        show_history(rows, lang, command_of(ctx, config))


@click.command(epilog=verbatim("Example", "phonesync show last"))
@click.argument("run_id", metavar="RUN")
@click.option("--all", "every", is_flag=True, help="Include the rows that need no attention.")
@configured
@spoken
@json_wanted
@click.pass_context
def show(ctx: click.Context, run_id: str, config: str | None, *, every: bool, as_json: bool) -> None:
    """Show one run row by row, with users' numbers masked.

    RUN is the id or its start; `last` is the newest one.
    """
    from flows.run_history import one_run, show_one_run

    with connected(ctx, config) as context:
        lang, zone = context.lang, context.zone
        run = one_run(context, run_id, lang)
    if as_json:
        print_json(run)
    else:
        show_one_run(run, lang, zone, every=every, command=command_of(ctx, config))


@click.command(epilog=verbatim("Example", "phonesync plans"))
@configured
@spoken
@json_wanted
@click.pass_context
def plans(ctx: click.Context, config: str | None, *, as_json: bool) -> None:
    """List the plans that are waiting to be applied."""
    from flows.run_history import show_waiting, waiting_plans

    with connected(ctx, config) as context:
        found = waiting_plans(context)
    if as_json:
        print_json({"plans": found})
    else:
        show_waiting(context, found, command_of(ctx, config))


@click.command(epilog=verbatim("Example", "phonesync status --exit-code"))
@click.option("--exit-code", "judged", is_flag=True, help="Exit code 1 if a sync is stale.")
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Also write it as a page.")
@click.option(
    "--prometheus", metavar="FILE", type=click.Path(path_type=Path), help="Also write the figures for node_exporter."
)
@configured
@spoken
@json_wanted
@click.pass_context
def status(  # noqa: PLR0913 - all but the first are options
    ctx: click.Context, html: Path | None, prometheus: Path | None, config: str | None, *, judged: bool, as_json: bool
) -> None:
    """Show the state of every sync, and which are stale.

    Its last successful run, what is waiting, and when it runs next, from the ledger alone. It is stale if its last
    successful run is older than the last start of its schedule.
    """
    from flows.status import as_json as told
    from flows.status import standings, write_metrics, write_page
    from flows.status_console import show_status
    from schemas.exit_codes import ExitCode

    with connected(ctx, config) as context:
        found, lang = standings(context), context.lang
        if html:
            write_page(context, found, lang, html)
        if prometheus:
            write_metrics(found, prometheus)
        if as_json:
            print_json(told(found))
        else:
            show_status(context, found, lang, command_of(ctx, config))
    ctx.exit(ExitCode.LINES_FAILED if judged and any(one.stale for one in found) else ExitCode.DONE)


@click.command(epilog=verbatim("Example", 'phonesync history "22 999 00 01"'))
@click.argument("text", metavar="NUMBER|NAME|OWNER")
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Also write it as a page.")
@configured
@spoken
@json_wanted
@click.pass_context
def history(ctx: click.Context, text: str, html: Path | None, config: str | None, *, as_json: bool) -> None:
    """Show the history of a number, a name or an owner.

    Every run that changed it or found it changed outside phonesync, with who approved it and why, from the ledger
    alone. Numbers of users are masked. Exit code 1 if nothing is known about it.
    """
    from flows.entry_history import events_of, write_page
    from flows.history_console import show_events
    from schemas.exit_codes import ExitCode

    with connected(ctx, config) as context:
        lang, zone = context.lang, context.zone
        events = events_of(context, text, lang)
        if html:
            write_page(context, text, events, lang, html)
    if as_json:
        print_json({"text": text, "events": events})
    else:
        show_events(events, lang, zone)
    ctx.exit(ExitCode.DONE if events else ExitCode.LINES_FAILED)


@click.command(epilog=verbatim("Example", 'phonesync number -- "(22) 55 20 000 wew. 12" 664-5904'))
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@click.option("--region", default="PL", show_default=True, help="Country of numbers without a country code.")
@click.option("--area-code", metavar="CODE", help="Area code for seven-digit numbers.")
@click.option("--switchboard", metavar="NUMBER", help="Main number of extensions that are given alone.")
@spoken
@json_wanted
@click.pass_context
def number(  # noqa: PLR0913 - click's signature
    ctx: click.Context,
    texts: tuple[str, ...],
    region: str,
    area_code: str | None,
    switchboard: str | None,
    *,
    as_json: bool,
) -> None:
    """Show how numbers are read, or why they are not.

    Write -- before the texts, so that one that begins with - is not taken for an option.
    """
    from flows.console import show_numbers
    from flows.spoken import language_of
    from tasks.phone.defaults import as_area_code, is_region, is_switchboard
    from tasks.phone.suggestions import explain

    if not is_region(region):
        raise error_of(UsageError, "no_region", {"region": repr(region)})
    if area_code is not None and not (code := as_area_code(area_code, region)):
        raise error_of(UsageError, "no_area_code", {"given": repr(area_code), "region": region})
    area_code = code if area_code is not None else None
    if switchboard is not None and not is_switchboard(switchboard, region, area_code):
        raise error_of(UsageError, "no_switchboard", {"given": repr(switchboard)})
    lang: Language = "en" if as_json else language_wanted(ctx) or language_of((), os.environ)
    read = explain(texts, region=region, area_code=area_code, switchboard=switchboard, lang=lang)
    if as_json:
        print_json(read)
    else:
        show_numbers(read, lang)


@click.command(epilog=verbatim("Example", "phonesync doctor"))
@click.option("--adopt", is_flag=True, help="Accept a ledger that was restored from a backup.")
@configured
@spoken
@json_wanted
@click.pass_context
def doctor(ctx: click.Context, config: str | None, *, adopt: bool, as_json: bool) -> None:
    """Check everything a run needs, and write to no service.

    Credentials, rights, the clock, the versions of the services, the phone lists, the source files, the ledger and
    the report folder.
    """
    from flows.doctor import examine, show_examined
    from flows.ledger_age import adopt as take_as_it_is

    with connected(ctx, config) as context:
        if adopt:
            take_as_it_is(context)
        examined, lang = examine(context), context.lang
    if as_json:
        print_json(examined.summary)
    else:
        show_examined(examined, lang, command_of(ctx, config))
    ctx.exit(examined.exit_code)
