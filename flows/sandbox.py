"""Play both services on loopback until stopped."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from connectors.sandbox.server import serve
from schemas.errors import UsageError

SAMPLES = Path(__file__).parent.parent / "data" / "samples"


def read_state(path: Path | None) -> dict[str, Any]:
    """Return the services' initial state from a JSON file, the sample institution's where none is given.

    Raises:
        UsageError: there is no such file, or it is not JSON.
    """
    place = path or SAMPLES / "sandbox.json"
    try:
        state: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"There is no {place}.", remedy="Give one with --state FILE.") from None
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{place} cannot be read.", remedy="Give a file of UTF-8 text with --state FILE.") from None
    except ValueError as error:
        raise UsageError(f"{place} is not JSON: {error}.", remedy="See data/samples/sandbox.json.") from None
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


def play(*, ports: tuple[int, int], state: Path | None, database: str, as_json: bool) -> None:
    """Serve both services, say where and with which credentials, and run until Ctrl-C."""
    stored = read_state(state)
    try:
        with serve(stored, ports=ports, database=database) as sandbox:
            told = {"usos": sandbox.usos_url, "apio": sandbox.apio_url, "credentials": credentials(stored)}
            if as_json:
                click.echo(json.dumps(told))
            else:
                click.echo(f"USOS  {told['usos']}\nAPIO  {told['apio']}\n\nIn another terminal:\n")
                for name, value in credentials(stored).items():
                    click.echo(f"export {name}={value}")
                click.echo("phonesync -c data/samples/phonesync.toml plan\n\nCtrl-C stops both.")
            threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
    except OSError as error:
        raise UsageError(
            f"A port cannot be used ({error.strerror}).",
            remedy="Give others with --usos-port and --apio-port; 0 takes a free one.",
        ) from None
