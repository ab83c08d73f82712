"""Notice a ledger that was restored from a backup: what it says of who manages what is older than what stands there.

Either it does not know the last run, of which the reports folder does; or most of what a file has changed since the
ledger's last run stands in the service already. By such a ledger nothing is deleted until somebody takes it as it is.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from connectors.files.writing import write_private
from flows.context import RunContext
from schemas.errors import ConfigurationError, LedgerError
from schemas.phrases import Phrase
from schemas.problems import packed_values, unpacked_values
from tasks.messages.errors import error_of
from tasks.plan.ledger_age import Behind, deletes


def note_last_run(context: RunContext, run: str) -> None:
    """Note beside the reports which run was the last to write; where that fails, a restored ledger is not noticed."""
    with suppress(ConfigurationError, LedgerError):
        if not unknown_run(context):
            write_private(_place(context), run)


def unknown_run(context: RunContext) -> str:
    """Return the last run where the ledger does not know it, "" where all is well.

    Another machine may have purged it, where several have one ledger.
    """
    try:
        run = _place(context).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    if context.ledger.knows_run(run) or _began(run) < context.ledger.archive.forgotten_before():
        return ""
    return run


def _began(run: str) -> str:
    """Return when a run began, as the ledger keeps times; its name begins with that."""
    try:
        began = datetime.strptime(run.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return "unknown"  # after every time
    return began.isoformat(timespec="seconds")


def age_of(context: RunContext) -> Phrase | None:
    """Return why the ledger is probably older than the services, None where nothing says so."""
    run = unknown_run(context)
    if run:
        return Phrase("ledger.unknown_run", {"run": run})
    evidence, _ = context.ledger.archive.age()
    return Phrase("ledger.behind", unpacked_values(evidence)) if evidence else None


def shown_age(context: RunContext, of: tuple[str, str], seen: Behind) -> str:
    """Return what a sync shows for it that the ledger is probably older, as it is kept; "" where it shows nothing.

    What stood so when the ledger was taken as it is says nothing until the sync was in step again.

    Args:
        context: where it was noted that somebody took the ledger as it is.
        of: the sync, and when it was last in step before this run.
        seen: what its plan says.
    """
    (sync, verified), (_, adopted) = of, context.ledger.archive.age()
    if not seen.is_older or adopted > verified:
        return ""
    return packed_values({"sync": sync, "done": str(seen.done), "changed": str(seen.changed)})


def note_behind(context: RunContext, shown: str) -> None:
    """Note that the ledger is probably older, and what shows it."""
    context.ledger.archive.note_age(shown, person=context.person, at=context.now())


def refuse_to_delete(context: RunContext, entries: pd.DataFrame) -> None:
    """Make sure that no plan which was made earlier deletes by a ledger that is probably older than the services.

    Raises:
        LedgerError: it would.
    """
    older = age_of(context) if deletes(entries) else None
    if older:
        raise error_of(LedgerError, "ledger_older", {"what": older})


def adopt(context: RunContext) -> str:
    """Take the ledger as it is from now on; return the run that it does not know, "" where it knows all."""
    run = unknown_run(context)
    if run:  # the mark of a run that is known stays: the next backup is told by it
        _place(context).unlink(missing_ok=True)
    if run or context.ledger.archive.age()[0]:
        context.ledger.archive.note_age("", person=context.person, at=context.now())
    return run


def _place(context: RunContext) -> Path:
    ledger = hashlib.sha256(context.settings.ledger.encode()).hexdigest()[:8]
    return context.settings.reports / f".last-run-{ledger}"
