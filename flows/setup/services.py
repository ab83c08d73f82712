"""Ask for the services, and try each of them at once."""

from __future__ import annotations

from flows.config import wrong_at
from flows.console import say
from flows.doctor import Checks, examine_connection
from flows.setup.answers import Answers
from flows.setup.draft import SECRETS, Draft, kept_elsewhere, toml_value
from schemas.errors import ConfigurationError, UsageError
from schemas.settings import Language
from schemas.target import TargetSpec
from tasks.messages.catalogue import known, render, text
from tasks.messages.errors import spoken, told_whole
from tasks.messages.rendering import whole

_ASKED_ALWAYS = "base_url"


def ask_for_services(draft: Draft, answers: Answers, specs: dict[str, TargetSpec]) -> None:
    """Put into the draft every service that options name or that somebody wants.

    Raises:
        UsageError: there is none, or an option is about a service that there is not.
    """
    for name, spec in _named(answers, specs).items():
        _ask(draft, answers, name, spec)
    if answers.asks:
        taken = {table["kind"] for table in draft.connections.values()}
        for kind, spec in specs.items():
            question = render("init.use", answers.lang, service=spec.wording.title)
            if spec.advertised and kind not in taken and answers.yes(question):
                _ask(draft, answers, kind, spec)
    if not draft.connections:
        raise UsageError(render("init.no_service", answers.lang), remedy=render("init.no_service_remedy", answers.lang))


def _named(answers: Answers, specs: dict[str, TargetSpec]) -> dict[str, TargetSpec]:
    """Return the services that options name: the kind is what `kind` says, or the name itself."""
    names = {key.split(".")[1]: None for key in answers.given if key.startswith("connections.") and key.count(".") > 1}
    found = {}
    for name in names:
        kind = answers.option(f"connections.{name}.kind") or name
        if kind not in specs:
            kinds = ", ".join(kind for kind, spec in specs.items() if spec.advertised)
            raise UsageError(
                render("init.no_kind", answers.lang, kind=kind),
                remedy=render("init.no_kind_remedy", answers.lang, name=name, kinds=kinds),
            )
        found[name] = specs[kind]
    return found


def _ask(draft: Draft, answers: Answers, name: str, spec: TargetSpec) -> None:
    """Ask until the service lets us in, or until somebody keeps it as it is, or leaves it out."""
    lang = answers.lang
    say("")
    say(spec.wording.title, "bold")
    while True:
        _ask_once(draft, answers, name, spec)
        if _lets_in(draft, answers, name):
            return
        options = [render(f"init.{what}", lang) for what in ("again", "keep", "leave_out")]
        chosen = answers.choice(render("init.what_now", lang), options, 0)
        if chosen == 1:
            return
        if chosen == 2:
            del draft.connections[name]
            return


def _ask_once(draft: Draft, answers: Answers, name: str, spec: TargetSpec) -> None:
    """Ask for all that a connection needs; what was said before goes without saying."""
    before = draft.connections.get(name, {})
    table: dict[str, object] = {"kind": spec.kind}
    for key, field in spec.connection.model_fields.items():
        place = f"connections.{name}.{key}"
        if key == "kind":
            continue
        if key in spec.secrets:
            table[key] = _secret(draft, answers, (name, key), asked_for(spec, key, answers))
        elif field.is_required() or key == _ASKED_ALWAYS:
            usual = None if field.is_required() else str(field.default)
            table[key] = _meant(answers, (name, key), spec, str(before.get(key, "")) or usual)
        elif (said := answers.option(place)) is not None:
            table[key] = toml_value(said)
    draft.connections[name] = table


def _meant(answers: Answers, place: tuple[str, str], spec: TargetSpec, usual: str | None) -> str:
    """Ask for a key until what is typed can be meant; what an option says is judged with the rest of its connection."""
    name, key = place
    path = f"connections.{name}.{key}"
    while True:
        said = answers.text(path, asked_for(spec, key, answers), usual)
        if path in answers.given or not answers.asks:
            return said
        wrong = wrong_at(path, {"connections": {name: {"kind": spec.kind, key: said}}, "syncs": {}})
        if wrong is None:
            return said
        say(f"  ✗ {whole(spoken(wrong, answers.lang))}", "red")


def asked_for(spec: TargetSpec, key: str, answers: Answers) -> str:
    """Return what a key is asked for with: the words of the catalogues, else those of the service itself."""
    if known(f"init.key_{key}"):
        return text(f"init.key_{key}", answers.lang)
    return spec.secrets.get(key, spec.required.get(key, key)).rstrip(".")


def _secret(draft: Draft, answers: Answers, place: tuple[str, str], question: str) -> dict[str, str]:
    connection, key = place
    option = answers.option(f"connections.{connection}.{key}")
    if option is not None:
        return kept_elsewhere(f"connections.{connection}.{key}", option, answers.lang)
    before = draft.typed.get(f"{SECRETS}/{connection}.{key}")
    value = answers.text(f"connections.{connection}.{key}", question, before, hidden=True)
    return draft.keep_secret(connection, key, value)


def _lets_in(draft: Draft, answers: Answers, name: str) -> bool:
    """Try a connection and say what was found.

    Raises:
        PhonesyncError: it cannot be used, and there is nobody who could say something else.
    """
    checks, lang = Checks(), answers.lang
    try:
        with draft.tried() as context:
            examine_connection(checks, name, context)
    except ConfigurationError as error:
        if not answers.asks:
            raise
        _show_problems(error, lang)
        return False
    show_checks(checks, lang)
    if checks.errors and not answers.asks:
        raise checks.errors[0]
    return not checks.errors


def _show_problems(error: ConfigurationError, lang: Language) -> None:
    """Say what cannot be meant, a line each; the file that the error is about is not there yet."""
    problems = error.values.get("problems")
    listed = [spoken(one, lang).strip() for one in problems] if isinstance(problems, tuple) else []
    for said in listed or [told_whole(error, lang)]:
        say(f"  ✗ {said}", "red")


def show_checks(checks: Checks, lang: Language) -> None:
    """Say what checks have found, a line each."""
    for row in checks.in_language(lang):
        what = f"{row['what']}: " if row["what"] else ""
        good = row["result"] == "ok"
        say(f"  {'✓' if good else '✗'} {what}{row['detail']}", "green" if good else "red")
