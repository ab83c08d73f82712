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


def cause_of(error: Exception) -> Phrase | str:
    """Return why something could not be done: of what has no words what the system says, else the kind alone."""
    number = getattr(error, "errno", None) or 0
    if number in WORDS:
        return Phrase(f"term.error-{WORDS[number]}")
    if isinstance(error, ValueError | TypeError | KeyError):
        return Phrase("term.error-content")
    return str(getattr(error, "strerror", None) or type(error).__name__)
