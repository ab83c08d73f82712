"""Accept a finding: it may stand until a day, for a reason, by somebody's word; then it is back."""

from __future__ import annotations

from datetime import date
from typing import Any

from connectors.ledger.findings import Acceptance
from flows.context import RunContext
from schemas.errors import LedgerError, UsageError
from schemas.findings import FindingKind

_SHORTEST = 4  # fewer letters of an id name too many findings, or none by mistake


def accept(context: RunContext, reference: str, until: str, reason: str) -> dict[str, Any]:
    """Note that a finding of the last reconciliation is accepted; returns it with the acceptance.

    Args:
        context: what a run touches.
        reference: the finding's id, or how it begins.
        until: the last day on which the acceptance holds, as `2027-01-31`.
        reason: why; it is shown with the finding.

    Raises:
        UsageError: the day is none or is over, or the reason is empty, or the id is too short.
        LedgerError: no finding of the last reconciliation begins so, or several do.
    """
    last_day = _day(until)
    if last_day <= context.clock().date():
        raise UsageError(f"{until} is not in the future.", remedy="Give the last day on which it may stand.")
    if not reason.strip():
        raise UsageError("An acceptance needs a reason.", remedy='Say why: --reason "number shared with the hotel".')
    if len(reference) < _SHORTEST:
        raise UsageError(
            f"{reference!r} is too short.", remedy=f"Give {_SHORTEST} letters of the finding's id or more."
        )
    found = context.ledger.findings.last()
    if found is None:
        raise LedgerError("There is no reconciliation yet.", remedy="Try: phonesync reconcile.")
    rows = found.findings
    rows = rows[rows["id"].str.startswith(reference.lower()) & (rows["kind"] != FindingKind.AGREE)]
    if len(rows) != 1:
        many = "Several findings begin" if len(rows) else "No finding of the last reconciliation begins"
        raise LedgerError(f"{many} with {reference!r}.", remedy="Their ids are in its reports and on its page.")
    row = rows.iloc[0]
    acceptance = Acceptance(
        finding=str(row["id"]),
        owner=str(row["owner"]),
        until=last_day.isoformat(),
        reason=reason.strip(),
        person=context.person,
        at=context.now(),
    )
    context.ledger.findings.accept(acceptance)
    told = {name: str(row[name]) for name in ("kind", "sync", "owner")}
    return {"finding": acceptance.finding, **told, "line": int(row["line"]), **_said(acceptance)}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no day.", remedy="Give one such as 2027-01-31.") from None


def _said(acceptance: Acceptance) -> dict[str, str]:
    return {"until": acceptance.until, "reason": acceptance.reason, "person": acceptance.person}
