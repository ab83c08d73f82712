"""Open the world a configuration describes."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from connectors.ledger.store import Ledger
from connectors.target import Progress
from flows.config import find_configuration, load
from flows.context import RunContext, current_person, silence

# At DEBUG these write down consumer keys, addresses and what was sent, whatever the log is for.
_TALKATIVE = ("oauthlib", "requests_oauthlib", "urllib3")


def open_context(config: str | None, environ: Mapping[str, str], progress: Progress | None = None) -> RunContext:
    """Return the connected world of a configuration file; nothing is asked of any service yet.

    Raises:
        ConfigurationError: the file cannot be meant.
        LedgerError: the ledger cannot be opened.
    """
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)
    settings = load(find_configuration(config, environ))
    ledger = Ledger.open(settings.ledger)
    return RunContext(settings, ledger, environ, current_person(environ), progress=progress or silence)
