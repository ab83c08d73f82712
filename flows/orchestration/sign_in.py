"""With which name and password Prefect's pages are opened: made once, kept in a file that its owner alone can read.

Prefect knows one sign-in for everybody (`PREFECT_SERVER_API_AUTH_STRING`); whoever has it may do all that its pages do.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectors.files.writing import write_private
from flows.orchestration.home import Home
from schemas.errors import ConfigurationError
from tasks.messages.errors import error_of
from tasks.messages.system_errors import cause_of

OF_SERVER = "PREFECT_SERVER_API_AUTH_STRING"
_USER = "phonesync"
_BYTES = 24
_OTHERS = 0o077


@dataclass(frozen=True)
class SignIn:
    """What opens the pages.

    Attributes:
        text: `user:password`; "" where nothing is asked for.
        place: the file that holds it, None where the environment names it.
        is_new: whether it was made just now.
    """

    text: str = field(default="", repr=False)
    place: Path | None = None
    is_new: bool = False


def sign_in(home: Home, environ: Mapping[str, str]) -> SignIn:
    """Return the sign-in of a server of one's own: the environment's, else the one in the home, made where none is.

    Raises:
        ConfigurationError: it cannot be read or written, is no `user:password`, or others may read or change it.
    """
    if environ.get(OF_SERVER):
        return SignIn(environ[OF_SERVER])
    place = home.folder / "sign-in"
    is_new = not place.exists()
    try:
        if is_new:
            write_private(place, f"{_USER}:{secrets.token_urlsafe(_BYTES)}\n")
        text, rights = place.read_text(encoding="utf-8").strip(), place.stat().st_mode
    except (OSError, ValueError) as error:
        raise error_of(ConfigurationError, "place_unusable", {"place": place, "why": cause_of(error)}) from None
    if rights & _OTHERS:
        raise error_of(ConfigurationError, "sign_in_open", {"place": place})
    user, colon, password = text.partition(":")
    if not (user and colon and password) or len(text.split()) != 1:
        raise error_of(ConfigurationError, "sign_in_damaged", {"place": place})
    return SignIn(text, place, is_new)
