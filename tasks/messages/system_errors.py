"""What the system says where it refuses something, in the words of the catalogues."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Final

from schemas.phrases import Phrase

WORDS: Final[Mapping[int, str]] = {
    errno.ENOENT: "missing",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.ENOTDIR: "no-folder",
    errno.EISDIR: "folder",
    errno.EEXIST: "exists",
    errno.ENOSPC: "full",
    errno.EROFS: "read-only",
    errno.EADDRINUSE: "port-taken",
}
"""By the system's numbers, the ends of the keys `term.error-…`."""

_OF_SQLITE: Final[Mapping[str, str]] = {
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
    "SQLITE_NOTADB": "content",
    "SQLITE_CORRUPT": "content",
    "SQLITE_FULL": "full",
    "SQLITE_READONLY": "read-only",
}


def cause_of(error: Exception) -> Phrase | str:
    """Return why something could not be done: of what has no words what the system says, else the kind alone."""
    words = WORDS.get(getattr(error, "errno", None) or 0) or _OF_SQLITE.get(getattr(error, "sqlite_errorname", ""))
    if isinstance(error, ValueError | TypeError | KeyError):
        words = words or "content"
    if words:
        return Phrase(f"term.error-{words}")
    return str(getattr(error, "strerror", None) or type(error).__name__)
