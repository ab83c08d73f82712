"""Play both services on loopback until stopped."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from connectors.sandbox.options import ANY_METHOD, FAULTS
from connectors.sandbox.rehearsal import (
    METHODS,
    SERVICES,
    Setting,
    fault_settings,
    faults_from,
    options_from,
    settings,
)
from connectors.sandbox.server import Sandbox, serve
from flows.signals import ended_by_ctrl_c
from schemas.errors import UsageError
from tasks.messages.catalogue import text
from tasks.messages.errors import error_of
from tasks.messages.language import language
from tasks.messages.system_errors import cause_of

# In a checkout a link to data/samples, in an installed package a folder of it.
SAMPLES = Path(str(files("flows").joinpath("samples"))).resolve()
CONFIGURATION = "phonesync.toml"


def read_state(path: Path | None) -> dict[str, Any]:
    """Return the services' initial state from a JSON file, the sample institution's where none is given.

    Raises:
        UsageError: there is no such file, or it is not JSON.
    """
    place = path or SAMPLES / "sandbox.json"
    try:
        state: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise error_of(UsageError, "no_state_file", {"file": place}) from None
    except (OSError, UnicodeDecodeError):
        raise error_of(UsageError, "state_unreadable", {"file": place}) from None
    except ValueError as error:
        raise error_of(
            UsageError, "state_no_json", {"file": place, "why": error, "sample": SAMPLES / "sandbox.json"}
        ) from None
    return state


def credentials(state: Mapping[str, Any]) -> dict[str, str]:
    """Return the state's first consumer and first user, under the names that the sample configuration gives them."""
    consumer, user = state["usos"]["consumers"][0], state["apio"]["users"][0]
    return {
        "USOS_CONSUMER_KEY": consumer["key"],
        "USOS_CONSUMER_SECRET": consumer["secret"],
        "APIO_USERNAME": user["username"],
        "APIO_PASSWORD": user["password"],
    }


def copy_samples(folder: Path, sandbox: Sandbox, *, heading: str = "") -> Path:
    """Put the sample files into a folder, and return the configuration among them: it names where the services listen.

    Args:
        folder: exists; files of the samples' names in it are replaced.
        sandbox: the services.
        heading: what the configuration begins with.
    """
    for source in sorted(SAMPLES.glob("*.csv")):
        shutil.copyfile(source, folder / source.name)
    text = (SAMPLES / CONFIGURATION).read_text(encoding="utf-8")
    for there, here in (("http://127.0.0.1:8701", sandbox.usos_url), ("http://127.0.0.1:8702", sandbox.apio_url)):
        text = text.replace(f'"{there}"', f'"{here}"')
    path = folder / CONFIGURATION
    path.write_text(heading + text, encoding="utf-8")
    return path


def _new_folder(folder: Path) -> None:
    """Make the folder, or take an empty one: nobody's files are replaced."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise error_of(UsageError, "samples_folder_refused", {"folder": folder, "why": cause_of(error)}) from None
    if taken:
        raise error_of(UsageError, "samples_folder_full", {"folder": folder})


@dataclass(frozen=True)
class Wanted:
    """What the services are to be.

    Attributes:
        ports: where USOS and APIO listen; 0 takes a free one.
        state: a JSON file of what they hold at first; None stands for the sample institution.
        samples: a folder for the sample files, if they are wanted.
        database: where the state lives while they run, as an SQLAlchemy URL.
        seed: decides every random order.
        settings: how they behave, as `connectors.sandbox.rehearsal` reads it.
        faults: what goes wrong, likewise.
    """

    ports: tuple[int, int]
    state: Path | None
    samples: Path | None
    database: str
    seed: int
    settings: Sequence[str]
    faults: Sequence[str]


def play(wanted: Wanted, *, as_json: bool) -> None:
    """Serve both services, say where and with which credentials, and run until Ctrl-C.

    Raises:
        UsageError: a setting, a fault, the state, the folder or a port cannot be used; nothing was served.
    """
    usos, apio = options_from(wanted.settings)
    faults = faults_from(wanted.faults)
    stored = read_state(wanted.state)
    if wanted.samples:
        _new_folder(wanted.samples)
    behaviour: dict[str, Any] = {"usos": usos, "apio": apio, "seed": wanted.seed}
    try:
        with ended_by_ctrl_c(), serve(stored, ports=wanted.ports, database=wanted.database, **behaviour) as sandbox:
            sandbox.usos.faults, sandbox.apio.faults = faults["usos"], faults["apio"]
            try:
                _say_where(wanted, stored, sandbox, as_json=as_json)
                threading.Event().wait()
            except KeyboardInterrupt:
                _say_stopped(sandbox)
    except OSError as error:
        raise error_of(UsageError, "sandbox_port", {"why": cause_of(error)}) from None


def _say_where(wanted: Wanted, stored: Mapping[str, Any], sandbox: Sandbox, *, as_json: bool) -> None:
    configuration = copy_samples(wanted.samples, sandbox) if wanted.samples else _that_names(sandbox)
    secrets = credentials(stored)
    if as_json:
        click.echo(json.dumps({"usos": sandbox.usos_url, "apio": sandbox.apio_url, "credentials": secrets}))
        return
    click.echo(f"USOS  {sandbox.usos_url}\nAPIO  {sandbox.apio_url}\n")
    lang = language(None, None, os.environ)
    for title, texts in ((text("demo.set", lang), wanted.settings), (text("demo.goes_wrong", lang), wanted.faults)):
        if texts:
            click.echo("\n  ".join([f"{title}:", *texts]) + "\n")
    click.echo(text("demo.other_terminal", lang) + "\n")
    for name, value in secrets.items():
        click.echo(f"export {name}={value}")
    if configuration:
        click.echo(f"phonesync -c {shlex.quote(str(configuration))} plan")
    else:
        click.echo("\n" + text("demo.no_configuration", lang))
    click.echo(f"\n{text('demo.ctrl_c', lang)}")


def _that_names(sandbox: Sandbox) -> Path | None:
    """Return the samples' own configuration, where it is a file of this folder and names where the services listen."""
    configuration = SAMPLES / CONFIGURATION
    said = configuration.read_text(encoding="utf-8")
    named = all(f'"{url}"' in said for url in (sandbox.usos_url, sandbox.apio_url))
    here = configuration.is_relative_to(Path.cwd())
    return configuration.relative_to(Path.cwd()) if named and here else None


def _say_stopped(sandbox: Sandbox) -> None:
    """Say also what nobody has met, so that a rehearsal is not taken for one that went well."""
    click.echo("Stopped.", err=True)
    for service in (sandbox.usos, sandbox.apio):
        for fault in service.faults:
            times = f"{fault.times} times more" if fault.times > 1 else "once more"
            click.echo(f"No call has met {service.name}.{fault.method}: {fault.kind}, due {times}.", err=True)


def help_lists() -> dict[str, list[tuple[str, str]]]:
    """Return what `phonesync sandbox --help` lists below its options: by title, each name with what it means."""
    lists = {
        f"Settings of {title}": [(f"{service}.{one.name}={one.default}", _meaning(one)) for one in settings(service)]
        for service, title in SERVICES.items()
    }
    lists["Methods that a fault may hit"] = [
        (f"{service}.{method}", "any of them" if method == ANY_METHOD else "")
        for service in SERVICES
        for method in METHODS[service]
    ]
    lists["Kinds of faults"] = list(FAULTS.items())
    lists["What may follow the kind, after commas"] = [
        (f"{one.name}={one.default}", _meaning(one)) for one in fault_settings()
    ]
    return lists


def _meaning(one: Setting) -> str:
    choices = f" One of: {', '.join(one.choices)}." if one.choices else ""
    return f"{one.means.rstrip('.')}.{choices}"
