"""Who else may read or change a file, by its rights."""

from __future__ import annotations

import grp
import pwd
import stat
from pathlib import Path

from schemas.errors import ConfigurationError
from schemas.phrases import Phrase
from tasks.messages.errors import error_of


def others_may_write(path: Path) -> bool:
    """Tell whether another account may change a file, or put another one in its place."""
    return _others_write(path) or _is_open(path.parent)


def others_may_read(path: Path) -> bool:
    """Tell whether every account may read a file; a group may have been given it on purpose."""
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


def refuse_writable(path: Path, what: str | Phrase) -> None:
    """Make sure that nobody else may change a file.

    Raises:
        ConfigurationError: somebody may.
    """
    if others_may_write(path):
        raise error_of(ConfigurationError, "others_may_write", {"what": what, "file": path})


def _others_write(path: Path) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    of_group, of_all = (bool(found.st_mode & right) for right in (stat.S_IWGRP, stat.S_IWOTH))
    return of_all or (of_group and not _is_own_group(found.st_uid, found.st_gid))


def _is_own_group(user: int, group: int) -> bool:
    """Tell whether a group is its owner's alone, as many systems make one for each user."""
    try:
        owner, members = pwd.getpwuid(user), set(grp.getgrgid(group).gr_mem)
    except KeyError:
        return False
    return owner.pw_gid == group and members <= {owner.pw_name}


def _is_open(folder: Path) -> bool:
    """Tell whether everybody may rename what lies in a folder; not where it keeps everybody to their own."""
    try:
        mode = folder.stat().st_mode
    except OSError:
        return False
    return bool(mode & stat.S_IWOTH) and not mode & stat.S_ISVTX
