"""Commands that compare and write."""

from __future__ import annotations

import os
from typing import Any

import click

from flows.commands.options import (
    carry_out,
    chosen_code,
    configured,
    connected,
    exit_known,
    is_quiet,
    json_wanted,
    named_syncs,
    quiet_wanted,
    reason_given,
    spoken,
    verbatim,
)
from flows.errors import print_json
from schemas.errors import UsageError
from tasks.messages.errors import error_of


@click.command(epilog=verbatim("Example", "phonesync check faculties --annotate --lang pl"))
@named_syncs
@click.option(
    "--lang",
    type=click.Choice(["pl", "en"]),
    help="Output language; default: `lang`, else from LANG.",
)
@click.option("--annotate", "annotated", is_flag=True, help="Write a copy with remarks: NAME.checked.csv or .xlsx.")
@click.option("--force", is_flag=True, help="Replace existing annotated copies.")
@click.option("--preview", type=click.IntRange(1, 1000), metavar="N", help="Show N lines as they will be published.")
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--github", is_flag=True, help="Print annotations for GitHub.")
@configured
@quiet_wanted
@json_wanted
@click.pass_context
def check(ctx: click.Context, /, syncs: tuple[str, ...], config: str | None, **chosen: Any) -> None:
    """Check the configuration and the source files.

    Shows every problem with its file, line and column, the reason, and what to do. Contacts no service and needs no
    credentials; if there is a ledger, ids are compared with it. Exit code 1 if lines are rejected, 2 if a whole file
    is.
    """
    from flows.annotating import annotate
    from flows.check import check_sources
    from flows.check_console import show_annotations, show_checked, show_copies, show_preview
    from flows.config import load
    from flows.finding import find_configuration
    from flows.offline import OfflineContext, before
    from flows.previewing import add_previews
    from flows.progress_console import progress_shown
    from tasks.messages.language import language

    if chosen["as_json"] and chosen["github"]:
        raise error_of(UsageError, "check_twice", {"command": ctx.command_path})
    context = OfflineContext(load(find_configuration(config or ctx.obj, os.environ)))
    lang = language(chosen["lang"], context.settings.lang, os.environ)
    known = before(context.settings)
    with progress_shown(quiet=is_quiet(ctx)) as watch:
        watch.lang = lang
        checked = check_sources(context, syncs, lang=lang, strict=chosen["strict"], known=known, progress=watch.told)
    if chosen["preview"]:
        add_previews(context, checked, chosen["preview"])
    copies = annotate(checked, force=chosen["force"]) if chosen["annotated"] else {}
    if chosen["as_json"]:
        print_json(checked.summary)
    elif chosen["github"]:
        show_annotations(checked)
    else:
        show_preview(checked)
        show_checked(checked)
        show_copies(copies, lang)
    ctx.exit(checked.exit_code)


@click.command(epilog=verbatim("Example", "phonesync plan faculties"))
@named_syncs
@click.option("--exit-code", is_flag=True, help="Exit with 10 if there are changes.")
@configured
@spoken
@quiet_wanted
@json_wanted
@click.pass_context
def plan(ctx: click.Context, syncs: tuple[str, ...], config: str | None, *, exit_code: bool, as_json: bool) -> None:
    """Show the planned changes and save them as a plan.

    Reads source and target, compares them, and writes to no service. `apply` carries out a saved plan.
    """
    from flows.run import RunRequest
    from schemas.exit_codes import ExitCode, worst
    from schemas.plan import WRITES

    run_result = carry_out(ctx, config, RunRequest("plan", syncs), as_json=as_json)
    changes = any(sync["actions"][action] for sync in run_result.summary["syncs"] for action in WRITES)
    ctx.exit(worst((run_result.exit_code, ExitCode.CHANGES if exit_code and changes else ExitCode.DONE)))


@click.command(
    epilog=verbatim(
        "Example", "phonesync apply 20260314T020000Z-3fa2c1-faculties", '  --approve "the institute was closed"'
    )
)
@click.argument("plan_id", metavar="PLAN")
@click.option(
    "--approve",
    metavar="REASON",
    default="",
    callback=reason_given,
    help="Approve a blocked plan; the reason is kept in the ledger.",
)
@click.option(
    "--refuse",
    metavar="REASON",
    default="",
    callback=reason_given,
    help="Decline it: nothing is written; the reason is kept in the ledger.",
)
@exit_known
@configured
@spoken
@quiet_wanted
@json_wanted
@click.pass_context
def apply(  # noqa: PLR0913 - click's signature
    ctx: click.Context,
    plan_id: str,
    approve: str,
    refuse: str,
    config: str | None,
    *,
    exit_known: str | None,
    as_json: bool,
) -> None:
    """Apply a saved plan.

    PLAN is its id or its fingerprint, or the start of either. An entry that was changed outside phonesync after the
    plan was made is not touched, and reported as a conflict.
    """
    from flows.run import RunRequest

    if refuse and approve:
        raise error_of(UsageError, "yes_and_no")
    if refuse:
        _refuse(ctx, plan_id, refuse, config, as_json=as_json)
        return
    request = RunRequest("apply", plan=plan_id, reason=approve, exit_known=chosen_code(exit_known))
    ctx.exit(carry_out(ctx, config, request, as_json=as_json).exit_code)


def _refuse(ctx: click.Context, plan: str, reason: str, config: str | None, *, as_json: bool) -> None:
    from flows.console import say
    from flows.reporting_again import refuse
    from tasks.messages.catalogue import render

    with connected(ctx, config) as context:
        refused, lang = refuse(context, plan, reason), context.lang
    if as_json:
        print_json({"refused": refused})
    else:
        say(render("say.refused", lang, plan=refused["plan"]))


@click.command(epilog=verbatim("Example", "phonesync sync faculties users"))
@named_syncs
@exit_known
@configured
@spoken
@quiet_wanted
@json_wanted
@click.pass_context
def sync(
    ctx: click.Context, syncs: tuple[str, ...], config: str | None, exit_known: str | None, *, as_json: bool
) -> None:
    """Plan, check the guards, apply and verify.

    This is what a schedule runs every night. Without names all syncs run; one that fails does not stop the others.
    """
    from flows.run import RunRequest

    ctx.exit(
        carry_out(ctx, config, RunRequest("sync", syncs, exit_known=chosen_code(exit_known)), as_json=as_json).exit_code
    )


@click.command(epilog=verbatim("Example", "phonesync resume"))
@click.argument("run_id", metavar="[RUN]", default="")
@exit_known
@configured
@spoken
@quiet_wanted
@json_wanted
@click.pass_context
def resume(ctx: click.Context, run_id: str, config: str | None, exit_known: str | None, *, as_json: bool) -> None:
    """Finish an interrupted run.

    RUN is the id or its start; without it, all interrupted runs. The target is read first; only what is missing is
    sent.
    """
    from flows.run import RunRequest

    request = RunRequest("resume", run=run_id, exit_known=chosen_code(exit_known))
    ctx.exit(carry_out(ctx, config, request, as_json=as_json).exit_code)


@click.command(epilog=verbatim("Example", "phonesync revert 20260314T020000Z-3fa2c1"))
@click.argument("run_id", metavar="RUN")
@configured
@spoken
@quiet_wanted
@json_wanted
@click.pass_context
def revert(ctx: click.Context, run_id: str, config: str | None, *, as_json: bool) -> None:
    """Plan how to undo a run.

    RUN is the id or its start; `last` is the newest one that has written. Nothing is written: `apply` carries out the
    plan, through the same guards.
    """
    from flows.run import RunRequest

    ctx.exit(carry_out(ctx, config, RunRequest("revert", run=run_id), as_json=as_json).exit_code)


@click.command(epilog=verbatim("Example", "phonesync serve --port 4200"))
@click.option("--port", type=click.IntRange(0, 65535), default=4200, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of the UI.")
@click.option(
    "--sign-in",
    type=click.Choice(["on", "off"]),
    default="on",
    show_default=True,
    help="Whether the UI requires a user name and a password.",
)
@click.option(
    "--user-header",
    metavar="NAME",
    default="",
    help="The header in which a proxy with its own sign-in passes the user's name.",
)
@configured
@click.pass_context
def serve(  # noqa: PLR0913 - all but the first are options
    ctx: click.Context, config: str | None, *, port: int, host: str, sign_in: str, user_header: str
) -> None:
    """Run Prefect (UI, schedules, a worker) until stopped.

    Everything is kept beside the configuration in .phonesync/prefect; after a restart it continues. If
    PREFECT_API_URL names a Prefect server, that server is used and none is started. The user name and password of the
    UI are created at the first start, in .phonesync/prefect/sign-in. Behind a proxy that signs people in (single
    sign-on), --user-header records their names with their approvals.
    """
    from flows.orchestration.home import Address
    from flows.orchestration.serve import serve as run_it

    asked = Address(host, port)
    run_it(config or ctx.obj, os.environ, asked, signed_in=sign_in == "on", user_header=user_header)


@click.command(epilog=verbatim("Example", "phonesync mail last --dry-run"))
@click.argument("run_id", metavar="[RUN]", default="")
@click.option("--dry-run", is_flag=True, help="Show the messages without sending them.")
@click.option("--again", is_flag=True, help="Include what was sent before.")
@configured
@spoken
@json_wanted
@click.pass_context
def mail(  # noqa: PLR0913 - click's signature
    ctx: click.Context, run_id: str, config: str | None, *, dry_run: bool, again: bool, as_json: bool
) -> None:
    """Send the contacts of each file their waiting lines by mail.

    RUN is the id or its start, `last` the newest one; without it, the messages that could not be sent so far. Runs
    send them automatically to the `contact` of each sync. Exit code 1 if a message could not be sent.
    """
    from flows.mail_console import mails_of_run, show_mails, waiting_mails
    from schemas.exit_codes import ExitCode

    with connected(ctx, config) as context:
        if run_id:
            told = mails_of_run(context, run_id, dry_run=dry_run, again=again)
        else:
            told = waiting_mails(context, dry_run=dry_run)
        if as_json:
            print_json({"mails": told})
        else:
            show_mails(context, told)
    ctx.exit(ExitCode.LINES_FAILED if any(one["state"] == "not_sent" for one in told) else ExitCode.DONE)
