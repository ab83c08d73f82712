"""Where a Prefect of one's own lives, and the environment in which its server and its worker run."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connectors.files.writing import make_private_folder, write_private
from schemas import limits
from schemas.errors import ConfigurationError, UsageError
from tasks.messages.errors import error_of
from tasks.messages.system_errors import cause_of

_FOLDER = Path(".phonesync", "prefect")
_KEY = "encryption.key"
_ANY = {"0.0.0.0", "::"}  # noqa: S104 - these are recognised, not bound
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_API = "PREFECT_API_URL"
_SIGN_IN = "PREFECT_SERVER_API_AUTH_STRING"
_CLIENT_SIGN_IN = "PREFECT_API_AUTH_STRING"
# All that the server of the reports is told: it needs no secret, so it has none.
_HARMLESS = {"HOME", "LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "PATH", "TMPDIR", "TZ", "VIRTUAL_ENV"}


@dataclass(frozen=True)
class Address:
    """Where the server listens."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in _LOOPBACK

    @property
    def page(self) -> str:
        """The address that a person opens."""
        host = socket.gethostname() if self.host in _ANY else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def api(self) -> str:
        """The address that programs on this machine use."""
        return f"http://127.0.0.1:{self.port}/api" if self.host in _ANY else f"{self.page}/api"

    @property
    def origins(self) -> str:
        """The addresses whose pages may ask the server: its own, and no page that somebody happens to visit."""
        names = {self.page, f"http://127.0.0.1:{self.port}", f"http://localhost:{self.port}"}
        return ",".join(sorted(names))


@dataclass(frozen=True)
class Home:
    """The folder beside the configuration that holds Prefect's database, its key and its logs."""

    folder: Path

    @property
    def server_log(self) -> Path:
        """What the server has to say."""
        return self.folder / "server.log"

    @property
    def worker_log(self) -> Path:
        """What the worker has to say; what runs have to say stands in Prefect's pages."""
        return self.folder / "worker.log"

    @property
    def reports_log(self) -> Path:
        """What the server of the reports has to say."""
        return self.folder / "reports.log"

    @property
    def chores_log(self) -> Path:
        """What the chores between runs have to say: see `flows.orchestration.chores`."""
        return self.folder / "chores.log"

    @property
    def scratch(self) -> Path:
        """Where runs keep their temporary files."""
        return self.folder / "tmp"


def make_home(config: Path) -> Home:
    """Return the home beside the configuration; only its owner may look into it.

    Raises:
        ConfigurationError: it cannot be made.
    """
    home = Home(config.parent / _FOLDER)
    for folder in (home.folder.parent, home.folder):
        make_private_folder(folder)
        folder.chmod(0o700)  # also where an older one stands
    return home


@contextmanager
def locked_home(home: Home) -> Iterator[None]:
    """Hold the home while the block runs; a process that dies lets go of it.

    Raises:
        UsageError: another `phonesync serve` holds it.
    """
    with os.fdopen(os.open(home.folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise error_of(UsageError, "serve_at_work", {"folder": home.folder}) from None
        shutil.rmtree(home.scratch, ignore_errors=True)  # what runs that were killed have left
        make_private_folder(home.scratch)
        yield


def encryption_key(home: Home) -> str:
    """Return the key with which this home's Prefect encrypts blocks; made once, readable by its owner alone.

    Raises:
        ConfigurationError: it cannot be read or written.
    """
    place = home.folder / _KEY
    try:
        if not place.exists():
            write_private(place, base64.urlsafe_b64encode(os.urandom(32)))
        return place.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise error_of(ConfigurationError, "place_unusable", {"place": place, "why": cause_of(error)}) from error


@dataclass(frozen=True)
class ServerSecrets:
    """What the server alone, or nobody but the server, is told.

    Attributes:
        key: with which it encrypts blocks.
        sign_in: what it asks everybody for, `user:password`; "" asks nobody.
        of_services: the variables that hold secrets of services, which it has no use for.
    """

    key: str = field(repr=False)
    sign_in: str = field(default="", repr=False)
    of_services: frozenset[str] = frozenset()


# What Prefect notes of every step, artifact and state of a run, beside the step, the artifact and the state.
_OF_STEPS = (
    *(
        f"prefect.task-run.{state}"
        for state in ("Pending", "Running", "Completed", "Failed", "Cancelled", "AwaitingRetry")
    ),
    *(f"prefect.artifact.{what}" for what in ("created", "updated")),
)
_OF_RUNS = (
    "prefect.flow-run.heartbeat",
    *(f"prefect.flow-run.{state}" for state in ("Scheduled", "Pending", "Submitting", "Running", "Late", "Completed")),
    *(f"prefect.worker.{what}-flow-run" for what in ("submitted", "executed")),
    *(f"prefect.deployment.{what}" for what in ("created", "updated", "ready", "not-ready")),
)


def retention(keep_days: int | None) -> dict[str, str]:
    """Return the environment of a server that forgets runs after so many days, and sooner what nobody looks up."""
    days = limits.PREFECT_KEPT_DAYS if keep_days is None else keep_days
    steps = dict.fromkeys(_OF_STEPS, limits.PREFECT_STEP_EVENTS_SECONDS)
    sooner = steps | dict.fromkeys(_OF_RUNS, limits.PREFECT_RUN_EVENTS_SECONDS)
    vacuum = "PREFECT_SERVER_SERVICES_DB_VACUUM"
    return {
        f"{vacuum}_ENABLED": "events,flow_runs",
        f"{vacuum}_RETENTION_PERIOD": str(days * 86_400),
        f"{vacuum}_EVENT_RETENTION_OVERRIDES": json.dumps(sooner),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{min(days, limits.PREFECT_EVENTS_DAYS)}D",
    }


def server_environment(
    home: Home, address: Address, told: ServerSecrets, environ: Mapping[str, str], keep_days: int | None = None
) -> dict[str, str]:
    """Return the environment of the server: its own home, nothing sent to anybody, pages that find it by any name.

    What the environment says of the database or of logging stays as it is; secrets of services are left out.
    """
    ours = {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_API_URL": "/api",  # of the very name by which the pages were opened
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": address.origins,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_ENCRYPTION_KEY": told.key,
        # Prefect unpacks its pages before it serves them, usually beside itself, where not everybody may write.
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home.folder / "pages"),
    }
    usual = {"PREFECT_SERVER_LOGGING_LEVEL": "WARNING"}
    usual |= retention(keep_days)
    usual["PREFECT_SERVER_DATABASE_TIMEOUT"] = str(limits.PREFECT_DATABASE_SECONDS)
    if told.sign_in:
        ours[_SIGN_IN] = told.sign_in
    given = {**usual, **client_environment(home, environ, address, told.sign_in), **ours}
    return {name: value for name, value in given.items() if name not in told.of_services}


def client_environment(
    home: Home, environ: Mapping[str, str], address: Address | None = None, sign_in: str = ""
) -> dict[str, str]:
    """Return the environment of whoever asks the server: this program, the worker and its runs.

    Args:
        home: where they keep what they keep.
        environ: the environment of this program; secrets that `{ env = … }` means are in it.
        address: of the server of one's own; None where `PREFECT_API_URL` names another.
        sign_in: what the server of one's own asks for, `user:password`; "" where it asks for nothing.
    """
    ours = {"PREFECT_HOME": str(home.folder), "DO_NOT_TRACK": "1"} if address else {}
    usual = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(limits.RUN_BEAT_SECONDS), "PREFECT_CLI_PROMPT": "false"}
    usual["PREFECT_LOGGING_EXTRA_LOGGERS"] = "phonesync"  # our own warnings stand among a run's logs
    if address:
        ours[_API] = address.api
        usual["PREFECT_WORKER_QUERY_SECONDS"] = str(limits.WORKER_QUERY_SECONDS)
        usual["PREFECT_UI_URL"] = f"{address.page}/v2"  # links in messages lead to the same pages as the address alone
        if sign_in:
            ours[_CLIENT_SIGN_IN] = sign_in
    # What the server asks for is known to its clients under their own name for it alone.
    return {**usual, **{name: value for name, value in environ.items() if name != _SIGN_IN}, **ours}


def worker_environment(environ: Mapping[str, str], home: Home, python: Path) -> dict[str, str]:
    """Return the environment of the worker: a run is started by the Python that phonesync is installed in."""
    path = os.pathsep.join(filter(None, [str(python.parent), environ.get("PATH", "")]))
    return {**environ, "PATH": path, "TMPDIR": str(home.scratch)}


def reports_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the server of the reports: none of anybody's secrets."""
    return {name: value for name, value in environ.items() if name in _HARMLESS or name.startswith("PYTHON")}


def server_command(python: Path, address: Address, user_header: str) -> list[str]:
    """Return the command that starts the server; a proxy says in that header, if any, who is signed in."""
    place = ["--host", address.host, "--port", str(address.port), "--user-header", user_header]
    return [str(python), "-m", "flows.orchestration.server", *place]


def worker_command(python: Path, config: Path) -> list[str]:
    """Return the command that starts the worker of a configuration."""
    return [str(python), "-m", "flows.orchestration.worker", str(config), f"phonesync {socket.gethostname()}"]


def chore_command(python: Path, chore: str, config: Path, *more: str) -> list[str]:
    """Return the command that does a chore for a configuration with Prefect, and ends."""
    return [str(python), "-m", "flows.orchestration.chores", chore, str(config), *more]


def reports_command(python: Path, folder: Path, port: int) -> list[str]:
    """Return the command that serves the reports to the user of this machine whose they are."""
    return [str(python), "-m", "flows.orchestration.reports_server", str(folder), str(port)]


def reports_port(address: Address) -> int:
    """Return where the reports are served: the port after Prefect's, so that old links still lead there, else any."""
    try:
        return free_port("127.0.0.1", min(address.port + 1, 65_535))
    except UsageError:
        return free_port("127.0.0.1", 0)


def free_port(host: str, port: int) -> int:
    """Return the port, or a free one for 0.

    Raises:
        UsageError: it cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
            return int(tried.getsockname()[1])
    except OSError as error:
        raise error_of(UsageError, "port_taken", {"host": host, "port": port, "why": cause_of(error)}) from None


_OURS = "PREFECT_"
_LEVEL = "PREFECT_LOGGING_LEVEL"


def use_temporary_home(environ: MutableMapping[str, str], home: Path) -> None:
    """Make Prefect, when it is imported after this, live in `home` alone and speak up only when something is wrong.

    Whatever the environment says of another Prefect is taken out: a demonstration shows up on nobody's server. Only
    `PREFECT_LOGGING_LEVEL` stays as it is given. Nobody else on this machine can ask its server.
    """
    level, sign_in = environ.get(_LEVEL), f"demo:{secrets.token_urlsafe(24)}"
    for name in [name for name in environ if name.startswith(_OURS)]:
        del environ[name]
    environ.update(
        {
            "PREFECT_HOME": str(home),
            "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(int(limits.SERVER_STARTS_SECONDS)),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            _SIGN_IN: sign_in,
            _CLIENT_SIGN_IN: sign_in,
            "DO_NOT_TRACK": "1",
            _LEVEL: level or "WARNING",
        }
    )
    if not level:
        # A run with held lines ends as failed, and Prefect logs that as an error: here it is part of the story.
        environ["PREFECT_LOGGING_LOGGERS_PREFECT_FLOW_RUNS_LEVEL"] = "CRITICAL"
        # Its server ends in the middle of what it does by the way; libraries would tell of each connection cut off.
        environ["PREFECT_LOGGING_ROOT_LEVEL"] = "CRITICAL"
