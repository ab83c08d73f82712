"""The plans that wait, as the form of `apply` offers them: each with what a person has to know to choose."""

from __future__ import annotations

from datetime import datetime

from flows.console import word_of
from flows.context import RunContext
from flows.run_history import waiting_plans
from tasks.messages.catalogue import moment, render, text

_BETWEEN = " · "


def plan_choices(context: RunContext) -> list[str]:
    """Return the plans that wait, the newest first: id, sync, how much of what, which guard stopped it, and since when.

    When it was made stands there and not how old it is: that would be true for an hour.
    """
    lang, clock = context.lang, context.zone
    found = []
    for plan in waiting_plans(context):
        counts = [(number, word_of(action, lang)) for action, number in plan["actions"].items() if number]
        changes = ", ".join(render("say.trouble", lang, n=number, word=word) for number, word in counts)
        guards = ", ".join(guard["guard"] for guard in plan["guards"])
        made = datetime.fromisoformat(plan["created_at"]).astimezone(clock)
        parts = [
            plan["plan"],
            f"{plan['sync']}: {changes or text('say.no_change', lang)}",
            render("prefect.choice_guard", lang, guards=guards) if guards else "",
            render("prefect.choice_refused", lang) if plan["refusals"] else "",
            f"{moment(lang, made.replace(tzinfo=None).isoformat())} {made.tzname()}",
        ]
        found.append(_BETWEEN.join(filter(None, parts)))
    return found


def chosen_plan(text_: str) -> str:
    """Return the plan that is meant, by its id or as it was offered."""
    return text_.partition(_BETWEEN)[0].strip()
