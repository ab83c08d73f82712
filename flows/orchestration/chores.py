"""What `phonesync serve` does with Prefect between its runs, each time in a process that ends.

Started as `python -m flows.orchestration.chores CHORE CONFIG …`: Prefect and tables take more memory than all the rest
of `serve`, which is there for months and needs them for seconds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click

from flows.context import RunContext, open_context
from flows.errors import error_text, unexpected
from flows.orchestration import home
from flows.orchestration.deployments import Deployed, wanted_deployments
from flows.spoken import language_at
from flows.startup import leave_unneeded_packages_out, tune_garbage_collection
from schemas.errors import PhonesyncError
from schemas.exit_codes import ExitCode
from schemas.settings import Language, Notify
from tasks.messages.catalogue import render, text
from tasks.messages.failures import why_of

_OWN: Final = "--own"


def _deploy(context: RunContext, config: Path, more: Sequence[str]) -> None:
    """Put everything that the configuration wants in place on the server that the environment names; say what it is.

    `--own`: the server is one of our own, with no other workers.

    Raises:
        ConfigurationError: a name belongs to another configuration, or an address of `[notify]` is not there.
    """
    from prefect.client.orchestration import get_client

    from flows.orchestration import deploying as deploy
    from flows.orchestration import notifications as notify
    from flows.orchestration.plan_choices import plan_choices

    settings, lang, own = context.settings, context.lang, _OWN in more
    wanted = wanted_deployments(settings, config, lang, plan_choices(context))
    addresses = notify.Addresses(*(_addresses(context, kind) for kind in ("apprise", "webhook")))
    with get_client(sync_client=True) as client:
        deploy.register_blocks()
        deploy.prepare_pool(client)
        removed = deploy.deploy(client, config, wanted, lang, own=own)
        told = notify.make_automations(client, config, settings.notify, addresses, own=own)
        skipped = deploy.clear_up(client, config, datetime.now(UTC), own=own)
    click.echo("\n".join(_said(context, wanted, removed, told, skipped)))


def _offer_plans(context: RunContext, config: Path, _more: Sequence[str]) -> None:
    """Have the form of `apply` offer the plans that wait now."""
    from prefect.client.orchestration import get_client

    from flows.orchestration.deploying import offer
    from flows.orchestration.plan_choices import plan_choices

    wanted = wanted_deployments(context.settings, config, context.lang, plan_choices(context))
    with get_client(sync_client=True) as client:
        offer(client, next(one for one in wanted if one.offers or one.flow == "apply"), context.lang)


def _tell_stale(context: RunContext, config: Path, more: Sequence[str]) -> None:
    """Tell of syncs that have not ended well for too long, given when the service began; what fails is tried again."""
    from flows.staleness import FILE, tell_stale

    def tell(*said: object) -> None:
        from flows.orchestration.notifications import tell_one

        tell_one(config, *said)  # type: ignore[arg-type]

    try:
        tell_stale(context, home.make_home(config).folder / FILE, datetime.fromisoformat(more[0]), tell)
    except Exception as error:  # noqa: BLE001 - a full disk, a ledger that is gone, a server that does not answer
        click.echo(render("say.stale_untold", context.lang, why=why_of(error, context.lang)), err=True)


def _purge(context: RunContext, _config: Path, _more: Sequence[str]) -> None:
    """Forget what is older than the configuration keeps."""
    from flows.retention import kept_for, purge

    if kept := kept_for(context):
        purge(context, kept)


_CHORES: Mapping[str, Callable[[RunContext, Path, Sequence[str]], None]] = MappingProxyType(
    {"deploy": _deploy, "plans": _offer_plans, "purge": _purge, "stale": _tell_stale}
)


def _addresses(context: RunContext, kind: str) -> list[str]:
    kept = enumerate(getattr(context.settings.notify, kind))
    return [context.secret(f"notify.{kind}.{number}", where) for number, where in kept]


def _said(context: RunContext, wanted: list[Deployed], removed: list[str], told: int, skipped: int) -> Iterator[str]:
    """Say in a few lines what is in place now."""
    lang = context.lang
    scheduled = sum(one.schedule is not None for one in wanted)
    yield render("say.serve_deployments", lang, n=len(wanted), scheduled=scheduled)
    for one in wanted:
        yield f"  {one.full_name:<28}{' '.join(one.schedule) if one.schedule else text('say.serve_by_hand', lang)}"
    if removed:
        yield render("say.serve_removed", lang, names=", ".join(removed))
    if skipped:
        yield render("say.serve_missed", lang, n=skipped)
    yield from told_whom(context.settings.notify, told, lang)


def told_whom(notify: Notify, told: int, lang: Language) -> Iterator[str]:
    """Say to how many addresses changes are told from here, and that `mail_to` is none of them."""
    if told:
        yield render("say.serve_told", lang, n=told, changes=", ".join(notify.on))
    if notify.mail_to and not notify.apprise:
        yield text("say.serve_mail_to", lang)
    elif not told:
        yield text("say.serve_nobody", lang)


def main(chore: str, config: Path, *more: str) -> ExitCode:
    """Do a chore and return the exit code; whatever goes wrong is said in a sentence, with the next step."""
    try:
        with open_context(str(config), os.environ) as context:
            _CHORES[chore](context, config, more)
    except PhonesyncError as error:
        return error_text(error, as_json=False, lang=language_at(config, os.environ))
    except Exception as error:  # noqa: BLE001 - a stranger's text may quote anything: the place is said, and the kind
        return error_text(unexpected(error), as_json=False, lang=language_at(config, os.environ))
    return ExitCode.DONE


if __name__ == "__main__":
    tune_garbage_collection()
    leave_unneeded_packages_out()
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
