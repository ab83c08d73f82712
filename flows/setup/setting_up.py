"""Make the first configuration: ask, try, write it with its secrets, and end with a plan. No service is written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from connectors.files.rights import refuse_writable
from connectors.files.writing import write_private
from connectors.registry import specs
from flows.config import load
from flows.console import near, say
from flows.setup.answers import Answers
from flows.setup.draft import SECRETS, Draft, toml_value
from flows.setup.found_files import ask_for_files
from flows.setup.services import ask_for_services
from schemas.errors import UsageError
from schemas.settings import Settings
from schemas.target import TargetSpec
from tasks.messages.catalogue import render
from tasks.setup.configuration_text import as_toml

_USUAL: Final = {"reports": "reports", "ledger": "sqlite:///phonesync.db"}


@dataclass(frozen=True)
class Consent:
    """What somebody has agreed to beforehand: to replace what is there, and to write without being asked again."""

    replace: bool = False
    write: bool = False


def set_up(path: Path, answers: Answers, consent: Consent) -> bool:
    """Write the configuration that the answers make, with a file for each secret, and return whether it was written.

    Until the last answer nothing is written at all; no service ever is.

    Raises:
        UsageError: something is there already and nobody has agreed to replace it, an answer is missing, or an option
            is about nothing.
        ConfigurationError: what was said cannot be meant.
        ServiceError: a service does not let us in, and there is nobody who could say something else.
    """
    lang = answers.lang
    known = specs()
    _refuse_unknown(answers, known)
    _refuse_to_replace(path, answers, consent)
    refuse_writable(path, str(path))
    draft = Draft(path, {"lang": lang})
    draft.top |= {key: toml_value(str(answers.option(key))) for key in answers.given if "." not in key}
    say(render("init.begin", lang, file=near(path)))
    ask_for_services(draft, answers, known)
    ask_for_files(draft, answers, known)
    unused = sorted(answers.given.keys() - answers.taken)
    if unused:
        raise UsageError(render("init.unused", lang, keys=", ".join(unused)), remedy=render("init.unused_remedy", lang))
    if not draft.syncs:
        raise UsageError(render("init.no_syncs", lang), remedy=render("init.no_syncs_remedy", lang))
    files = [near(path), *(near(path.parent / place) for place in draft.typed)]
    say("")
    say(render("init.to_write", lang, files=", ".join(files)))
    if not consent.write and not answers.yes(render("init.write", lang)):
        return False
    _write(draft, answers)
    say(render("init.written", lang, file=near(path)))
    return True


def _refuse_unknown(answers: Answers, known: Mapping[str, TargetSpec]) -> None:
    """Make sure that every option is about a key that there is; what the value is to mean is judged later."""
    lang, kinds = answers.lang, dict[str, str]()
    for key, said in answers.given.items():
        if key.startswith("connections.") and key.endswith(".kind"):
            kinds[key.split(".")[1]] = said
    for key in answers.given:
        group, _, rest = key.partition(".")
        name, _, inner = rest.partition(".")
        keys = _keys_of(group, kinds.get(name, name), known)
        if keys and (inner or group).partition(".")[0] not in keys:
            remedy = render("init.known_keys", lang, keys=", ".join(keys))
            raise UsageError(render("init.unused", lang, keys=key), remedy=remedy)


def _keys_of(group: str, kind: str, known: Mapping[str, TargetSpec]) -> list[str]:
    """Return the keys that an option may be about; none where it is not known yet which."""
    if group == "connections":
        return sorted(known[kind].connection.model_fields) if kind in known else []
    if group == "syncs":
        return sorted({key for spec in known.values() if spec.advertised for key in spec.sync.model_fields})
    return sorted({*Settings.model_fields} - {"connections", "syncs"})


def _refuse_to_replace(path: Path, answers: Answers, consent: Consent) -> None:
    """Make sure that nothing of somebody's is replaced without their word, and that there is a folder to write to."""
    lang, folder = answers.lang, path.parent
    if not folder.is_dir():
        remedy = render("init.no_folder_remedy", lang)
        raise UsageError(render("init.no_folder", lang, folder=near(folder)), remedy=remedy)
    there = [place for place in (path, path.parent / SECRETS) if place.exists() or place.is_symlink()]
    if not there or consent.replace:
        return
    said = render("init.there", lang, file=near(there[0]))
    if not answers.asks or not answers.yes(f"{said} {render('init.replace', lang)}", default=False):
        raise UsageError(said, remedy=render("init.there_remedy", lang))


def _write(draft: Draft, answers: Answers) -> None:
    """Write the secrets, then the file that names them, each readable by its owner alone, and read it as runs do."""
    for place, value in draft.typed.items():
        write_private(draft.path.parent / place, f"{value}\n")
    lang = answers.lang
    comments: dict[tuple[str, ...], str] = {(): render("init.file_head", lang)}
    for name, table in draft.connections.items():
        title = specs()[table["kind"]].wording.title
        comments["connections", name] = render("init.connection_head", lang, service=title)
    for name, table in draft.syncs.items():
        comments["syncs", name] = render("init.sync_head", lang, file=table["source"])
    more = {f"syncs.{name}": _might(draft, table, answers) for name, table in draft.syncs.items()}
    tables = {**_USUAL, **draft.top, "connections": draft.connections, "syncs": draft.syncs}
    write_private(draft.path, as_toml(tables, comments, more))
    load(draft.path)


def _might(draft: Draft, table: Mapping[str, Any], answers: Answers) -> str:
    """Return what a sync might say besides, as comments."""
    said = render("init.might_schedule", answers.lang)
    if not specs()[draft.connections[table["connection"]]["kind"]].deletes_missing:
        said += render("init.might_delete", answers.lang)
    return said
