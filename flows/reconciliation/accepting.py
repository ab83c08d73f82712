"""Accept what is known: it may stand until a day, for a reason, by somebody's word; then it is back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from connectors.ledger.findings import Acceptance
from flows.context import RunContext
from flows.known import OpenRow, open_rows
from schemas.errors import LedgerError, UsageError
from schemas.findings import FindingKind
from tasks.messages.errors import error_of
from tasks.people import has_words

_SHORTEST = 4  # fewer letters of an id name too many findings, or none by mistake


def accept(context: RunContext, reference: str, until: str, reason: str) -> dict[str, Any]:
    """Note that a finding, or a row of a line report, is accepted; returns it with the acceptance.

    It is a finding of the last reconciliation, or a row of a sync's newest run: a rejected line, one that is held, or
    what others have changed. With a rejected line go the rows that are held because of it, as they are now.

    Args:
        context: what a run touches.
        reference: the id, or how it begins.
        until: the last day on which the acceptance holds, as `2027-01-31`.
        reason: why; it is shown with what is accepted.

    Raises:
        UsageError: the day is none or is over, or the reason is empty, or the id is too short.
        LedgerError: nothing that could be accepted begins so, or several things do.
    """
    last_day = _day(until)
    if last_day <= context.clock().date():
        raise error_of(UsageError, "day_over", {"day": until})
    return _noted(context, reference, last_day, reason)


def withdraw(context: RunContext, reference: str, reason: str) -> dict[str, Any]:
    """Note that an acceptance holds no longer, with whatever had been accepted with it; returns it as `accept` does.

    Raises:
        UsageError: the reason is empty, or the id is too short.
        LedgerError: nothing that is accepted begins so, or several things do.
    """
    return _noted(context, reference, context.clock().date() - timedelta(days=1), reason, withdrawn=True)


def _noted(
    context: RunContext, reference: str, last_day: date, reason: str, *, withdrawn: bool = False
) -> dict[str, Any]:
    if not has_words(reason):
        raise error_of(UsageError, "acceptance_without_reason")
    if len(reference) < _SHORTEST:
        raise error_of(UsageError, "reference_short", {"reference": repr(reference), "letters": _SHORTEST})
    found, with_it = _named(context, reference.lower())
    if withdrawn and found.id not in context.ledger.findings.accepted(context.clock().date().isoformat()):
        raise error_of(LedgerError, "not_accepted", {"finding": found.id})
    for one in (found, *with_it):
        acceptance = Acceptance(
            finding=one.id,
            owner=one.owner,
            until=last_day.isoformat(),
            reason=reason.strip(),
            person=context.person,
            at=context.now(),
        )
        context.ledger.findings.accept(acceptance)
    told = {"finding": found.id, "kind": found.kind, "sync": found.sync, "owner": found.owner, "line": found.line}
    said = {"until": last_day.isoformat(), "reason": reason.strip(), "person": context.person}
    return {**told, **said, "rows": 1 + len(with_it)}


def _named(context: RunContext, reference: str) -> tuple[OpenRow, Sequence[OpenRow]]:
    """Return what an id names, and what is held because of it."""
    rows = open_rows(context)
    found = [row for row in (*_findings(context), *rows) if row.id.startswith(reference)]
    if len(found) != 1:
        name = "several_findings" if found else "no_finding"
        raise error_of(LedgerError, name, {"reference": repr(reference)})
    one = found[0]
    held = [row for row in rows if row.sync == one.sync and row.id != one.id and one.line in row.because_of]
    return one, held if one.kind == "rejected" else ()


def _findings(context: RunContext) -> list[OpenRow]:
    last = context.ledger.findings.last()
    if last is None:
        return []
    rows = last.findings[last.findings["kind"] != FindingKind.AGREE]
    return [
        OpenRow(
            id=str(row["id"]),
            kind=str(row["kind"]),
            sync=context.ledger.present_name(str(row["sync"])),
            owner=str(row["owner"]),
            line=int(row["line"]),
            because_of=frozenset(),
        )
        for _, row in rows.iterrows()
    ]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise error_of(UsageError, "no_day", {"given": repr(text)}) from None
