"""The flow that a schedule starts and that Prefect's pages offer as a form. The command line runs the same body."""

# No postponed annotations in this module: Prefect reads them to make the form, and does not resolve them everywhere.
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal

from prefect import flow
from prefect.runtime import deployment
from prefect.states import Failed

from flows.context import RunContext, open_context
from flows.finding import find_configuration
from flows.orchestration.approval import ApprovalFlow, decide, questions
from flows.orchestration.artifacts import Links, ProgressArtifact, rename_run, show
from flows.orchestration.final_states import NotInPlace, loggable, say, state
from flows.orchestration.notifications import mail_clerks, notify_not_begun, tell_changes
from flows.orchestration.slices import spread_over_workers
from flows.orchestration.steps import Steps
from flows.run import Mode, RunRequest, run
from flows.signals import ending_in_order
from flows.spoken import language_at
from tasks.reports.run_title import sync_title

__all__ = ["NotInPlace", "sync"]

_MODES: dict[str, Mode] = {"plan only": "plan", "sync": "sync"}


@flow(name="sync", persist_result=False)
def sync(
    config: str = "",
    syncs: list[str] = [],  # noqa: B006 - nobody changes it, and Prefect's form begins with it
    mode: Literal["plan only", "sync"] = "sync",
    ask: Literal["as configured", "always"] = "as configured",
) -> Any:
    """Bring USOS and the APIO phone lists in step with their CSV files, and account for every line.

    Args:
        config: The configuration file, as the worker sees it. Left empty: PHONESYNC_CONFIG, else phonesync.toml in the
            worker's folder.
        syncs: The names of the syncs, in the order in which they are to run. Left empty: all of them.
        mode: "plan only" shows the planned changes and writes to no service; "sync" plans, writes, and reads again to
            verify.
        ask: "always" plans, asks for approval, and only then writes; "as configured" follows the `ask` of each sync.

    Returns:
        The object that `phonesync sync --json` prints, as the result of a completed run; a failed or blocked run
        has it in its exception, `NotInPlace`. Numbers are in none of them.
    """
    progress, found = ProgressArtifact(), find_configuration(config or None, os.environ)
    deployed = bool(deployment.get_id())
    step = Steps(progress, time.monotonic, spread_over_workers(config or None) if deployed else None)
    left: list[str] = []
    try:
        with open_context(config or None, os.environ, progress.told) as context:
            request, lang = RunRequest(_MODES[mode], syncs, ask_always=ask == "always"), context.lang
            progress.lang = lang
            with ending_in_order(context.stopping, writes=request.writes, lang=lang):
                run_result = run(context, request, step)
            tell_changes(
                context, run_result, _MODES[mode], found
            )  # before anybody is waited for: a blocked plan needs a person
            mail_clerks(context, run_result, _MODES[mode])
            links, minutes = Links.of(context), context.settings.prefect.wait_for_approval_minutes
            asked = questions(context, run_result) if deployed and minutes and mode == "sync" else []
        if asked:
            opened = partial(_open_approved, config, progress)
            run_result, left = decide(
                run_result, asked, ApprovalFlow(minutes, links, opened, time.monotonic, lang), step
            )
            with open_context(config or None, os.environ) as context:
                tell_changes(context, run_result, _MODES[mode], found, decided=True)
                mail_clerks(context, run_result, _MODES[mode])
    except Exception as error:  # noqa: BLE001 - it is the caller's to see; Prefect is given a sentence to keep
        lang = language_at(found, os.environ)
        notify_not_begun(found, loggable(error, lang), lang)
        return Failed(message=loggable(error, lang), data=error)
    sentence = " · ".join([*left, say(run_result, lang)])
    show(run_result, sentence, planned=mode == "plan only", links=links, lang=lang)
    reports = [reported.lines for reported in run_result.reported]
    rename_run(sync_title(run_result.summary["syncs"], reports, lang, planned=mode == "plan only"))
    return state(run_result, sentence)


@contextmanager
def _open_approved(config: str, progress: ProgressArtifact, person: str) -> Iterator[RunContext]:
    """Open the world for a plan that somebody has approved; only now signals end writing in order."""
    with (
        open_context(config or None, os.environ, progress.told) as context,
        ending_in_order(context.stopping, writes=True),
    ):
        context.person = person
        yield context
