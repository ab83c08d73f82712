"""Read `phonesync.toml`: every problem at once, an unknown key with the nearest known one."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from schemas.errors import ConfigurationError
from schemas.policy import Guard
from schemas.settings import ApioConnection, Columns, Secret, Settings, Sync, UsosConnection

DEFAULT_NAME = "phonesync.toml"
_VARIABLE = "PHONESYNC_CONFIG"


def find_configuration(given: str | None, environ: Mapping[str, str]) -> Path:
    """Return the file to read: the one given, else `PHONESYNC_CONFIG`, else `phonesync.toml` here."""
    return Path(given or environ.get(_VARIABLE) or DEFAULT_NAME).absolute()


def load(path: Path) -> Settings:
    """Return the settings, with every path made absolute from the file's own folder.

    Raises:
        ConfigurationError: the file is not there, is not TOML, or says something that cannot be meant; all problems
            are in the message.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no {path}.", remedy=f"Give a file with -c FILE or {_VARIABLE}, or try: phonesync demo."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.", remedy="It has to be a UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}.", remedy="Correct that line.") from error
    try:
        settings = Settings.model_validate(data)
        problems = settings.contradictions()
    except ValidationError as error:
        problems = [_told(dict(problem), data) for problem in error.errors()]
    if problems:
        listed = "".join(f"\n  {problem}" for problem in problems)
        raise ConfigurationError(f"{path}:{listed}\n", remedy="Correct these; nothing was done.")
    return _anchored(settings, path.parent)


def _anchored(settings: Settings, folder: Path) -> Settings:
    syncs = {name: sync.model_copy(update={"source": folder / sync.source}) for name, sync in settings.syncs.items()}
    connections = {
        name: connection.model_copy(update={"ca_bundle": folder / connection.ca_bundle})
        if connection.ca_bundle
        else connection
        for name, connection in settings.connections.items()
    }
    ledger = settings.ledger
    scheme, _, place = ledger.partition(":///")
    if scheme.startswith("sqlite") and place and place != ":memory:":
        ledger = f"{scheme}:///{folder / place}"
    anchored = {"syncs": syncs, "connections": connections, "ledger": ledger, "reports": folder / settings.reports}
    return settings.model_copy(update=anchored)


def _told(problem: dict[str, Any], data: Mapping[str, Any]) -> str:
    """Say where a problem is and what to do, without quoting a value that may be a secret."""
    steps = [str(step) for step in problem["loc"]]
    if len(steps) > 2 and steps[0] == "connections" and steps[2] in {"usos", "apio"}:
        del steps[2]  # the kind of the connection, which the file does not have as a table
    place = ".".join(steps)
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(steps[-1], _known_keys(steps[:-1], data), n=1, cutoff=0.5)
        return f"{place}: unknown key" + (f"; did you mean {near[0]}?" if near else "")
    if problem["type"] == "missing":
        return f"{place}: this is missing"
    if steps[-1] in Secret.model_fields or steps[-1] in {"consumer_key", "consumer_secret", "username", "password"}:
        return f'{place}: say where it is kept: {{ env = "NAME" }}, {{ file = "PATH" }} or {{ block = "NAME" }}'
    return f"{place}: {problem['msg'].removeprefix('Value error, ')}"


def _known_keys(steps: list[str], data: Mapping[str, Any]) -> list[str]:
    model: type[BaseModel] = Settings
    if steps[:1] == ["syncs"]:
        inner: dict[str, type[BaseModel]] = {"columns": Columns, "guard": Guard}
        model = inner.get(steps[-1], Sync) if len(steps) > 2 else Sync
    elif steps[:1] == ["connections"] and len(steps) > 2:
        model = Secret
    elif steps[:1] == ["connections"]:
        kind = data["connections"][steps[1]].get("kind")
        model = ApioConnection if kind == "apio" else UsosConnection
    return list(model.model_fields)
