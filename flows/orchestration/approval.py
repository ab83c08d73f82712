"""Ask in Prefect's pages whether a plan that a guard has stopped may go ahead; nothing is written before a yes."""

# No postponed annotations in this module: Prefect makes the form from them.
import hashlib
import logging
import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal
from uuid import UUID

import pandas as pd
from prefect.artifacts import create_table_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.input import RunInput
from prefect.input.run_input import keyset_from_paused_state
from prefect.runtime import flow_run
from prefect.states import Paused
from pydantic import Field, create_model

from connectors.ledger.store import KeptPlan
from flows.console import word_of
from flows.context import RunContext
from flows.named import LONGEST_NAME, by_name
from flows.orchestration.artifacts import Links, best_effort, escape, headed, plan_rows
from flows.reporting_again import refuse
from flows.run import run
from flows.sync_run import Reported, RunRequest, RunResult
from schemas import limits
from schemas.errors import PhonesyncError
from schemas.exit_codes import worst
from schemas.phrases import Phrase
from schemas.plan import Action
from schemas.settings import Language
from tasks.messages.catalogue import decimal, figure, render, text
from tasks.messages.errors import spoken, told_whole
from tasks.messages.failures import why_of
from tasks.messages.guards import guard_sentence
from tasks.messages.owners import owner_in
from tasks.reports.masking import mask_text

_LOG = logging.getLogger("phonesync.approval")
_TIME_IS_UP = Phrase("prefect.time_is_up")
_MOST_SHOWN = 50
# What takes something away comes first: it is what the guards are about.
_SHOWN_FIRST: Mapping[Action, int] = {Action.DELETE: 0, Action.RENAME: 1, Action.MODIFY: 2, Action.ADD: 3}


_TITLES = {"approve": "prefect.title_approve", "reason": "prefect.title_reason", "person": "prefect.title_person"}


class Decision(RunInput):
    """What a person says about a plan; every field has to be filled in. `form_in` says what each is for."""

    approve: Literal["approve", "refuse"]
    reason: str = Field(min_length=1, max_length=1000, pattern=r"\S")
    # Prefect knows one password and nobody by name: whoever decides has to say who it is, unless a proxy does.
    person: str = Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S")


def form_in(lang: Language) -> type[Decision]:
    """Return the form as people read it in a language; what its fields hold is the same in all of them."""
    about: dict[str, Any] = {}
    for name, field in Decision.model_fields.items():
        title = text(_TITLES[name], lang)
        said = Field(title=title, description=text(f"prefect.form_{name}", lang))
        about[name] = (Annotated[(field.annotation, *field.metadata, said)], ...)
    form: type[Decision] = create_model("Decision", __base__=Decision, **about)
    return form


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
        lang: the language of what people read.
        open: opens the world anew, in the name of whoever approved: what was open for an hour may have been closed.
        seconds: a clock that never goes backwards.
    """

    minutes: float
    links: Links
    open: Callable[[str], AbstractContextManager[RunContext]]
    seconds: Callable[[], float]
    lang: Language = "en"


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
        decision = _ask(question, end - asking.seconds(), asking)
        if isinstance(decision, Decision) and decision.approve == "approve":
            try:
                with asking.open(by_name(decision.person, os.environ)) as context:
                    applied = run(context, RunRequest("apply", plan=question.plan.id, reason=decision.reason), step)
            except PhonesyncError as error:  # what the run has done before is told all the same
                said = told_whole(error, asking.lang)
                left.append(render("prefect.approved_unapplied", asking.lang, sync=question.plan.sync, said=said))
                continue
            run_result = _merged(run_result, question.place, applied)
            continue
        if isinstance(decision, Decision):
            run_result = _refused(run_result, question, decision, asking)
        left.append(_not_approved(question, decision, asking))
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


def _ask(question: Question, seconds: float, asking: ApprovalFlow) -> Decision | Phrase:
    """Return the answer, or why there is none."""
    if seconds < 1:
        return _TIME_IS_UP
    lang = asking.lang
    rows = plan_rows(question.reported.lines, lang)
    best_effort(
        create_table_artifact,
        table=headed(rows, lang),
        description=render("prefect.what_waits", lang, plan=escape(question.plan.id)),
    )
    form = form_in(lang).with_initial_data(description=describe(question, asking.links, lang))
    try:
        return _answer(form, question.plan, seconds, lang)
    except Exception as error:  # noqa: BLE001 - whatever Prefect's client raises: without an answer nothing is written
        return Phrase("prefect.unanswered", {"why": why_of(error, lang)})


def _answer(form: type[Decision], plan: KeptPlan, seconds: float, lang: Language) -> Decision | Phrase:
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
    paused.message = render("prefect.paused", lang, sync=plan.sync)
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
                return Phrase("prefect.ended_there")
    return _TIME_IS_UP


def describe(question: Question, links: Links, lang: Language = "en") -> str:
    """Return what a person has to know to decide, as Markdown: figures, the guard's sentence, what would go."""
    summary = question.reported.summary
    counts = [(summary["actions"][word], word_of(str(word.value), lang)) for word in _SHOWN_FIRST]
    figures = ", ".join(render("prefect.to_do", lang, n=n, word=word) for n, word in counts if n)
    rows = wanted(question.reported.lines)
    stay = render("prefect.stay", lang, n=summary["actions"][Action.KEEP])
    parts = [
        render(
            "prefect.stopped",
            lang,
            sync=escape(summary["sync"]),
            figures=figures or text("say.no_change", lang),
            stay=stay,
        ),
        *(f"- {escape(guard_sentence(guard, lang))}" for guard in summary["guards"]),
        links.markdown(summary["reports"], lang),
        text("prefect.would_change" if len(rows) else "say.plan_empty", lang).strip(),
        "\n".join(_item(row, lang) for row in rows.head(_MOST_SHOWN).to_dict("records")),
    ]
    if len(rows) > _MOST_SHOWN:
        parts.append(render("prefect.and_more", lang, n=figure(lang, len(rows) - _MOST_SHOWN)))
    parts.append(render("prefect.kept_plan", lang, plan=escape(question.plan.id)))
    return "\n\n".join(filter(None, parts))


def wanted(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the changes among the lines of a report, what is taken away first."""
    request = lines["action"].map({str(word.value): rank for word, rank in _SHOWN_FIRST.items()})
    return lines[request.notna()].loc[request.dropna().sort_values(kind="stable").index]


def _item(row: Mapping[Any, Any], lang: Language) -> str:
    sides = [f"{row[f'name_{side}']} {row[f'number_{side}']}".strip() for side in ("before", "after")]
    line = f" ({render('say.at_line', lang, line=row['line'])})" if row["line"] else ""
    what, owner = word_of(row["action"], lang), owner_in(row["owner"], lang)
    return render(
        "prefect.item", lang, what=what, owner=escape(owner), entry=escape(" → ".join(filter(None, sides))), line=line
    )


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


def _not_approved(question: Question, decision: Decision | Phrase, asking: ApprovalFlow) -> str:
    name, plan, lang = question.plan.sync, question.plan.id, asking.lang
    if isinstance(decision, Decision):
        person = mask_text(by_name(decision.person, os.environ))
        said = render("prefect.refused", lang, sync=name, person=person, reason=mask_text(decision.reason.strip()))
    elif decision is _TIME_IS_UP:
        said = render("prefect.undecided", lang, sync=name, minutes=decimal(lang, asking.minutes))
    else:
        said = render("prefect.not_asked", lang, sync=name, why=spoken(decision, lang))
    return f"{said} {render('prefect.kept_for_later', lang, plan=plan)}"
