"""What a person starts from Prefect's pages: do what a plan says, plan the way back from a run, try all connections."""

# No postponed annotations in this module: Prefect reads them to make the forms, and does not resolve them everywhere.
import os
import time
from dataclasses import replace
from typing import Annotated, Any, Literal

from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import deployment
from prefect.states import Completed, Failed
from pydantic import Field

from flows.context import open_context
from flows.doctor import Examined, examine
from flows.finding import find_configuration
from flows.named import LONGEST_NAME, by_name
from flows.orchestration.artifacts import Links, ProgressArtifact, escape, show
from flows.orchestration.final_states import loggable, say, state
from flows.orchestration.notifications import mail_clerks, tell_changes
from flows.orchestration.plan_choices import chosen_plan
from flows.orchestration.slices import spread_over_workers
from flows.orchestration.steps import Steps
from flows.reporting_again import refuse
from flows.run import RunRequest, run
from flows.signals import ending_in_order
from flows.spoken import language_at
from schemas.settings import Language
from tasks.messages.catalogue import render, text
from tasks.reports.masking import mask_text


@flow(name="apply", persist_result=False)
def apply(
    plan: str,
    person: Annotated[str, Field(max_length=LONGEST_NAME, pattern=r"\S")],
    reason: Annotated[str, Field(max_length=1000, pattern=r"\S")],
    decision: Literal["approve", "refuse"] = "approve",
    config: str = "",
) -> Any:
    """Do exactly what a plan says, also where a guard has stopped it; or say no to it.

    Args:
        plan: One of the waiting plans, or the id of a plan, such as 20260314T020000Z-3fa2c1-faculties.
        person: Your name. The decision is kept under it in the ledger.
        reason: The reason for your decision, for later reference.
        decision: "approve" applies the plan; "refuse" writes nothing, and the decision is kept and shown with the plan.
        config: The configuration file, as the worker sees it. Leave it as it is.

    Returns:
        The object that `phonesync apply --json` prints; numbers are in none of it.
    """
    if decision == "refuse":
        return _refused(config, chosen_plan(plan), person, reason)
    return _carried_out(config, RunRequest("apply", plan=chosen_plan(plan), reason=reason.strip()), person)


@flow(name="revert", persist_result=False)
def revert(run: str, config: str = "") -> Any:
    """Plan how to undo a run. Nothing is written: apply does what the new plan says.

    Args:
        run: The id of the run to undo, such as 20260314T020000Z-3fa2c1.
        config: The configuration file, as the worker sees it. Leave it as it is.

    Returns:
        The object that `phonesync revert --json` prints; numbers are in none of it.
    """
    return _carried_out(config, RunRequest("revert", run=run.strip()))


@flow(name="doctor", persist_result=False)
def doctor(config: str = "") -> Any:
    """Try everything a run needs: credentials, rights, clocks, lists, files. Nothing is written to any service.

    Args:
        config: The configuration file, as the worker sees it. Leave it as it is.

    Returns:
        The object that `phonesync doctor --json` prints.
    """
    try:
        with open_context(config or None, os.environ) as context:
            examined, lang = examine(context), context.lang
    except Exception as error:  # noqa: BLE001 - it is the caller's to see; Prefect is given a sentence to keep
        return Failed(message=loggable(error, _language(config)), data=error)
    return _examined(examined, lang)


def _language(config: str) -> Language:
    return language_at(find_configuration(config or None, os.environ), os.environ)


def _examined(examined: Examined, lang: Language) -> State[Any]:
    rows = examined.said
    failed = [row for row in rows if row["result"] == "failed"]
    results = {"ok": text("say.ok", lang), "failed": text("say.check_failed", lang)}
    worded = [{**row, "result": results[row["result"]]} for row in rows]
    shown = [{text(f"say.{key}", lang): escape(value) for key, value in row.items()} for row in worded]
    figures = {"n": len(rows), "failed": len(failed)}
    create_table_artifact(table=shown, description=render("prefect.checks", lang, **figures))
    if failed:
        said = " · ".join(f"{row['what']}: {row['detail']}" for row in failed)
        return Failed(message=render("prefect.checks_failed", lang, said=said, **figures))
    return Completed(message=render("prefect.checks_passed", lang, **figures), data=examined.summary)


def _refused(config: str, plan: str, person: str, reason: str) -> State[Any]:
    """Keep a no with its plan and return the state that says so."""
    try:
        with open_context(config or None, os.environ) as opened:
            context = replace(opened, person=by_name(person, os.environ))
            refused, lang = refuse(context, plan, reason), context.lang
    except Exception as error:  # noqa: BLE001 - it is the caller's to see; Prefect is given a sentence to keep
        return Failed(message=loggable(error, _language(config)), data=error)
    told = {"sync": refused["sync"], "person": mask_text(refused["person"]), "reason": mask_text(refused["reason"])}
    kept = render("say.refused", lang, plan=refused["plan"])
    return Completed(message=f"{render('prefect.refused', lang, **told)} {kept}", data={"refused": {**refused, **told}})


def _carried_out(config: str, request: RunRequest, person: str = "") -> State[Any]:
    """Carry an order out and return the state that says how it ended."""
    progress, deployed = ProgressArtifact(), bool(deployment.get_id())
    try:
        with open_context(config or None, os.environ, progress.told) as opened:
            context = replace(opened, person=by_name(person, os.environ)) if person.strip() else opened
            progress.lang = context.lang
            with ending_in_order(context.stopping, writes=request.writes):
                spread = spread_over_workers(config or None) if deployed else None
                run_result = run(context, request, Steps(progress, time.monotonic, spread))
            links, lang = Links.of(context), context.lang
            tell_changes(context, run_result, request.mode, find_configuration(config or None, os.environ))
            mail_clerks(context, run_result, request.mode)
    except Exception as error:  # noqa: BLE001 - it is the caller's to see; Prefect is given a sentence to keep
        return Failed(message=loggable(error, _language(config)), data=error)
    sentence = say(run_result, lang)
    show(run_result, sentence, planned=request.mode == "revert", links=links, lang=lang)
    return state(run_result, sentence)
