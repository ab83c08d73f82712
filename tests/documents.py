"""What the documents show, made from the program itself: commands, configuration, and sessions.

`python -m tests.documents` writes all of them anew; tests/end_to_end/test_readme.py fails where they are stale.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connectors.apio.spec import ApioConnection, ApioSync
from connectors.usos.spec import UsosConnection, UsosSync
from flows.cli import cli
from schemas.connections import Connection, Secret
from schemas.exit_codes import ExitCode, worst
from schemas.reasons import TO_BE_LOOKED_AT, FileCode, LineCode
from schemas.settings import Language, Notify, Official, Pages, Reconcile, Settings, Smtp
from schemas.syncs import Columns, Contacts, Fetch, Guard, Ignore, NumberColumn, Sync
from tasks.messages.rendering import advice
from tests.sessions import replay

ROOT = Path(__file__).parent.parent
README, REFERENCE = ROOT / "README.md", ROOT / "docs" / "cli.md"
READMES = (README, ROOT / "README.pl.md")
TUTORIAL = ROOT / "docs" / "first-sync.md"
WITH_SESSIONS = (*READMES, TUTORIAL)
CONFIGURATION = ROOT / "docs" / "configuration.md"
_CONFIGURATION = """Every key with its default and what it means; written by `python -m tests.documents`. The file is
`phonesync.toml` here, or the one that `PHONESYNC_CONFIG` or `-c` names. An unknown key is an error that names the
nearest; `phonesync check` names every mistake at once. Example: [connect](connect.md#2-write-the-configuration)."""
_NOTIFY = """Notifications when the state of a sync changes: `apprise` and `webhook` by Prefect under `phonesync serve`,
`mail_to` and `webhook` by `sync`, `apply` and `resume` [on the command line](nightly.md#notifications). An address
holds a secret, so each is given as one: `apprise = [{ env = "MAIL_URL" }]`. See
[notifications](prefect.md#notifications)."""
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
        "What is deliberately not read: see [source files](source-files.md#nothing-is-passed-over).",
    ),
    (
        "`[syncs.NAME.guard]`",
        Guard,
        None,
        "What blocks a plan until it is approved: see [approval](approval.md).",
    ),
    ("`[prefect]`", Pages, None, "What the Prefect UI waits for, and where its links lead."),
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
        "Official numbers of people, compared but never written: see [here](reconcile.md#official-numbers-of-staff).",
    ),
)
# Options that mean the same wherever a command has them.
_SHARED = ("-c,", "-h,", "--json", "--quiet", "--exit-known", "--lang", "--version")
_ENVIRONMENT = """## The environment

- `PHONESYNC_CONFIG`: the configuration file
- `PHONESYNC_REPORTS_URL`: `reports_url`, if the file has none
- `PHONESYNC_PERSON`: who runs and approves; otherwise your login
- `PHONESYNC_TRACEBACK`: `1` shows the whole trace of an error of phonesync itself; it may hold numbers
- `NO_COLOR`: anything: no colours; there are none outside a terminal either
"""
DOCS = ROOT / "docs"
# Pages with a table of codes, and their languages.
CODES: dict[str, Language] = {"check.md": "en", "sprawdzanie.md": "pl"}
_TITLES = {
    "en": ("Of a whole file", "Of a line that is rejected", "Of a line that is used"),
    "pl": ("O całym pliku", "O wierszu odrzuconym", "O wierszu, który jest przyjęty"),
}
_CODES = re.compile(r"(<!-- codes[^>]*-->\n).*?(<!-- end of codes -->)", re.DOTALL)


def reference() -> str:
    """Return docs/cli.md: what the help of the commands says, and once what several of them say."""
    group = click.Context(cli, info_name="phonesync", **cli.context_settings)
    contexts = [click.Context(command, parent=group, info_name=name) for name, command in cli.commands.items()]
    shared = dict(_options(group))
    for context in contexts:
        shared |= {name: said for name, said in _options(context) if name.split(" ")[0] in _SHARED}
    own = {context: _own_help(context, shared) for context in contexts}
    parts = [
        "# What does each command do?",
        "How each is called; `phonesync COMMAND --help` says more. Written by `python -m tests.documents`.",
        "\n".join(_listed(context, has_more=bool(own[context])) for context in contexts),
        "## Options of several commands",
        "\n".join(f"- `{name}`: {said}" for name, said in shared.items()),
        "## Exit codes",
        "\n".join(f"- {code:d}: {code.meaning}" for code in ExitCode),
        f"Of several syncs the weightiest counts: {', '.join(f'{code:d}' for code in _weighed())}.",
    ]
    for context, said in own.items():
        parts += [f"## {context.command_path}", *said] if said else []
    return "\n\n".join(parts) + "\n"


def _listed(context: click.Context, *, has_more: bool) -> str:
    name = f"[{context.info_name}](#phonesync-{context.info_name})" if has_more else context.info_name
    return f"- {name}: {context.command.get_short_help_str(200)}"


def _weighed() -> list[ExitCode]:
    codes, weighed = set(ExitCode) - {ExitCode.CHANGES, ExitCode.DONE}, []
    while codes:
        weighed.append(worst(codes))
        codes.remove(weighed[-1])
    return weighed


def _options(context: click.Context) -> list[tuple[str, str]]:
    options = [option for option in context.command.get_params(context) if isinstance(option, click.Option)]
    return [record for option in options if (record := option.get_help_record(context))]


def _own_help(context: click.Context, shared: Mapping[str, str]) -> list[str]:
    """Return how only this command is called: of its prose, what says how, and what its exit code means."""
    name, command = context.command_path, context.command
    arguments = [one.make_metavar(context) for one in command.params if isinstance(one, click.Argument)]
    told = " ".join(inspect.cleandoc(str(command.help)).partition("\n\n")[2].split())
    about = "|".join([r"[Ee]xit code|ends with \d", *(re.escape(one.strip("[].")) for one in arguments)])
    kept = " ".join(one for one in re.split(r"(?<=\.) (?=[A-Z])", told) if re.search(rf"\b(?:{about})\b", one))
    if type(command).format_epilog is not click.Command.format_epilog:
        return ["`--help` lists its options, and every setting and every fault of the services."]
    own = "\n".join(f"- `{option}`: {means}" for option, means in _options(context) if option not in shared)
    example = textwrap.dedent(str(command.epilog).partition("Example:\n")[2]).strip()
    shown = "```sh\n" + example.replace("\n  ", " \\\n  ") + "\n```"
    call = f"`{' '.join([name, *arguments])}`"
    return [*([call] if arguments else []), *filter(None, [kept, own]), *([shown] if example.count("\n") > 2 else [])]


def configuration() -> str:
    """Return docs/configuration.md: every key with its default and its meaning, as the settings have them."""
    parts = [
        "# What may phonesync.toml say?",
        _CONFIGURATION,
    ]
    for title, model, base, said in _TABLES:
        shared = base.model_fields if base else {}
        below = _said_below(model)
        fields = {name: field for name, field in model.model_fields.items() if name not in {*shared, "kind"}}
        keys = "\n".join(_key(name, field, below.get(name, "")) for name, field in fields.items())
        parts += filter(None, [f"## {title}", said, keys])
    return "\n\n".join([*parts, _ENVIRONMENT])


def _key(name: str, field: FieldInfo, means: str) -> str:
    has_none = field.is_required() or field.default is None or isinstance(field.default, BaseModel)
    default = "" if has_none else f" = {_written(field.default)}"
    return f"- `{name}`{default}{', required' * field.is_required()}: {' '.join(means.split())}"


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
    """Return a default as TOML has it."""
    if isinstance(value, str) and '"' in value:
        return f"`'{value}'`"
    return f"`{json.dumps(value if isinstance(value, (bool, dict, float, int, str, tuple)) else str(value))}`"


def with_codes(text: str, lang: Language) -> str:
    """Return a page with what to do about every code of today, once for those that want the same."""
    rejected = [code for code in LineCode if code not in TO_BE_LOOKED_AT]
    kinds = ([*FileCode], rejected, [code for code in LineCode if code in TO_BE_LOOKED_AT])
    parts = []
    for title, codes in zip(_TITLES[lang], kinds, strict=True):
        wanting: dict[str, list[str]] = {}
        for code in codes:
            wanting.setdefault(advice(code, lang), []).append(f"`{code}`")
        parts.append(f"### {title}\n\n" + "".join(f"- {', '.join(alike)}: {do}\n" for do, alike in wanting.items()))
    return _CODES.sub(lambda found: found[1] + "\n" + "\n".join(parts) + "\n" + found[2], text)


if __name__ == "__main__":
    REFERENCE.parent.mkdir(exist_ok=True)
    REFERENCE.write_text(reference(), encoding="utf-8")
    CONFIGURATION.write_text(configuration(), encoding="utf-8")
    for page, lang in CODES.items():
        place = DOCS / page
        place.write_text(with_codes(place.read_text(encoding="utf-8"), lang), encoding="utf-8")
    for page in WITH_SESSIONS:
        page.write_text(replay(page.read_text(encoding="utf-8")), encoding="utf-8")
