"""Ask in Prefect's pages whether a plan that a guard has stopped may go ahead; nothing is written before a yes."""

# No postponed annotations in this module: Prefect makes the form from them.
import hashlib
import logging
import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

import pandas as pd
from prefect.artifacts import create_table_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.input import RunInput
from prefect.input.run_input import keyset_from_paused_state
from prefect.runtime import flow_run
from prefect.states import Paused
from pydantic import Field

from connectors.ledger.store import KeptPlan
from flows.approvals import LONGEST_NAME, by_name
from flows.context import RunContext
from flows.orchestration.artifacts import Links, best_effort, escape, plan_rows
from flows.reporting import Reported
from flows.reporting_again import refuse
from flows.run import run
from flows.sync_run import RunRequest, RunResult
from schemas import limits
from schemas.errors import PhonesyncError
from schemas.exit_codes import worst
from schemas.plan import Action
from tasks.reports.masking import mask_text

_LOG = logging.getLogger("phonesync.approval")
_WHERE = "Resume, in the menu at the top of this page, shows what it would do and asks for a yes or a no."
_MOST_SHOWN = 50
# What takes something away comes first: it is what the guards are about.
_SHOWN_FIRST: Mapping[Action, int] = {Action.DELETE: 0, Action.RENAME: 1, Action.MODIFY: 2, Action.ADD: 3}


class Decision(RunInput):
    """What a person says about a plan; every field has to be filled in."""

    approve: Literal["approve", "refuse"] = Field(
        description="approve: exactly this plan is applied, after reading the target again. refuse: nothing is written."
    )
    reason: str = Field(
        min_length=1,
        max_length=1000,
        pattern=r"\S",
        description="Why. It is kept in the ledger with the plan, so write no telephone numbers here.",
    )
    # Prefect knows one password and nobody by name: whoever decides has to say who it is, unless a proxy does.
    person: str = Field(
        title="Your name",
        min_length=1,
        max_length=LONGEST_NAME,
        pattern=r"\S",
        description="Who decides. It is kept in the ledger with the reason.",
    )


@dataclass(frozen=True)
class Question:
    """A plan that waits for a person: the plan, its lines as people may see them, and where its report is."""

    plan: KeptPlan
    reported: Reported
    place: int


@dataclass(frozen=True)
class ApprovalFlow:
    """How a person is asked and what is done with a yes.

    Attributes:
        minutes: how long one run waits for all its answers together.
        links: where the reports are.
        open: opens the world anew, in the name of whoever approved: what was open for an hour may have been closed.
        seconds: a clock that never goes backwards.
    """

    minutes: float
    links: Links
    open: Callable[[str], AbstractContextManager[RunContext]]
    seconds: Callable[[], float]


def questions(context: RunContext, run_result: RunResult) -> list[Question]:
    """Return the plans of a run that a guard has stopped, as the ledger knows them."""
    found = []
    by_sync = {reported.summary["sync"]: reported for reported in run_result.reported}
    for place, sync in enumerate(run_result.summary["syncs"]):
        if sync["plan"] and sync["guards"] and sync["sync"] in by_sync:
            kept = context.ledger.plan(sync["plan"])
            if kept.state == "planned":
                found.append(Question(kept, by_sync[sync["sync"]], place))
    return found


def decide(
    run_result: RunResult, asked: list[Question], asking: ApprovalFlow, step: Any
) -> tuple[RunResult, list[str]]:
    """Ask about one plan after the other and apply exactly what is approved.

    The run holds no lock meanwhile. A process that dies here loses nothing: the plan is in the ledger, and
    `apply/apply` or `phonesync apply` approves it at any time.

    Returns:
        the run as it stands now, and a sentence for each plan that was not approved.
    """
    left: list[str] = []
    end = asking.seconds() + asking.minutes * 60
    for question in asked:
        decision = _ask(question, end - asking.seconds(), asking.links)
        if isinstance(decision, Decision) and decision.approve == "approve":
            try:
                with asking.open(by_name(decision.person, os.environ)) as context:
                    applied = run(context, RunRequest("apply", plan=question.plan.id, reason=decision.reason), step)
            except PhonesyncError as error:  # what the run has done before is told all the same
                left.append(f"{question.plan.sync}: approved, and not applied: {error}")
                continue
            run_result = _merged(run_result, question.place, applied)
            continue
        if isinstance(decision, Decision):
            run_result = _refused(run_result, question, decision, asking)
        left.append(_not_approved(question, decision, asking.minutes))
    return run_result, left


def _refused(run_result: RunResult, question: Question, decision: Decision, asking: ApprovalFlow) -> RunResult:
    """Keep a no with its plan; where the ledger cannot be written the run says it all the same."""
    try:
        with asking.open(by_name(decision.person, os.environ)) as context:
            refused = refuse(context, question.plan.id, decision.reason)
    except PhonesyncError as error:
        _LOG.warning("%s", error)
        return run_result
    syncs = list(run_result.summary["syncs"])
    said = {key: mask_text(refused[key]) if key != "at" else refused[key] for key in ("person", "reason", "at")}
    syncs[question.place] = {**syncs[question.place], "refusals": [said]}
    return replace(run_result, summary={**run_result.summary, "syncs": syncs})


def _ask(question: Question, seconds: float, links: Links) -> Decision | str:
    """Return the answer, or why there is none."""
    if seconds < 1:
        return "time is up"
    rows = plan_rows(question.reported.lines)
    best_effort(
        create_table_artifact,
        table=rows,
        description=f"What waits for a yes: plan {escape(question.plan.id)}, deletions first; nothing is written yet.",
    )
    form = Decision.with_initial_data(description=describe(question, links))
    try:
        return _answer(form, question.plan, seconds)
    except Exception as error:  # noqa: BLE001 - whatever Prefect's client raises: without an answer nothing is written
        return f"Prefect did not answer ({type(error).__name__})"


def _answer(form: type[Decision], plan: KeptPlan, seconds: float) -> Decision | str:
    """Show the form and wait.

    Prefect's own `pause_flow_run` ends in the same moment as its server declares the run failed for want of an answer.
    Nothing has failed: so the server is told a later end, and the run ends by itself before it.
    """
    run = UUID(str(flow_run.get_id()))
    # Prefect remembers answers by their key: a run that is begun again must never find the answer to another plan.
    key = hashlib.sha256(plan.id.encode()).hexdigest()[:32]
    paused: State[Any] = Paused(
        timeout_seconds=int(seconds + limits.APPROVAL_GRACE_SECONDS), reschedule=False, pause_key=key
    )
    keys = keyset_from_paused_state(paused)
    paused.message = f"{plan.sync}: a guard stopped this plan. {_WHERE}"
    paused.state_details.run_input_keyset = {str(name): value for name, value in keys.items()}
    end = time.monotonic() + seconds
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run, paused)
        form.save(keys, run)
        _LOG.warning("%s", paused.message)  # the run's page opens with its log
        while time.monotonic() < end:
            time.sleep(limits.APPROVAL_LOOK_SECONDS)
            now = client.read_flow_run(run).state
            if now is not None and now.is_running():
                said: Any = form.load(keys, run)
                return Decision(approve=said.approve, reason=said.reason, person=said.person)
            if now is None or not now.is_paused():
                return "the run was ended in Prefect"
    return "time is up"


def describe(question: Question, links: Links) -> str:
    """Return what a person has to know to decide, as Markdown: figures, the guard's sentence, what would go."""
    summary = question.reported.summary
    figures = ", ".join(f"{summary['actions'][word]} to {word}" for word in _SHOWN_FIRST if summary["actions"][word])
    rows = wanted(question.reported.lines)
    stay = f"{summary['actions'][Action.KEEP]} stay as they are"
    parts = [
        f"**{escape(summary['sync'])}: a guard stopped this plan, and nothing of it is written.** {figures}; {stay}.",
        *(f"- {escape(guard['message'])}" for guard in summary["guards"]),
        links.markdown(summary["reports"]),
        "What would change, deletions first:",
        "\n".join(_item(row) for row in rows.head(_MOST_SHOWN).to_dict("records")),
    ]
    if len(rows) > _MOST_SHOWN:
        parts.append(f"… and {len(rows) - _MOST_SHOWN:,} more, all of them in the report.")
    parts.append(f"Plan {escape(question.plan.id)}. Without an answer it is kept: the deployment apply/apply takes it.")
    return "\n\n".join(filter(None, parts))


def wanted(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the changes among the lines of a report, what is taken away first."""
    request = lines["action"].map({str(word.value): rank for word, rank in _SHOWN_FIRST.items()})
    return lines[request.notna()].loc[request.dropna().sort_values(kind="stable").index]


def _item(row: Mapping[Any, Any]) -> str:
    sides = [f"{row[f'name_{side}']} {row[f'number_{side}']}".strip() for side in ("before", "after")]
    line = f" (line {row['line']})" if row["line"] else ""
    return f"- {row['action']} {escape(row['owner'])}: {escape(' → '.join(filter(None, sides)))}{line}"


def _merged(run_result: RunResult, place: int, applied: RunResult) -> RunResult:
    """Return the run with what became of one of its plans."""
    syncs, codes = list(run_result.summary["syncs"]), list(run_result.codes)
    before = syncs[place]
    syncs[place] = {**applied.summary["syncs"][0], "run": applied.summary["run"]}
    codes[place] = applied.codes[0]
    others = [reported for reported in run_result.reported if reported.summary["plan"] != before["plan"]]
    return replace(
        run_result,
        summary={**run_result.summary, "syncs": syncs},
        exit_code=worst(codes),
        reported=[*others, *applied.reported],
        errors=[*(error for error in run_result.errors if error.sync != before["sync"]), *applied.errors],
        codes=codes,
    )


def _not_approved(question: Question, decision: Decision | str, minutes: float) -> str:
    name, plan = question.plan.sync, question.plan.id
    if isinstance(decision, Decision):
        person = mask_text(by_name(decision.person, os.environ))
        said = f"{name}: refused by {person}: {mask_text(decision.reason.strip())}."
    elif decision == "time is up":
        said = f"{name}: nobody decided within {minutes:g} minutes."
    else:
        said = f"{name}: {decision}, so nobody could decide."
    return f"{said} The plan is kept; to approve it later start apply/apply with {plan}."
