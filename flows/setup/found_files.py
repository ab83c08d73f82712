"""Propose what the files of a folder are for, show how they are read, and ask before it counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.files.candidates import first_rows, tables_in
from connectors.files.reading import read_bytes
from flows.check import CheckedSources, check_sources
from flows.check_console import counted, show_preview, show_refusals
from flows.console import say
from flows.doctor import Checks
from flows.previewing import add_previews
from flows.setup.answers import Answers
from flows.setup.draft import Draft, toml_value
from flows.setup.places import Guess, Place, asked_of, columns_of, guess_place, places_of
from flows.setup.services import asked_for, show_checks
from schemas.errors import UsageError
from schemas.reasons import LineCode
from schemas.settings import Language, Settings
from schemas.target import TargetSpec
from tasks.messages.catalogue import render

_PREVIEW = 5
_RIGHT = ("as_it_is", "other_columns", "other_place", "leave_out_file")


def ask_for_files(draft: Draft, answers: Answers, specs: Mapping[str, TargetSpec]) -> None:
    """Put into the draft every file of the folder that is for one of the services, and every sync that options name."""
    folder, lang = draft.path.parent, answers.lang
    named = _named(answers)
    files = {folder / str(table["source"]): name for name, table in named.items() if "source" in table}
    for file in tables_in(folder):
        files.setdefault(file, _sync_name(file, {*files.values()}))
    for name in sorted(named.keys() - files.values()):
        said = answers.text(f"syncs.{name}.source", render("init.sync_source", lang, name=name))
        files[folder / said] = name
    places = list(places_of(draft, specs))
    for file, name in files.items():
        shown = str(file.relative_to(folder) if file.is_relative_to(folder) else file)
        say("")
        say(shown, "bold")
        _ask_for_file(draft, answers, places, (name, {**named.get(name, {}), "source": shown}))
        if name in named and name not in draft.syncs and not answers.asks:
            raise _unclear(lang, places, (name, {**named[name], "source": shown}))
    if not files:
        say(render("init.no_files", lang, folder=folder))


def _named(answers: Answers) -> dict[str, dict[str, Any]]:
    """Return the keys of syncs that options name, by sync."""
    named: dict[str, dict[str, Any]] = {}
    for key in answers.given:
        group, _, rest = key.partition(".")
        name, _, inner = rest.partition(".")
        if group == "syncs" and inner:
            table, value = named.setdefault(name, {}), toml_value(str(answers.option(key)))
            outer, _, column = inner.partition(".")
            table[outer] = {**table.get(outer, {}), column: value} if column else value
    return named


def _unclear(lang: Language, places: list[Place], one: tuple[str, Mapping[str, Any]]) -> UsageError:
    """Return the error that a sync which options ask for cannot be made: nobody has said where its numbers belong."""
    name, given = one
    fitting = [place for place in places if _fits(place, given)]
    keys = ["connection"] if len({place.connection for place in fitting}) > 1 else []
    keys += sorted({key for place in fitting for key in place.spec.required if key not in given})
    said = {"file": given["source"], "name": name}
    options = " ".join(f"--set syncs.{name}.{key}=…" for key in keys)
    return UsageError(render("init.unclear", lang, **said), remedy=render("init.unclear_remedy", lang, options=options))


def _sync_name(file: Path, taken: set[str]) -> str:
    stem = re.sub(r"[^\w]+", "-", file.name.partition(".")[0].casefold()).strip("-_") or "file"
    name, number = stem, 2
    while name in taken or name == "all":
        name, number = f"{stem}-{number}", number + 1
    return name


def _ask_for_file(draft: Draft, answers: Answers, places: list[Place], one: tuple[str, dict[str, Any]]) -> None:
    """Propose what a file is for, and put it into the draft where somebody wants it."""
    name, given = one
    lang = answers.lang
    fitting = [place for place in places if _fits(place, given)]
    guess = guess_place(draft, fitting, name, given)
    if guess is None:
        if len(given) > 1:  # somebody has named it
            read_bytes(draft.path.parent / str(given["source"]))
            raise UsageError(f"{given['source']}: {render('init.not_for', lang)}")
        say(render("init.not_for", lang))
        return
    if guess.known:
        said = fitting[guess.at].said(lang)
        say(render("init.known_ids", lang, known=guess.known, asked=guess.asked, place=said))
    options = [*(place.said(lang) for place in fitting), render("init.leave_out_file", lang)]
    chosen = guess.at
    if len(fitting) > 1 or "connection" not in given:
        sure = guess.sure and (answers.asks or not fitting[guess.at].lacks(given))
        chosen = answers.choice(render("init.whose", lang), options, guess.at if sure else len(fitting))
    while chosen < len(fitting):
        place = fitting[chosen]
        columns = guess.columns if chosen == guess.at else columns_of(draft, place, name, given)
        table = {"connection": place.connection, **place.keys, **given}
        table |= {"columns": {**columns, **given.get("columns", {})}} if columns else {}
        settled = _settled(draft, answers, place, (name, table))
        if settled == "as_it_is":
            draft.syncs[name] = table
            for other in _at_one_list(draft, place, (name, table)):
                draft.syncs[other]["shared"] = table["shared"] = True
            return
        if settled == "leave_out_file":
            break
        # Another list of the same service is elsewhere too; a place without such a choice has just been refused.
        elsewhere = guess.at if guess.known and chosen != guess.at else len(fitting)
        again = chosen if place.lacks(given) else elsewhere
        chosen = answers.choice(render("init.whose", lang), options, again)
    say(render("init.left_out", lang, name=name))


def _fits(place: Place, given: Mapping[str, Any]) -> bool:
    """Tell whether a place is not another one than options name."""
    said = {"connection": place.connection, **place.keys}
    return all(given.get(key, value) == value for key, value in said.items())


def _settled(draft: Draft, answers: Answers, place: Place, one: tuple[str, dict[str, Any]]) -> str:
    """Ask for what a sync cannot do without, show how its file is read, and return what somebody says of it.

    That is one of `_RIGHT`, but not `other_columns`: then it is asked and shown again.
    """
    name, table = one
    lang = answers.lang
    while True:
        _ask_for_place(draft, answers, place, (name, table))
        others = _at_one_list(draft, place, (name, table))
        if (
            others
            and not answers.asks
            and not all(one.get("shared") for one in (table, *(draft.syncs[other] for other in others)))
        ):
            raise _one_list(answers.lang, name, others[0])
        checks, checked = _tried(draft, name, table, answers)
        if _takes_area_code(draft, answers, checked):
            checks, checked = _tried(draft, name, table, answers)
        if not answers.asks:
            if checks.errors:
                raise checks.errors[0]
            return "as_it_is"
        asked = asked_of(draft, place, name, table)
        _show_known(asked, place.said(lang), answers)
        if others:
            file = draft.syncs[others[0]]["source"]
            say(render("init.same_list", lang, file=file), "yellow")
        options = [render(f"init.{what}", lang) for what in _RIGHT]
        usual = _RIGHT.index("other_place" if others else _usual_answer(checks, checked, asked))
        chosen = _RIGHT[answers.choice(render("init.right", lang), options, usual)]
        if chosen != "other_columns":
            return chosen
        table["columns"] = _asked_columns(draft, answers, place.spec, (table, checked))


def _at_one_list(draft: Draft, place: Place, one: tuple[str, Mapping[str, Any]]) -> list[str]:
    """Return the syncs that have the very list already that a file is said to be for; owners may have several files."""
    name, table = one
    if not place.spec.single_owner:
        return []
    names = {"connection", *place.spec.required, *place.spec.sync_keys}
    mine = {key: table.get(key) for key in names - {"shared"}}
    return [
        other
        for other, theirs in draft.syncs.items()
        if other != name and {key: theirs.get(key) for key in mine} == mine
    ]


def _one_list(lang: Language, name: str, other: str) -> UsageError:
    said = {"name": name, "other": other}
    return UsageError(render("init.one_list", lang, **said), remedy=render("init.one_list_remedy", lang, **said))


def _show_known(asked: Guess, place: str, answers: Answers) -> None:
    """Say how many of the first ids a place knows, where ids were asked for."""
    if asked.known:
        say(render("init.known_ids", answers.lang, known=asked.known, asked=asked.asked, place=place))
    elif asked.asked:
        say(render("init.no_known_ids", answers.lang, asked=asked.asked, place=place), "yellow")


def _usual_answer(checks: Checks, checked: CheckedSources, asked: Guess) -> str:
    """Return what goes without saying of a file: yes only where its place is there, knows its ids and takes a line."""
    if checks.errors or (asked.asked and not asked.known):
        return "other_place"
    rejected = any(item.get("lines", 1) and not item.get("good", 0) for item in checked.summary["syncs"])
    return "other_columns" if rejected else "as_it_is"


def _ask_for_place(draft: Draft, answers: Answers, place: Place, one: tuple[str, dict[str, Any]]) -> None:
    """Ask for the keys that name the place, and for those that may; what the last sync says of them is proposed."""
    name, table = one
    optional = sorted(place.spec.sync_keys - place.spec.required.keys())
    for key in [*place.lacks(table), *(key for key in optional if key not in table)]:
        usual = _before(draft, place, key) if key in place.spec.required else ""
        said = answers.text(f"syncs.{name}.{key}", asked_for(place.spec, key, answers), usual)
        table |= {key: said} if said else {}


def _before(draft: Draft, place: Place, key: str) -> str | None:
    """Return what the last sync of the connection says of a key, None where there is none."""
    said = [table[key] for table in draft.syncs.values() if table["connection"] == place.connection and key in table]
    return str(said[-1]) if said else None


def _tried(draft: Draft, name: str, table: Mapping[str, Any], answers: Answers) -> tuple[Checks, CheckedSources]:
    """Look at the place of a sync and at its file, and show both."""
    checks = Checks()
    with draft.tried(**{name: table}) as context:
        sync = context.sync(name)
        client = context.client(sync.connection)
        for check in context.service(sync.connection).checks(client, {name: sync}, context.clock):
            if check.sync:
                checks.run(check.what, check.look)
        checked = check_sources(context, [name], lang=answers.lang)
        add_previews(context, checked, _PREVIEW)
    show_checks(checks, answers.lang)
    show_preview(checked)
    for item in checked.summary["syncs"]:
        if "lines" in item:
            say(counted(item, checked.lang))
    show_refusals(checked.summary["syncs"], checked.lang)
    return checks, checked


def _takes_area_code(draft: Draft, answers: Answers, checked: CheckedSources) -> bool:
    """Ask once for what completes numbers without an area code, where there are some; tell whether it was said now."""
    codes = {problem["code"] for item in checked.summary["syncs"] for problem in item["problems"]}
    if LineCode.NUMBER_LOCAL not in codes or "area_code" in draft.top or not answers.asks:
        return False
    from tasks.phone.defaults import as_area_code

    said = answers.text("area_code", render("init.area_code", answers.lang), "")
    region = str(draft.top.get("region", Settings.model_fields["region"].default))
    if code := as_area_code(said, region):
        draft.top["area_code"] = code
    elif said:
        say(render("error.no_area_code", answers.lang, given=repr(said), region=region), "yellow")
    return "area_code" in draft.top


def _asked_columns(
    draft: Draft, answers: Answers, spec: TargetSpec, now: tuple[Mapping[str, Any], CheckedSources]
) -> dict[str, str]:
    """Ask which header each of our columns has; what it was taken for so far is proposed."""
    table, checked = now
    header, _ = first_rows(draft.path.parent / str(table["source"]))
    before = checked.summary["syncs"][0].get("columns", {})
    columns: dict[str, str] = {}
    for ours, column in sorted(spec.columns.items(), key=lambda one: not one[1].required):
        left = [name for name in header if name and name not in columns.values()]
        if not left:
            break
        options = [*left, *([] if column.required else [render("init.no_column", answers.lang)])]
        taken = before.get(ours)
        usual = left.index(taken) if taken in left else 0 if column.required else len(left)
        at = answers.choice(render("init.which_column", answers.lang, column=column.header), options, usual)
        if at < len(left):
            columns[column.key] = left[at]
    return columns
