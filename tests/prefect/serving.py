"""`phonesync serve` as an administrator starts it, with a sandbox and a receiver of notifications beside it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, PREFECT_HOME, temporary_settings
from waiting import PATIENCE, eventually

from connectors.sandbox.server import Sandbox
from flows.cli import main
from flows.sandbox import SAMPLES, credentials, read_state

COMMAND = Path(sys.executable).with_name("phonesync")


def of_runs(*runs: UUID) -> FlowRunFilter:
    """Ask Prefect for what belongs to these runs alone: others have used the same server."""
    return FlowRunFilter(id=FlowRunFilterId(any_=list(runs)))


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@dataclass
class Receiver:
    """A web hook on loopback, and what it was sent."""

    url: str
    received: list[dict[str, Any]] = field(default_factory=list)

    def of(self, place: str) -> list[dict[str, Any]]:
        return [message for message in self.received if message["at"] == place]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append({"at": self.path, **json.loads(body)})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Served:
    """A folder with the samples, and the program that serves them; its server may be somebody else's."""

    folder: Path
    environ: Mapping[str, str]
    port: int = field(default_factory=free_port)
    elsewhere: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def config(self) -> Path:
        return self.folder / "phonesync.toml"

    @property
    def api(self) -> str:
        return self.elsewhere or f"http://127.0.0.1:{self.port}/api"

    @property
    def said(self) -> str:
        return (self.folder / "serve.log").read_text(encoding="utf-8")

    def change(self, old: str, new: str) -> None:
        text = self.config.read_text(encoding="utf-8")
        assert old in text
        self.config.write_text(text.replace(old, new), encoding="utf-8")

    def start(self, **more: str) -> None:
        """Start it and return when it is at work."""
        with (self.folder / "serve.log").open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [COMMAND, "-c", str(self.config), "serve", "--port", str(self.port)],
                env={**self.environ, **more},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        eventually(lambda: "Ctrl-C stops it" in self.said or self.process.poll() is not None)
        assert self.process.poll() is None, self.said

    def stop(self) -> int:
        """End it as systemd does, and return its exit code."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def plan(self, *arguments: str) -> dict[str, Any]:
        """Carry a command out beside Prefect, in this process, and return what it prints as JSON."""
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
            for name in os.environ.keys() - self.environ.keys():
                patch.delenv(name)
            for name, value in self.environ.items():
                patch.setenv(name, value)
            main(["-c", str(self.config), *arguments, "--json"])
        made: dict[str, Any] = json.loads(out.buffer.getvalue())  # type: ignore[attr-defined] # BytesIO, see above
        return made

    def command(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Carry a command out to its end."""
        command = [COMMAND, "-c", str(self.config), *arguments]
        return subprocess.run(  # noqa: S603 - our own command
            command, env={**self.environ, **more}, capture_output=True, text=True, check=False
        )

    @contextmanager
    def client(self) -> Iterator[SyncPrefectClient]:
        """Ask its server."""
        with self.asking(), get_client(sync_client=True) as client:
            yield client

    @property
    def sign_in(self) -> str:
        """What opens its pages, `user:password`; "" where the server is somebody else's."""
        kept = self.folder / ".phonesync" / "prefect" / "sign-in"
        return kept.read_text(encoding="ascii").strip() if kept.exists() else ""

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Have Prefect's own functions ask its server."""
        settings = {
            PREFECT_API_URL: self.api,
            PREFECT_API_AUTH_STRING: self.sign_in or None,
            PREFECT_HOME: self.folder / "asking",
        }
        with temporary_settings(settings):
            yield

    def runs(self) -> list[FlowRun]:
        with self.client() as client:
            return client.read_flow_runs(limit=200)

    def run(self, deployment: str, **parameters: Any) -> FlowRun:
        """Start a deployment as its form does, and return the run when it has ended."""
        with self.client() as client:
            found = client.read_deployment_by_name(deployment)
            started = client.create_flow_run_from_deployment(found.id, parameters=parameters)

            def ended() -> FlowRun | None:
                run = client.read_flow_run(started.id)
                return run if run.state and run.state.is_final() else None

            return eventually(ended, pause=0.2)  # its server has the run to see to


def make_served(folder: Path, sandbox: Sandbox, receiver: Receiver) -> Served:
    """Put the samples into the folder, with the sandbox's addresses, a schedule, and whom to tell."""
    shutil.copytree(SAMPLES, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.db*", "reports"))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    secrets = {"HOOK": f"http://{receiver.url}/hook", "MAIL": f"json://{receiver.url}/mail"}
    served = Served(folder, {**environ, **credentials(read_state(None)), **secrets})
    served.change("http://127.0.0.1:8701", sandbox.usos_url)
    served.change("http://127.0.0.1:8702", sandbox.apio_url)
    with served.config.open("a", encoding="utf-8") as file:
        file.write('\n[notify]\nwebhook = [{ env = "HOOK" }]\napprise = [{ env = "MAIL" }]\n')
    return served


def processes_of(folder: Path) -> list[str]:
    """Return the command lines of all processes that stand in a folder or below it."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            stands = (place / "cwd").readlink()
            command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if command and stands.is_relative_to(folder):
            found.append(command)
    return found
