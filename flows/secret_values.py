"""Secrets from where they are kept: the environment, a file, a block of Prefect."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from connectors.files.rights import refuse_writable
from flows.output import hide_from_now_on
from schemas.connections import Secret
from schemas.errors import ConfigurationError
from schemas.phrases import Phrase
from tasks.messages.errors import error_of
from tasks.messages.system_errors import cause_of


def secret_value(place: str, where: Secret, environ: Mapping[str, str]) -> str:
    """Return a secret; it is never in a message, and hidden in all that is shown from now on.

    Raises:
        ConfigurationError: it is not there, or others may write it.
    """
    if where.env is not None:
        value, kept = environ.get(where.env, ""), Phrase("say.kept_env", {"name": where.env})
    elif where.file is not None:
        value, kept = _from_file(place, where.file), Phrase("say.kept_file", {"name": where.file})
    else:
        from flows.blocks import secret_from_block

        value, kept = secret_from_block(place, str(where.block)), Phrase("say.kept_block", {"name": where.block})
    if not value:
        raise error_of(ConfigurationError, "secret_missing", {"place": place, "kept": kept})
    hide_from_now_on([value])
    return value


def _from_file(place: str, path: Path) -> str:
    refuse_writable(path, f"{place}:")
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        values = {"place": place, "file": path, "why": cause_of(error)}
        raise error_of(ConfigurationError, "secret_unreadable", values) from None
