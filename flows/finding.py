"""Where the configuration is; nothing slow is imported to find it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from schemas.errors import UsageError
from tasks.messages.errors import error_of

DEFAULT_NAME = "phonesync.toml"
VARIABLE = "PHONESYNC_CONFIG"
# Set where a process may serve one configuration and no other, whatever it is asked for.
FIXED = "PHONESYNC_ONLY_CONFIG"


def find_configuration(given: str | None, environ: Mapping[str, str]) -> Path:
    """Return the file to read: the one given, else `PHONESYNC_CONFIG`, else `phonesync.toml` here.

    Raises:
        UsageError: the process serves one configuration, and this is another.
    """
    only = environ.get(FIXED)
    found = Path(given or environ.get(VARIABLE) or only or DEFAULT_NAME).absolute()
    if only and found != Path(only):
        raise error_of(UsageError, "one_configuration", {"file": only})
    return found
