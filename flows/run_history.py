"""Look back at one run line by line, and at the plans that wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

import pandas as pd

from connectors.ledger.store import KeptPlan
from flows.approvals import guard_of, said_yes, yeses, yeses_of_plan
from flows.console import say, show_lines, word_of
from flows.context import RunContext
from flows.run_results import PLANNING, STOPPED, as_called_by, carried_on_in, result_of
from flows.runs import named_run
from schemas.exit_codes import ExitCode
from schemas.plan import SENT, WRITES, Action, Outcome, count
from schemas.settings import Language
from schemas.tables import Result, validated
from tasks.messages.catalogue import minute, render, text
from tasks.messages.command_lines import as_typed
from tasks.messages.errors import told_again
from tasks.messages.guards import guard_sentence
from tasks.reports.line_report import line_report, with_names
from tasks.reports.standing import how_long_ago

# What codes mean at the end of runs that write nothing.
_ENDS: Mapping[tuple[str, int], str] = {
    **{(mode, ExitCode.DONE): "say.plan_made" for mode in PLANNING},
    ("resume", ExitCode.DONE): "say.resumed",
    ("reconcile", ExitCode.DONE): "say.compared_alike",
    ("reconcile", ExitCode.LINES_FAILED): "say.compared",
}


def one_run(context: RunContext, reference: str, lang: Language = "en") -> dict[str, Any]:
    """Return one run with every line of its plans, its messages in a language; numbers of users are masked.

    Raises:
        LedgerError: there is no such run.
    """
    row = named_run(context, reference)
    syncs = (row["summary"] or {}).get("syncs", [])
    # A run that carries on with a plan has neither made it nor taken it up.
    named = [sync["plan"] for sync in syncs if sync.get("plan")]
    identities = dict.fromkeys([*context.ledger.plans_of(row["id"]), *named])
    same = {sync["plan"]: {"same_as": sync["same_as"]} for sync in syncs if "same_as" in sync}
    plans = [{**_lines_of(context, identity, row, lang), **same.get(identity, {})} for identity in identities]
    keys = ("mode", "person", "started_at", "finished_at", "exit_code")
    failed = [sync for sync in syncs if sync.get("error")]
    told_by = ("error", "error_code", "error_values")
    errors = [{"sync": sync["sync"], **{key: sync[key] for key in told_by if key in sync}} for sync in failed]
    return {"run": row["id"], **{key: row[key] for key in keys}, "errors": errors, "plans": plans}


def lines_of_plan(
    context: RunContext, kept: KeptPlan, row: Mapping[str, Any], lang: Language, *, masked: bool
) -> pd.DataFrame:
    """Return the line report of a plan as one run has left it.

    Args:
        context: whose ledger knows it.
        kept: the plan.
        row: the run, as the ledger has it.
        lang: the language of the messages.
        masked: hide numbers and names of people.
    """
    result = with_names(validated(Result, result_of(context, kept, row)), context.ledger.names.of(kept.target, lang))
    return line_report(result, masked=masked, lang=lang)


def _lines_of(context: RunContext, identity: str, row: Mapping[str, Any], lang: Language) -> dict[str, Any]:
    """Return a plan with its lines as one run has left them."""
    kept = as_called_by(row, context.ledger.plan(identity))
    sync = context.section(kept.sync)
    masked = sync is None or context.spec(sync).private(sync)
    return {
        "plan": identity,
        "sync": kept.sync,
        "fingerprint": kept.fingerprint,
        "guards": kept.guards,
        "approvals": [said_yes(yes) for yes in yeses_of_plan(context, kept) if kept.guards],
        "refusals": [dict(vars(no)) for no in context.ledger.refusals(kept.id)],
        **({"continued_in": later} if (later := carried_on_in(context, kept, row)) else {}),
        "lines": lines_of_plan(context, kept, row, lang, masked=masked).to_dict("records"),
    }


def show_one_run(run: dict[str, Any], lang: Language, zone: tzinfo, *, every: bool, command: str = "phonesync") -> None:
    """Show one run: how it ended, what stopped it, and its lines; those that needed nothing only where asked for."""
    at = minute(run["started_at"], zone)
    say(render("say.one_run", lang, run=run["run"], mode=run["mode"], person=run["person"], at=at), "bold")
    say(_ended(run["mode"], run["exit_code"], lang))
    say("")
    for plan in run["plans"]:
        lines = [line for line in plan["lines"] if every or _needed_something(line)]
        if lines:
            title = render("say.lines_of", lang, sync=plan["sync"], n=len(lines), of=len(plan["lines"]))
            show_lines(title, [{**line, "message": as_typed(line["message"], command)} for line in lines], lang)
        else:
            say(render("say.none_of", lang, sync=plan["sync"], of=len(plan["lines"])))
        if same := plan.get("same_as"):
            say(render("say.report_of", lang, sync=plan["sync"], run=same))
        for guard in plan["guards"]:
            said = guard_sentence(guard, lang)
            say(render("say.guard", lang, sync=plan["sync"], guard=guard["guard"], said=said), "yellow")
        for yes in plan["approvals"]:
            given = {"person": yes["person"], "at": minute(yes["at"], zone), "reason": yes["reason"]}
            say(render("say.approved_at", lang, sync=plan["sync"], **given))
        for no in plan["refusals"]:
            given = {"person": no["person"], "at": minute(no["at"], zone), "reason": no["reason"]}
            say(render("say.refused_at", lang, sync=plan["sync"], **given))
        if later := plan.get("continued_in"):
            said = _carried_on(plan, later, lang)
            say(f"{plan['sync']}: {said}. {as_typed(f'phonesync show {later}', command)}")
    _show_errors(run, lang, command)


def _carried_on(plan: Mapping[str, Any], later: str, lang: Language) -> str:
    """Say which run has applied a plan since, or has gone on with one that this run had begun to write."""
    if any(line["outcome"] in SENT for line in plan["lines"]):
        return f"{text('report.continued_in', lang)} {later}"
    return render("report.applied_since", lang, run=later)


def _show_errors(run: Mapping[str, Any], lang: Language, command: str) -> None:
    """Show what has stopped syncs, each error once; a plan that was applied since waits for nobody."""
    stopped: dict[str, list[dict[str, Any]]] = {}
    done = {plan["plan"] for plan in run["plans"] if plan.get("continued_in")}
    for item in run["errors"]:
        if (item.get("error_values") or {}).get("plan") in done:
            continue
        stopped.setdefault(_told(item, lang), []).append(item)
    for error, items in stopped.items():
        named = (items[0].get("error_values") or {}).get("sync")  # the sentence says itself whose it is
        whose = ", ".join(item["sync"] for item in items)
        said = error if named == whose else f"{whose}: {error}"
        say(as_typed(said, command), "red")


def _told(item: Mapping[str, Any], lang: Language) -> str:
    """Return the error of a sync; what a guard says stands above it."""
    if item.get("error_code") != STOPPED:
        return told_again(item, lang)
    remedy = render(f"error.{STOPPED}.remedy", lang, plan=item["error_values"]["plan"])
    return f"{render('say.not_written', lang, sync=item['sync'])} {remedy}"


def waiting_plans(context: RunContext) -> list[dict[str, Any]]:
    """Return the plans that somebody may apply, the newest first: how old, how large, what stopped them, which yes."""
    now = context.clock()
    found = []
    for kept in context.ledger.waiting():
        actions = count(kept.entries["action"], Action)
        guard = guard_of(context, kept.sync)
        given = yeses(context, guard, kept.fingerprint)
        yes = given[0] if len(given) >= guard.approvals else None
        age = now - datetime.fromisoformat(kept.created_at)
        found.append(
            {
                "plan": kept.id,
                "sync": context.ledger.present_name(kept.sync),
                "created_at": kept.created_at,
                "age_hours": round(age.total_seconds() / 3600, 1),
                "actions": {str(action.value): actions[action] for action in WRITES},
                "guards": kept.guards,
                "refusals": [dict(vars(no)) for no in context.ledger.refusals(kept.id)],
                "approval": {**said_yes(yes), "expires": _iso(yes.expires)} if yes else None,
                "command": f"{context.command} apply {kept.id}"
                + (' --approve "REASON"' if kept.guards and not yes else ""),
            }
        )
    return found


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="seconds")


def show_waiting(context: RunContext, plans: Sequence[dict[str, Any]], command: str = "phonesync") -> None:
    """Show the plans that wait, each with the command that applies it."""
    lang, zone = context.lang, context.zone
    if not plans:
        say(text("say.no_plan", lang))
        return
    for plan in plans:
        counts = [(number, word_of(action, lang)) for action, number in plan["actions"].items() if number]
        changes = ", ".join(render("say.trouble", lang, n=number, word=word) for number, word in counts)
        made = {"at": minute(plan["created_at"], zone), "age": how_long_ago(plan["created_at"], context.clock(), lang)}
        said = changes or text("say.no_change", lang)
        say(render("say.plan_waits", lang, sync=plan["sync"], changes=said, **made), "bold")
        for guard in plan["guards"]:
            sentence = guard_sentence(guard, lang)
            say(render("say.plan_guard", lang, guard=guard["guard"], said=sentence), "yellow")
        if not changes:
            say(text("say.plan_empty", lang))
        if plan["approval"]:
            yes = plan["approval"]
            given = {"person": yes["person"], "reason": yes["reason"], "expires": minute(yes["expires"], zone)}
            say(render("say.plan_approved", lang, **given))
        for no in plan["refusals"]:
            given = {"person": no["person"], "at": minute(no["at"], zone), "reason": no["reason"]}
            say(render("say.plan_refused", lang, **given))
        say(f"  {as_typed(plan['command'].replace('REASON', text('say.reason', lang)), command)}")


def _ended(mode: str, code: int | None, lang: Language) -> str:
    if code is None:
        return text("say.not_ended", lang)
    if said := _ENDS.get((mode, code)):
        return text(said, lang)
    # A code's own sentence speaks of plans, too.
    means = text("say.in_place" if code == ExitCode.DONE else f"say.exit_{code}", lang)
    return render("say.exit_code", lang, code=code, means=means)


def _needed_something(line: dict[str, str]) -> bool:
    return line["action"] not in {Action.KEEP, Action.FOREIGN} or line["outcome"] not in {"", Outcome.UNCHANGED}
