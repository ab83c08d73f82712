"""Why a database cannot be opened or has failed, told by its own words, and what to do about each cause.

A server that turns somebody away before they are signed in gives no code, so PostgreSQL's and libpq's words count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from schemas.phrases import Phrase


@dataclass(frozen=True)
class Cause:
    """What is wrong, by its name in the catalogues; `kind` is that of the error where nobody knows more."""

    name: str
    kind: str = ""

    @property
    def reason(self) -> Phrase:
        """What is wrong, in words that can hold no value."""
        return Phrase(f"cause.{self.name}", {"kind": self.kind})

    @property
    def remedy(self) -> Phrase:
        """What to do about it."""
        return Phrase(f"cause.{self.name}.remedy")


# A busy file needs neither room nor a restart.
_BY_WORDS: Final = (
    ("database or disk is full", "disk_full"),
    ("disk I/O error", "disk_error"),
    ("database is locked", "locked"),
    ("attempt to write a readonly database", "readonly"),
    (r'database "[^"]*" does not exist', "no_database"),
    (r'role "[^"]*" does not exist|authentication failed|no password supplied|no pg_hba\.conf entry', "no_entry"),
    (r"permission denied|must be owner", "no_right"),
    (r"failed to resolve host|could not translate host name", "no_host"),
    (r"timeout expired|timed out", "no_answer"),
    (r"Connection refused|No such file or directory|Is the server running", "not_listening"),
    (r"too many clients|connection slots", "server_full"),
)


def cause_of(error: Exception, *, opening: bool) -> Cause:
    """Return why a database cannot be opened, or has failed in the middle of the work."""
    if isinstance(error, NoSuchModuleError | ImportError):
        return Cause("no_driver")
    said = str(error.orig) if isinstance(error, DBAPIError) else ""
    for pattern, name in _BY_WORDS:
        if re.search(pattern, said):
            return Cause(name)
    return Cause("opening" if opening else "working", type(error).__name__)
