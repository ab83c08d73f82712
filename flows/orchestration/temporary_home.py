"""A Prefect of one's own for a story that is told once: nothing is kept elsewhere, nothing is sent anywhere."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

from schemas import limits

_OURS = "PREFECT_"
_LEVEL = "PREFECT_LOGGING_LEVEL"


def use_temporary_home(environ: MutableMapping[str, str], home: Path) -> None:
    """Make Prefect, when it is imported after this, live in `home` alone and speak up only when something is wrong.

    Whatever the environment says of another Prefect is taken out: a demonstration shows up on nobody's server. Only
    `PREFECT_LOGGING_LEVEL` stays as it is given.
    """
    level = environ.get(_LEVEL)
    for name in [name for name in environ if name.startswith(_OURS)]:
        del environ[name]
    environ.update(
        {
            "PREFECT_HOME": str(home),
            "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(int(limits.SERVER_STARTS_SECONDS)),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            _LEVEL: level or "WARNING",
        }
    )
    if not level:
        # A run with held lines ends as failed, and Prefect logs that as an error: here it is part of the story.
        environ["PREFECT_LOGGING_LOGGERS_PREFECT_FLOW_RUNS_LEVEL"] = "CRITICAL"
