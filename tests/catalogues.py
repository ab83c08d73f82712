"""The catalogues of `tasks/messages/locale` held against the code: what it says, and what nobody says any more.

`python -m tests.catalogues` adds the keys that are missing, without a text, and names whatever is wrong;
tests/unit/tasks/messages/test_catalogue.py fails where anything is.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from functools import cache
from pathlib import Path
from typing import get_args

from babel.messages import Catalog
from babel.messages.pofile import read_po

from connectors.registry import specs
from schemas.exit_codes import ExitCode
from schemas.findings import FindingKind
from schemas.plan import Action, Outcome
from schemas.problems import Code
from schemas.quirks import QuirkCode
from schemas.reasons import FileCode, LineCode
from schemas.settings import Change, Language
from schemas.syncs import Guard
from tasks.messages.catalogue import LANGUAGES

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "tasks" / "messages" / "locale"
REPORTS = ROOT / "tasks" / "reports"
_NAMED = re.compile(r"""["']((?:check|doctor|init|ledger|mail|note|prefect|progress|say|setting)\.(?!db\b)\w+)["']""")
_ERROR = re.compile(r"""error_of\(\s*\w+,\s*["'](\w+)["']""")
_WRONG = re.compile(r"""\bwrong\(\s*["'](\w+)["']""")
# Families whose keys the code names without the family, what a name may begin with that the code adds, and the rules of
# pydantic that have sentences of ours.
_BY_NAME = ("cause", "doctor", "error", "http", "note", "prefect", "progress", "setting")
_BEGINNINGS = ("a_", "form_", "say_", "so_", "cron_")
_PYDANTIC = {
    *("bool_parsing", "bool_type", "float_parsing", "float_type", "greater_than", "greater_than_equal"),
    *("int_from_float", "int_parsing", "int_type", "less_than", "less_than_equal", "list_type", "literal_error"),
    *("string_type", "tuple_type"),
}
_PLACE = re.compile(r"\{\w*\}")
_NOUN = "{noun}"  # what English calls the rows of a list; Polish speaks of items throughout
_VALUE = re.compile(r"[a-z]+-(.+)")  # what a term is about: `pdf` of `term.kind-pdf`


def written(lang: Language) -> str:
    """Return a catalogue as it is kept."""
    return (LOCALE / lang / "LC_MESSAGES" / "phonesync.po").read_text(encoding="utf-8")


def parsed(text: str, lang: Language) -> Catalog:
    """Return a catalogue; what is no valid one is an error."""
    return read_po(io.BytesIO(text.encode()), locale=lang, abort_invalid=True)


def texts(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Return what each key says, in all its forms."""
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            (message.string,) if isinstance(message.string, str) else tuple(message.string)
        )
        for message in catalog
        if message.id
    }


@cache
def wanted() -> frozenset[str]:
    """Return the keys that the code names: the codes, the kinds, and what is asked for by its name."""
    rooms = ("flows", "connectors", "tasks", "schemas")
    paths = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    sources = "".join(path.read_text(encoding="utf-8") for path in paths)
    errors = {f"error.{name}" for name in _ERROR.findall(sources)}
    settings = {f"setting.{name}" for name in _WRONG.findall(sources)}
    kinds = {f"finding.{kind}{end}" for kind in FindingKind for end in ("", ".meaning")}
    quirks = {f"quirk.{code}" for code in QuirkCode}
    past = {
        f"history.{word}" for word in (*Action, *Outcome, "release") if word not in {Outcome.APPLIED, Outcome.UNCHANGED}
    }
    said = _NAMED.findall(sources)
    return frozenset({*FileCode, *LineCode, *Code, *quirks, *kinds, *past, *errors, *settings, *said})


def spoken(key: str) -> bool:
    """Tell whether the code has a use for a key that it need not name in full."""
    family, _, name = key.partition(".")
    if family in {*FileCode, *LineCode}:  # of whole files it stands in the documents: an error has a remedy of its own
        return name == "advice"
    if family in {"remedy", *_BY_NAME}:
        return name in _texts() if family == "remedy" else _made_of(family, name.removesuffix(".remedy"))
    if family == "term":
        value = _VALUE.fullmatch(name)
        return value is not None and not _texts().isdisjoint({value[1], f"{value[1]} "})  # `tenant {name}` begins so
    if family in {
        "fix",
        "init",
        "rejected",
    }:  # of init: keys of the configuration, values of it, and what may be chosen
        kind = re.sub("^(?:key|place)_", "", name).removesuffix("_line").removesuffix("_delete")
        return not {key, name, kind}.isdisjoint({*_texts(), *_settings(), *FindingKind})
    if family in {"reconciliation", "count", "history", "listing", "mail", "report", "state", "status"}:
        name = name.removesuffix(".meaning")
        return re.search(rf"""["']{name}["']|\b(?:t|texts)\.{name}\b""", _reports()) is not None
    return False


def problems() -> list[str]:
    """Return what is wrong with the catalogues, each in a line."""
    found = []
    said = {lang: texts(parsed(written(lang), lang)) for lang in LANGUAGES}
    for lang in LANGUAGES:
        needed = wanted() | said["en"].keys() | said["pl"].keys()
        found += [f"{lang}: {key} is missing" for key in sorted(needed) if not all(said[lang].get(key, ("",)))]
    for key, english in said["en"].items():
        if key not in wanted() and not spoken(key) and not named(key):
            found.append(f"{key} is used by nothing")
        places = [set(_PLACE.findall("".join(said[lang].get(key, english)))) - {_NOUN} for lang in LANGUAGES]
        if places[0] != places[1]:
            found.append(f"{key} has other places in Polish than in English")
    return found


def add_missing() -> None:
    """Add the keys that the code names to both catalogues, without a text."""
    for lang in LANGUAGES:
        text = written(lang)
        new = sorted(wanted() - texts(parsed(text, lang)).keys())
        added = "".join(f'\nmsgid "{key}"\nmsgstr ""\n' for key in new)
        (LOCALE / lang / "LC_MESSAGES" / "phonesync.po").write_text(text + added, encoding="utf-8")


def _made_of(family: str, name: str) -> bool:
    """Tell whether the code has a name, as it stands or as words that become one: what a step or a check is called."""
    parts = {name, *(name.removeprefix(begin) for begin in _BEGINNINGS), re.sub("^(?:several|no_such)_|s$", "", name)}
    return not parts.isdisjoint(_words()) or (family == "setting" and name in _PYDANTIC)


@cache
def _reports() -> str:
    files = [*REPORTS.rglob("*.py"), *REPORTS.rglob("*.js"), *REPORTS.rglob("*.j2")]
    messages = [ROOT / "tasks" / "messages" / name for name in ("pages.py", "rendering.py")]
    return "".join(path.read_text(encoding="utf-8") for path in [*sorted(files), *messages])


def named(key: str) -> bool:
    """Tell whether the code names a key in full, or makes it of an action, an outcome, a guard or what it counts."""
    family, _, name = key.partition(".")
    if family == "say" and (name.startswith("kind_") or {name, name.removeprefix("apio_")} & _texts()):
        return True
    if key in _texts() or family == "guard":
        return not _texts().isdisjoint({key, name}) or name in {*Guard.model_fields, *_settings()}
    if name.removeprefix("news_") in get_args(Change):
        return family == "report"
    word = name.removesuffix(".meaning").removeprefix("first_").removeprefix("also_")
    if family == "say" and name.removeprefix("exit_") in {str(int(code)) for code in ExitCode}:
        return True
    return family in {"report", "say"} and word in {*Action, *Outcome}


@cache
def _settings() -> set[str]:
    """Return the keys that a connection or a sync may have."""
    return {key for spec in specs().values() for model in (spec.connection, spec.sync) for key in model.model_fields}


@cache
def _words() -> frozenset[str]:
    """Return every text of the code as a key would spell it."""
    return frozenset(re.sub(r"[ -]", "_", said).lower() for said in _texts())


@cache
def _texts() -> frozenset[str]:
    """Return every text that the code holds as it stands."""
    paths = [
        path for room in ("flows", "connectors", "tasks", "schemas") for path in sorted((ROOT / room).rglob("*.py"))
    ]
    trees = (ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for path in paths)
    return frozenset(
        node.value for tree in trees for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


if __name__ == "__main__":
    add_missing()
    wrong = problems()
    print("\n".join(wrong) or "The catalogues are complete.")  # noqa: T201 - what it is called for
    sys.exit(bool(wrong))
