"""Show a person how every sync stands."""

from __future__ import annotations

from collections.abc import Sequence

from flows.console import say, show_rows
from flows.context import RunContext
from schemas.settings import Language
from tasks.messages.catalogue import render
from tasks.messages.command_lines import PLAIN, as_typed
from tasks.reports.standing import Standing, Words, next_step, said, used


def show_status(context: RunContext, found: Sequence[Standing], lang: Language, command: str = PLAIN) -> None:
    """Show one line a sync, and what is nothing in none of them not at all."""
    words = Words(lang, context.clock(), context.zone.key)
    columns = {name: said(name, lang) for name in ("sync", "last_run", "last_good", *used(found), "next_run")}
    rows = []
    for one in found:
        cells = words.cells(one)
        ago = "\n".join(filter(None, [cells["last_good"] or "–", said("stale", lang) if one.stale else ""]))
        rows.append({**cells, "last_run": cells["state"], "last_good": ago})
    show_rows("", [{columns[name]: row[name] for name in columns} for row in rows], [*columns.values()])
    say(words.title(found))
    for step in filter(None, (next_step(one, lang) for one in found)):
        say(f"  {as_typed(step, command)}")
    if any(one.next_run for one in found):
        say(render("say.times_of", lang, zone=words.zone))
