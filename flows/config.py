"""Read `phonesync.toml`: every problem at once, an unknown key with the nearest known one."""

from __future__ import annotations

import copy
import difflib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

from pydantic import BaseModel, ValidationError

from connectors.files.rights import refuse_writable
from connectors.registry import specs
from schemas.connections import Connection, Secret
from schemas.errors import ConfigurationError, UsageError
from schemas.schedule import happens
from schemas.settings import Notify, Official, Pages, Reconcile, Settings, Smtp, settings_model
from schemas.syncs import Columns, Fetch, Sync

DEFAULT_NAME = "phonesync.toml"
_VARIABLE = "PHONESYNC_CONFIG"
# Set where a process may serve one configuration and no other, whatever it is asked for.
FIXED = "PHONESYNC_ONLY_CONFIG"
_TARGETS = ("apprise", "webhook")
_HOME = Settings.model_fields["region"].default
# Plainer than pydantic's own words, by the type of the problem or by the key.
_PLAINLY = {
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "this has to be a table"),
    "region": "give two capital letters, such as PL",
    "area_code": "give one to five digits, such as 22",
    "switchboard": "give one whole number, such as 22 999 00 00",
    **dict.fromkeys(
        ("delimiter", "quotechar", "csv_delimiter", "csv_quotechar"), "give one character that ends no line"
    ),
}


@cache
def _model() -> type[Settings]:
    """Return what the file may say, made once: a class of each table costs more than reading the file."""
    return settings_model(specs())


def find_configuration(given: str | None, environ: Mapping[str, str]) -> Path:
    """Return the file to read: the one given, else `PHONESYNC_CONFIG`, else `phonesync.toml` here.

    Raises:
        UsageError: the process serves one configuration, and this is another.
    """
    only = environ.get(FIXED)
    found = Path(given or environ.get(_VARIABLE) or only or DEFAULT_NAME).absolute()
    if only and found != Path(only):
        raise UsageError(
            f"This is a run of {only}, and another configuration was asked for.", remedy="Leave config as it is."
        )
    return found


def load(path: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Settings:
    """Return the settings, with every path made absolute from the file's own folder.

    Args:
        path: the file.
        clock: tells the time from which on schedules have to come.

    Raises:
        ConfigurationError: the file is not there, is not TOML, or says something that cannot be meant; all problems
            are in the message.
    """
    refuse_writable(path, "The configuration")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # editors leave a mark
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no {path}.", remedy=f"Give a file with -c FILE or {_VARIABLE}, or try: phonesync demo."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.", remedy="It has to be a UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}.", remedy="Correct that line.") from error
    except (ValueError, RecursionError):
        raise _beyond_reading(path) from None
    try:
        return settings_of(path, data, clock())
    except RecursionError:
        raise _beyond_reading(path) from None


def settings_of(path: Path, data: Mapping[str, Any], now: datetime) -> Settings:
    """Return the settings that a file with these tables has, with every path made absolute from the file's own folder.

    Raises:
        ConfigurationError: they say something that cannot be meant; all problems are in the message.
    """
    return _anchored(_judged(path, data, now), path.parent)


def _beyond_reading(path: Path) -> ConfigurationError:
    said = "it has a number of thousands of digits, or hundreds of tables in each other"
    return ConfigurationError(f"{path} cannot be read: {said}.", remedy="Correct it; nothing was done.")


@dataclass(frozen=True)
class _Problem:
    """What is wrong at one place of the file; `meant` is the place that a misspelled key was probably meant for."""

    place: str
    said: str
    meant: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.said}"


def _judged(path: Path, data: Mapping[str, Any], now: datetime) -> Settings:
    try:
        settings = _model().model_validate(data)
        problems = _contradictions(settings, now)
    except ValidationError as error:
        problems = [_told(dict(problem), data) for problem in error.errors()]
        meant = {problem.meant for problem in problems}
        unknown = [problem["loc"] for problem in error.errors() if problem["type"] == "extra_forbidden"]
        problems += [problem for problem in _hidden(_without(unknown, data), now) if problem.place not in meant]
    if problems:
        listed = "".join(f"\n  {problem}" for problem in problems)
        correct = "Correct it" if len(problems) == 1 else "Correct these"
        raise ConfigurationError(f"{path}:{listed}", remedy=f"{correct}; nothing was done.")
    return settings


def _contradictions(settings: Settings, now: datetime) -> list[_Problem]:
    """Return what is wrong between the tables, regions that nobody knows, and schedules that start nothing."""
    regions = {"region": settings.region, **{f"syncs.{name}.region": s.region for name, s in settings.syncs.items()}}
    # The default is one: most configurations need not wait until all numbering plans of the world are read.
    told = {place: region for place, region in regions.items() if region and region != _HOME}
    unknown = _no_regions(told) if told else {}
    never = {f"syncs.{name}.schedule": s.schedule for name, s in settings.syncs.items() if _is_idle(s.schedule, now)}
    found = [problem.partition(": ") for problem in settings.contradictions(specs())]
    return [
        *(_Problem(place, said) for place, _, said in found),
        *(_Problem(place, f"there is no region {region!r}") for place, region in unknown.items()),
        *(
            _Problem(place, f"{cron!r} never comes within eight years; look at its day and its month")
            for place, cron in never.items()
        ),
        *(_Problem(place, _PLAINLY["switchboard"]) for place in _no_switchboards(settings)),
    ]


def _is_idle(schedule: str | None, now: datetime) -> bool:
    return schedule is not None and not happens(schedule, now)


def _no_regions(told: Mapping[str, str]) -> dict[str, str]:
    from tasks.phone.defaults import is_region

    return {place: region for place, region in told.items() if not is_region(region)}


def _no_switchboards(settings: Settings) -> list[str]:
    """Return the places of switchboards that are no number where they stand."""
    places: list[tuple[str, Settings | Sync]] = [("switchboard", settings)]
    places += [(f"syncs.{name}.switchboard", sync) for name, sync in settings.syncs.items()]
    return [place for place, table in places if table.switchboard and not _is_switchboard(table, settings)]


def _is_switchboard(table: Settings | Sync, settings: Settings) -> bool:
    from tasks.phone.defaults import is_switchboard

    region, area_code = table.region or settings.region, table.area_code or settings.area_code
    return is_switchboard(str(table.switchboard), region, area_code)


def _hidden(rest: Mapping[str, Any], now: datetime) -> list[_Problem]:
    """Return what else is wrong, where that can be told without the keys that nobody knows."""
    try:
        return _contradictions(_model().model_validate(rest), now)
    except ValidationError:
        return []


def _without(places: Sequence[tuple[int | str, ...]], data: Mapping[str, Any]) -> dict[str, Any]:
    rest: dict[str, Any] = copy.deepcopy(dict(data))
    for *tables, key in places:
        table: Any = rest
        for step in tables:
            if isinstance(table, dict):
                table = table.get(step, table)  # the kind of a connection is a step that the file does not have
        if isinstance(table, dict):
            table.pop(key, None)
    return rest


def _anchored(settings: Settings, folder: Path) -> Settings:
    syncs = {name: sync.model_copy(update=_anchored_source(sync, folder)) for name, sync in settings.syncs.items()}
    connections = {
        name: connection.model_copy(update=_anchored_files(connection, folder))
        for name, connection in settings.connections.items()
    }
    ledger = settings.ledger
    scheme, _, place = ledger.partition(":///")
    if scheme.startswith("sqlite") and place and place != ":memory:":
        ledger = f"{scheme}:///{folder / place}"
    notify = settings.notify.model_copy(
        update={key: tuple(_anchored_secret(one, folder) for one in getattr(settings.notify, key)) for key in _TARGETS}
    )
    if notify.smtp:
        notify = notify.model_copy(update={"smtp": notify.smtp.model_copy(update=_anchored_files(notify.smtp, folder))})
    notify = notify.model_copy(update={"outbox": folder / notify.outbox})
    if notify.sendmail:
        notify = notify.model_copy(update={"sendmail": folder / notify.sendmail})
    anchored = {
        "syncs": syncs,
        "connections": connections,
        "notify": notify,
        "ledger": ledger,
        "reports": folder / settings.reports,
    }
    anchored["systems"] = {
        name: system.model_copy(update={"source": folder / system.source}) for name, system in settings.systems.items()
    }
    if settings.reconcile.mapping:
        mapping = folder / settings.reconcile.mapping
        anchored["reconcile"] = settings.reconcile.model_copy(update={"mapping": mapping})
    return settings.model_copy(update=anchored)


def _anchored_source(sync: Sync, folder: Path) -> dict[str, Any]:
    fetch = sync.fetch.model_copy(update=_anchored_files(sync.fetch, folder))
    return {"source": folder / sync.source, "fetch": fetch}


def _anchored_files(connection: Connection | Smtp | Fetch, folder: Path) -> dict[str, Any]:
    files: dict[str, Any] = {}
    for key in type(connection).model_fields:
        value = getattr(connection, key)
        if isinstance(value, Secret):
            files[key] = _anchored_secret(value, folder)
        elif isinstance(value, Path):
            files[key] = folder / value
    return files


def _anchored_secret(secret: Secret, folder: Path) -> Secret:
    return secret.model_copy(update={"file": folder / secret.file}) if secret.file else secret


def _told(problem: dict[str, Any], data: Mapping[str, Any]) -> _Problem:
    """Say where a problem is and what to do, without quoting a value that may be a secret."""
    steps = [str(step) for step in problem["loc"]]
    if len(steps) > 2 and steps[0] == "connections" and steps[2] in specs():
        del steps[2]  # the kind of the connection, which the file does not have as a table
    place = ".".join(steps)
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(steps[-1], _known_keys(steps[:-1], data), n=1, cutoff=0.6)
        if not near:
            return _Problem(place, "unknown key")
        return _Problem(place, f"unknown key; did you mean {near[0]}?", meant=".".join([*steps[:-1], near[0]]))
    if problem["type"] == "missing":
        return _Problem(place, "this is missing")
    if steps[-1] in Secret.model_fields or any(steps[-1] in spec.secrets for spec in specs().values()):
        kept = '{ env = "NAME" }, { file = "PATH" } or { block = "NAME" }'
        return _Problem(place, f"say where it is kept: {kept}")
    if problem["type"].startswith("union_tag"):
        kinds = " or ".join(f'"{kind}"' for kind, spec in specs().items() if spec.advertised)
        return _Problem(f"{place}.kind", f"say which service this is: {kinds}")
    said = problem["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
    return _Problem(place, _PLAINLY.get(problem["type"], _PLAINLY.get(steps[-1], said)))


def _known_keys(steps: list[str], data: Mapping[str, Any]) -> list[str]:
    model: type[BaseModel] = Settings
    if steps[:1] == ["syncs"]:
        model = get_args(_model().model_fields["syncs"].annotation)[1]
        if len(steps) > 2 and steps[-1] in {"columns", "fetch", "guard", "ignore"}:
            model = cast("type[BaseModel]", model.model_fields[steps[-1]].annotation)
    elif steps[:1] == ["connections"] and len(steps) > 2:
        model = Secret
    elif steps[:1] == ["connections"]:
        kind = data["connections"][steps[1]].get("kind")
        model = specs()[kind].connection if kind in specs() else Connection
    elif steps[:1] == ["reconcile"]:
        model = Reconcile
    elif steps[:1] == ["systems"]:
        model = Columns if steps[-1] == "columns" else Official
    elif steps[:1] == ["prefect"]:
        model = Pages
    elif steps == ["notify", "smtp"]:
        model = Smtp
    elif steps[:1] == ["notify"]:
        model = Secret if len(steps) > 1 else Notify
    return list(model.model_fields)
