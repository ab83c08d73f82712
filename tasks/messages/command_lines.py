"""How phonesync is called, for the commands that people are told: with the configuration that this run was given."""

from __future__ import annotations

import re
import shlex
from typing import Final

PLAIN: Final = "phonesync"
_COMMAND: Final = re.compile(
    r"\bphonesync (?=(?:accept|apply|check|discover|doctor|erase|export|find|history|init|mail|plans?|purge|reconcile"
    r"|release|resume|revert|runs|show|status|sync)\b(?! --help))"
)


def command_with(config: object) -> str:
    """Return how phonesync is called with this configuration, nothing for the usual one."""
    return f"{PLAIN} -c {shlex.quote(str(config))}" if config else PLAIN


def as_typed(said: str, command: str) -> str:
    """Return a text whose commands can be typed as they stand there: with the configuration that this one was given."""
    return said if command == PLAIN else _COMMAND.sub(lambda _: f"{command} ", said)
