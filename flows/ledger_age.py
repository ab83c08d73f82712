"""Notice a ledger that was restored from a backup: it does not know the last run, of which the reports folder does.

What such a ledger says of who manages what is older than what stands in the services, so nothing is deleted by it.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from connectors.files.reading import write_private
from flows.context import RunContext
from schemas.errors import ConfigurationError, LedgerError


def note_last_run(context: RunContext, run: str) -> None:
    """Note beside the reports which run was the last to write; where that fails, a restored ledger is not noticed."""
    with suppress(ConfigurationError, LedgerError):
        if not unknown_run(context):
            write_private(_place(context), run)


def unknown_run(context: RunContext) -> str:
    """Return the last run where the ledger does not know it, "" where all is well."""
    try:
        run = _place(context).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return "" if context.ledger.knows_run(run) else run


def adopt(context: RunContext) -> str:
    """Take the ledger as it is from now on; return the run that it does not know, "" where it knows all."""
    run = unknown_run(context)
    _place(context).unlink(missing_ok=True)
    return run


def _place(context: RunContext) -> Path:
    ledger = hashlib.sha256(context.settings.ledger.encode()).hexdigest()[:8]
    return context.settings.reports / f".last-run-{ledger}"
