"""Write the mail that a sync's people get: what was done, which lines wait, why, and what to do about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from schemas.plan import WRITES, Action, Outcome
from schemas.settings import Language
from tasks.messages.catalogue import plural, text
from tasks.messages.owners import owner_in
from tasks.messages.rendering import advice, whole
from tasks.plain_text import plain

# What somebody who keeps the file can do something about; what a run has not come to is the administrator's.
_THEIRS: Final = (Outcome.HELD, Outcome.FAILED, Outcome.CONFLICT, Outcome.UNPLANNED)
_MOST: Final = 40  # lines in a mail; the attached copy has them all


def waiting_rows(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a line report that wait for the people of its file, and that nobody has accepted."""
    planned = (lines["outcome"] == "") & (lines["action"] == Action.HOLD)
    return lines[(lines["outcome"].isin(_THEIRS) | planned) & (lines["accepted"] == "")]


@dataclass(frozen=True)
class MailFacts:
    """What a mail is about.

    Attributes:
        sync: the name of the sync.
        file: the name of its file.
        run: the run's id.
        when: when it ended, as people say it.
        summary: one of `syncs` in `--json`.
        refused: why the whole file could not be used, and what to do, in their language; "" where it could.
        attached: the name of the copy that goes with it, "" where none does.
    """

    sync: str
    file: str
    run: str
    when: str
    summary: Mapping[str, Any]
    refused: str = ""
    attached: str = ""


def clerks_mail(facts: MailFacts, new: pd.DataFrame, known: pd.DataFrame, lang: Language) -> tuple[str, str]:
    """Return the subject and the text of a mail.

    Args:
        facts: what it is about.
        new: the rows of a line report, in that language, that wait and that nobody has been told of.
        known: those that they have been told of before.
        lang: the language.
    """
    entries = _entries(new)
    count = plural(lang, "mail_lines", len(entries))
    subject = _said("subject_refused" if facts.refused else "subject", lang, file=facts.file, count=count)
    parts = [_said("begin", lang, file=facts.file, sync=facts.sync, when=facts.when, run=facts.run)]
    parts.append(_done(facts.summary, lang))
    if facts.refused:
        parts.append(facts.refused)
    if entries:
        parts.append(_said("waiting", lang, count=count))
        parts += [_entry(entry, lang) for entry in entries[:_MOST]]
        if len(entries) > _MOST:
            parts.append(_said("more", lang, count=plural(lang, "mail_lines", len(entries) - _MOST)))
    if len(known):
        parts.append(_said("known", lang, count=plural(lang, "mail_lines", len(_entries(known)))))
    if facts.attached:
        parts.append(_said("attached", lang, copy=facts.attached, file=facts.file))
    parts.append(_said("end", lang))
    return plain(subject), "\n\n".join(parts) + "\n"


def _said(name: str, lang: Language, **values: object) -> str:
    return text(f"mail.{name}", lang).format(**values)


def _done(summary: Mapping[str, Any], lang: Language) -> str:
    """Say what the run has done, or why it has done nothing."""
    outcomes = summary.get("outcomes", {})
    changed = int(outcomes.get(Outcome.APPLIED, 0))
    if summary.get("guards") and not changed:
        return text("mail.blocked", lang)
    if not any(outcomes.values()):
        wanted = sum(int(summary["actions"].get(action, 0)) for action in WRITES)
        return _said("planned", lang, count=plural(lang, "mail_changes", wanted))
    return _said("done" if changed else "done_nothing", lang, n=changed, same=outcomes.get(Outcome.UNCHANGED, 0))


def _entries(rows: pd.DataFrame) -> list[Sequence[Mapping[str, str]]]:
    """Return the rows by the line of the file that they are about; those of no line stand last, each on its own."""
    found: dict[tuple[int, str], list[Mapping[str, str]]] = {}
    for at, row in enumerate(rows.to_dict("records")):
        cells = {str(key): str(value) for key, value in row.items()}
        place = (int(cells["line"]), "") if cells["line"] else (1 << 62, str(at))
        found.setdefault(place, []).append(cells)
    return [found[place] for place in sorted(found, key=lambda place: place[0])]


def _entry(rows: Sequence[Mapping[str, str]], lang: Language) -> str:
    """Say of one line why it waits and what to do: where, whose, which entry, why, what to do."""
    first = rows[0]
    where = _said("line", lang, line=first["line"]) if first["line"] else text("mail.no_line", lang)
    whose = " ".join(filter(None, (owner_in(first["owner"], lang), first["owner_name"])))
    entry = "  ".join(filter(None, (first["entry_name"], first["number_after"] or first["number_before"])))
    head = ", ".join(filter(None, (where, whose, entry)))
    reasons = dict.fromkeys(whole(row["message"]) for row in rows if row["message"])
    steps = dict.fromkeys(filter(None, (advice(row["code"], lang) for row in rows)))
    return "\n".join([plain(head), *(f"   {plain(said)}" for said in (*reasons, *steps))])
