"""Why a database cannot be opened or has failed, told by its own words, and what to do about each cause.

A server that turns somebody away before they are signed in gives no code, so PostgreSQL's and libpq's words count.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sqlalchemy.exc import DBAPIError, NoSuchModuleError

_CONFIGURED: Final = "ledger in phonesync.toml"


class Cause(NamedTuple):
    """What is wrong, in words that can hold no value, and what to do about it."""

    reason: str
    remedy: str


# A busy file needs neither room nor a restart.
_IN_FILES: Final = {
    "database or disk is full": "Make room on the disk",
    "disk I/O error": "Check the disk",
    "database is locked": "Another process has kept it busy for too long: wait until that has ended",
    "attempt to write a readonly database": "Let this user write the file and its folder",
}
_ON_SERVERS: Final = (
    (
        r'database "[^"]*" does not exist',
        Cause("there is no such database", f"Create it (createdb), or correct its name in {_CONFIGURED}"),
    ),
    (
        r'role "[^"]*" does not exist|authentication failed|no password supplied|no pg_hba\.conf entry',
        Cause(
            "the server does not let this user in",
            f"Check the user in {_CONFIGURED}, the password in PGPASSWORD or ~/.pgpass, and the server's pg_hba.conf",
        ),
    ),
    (
        r"permission denied|must be owner",
        Cause("a right is missing", "Let this user connect to the database and create tables there (GRANT)"),
    ),
    (
        r"failed to resolve host|could not translate host name",
        Cause("there is no such host", f"Correct the host in {_CONFIGURED}, or check this machine's DNS"),
    ),
    (
        r"timeout expired|timed out",
        Cause("no server answers in time", f"Check the host in {_CONFIGURED}, and the firewall between"),
    ),
    (
        r"Connection refused|No such file or directory|Is the server running",
        Cause("no server listens there", f"Start the server, or correct host and port in {_CONFIGURED}"),
    ),
    (r"too many clients|connection slots", Cause("the server is full", "Let it take more connections, or wait")),
)
_NO_DRIVER: Final = Cause(
    "its driver is not installed",
    f"Install it (pip install 'phonesync[postgres]') and let {_CONFIGURED} begin with postgresql+psycopg://",
)
_OPENING: Final = "Check ledger in phonesync.toml: the folder must exist and be writable, a server must be up"
_WORKING: Final = "Make the database answer again"


def cause_of(error: Exception, *, opening: bool) -> Cause:
    """Return why a database cannot be opened, or has failed in the middle of the work, and what to do."""
    if isinstance(error, NoSuchModuleError | ImportError):
        return _NO_DRIVER
    said = str(error.orig) if isinstance(error, DBAPIError) else ""
    for words, remedy in _IN_FILES.items():
        if words in said:
            return Cause(words, remedy)
    for pattern, cause in _ON_SERVERS:
        if re.search(pattern, said):
            return cause
    return Cause(type(error).__name__, _OPENING if opening else _WORKING)
