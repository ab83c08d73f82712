"""Run Prefect on this machine, or work for one that runs elsewhere: server, deployments, worker, until stopped.

This process only looks after the others, for months: what needs Prefect or tables it leaves to processes that end.
"""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

import click

from flows.context import RunContext, open_context
from flows.finding import find_configuration
from flows.named import USER_HEADER
from flows.orchestration import home, processes
from flows.orchestration.home import Address, Home, ServerSecrets
from flows.orchestration.processes import Child, ShutdownTimer
from flows.orchestration.sign_in import OF_SERVER, SignIn, sign_in
from flows.signals import StopRequest
from schemas import limits
from schemas.errors import PhonesyncError, Unreachable, UsageError
from schemas.phrases import Phrase
from schemas.settings import Language
from tasks.messages.catalogue import decimal, render, text
from tasks.messages.errors import error_of


class _Stopped(Exception):  # noqa: N818 - named by what is the matter
    """Somebody wants an end while things are still being started."""


def serve(
    config: str | None,
    environ: MutableMapping[str, str],
    asked: Address,
    *,
    signed_in: bool = True,
    user_header: str = "",
) -> None:
    """Serve until Ctrl-C or SIGTERM; then end the worker, its runs in order, and last the server.

    Args:
        config: the configuration file, or None for the usual one.
        environ: the environment; `PREFECT_API_URL` in it names a server that runs already, and none is started then.
        asked: where the server listens; port 0 takes a free one.
        signed_in: whether a server of one's own asks everybody for a name and a password.
        user_header: in which a proxy says who is signed in there; "" where none stands before the server.

    Raises:
        ConfigurationError: the configuration or the sign-in cannot be meant, or its names are taken on that server.
        UsageError: the port is taken, another one serves this configuration, or anybody could give any name.
        Unreachable: the server does not answer, or has died.
    """
    path = find_configuration(config, environ)
    wish = StopRequest()
    with wish.listening(), open_context(str(path), environ) as context:
        place = home.make_home(path)
        with home.locked_home(place):
            given = environ.get("PREFECT_API_URL")
            if user_header and (given or not signed_in):
                raise error_of(UsageError, "header_untrusted")
            address = None if given else Address(asked.host, home.free_port(asked.host, asked.port))
            opening = sign_in(place, environ) if address and signed_in else SignIn()
            if address:
                _warn(address, opening, context.lang)
            _Served(path, place, address, opening, context, wish, user_header).run(environ)


def _warn(address: Address, opening: SignIn, lang: Language) -> None:
    said = ""
    if not opening.text:
        key = "say.serve_open_here" if address.is_loopback else "say.serve_open"
        said = render(key, lang, page=address.page)
    elif not address.is_loopback:
        said = render("say.serve_clear", lang, page=address.page)
    if said:
        click.secho(said, fg="yellow", err=True)


@dataclass
class _Served:
    """What is being served, and the processes that do it."""

    config: Path
    home: Home
    address: Address | None
    opening: SignIn
    context: RunContext
    wish: StopRequest
    user_header: str = ""
    server: Child | None = None
    reports: Child | None = None
    workers: list[Child] = field(default_factory=list)
    chores: dict[str, Child] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)

    @property
    def lang(self) -> Language:
        """The language of what is said on the terminal."""
        return self.context.lang

    def run(self, environ: MutableMapping[str, str]) -> None:
        """Start everything, look after it, and end it whatever happens."""
        inherited = dict(environ)
        environ.pop(OF_SERVER, None)
        environ[USER_HEADER] = self.user_header
        environ.update(home.client_environment(self.home, inherited, self.address, self.opening.text))
        try:
            self._start_server(inherited)
            told = self._deploy(environ)
            self._start_reports(environ)
            self._start_worker(environ)
            click.echo(self._welcome(told))
            self._look_after(environ)
        except _Stopped:
            pass
        finally:
            self._end()

    def _start_server(self, environ: MutableMapping[str, str]) -> None:
        if self.address is None:
            click.echo(render("say.serve_elsewhere", self.lang, address=environ["PREFECT_API_URL"]))
            self._wait_for(environ["PREFECT_API_URL"], limits.SERVER_ANSWERS_SECONDS)
            return
        click.echo(render("say.serve_starts", self.lang))
        of_services = frozenset(filter(None, (where.env for _, where in self.context.settings.secrets())))
        secrets = ServerSecrets(home.encryption_key(self.home), self.opening.text, of_services)
        told = home.server_environment(self.home, self.address, secrets, environ, self.context.settings.keep_days)
        command = home.server_command(Path(sys.executable), self.address, self.user_header)
        self.server = processes.start(command, told, self.home.server_log, self.home.folder)
        self._wait_for(self.address.api, limits.SERVER_STARTS_SECONDS)

    def _wait_for(self, api: str, limit: float) -> None:
        """Return when the server answers.

        Raises:
            Unreachable: it does not in time, or it has ended.
        """
        end = time.monotonic() + limit
        while not _answers(api):
            if self.wish.stopping.is_set():
                raise _Stopped
            self._check_server()
            if time.monotonic() > end:
                raise error_of(Unreachable, "prefect_silent", {"address": api, "see": self._see()})
            time.sleep(limits.SERVE_LOOK_SECONDS)

    def _check_server(self) -> None:
        code = self.server.exit_code() if self.server else None
        if code is not None:
            raise error_of(Unreachable, "prefect_ended", {"code": code, "see": self._see()})

    def _deploy(self, environ: MutableMapping[str, str]) -> str:
        """Put in place what the configuration wants, in a process that ends, and return what it says of it.

        Raises:
            Exit: it could not; it has said so itself.
        """
        own = ["--own"] if self.address else []
        command = home.chore_command(Path(sys.executable), "deploy", self.config, *own)
        with processes.answering(command, environ, self.home.folder) as asked:
            while asked.process.poll() is None:
                if self.wish.stopping.wait(limits.END_LOOK_SECONDS):
                    raise _Stopped
            told = asked.answer()
        if asked.process.returncode:
            raise click.exceptions.Exit(asked.process.returncode)
        self.offered = self.seen = self.context.ledger.waiting_ids()
        return told

    def _see(self) -> Phrase:
        return Phrase("say.serve_see", {"log": self.home.server_log}) if self.server else Phrase("say.serve_running")

    def _start_reports(self, environ: MutableMapping[str, str]) -> None:
        """Serve the reports where nobody else does, and to nobody else; links in Prefect's pages lead there."""
        from flows.orchestration.reports_server import can_tell_owners

        settings = self.context.settings
        if settings.prefect.reports_url or not self.address or not self.address.is_loopback or not can_tell_owners():
            return
        port = home.reports_port(self.address)
        command = home.reports_command(Path(sys.executable), settings.reports, port)
        told = home.reports_environment(environ)
        self.reports = processes.start(command, told, self.home.reports_log, self.home.folder)
        environ["PHONESYNC_REPORTS_URL"] = f"http://127.0.0.1:{port}"

    def _start_worker(self, environ: MutableMapping[str, str]) -> None:
        python = Path(sys.executable)
        told = home.worker_environment(environ, self.home, python)
        command = home.worker_command(python, self.config)
        self.workers.append(processes.start(command, told, self.home.worker_log, self.home.folder))

    def _look_after(self, environ: MutableMapping[str, str]) -> None:
        """Return when somebody wants an end; a worker that dies is replaced, a server that dies is an error."""
        failures, started = 0, time.monotonic()
        looked, began = started - limits.STALE_LOOK_SECONDS, self.context.clock()
        looked_at_plans, kept = started, started - limits.KEEP_LOOK_SECONDS
        while not self.wish.stopping.wait(limits.SERVE_LOOK_SECONDS):
            self._check_server()
            if time.monotonic() - looked >= limits.STALE_LOOK_SECONDS:
                self._chore("stale", environ, began.isoformat())
                looked = time.monotonic()
            if self.context.settings.keep_days and time.monotonic() - kept >= limits.KEEP_LOOK_SECONDS:
                self._chore("purge", environ)
                kept = time.monotonic()
            if time.monotonic() - looked_at_plans >= limits.PLANS_LOOK_SECONDS:
                self._look_at_plans(environ)
                looked_at_plans = time.monotonic()
            code = self.workers[-1].exit_code()
            if code is not None:
                failures = 0 if time.monotonic() - started > limits.WORKER_STEADY_SECONDS else failures
                pause = limits.WORKER_RESTART_SECONDS[min(failures, len(limits.WORKER_RESTART_SECONDS) - 1)]
                click.echo(
                    render("say.serve_worker", self.lang, code=code, seconds=decimal(self.lang, pause)), err=True
                )
                failures += 1
                if self.wish.stopping.wait(pause):
                    return
                self.workers = [worker for worker in self.workers if not worker.is_gone()]
                self._start_worker(environ)
                started = time.monotonic()

    def _look_at_plans(self, environ: MutableMapping[str, str]) -> None:
        """Have the form of `apply` offer the plans that wait now; a plan that is applied at once is let go by."""
        try:
            waiting = self.context.ledger.waiting_ids()
        except PhonesyncError:
            return  # whoever writes it just now lets it go; the next look sees it
        settled = waiting == self.seen
        self.seen = waiting
        if settled and waiting != self.offered:
            self._chore("plans", environ)
            self.offered = waiting

    def _chore(self, what: str, environ: MutableMapping[str, str], *more: str) -> None:
        """Start a chore, unless one of this kind is at work still."""
        under_way = self.chores.get(what)
        if under_way is None or under_way.exit_code() is not None:
            command = home.chore_command(Path(sys.executable), what, self.config, *more)
            self.chores[what] = processes.start(command, environ, self.home.chores_log, self.home.folder)

    def _welcome(self, told: str) -> str:
        page = self.address.page if self.address else text("say.serve_own_address", self.lang)
        pages = render("say.serve_pages", self.lang, page=page)
        return f"{told.rstrip()}\n\n{pages}\n{self._how_to_sign_in()}{text('say.serve_ctrl_c', self.lang)}"

    def _how_to_sign_in(self) -> str:
        """Say where the sign-in is; itself it is said once, and only to a person at a terminal."""
        if self.opening.place is None:
            return ""
        once = self.opening.is_new and sys.stdout is not None and sys.stdout.isatty()
        shown = render("say.serve_once", self.lang, text=self.opening.text) if once else ""
        return f"{render('say.serve_ask', self.lang, place=self.opening.place)}{shown}\n"

    def _end(self) -> None:
        patience = ShutdownTimer(time.monotonic, time.sleep, self.wish.hurried.is_set)
        if self.workers:
            click.echo(text("say.serve_ending", self.lang), err=True)
        for worker in self.workers:
            processes.end_worker(worker, patience, limits.RUNS_END_SECONDS)
        for server in filter(None, (*self.chores.values(), self.reports, self.server)):
            processes.end_all(server, patience, limits.SERVER_ENDS_SECONDS)
        click.echo(text("say.serve_ended", self.lang), err=True)


def _answers(api: str) -> bool:
    """Tell whether a Prefect server answers there."""
    try:
        with urllib.request.urlopen(f"{api}/health", timeout=limits.HEALTH_SECONDS) as answer:  # noqa: S310 - http or https, ours
            return int(answer.status) == 200
    except urllib.error.HTTPError as error:
        return error.code in {401, 403}  # it is there, and wants a sign-in; what follows says so
    except (OSError, ValueError):
        return False
