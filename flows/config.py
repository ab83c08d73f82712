"""Read `phonesync.toml`: every problem at once, an unknown key with the nearest known one."""

from __future__ import annotations

import copy
import difflib
import re
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
from flows.finding import VARIABLE
from schemas.connections import Connection, Secret
from schemas.errors import ConfigurationError
from schemas.phrases import Phrase
from schemas.schedule import happens
from schemas.settings import Notify, Official, Pages, Reconcile, Settings, Smtp, settings_model
from schemas.syncs import Columns, Fetch, Sync
from tasks.messages.catalogue import known
from tasks.messages.errors import error_of

_TARGETS = ("apprise", "webhook")
_HOME = Settings.model_fields["region"].default
# Plainer than pydantic's own words, by the type of the problem or by the key: names of the settings' sentences.
_PLAINLY = {
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "table"),
    **{key: key for key in ("region", "area_code", "switchboard")},
    **dict.fromkeys(("delimiter", "quotechar", "csv_delimiter", "csv_quotechar"), "mark"),
}


@cache
def _model() -> type[Settings]:
    """Return what the file may say, made once: a class of each table costs more than reading the file."""
    return settings_model(specs())


def load(path: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Settings:
    """Return the settings, with every path made absolute from the file's own folder.

    Args:
        path: the file.
        clock: tells the time from which on schedules have to come.

    Raises:
        ConfigurationError: the file is not there, is not TOML, or says something that cannot be meant; all problems
            are in the message.
    """
    refuse_writable(path, Phrase("say.the_configuration"))
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")  # editors leave a mark
        data = tomllib.loads(text)
    except FileNotFoundError:
        raise error_of(ConfigurationError, "no_configuration", {"file": path, "variable": VARIABLE}) from None
    except (OSError, UnicodeDecodeError) as error:
        raise error_of(ConfigurationError, "configuration_unreadable", {"file": path, "why": error}) from error
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(path, text, error) from error
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


def wrong_at(place: str, data: Mapping[str, Any]) -> Phrase | None:
    """Return what is wrong at one place of a file with these tables, None where nothing is; no other is looked at."""
    try:
        _model().model_validate(data)
    except ValidationError as error:
        problems = [_told(dict(problem), data) for problem in error.errors()]
        return next((problem.said for problem in problems if problem.place == place), None)
    return None


def _no_toml(path: Path, text: str, error: tomllib.TOMLDecodeError) -> ConfigurationError:
    """Return what the parser says, which is English, and where; a file that ends too early is wrong there or above."""
    at = re.search(r"line (\d+), column (\d+)", str(error))
    if at:
        why = {"en": str(error), "pl": f"wiersz {at[1]}, kolumna {at[2]}"}
        return error_of(ConfigurationError, "configuration_no_toml", {"file": path, "why": why})
    said = str(error).partition(" (at ")[0]
    values = {"file": path, "line": max(len(text.rstrip().splitlines()), 1), "why": {"en": f"{said}: ", "pl": ""}}
    return error_of(ConfigurationError, "configuration_cut", values)


def _beyond_reading(path: Path) -> ConfigurationError:
    return error_of(ConfigurationError, "beyond_reading", {"file": path})


@dataclass(frozen=True)
class _Problem:
    """What is wrong at one place of the file; `meant` is the place that a misspelled key was probably meant for."""

    place: str
    said: Phrase
    meant: str = ""


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
        listed = tuple(Phrase("setting.line", {"place": one.place, "said": one.said}) for one in problems)
        name = "configuration_wrong" if len(problems) == 1 else "configuration_wrongs"
        raise error_of(ConfigurationError, name, {"file": path, "problems": listed})
    return settings


def _contradictions(settings: Settings, now: datetime) -> list[_Problem]:
    """Return what is wrong between the tables, regions that nobody knows, and schedules that start nothing."""
    regions = {"region": settings.region, **{f"syncs.{name}.region": s.region for name, s in settings.syncs.items()}}
    # The default is one: most configurations need not wait until all numbering plans of the world are read.
    told = {place: region for place, region in regions.items() if region and region != _HOME}
    unknown = _no_regions(told) if told else {}
    schedules = {f"syncs.{name}.schedule": sync.schedule for name, sync in settings.syncs.items()}
    schedules["reconcile.schedule"] = settings.reconcile.schedule
    never = {place: schedule for place, schedule in schedules.items() if _is_idle(schedule, now)}
    return [
        *(_Problem(place, _plainer(said)) for place, said in settings.contradictions(specs())),
        *(_Problem(place, Phrase("setting.no_region", {"region": repr(region)})) for place, region in unknown.items()),
        *(_Problem(place, Phrase("setting.never", {"cron": repr(cron)})) for place, cron in never.items()),
        *(_Problem(place, said) for place, said in _no_area_codes(settings).items()),
        *(_Problem(place, Phrase("setting.switchboard")) for place in _no_switchboards(settings)),
    ]


def _plainer(said: Phrase) -> Phrase:
    """Return what a service says of a key that it needs, in the words of the catalogues where they have some."""
    key = f"setting.say_{said.values.get('key')}"
    return Phrase(key) if said.key == "setting.required" and known(key) else said


def _is_idle(schedule: str | None, now: datetime) -> bool:
    return schedule is not None and not happens(schedule, now)


def _no_regions(told: Mapping[str, str]) -> dict[str, str]:
    from tasks.phone.defaults import is_region

    return {place: region for place, region in told.items() if not is_region(region)}


def _no_area_codes(settings: Settings) -> dict[str, Phrase]:
    """Return what is wrong with area codes that complete no number of their region, by place."""
    tables: dict[str, Settings | Sync] = {"": settings}
    tables |= {f"syncs.{name}.": sync for name, sync in settings.syncs.items()}
    found = {}
    for place, table in tables.items():
        if table.area_code:
            region = table.region or settings.region
            if said := _wrong_area_code(table.area_code, region):
                found[f"{place}area_code"] = said
    return found


def _wrong_area_code(code: str, region: str) -> Phrase | None:
    from tasks.phone.defaults import as_area_code

    meant = as_area_code(code, region)
    if meant == code:
        return None
    if meant:
        return Phrase("setting.area_code_zero", {"meant": meant})
    return Phrase("setting.no_area_code", {"code": code, "region": region})


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
            return _Problem(place, Phrase("setting.unknown_key"))
        meant = ".".join([*steps[:-1], near[0]])
        return _Problem(place, Phrase("setting.unknown_meant", {"near": near[0]}), meant)
    if problem["type"] == "missing":
        return _Problem(place, Phrase("setting.missing"))
    if steps[-1] in Secret.model_fields or any(steps[-1] in spec.secrets for spec in specs().values()):
        return _Problem(place, Phrase("setting.secret_place"))
    if problem["type"].startswith("union_tag"):
        kinds = [f'"{kind}"' for kind, spec in specs().items() if spec.advertised]
        between: list[object] = [Phrase("setting.or")] * (2 * len(kinds) - 1)
        between[::2] = kinds
        return _Problem(f"{place}.kind", Phrase("setting.kind", {"kinds": tuple(between)}))
    return _Problem(place, _said(problem, steps[-1]))


def _said(problem: Mapping[str, Any], key: str) -> Phrase:
    """Return what is wrong with a value: what our own rules say, or what pydantic does, in plainer words."""
    kind, values = problem["type"], dict(problem.get("ctx") or {})
    plainly = _PLAINLY.get(kind, _PLAINLY.get(key))
    if plainly and not (kind == "string_type" and isinstance(problem["input"], int)):  # that lacks its quotes
        return Phrase(f"setting.{plainly}")
    if kind == "setting":
        return Phrase(f"setting.{values['name']}", values["values"])
    if known(f"setting.{kind}"):
        return Phrase(f"setting.{kind}", values)
    said = problem["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
    return Phrase("setting.other", {"said": said})


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
