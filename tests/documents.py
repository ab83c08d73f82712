"""What the documents show, made from the program itself: commands, configuration, and the sessions of the README.

`python -m tests.documents` writes all of them anew; tests/end_to_end/test_readme.py fails where they are stale.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connectors.apio.spec import ApioConnection, ApioSync
from connectors.sandbox.server import serve
from connectors.usos.spec import UsosConnection, UsosSync
from flows.cli import cli, main
from flows.sandbox import credentials, read_state
from schemas.connections import Connection, Secret
from schemas.reasons import FileCode, LineCode
from schemas.settings import Language, Notify, Official, Pages, Reconcile, Settings, Smtp
from schemas.syncs import Columns, Contacts, Fetch, Guard, Ignore, NumberColumn, Sync
from tasks.messages import catalogue
from tasks.messages.rendering import advice, whole

ROOT = Path(__file__).parent.parent
README, REFERENCE = ROOT / "README.md", ROOT / "docs" / "cli.md"
READMES = (README, ROOT / "README.pl.md")
CONFIGURATION = ROOT / "docs" / "configuration.md"
_NOTIFY = """Who is told when the state of a sync changes; a night like the last one, and what is accepted, is told to
nobody. Under `phonesync serve` Prefect tells `apprise` and `webhook`; `sync`, `apply` and `resume` on the command
line tell `mail_to` and `webhook` themselves. What cannot be told is a note, and no failure of the run. An address
holds a secret, so each is given as one: `apprise = [{ env = "MAIL_URL" }]`. See
[prefect.md](prefect.md#notifications)."""
_ALSO = """Further columns of numbers, such as a fax or a second telephone. `columns` may be such a list itself, where
the other headers are recognised by themselves: `columns = [{ column = "Fax", suffix = "faks" }]`."""
# The tables of `phonesync.toml`: title, model, what it shares with a table above, and what is to be known of it.
_TABLES = (
    ("The file", Settings, None, "Paths are relative to the file."),
    ("`[connections.NAME]`", Connection, None, 'A service; `kind = "usos"` or `kind = "apio"` says which it is.'),
    ('For `kind = "usos"`', UsosConnection, Connection, ""),
    ('For `kind = "apio"`', ApioConnection, Connection, ""),
    ("Where a secret is kept", Secret, None, 'Exactly one of them, such as `password = { env = "APIO_PASSWORD" }`.'),
    ("`[syncs.NAME]`", Sync, None, "A file and the place that is to agree with it."),
    ("For a connection to USOS", UsosSync, Sync, ""),
    ("For a connection to APIO", ApioSync, Sync, ""),
    ("`[syncs.NAME.columns]`", Columns, None, "The file's own headers, where they are not recognised by themselves."),
    ("`columns.also`", NumberColumn, None, _ALSO),
    (
        "`[syncs.NAME.fetch]`",
        Fetch,
        None,
        "For a `source` that is an address. Needs `phonesync[web]`, `[sftp]`, `[smb]` or `[s3]`.",
    ),
    (
        "`[syncs.NAME.contacts]`",
        Contacts,
        None,
        "For exports of contacts; `contacts = {}` takes all as it is. A second number of one kind gets a 2.",
    ),
    (
        "`[syncs.NAME.ignore]`",
        Ignore,
        None,
        "What nobody reads, on purpose: see [check.md](check.md#nothing-is-passed-over).",
    ),
    (
        "`[syncs.NAME.guard]`",
        Guard,
        None,
        "What stops a plan until a person says yes: see [approval](approval.md).",
    ),
    ("`[prefect]`", Pages, None, "What Prefect's pages wait for, and where their links lead."),
    (
        "`[notify]`",
        Notify,
        None,
        _NOTIFY,
    ),
    ("`notify.smtp`", Smtp, None, "A server that takes mails. Nothing travels in clear except to this machine itself."),
    ("`[reconcile]`", Reconcile, None, "How a [reconciliation](reconcile.md) looks at things."),
    (
        "`[systems.NAME]`",
        Official,
        None,
        "Official numbers of people, looked at and never written: see [here](reconcile.md#official-numbers-of-staff).",
    ),
)
_ENVIRONMENT = """## The environment

| variable | means |
|---|---|
| `PHONESYNC_CONFIG` | the configuration file |
| `PHONESYNC_REPORTS_URL` | stands in for `reports_url` where the file has none |
| `PHONESYNC_PERSON` | who runs and approves; default: your login |
| `PHONESYNC_TRACEBACK` | `1` shows the whole trace of an error of phonesync itself; it may hold numbers |
| `NO_COLOR` | anything: no colours; there are none where nobody watches, either |
"""
# What stands in the documents for run ids, which are different each time, in the order in which they appear.
_SHOWN = tuple(f"20260314T02{minute:02}00Z-3fa2c{minute + 1}" for minute in range(9))
_RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")
DOCS = ROOT / "docs"
# Pages with a table of codes, and their languages.
CODES: dict[str, Language] = {"check.md": "en", "sprawdzanie.md": "pl"}
_HEADS = {"en": ("code", "says", "what to do"), "pl": ("kod", "co mówi", "co zrobić")}
_CODES = re.compile(r"(<!-- codes[^>]*-->\n).*?(<!-- end of codes -->)", re.DOTALL)
_SESSION = re.compile(r"```console\n(.*?)```", re.DOTALL)


def reference() -> str:
    """Return docs/cli.md: the help text of every command."""
    whole = click.Context(cli, info_name="phonesync", terminal_width=80, **cli.context_settings)
    parts = ["# Commands\n", "What `--help` says; written by `python -m tests.documents`.\n", _help(whole)]
    parts += [_help(click.Context(command, parent=whole, info_name=name)) for name, command in cli.commands.items()]
    return "\n".join(parts)


def configuration() -> str:
    """Return docs/configuration.md: every key with its default and its meaning, as the settings have them."""
    parts = [
        "# Configuration\n",
        "What `phonesync.toml` may say; written by `python -m tests.documents`. An unknown key is an error that names",
        "the nearest known one. `phonesync check` names every mistake at once.\n",
        "Whoever has no CSV files yet names the ones that are to be, and lets `phonesync export SYNC --discover` write",
        "them: see [beginning with what stands there](reconcile.md#beginning-with-what-stands-there).\n",
    ]
    for title, model, base, said in _TABLES:
        shared = base.model_fields if base else {}
        below = _said_below(model)
        fields = {name: field for name, field in model.model_fields.items() if name not in {*shared, "kind"}}
        rows = [_row(name, field, below.get(name, "")) for name, field in fields.items()]
        table = "\n".join(["| key | default | means |", "|---|---|---|", *rows])
        parts.append("\n\n".join(filter(None, [f"## {title}", said, table])) + "\n")
    return "\n".join([*parts, _ENVIRONMENT])


def _row(name: str, field: FieldInfo, means: str) -> str:
    default = "required" if field.is_required() else _written(field.default)
    return f"| `{name}` | {default} | {' '.join(means.split())} |"


def _said_below(model: type[BaseModel]) -> dict[str, str]:
    """Return the text that stands below each key of a table, in its class or in one that it extends."""
    found = {}
    for one in reversed([base for base in model.mro() if base.__module__.startswith(("schemas.", "connectors."))]):
        body = ast.parse(inspect.getsource(one)).body[0]
        for key, text in pairwise(body.body if isinstance(body, ast.ClassDef) else ()):
            match key, text:
                case ast.AnnAssign(target=ast.Name(name)), ast.Expr(value=ast.Constant(str(said))):
                    found[name] = said
    return found


def _written(value: object) -> str:
    """Return a default as TOML has it; what another table or the service decides is said in words."""
    if value is None:
        return "none"
    if isinstance(value, BaseModel):
        return "its own table"
    if isinstance(value, str) and '"' in value:
        return f"`'{value}'`"
    return f"`{json.dumps(value if isinstance(value, (bool, dict, float, int, str, tuple)) else str(value))}`"


def _help(context: click.Context) -> str:
    return f"## {context.command_path}\n\n```text\n{context.command.get_help(context)}\n```\n"


def with_codes(text: str, lang: Language) -> str:
    """Return a page with the codes of today: what is said of whole files first, then of lines."""
    rows = [_HEADS[lang], ("---", "---", "---")]
    for code in (*FileCode, *LineCode):
        said = catalogue.text(code, lang).replace("{entry}", catalogue.text("term.entry-entry", lang))
        shown = re.sub(r"\{\w+\}", "…", said).replace("|", "\\|")
        rows.append((f"`{code}`", whole(shown), advice(code, lang)))
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return _CODES.sub(lambda found: found[1] + table + found[2], text)


def sessions(text: str) -> list[str]:
    """Return the sessions that a document shows, without their fences."""
    return _SESSION.findall(text)


def replay(text: str) -> str:
    """Return the document with what its sessions say now, played in order on a fresh copy of the samples."""
    with _workspace() as seen:
        return _SESSION.sub(lambda found: f"```console\n{_replayed(found[1], seen)}```", text)


def _replayed(session: str, seen: list[str]) -> str:
    said = []
    for line in session.splitlines():
        if line.startswith("$ "):
            output = _carry_out(line[2:], seen)
            said.append("\n".join([line, *(part.rstrip() for part in output.splitlines())]).rstrip())
    return "\n\n".join(said) + "\n"


def _carry_out(command: str, seen: list[str]) -> str:
    """Run a command here, and return all that it says, with ids and times as the documents have them."""
    for shown, real in zip(_SHOWN, seen, strict=False):
        command = command.replace(shown, real)
    name, *arguments = shlex.split(command)
    if name != "phonesync":
        subprocess.run(["/bin/sh", "-c", command], check=True)  # noqa: S603 - a command of the README
        return ""
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        main(arguments)
    said = screen.getvalue()
    seen += [run for run in dict.fromkeys(_RUN.findall(said)) if run not in seen]
    for shown, real in zip(_SHOWN, seen, strict=False):
        said = said.replace(real, shown)
    said = re.sub(r"\bid [0-9a-f]{12}\b", "id 3fa2c19b00d4", said)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "2026-03-14 02:00 UTC", said)


@contextlib.contextmanager
def _workspace() -> Iterator[list[str]]:
    """Stand in a folder with the samples, both services beside it; yield the list of run ids seen so far."""
    state = read_state(None)
    with tempfile.TemporaryDirectory() as folder, serve(state) as sandbox, contextlib.chdir(folder):
        samples = Path("data", "samples")
        shutil.copytree(ROOT / samples, samples, ignore=shutil.ignore_patterns("reports", "*.db*"))
        configuration = samples / "phonesync.toml"
        text = configuration.read_text(encoding="utf-8")
        text = text.replace("http://127.0.0.1:8701", sandbox.usos_url).replace(
            "http://127.0.0.1:8702", sandbox.apio_url
        )
        configuration.write_text(text, encoding="utf-8")
        with _environment({**credentials(state), "COLUMNS": "80", "PHONESYNC_PERSON": "anna"}):
            yield []


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    REFERENCE.parent.mkdir(exist_ok=True)
    REFERENCE.write_text(reference(), encoding="utf-8")
    CONFIGURATION.write_text(configuration(), encoding="utf-8")
    for page, lang in CODES.items():
        place = DOCS / page
        place.write_text(with_codes(place.read_text(encoding="utf-8"), lang), encoding="utf-8")
    for page in READMES:
        page.write_text(replay(page.read_text(encoding="utf-8")), encoding="utf-8")
