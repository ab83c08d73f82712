"""Guess where the numbers of a file belong: from its columns, its owners that a service knows, and its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from connectors.files.candidates import first_rows
from flows.setup.draft import Draft
from flows.sources import ExtractedSource, open_source, source_bytes
from schemas import limits
from schemas.errors import PhonesyncError
from schemas.reasons import FileCode
from schemas.settings import Language
from schemas.target import TargetSpec
from tasks.messages.catalogue import known, text
from tasks.setup.guessing import guessed_columns, value_in_name

_UNSAID = "?"  # stands in for what nobody has said yet, where only the file is read
# Files that could be read if somebody said what their columns are.
_OTHER_NAMES = frozenset({FileCode.HEADER_FOREIGN, FileCode.HEADER_COLUMN, FileCode.HEADER_SAME})


@dataclass(frozen=True)
class Place:
    """Where the numbers of a file may belong: a service, and the keys of a sync that name the place in it."""

    connection: str
    spec: TargetSpec
    keys: Mapping[str, str] = field(default_factory=dict)

    def said(self, lang: Language) -> str:
        """Return it as people choose it."""
        return ": ".join([self.spec.wording.title, *(_label(value, lang) for value in self.keys.values())])

    def lacks(self, given: Mapping[str, Any]) -> list[str]:
        """Return the keys that a sync cannot do without and that nobody has said yet."""
        return [key for key in self.spec.required if key not in self.keys and key not in given]


@dataclass(frozen=True)
class Guess:
    """What a file seems to be for.

    Attributes:
        at: the place, among those that were looked at.
        columns: the columns that have to be named, as their names say nothing.
        asked: the owners that the service was asked for.
        known: how many of them it knows.
        sure: it is the only one whose columns have such names, or the service knows the owners, or its name says so.
    """

    at: int
    columns: Mapping[str, str] = field(default_factory=dict)
    asked: int = 0
    known: int = 0
    sure: bool = False


def places_of(draft: Draft, specs: Mapping[str, TargetSpec]) -> Iterator[Place]:
    """Yield every place of the services: one for each value where a key has few, one alone where it is a free text."""
    for connection, table in draft.connections.items():
        spec = specs[table["kind"]]
        keys: list[dict[str, str]] = [{}]
        for key in spec.required:
            values = _values(spec, key)
            keys = [{**one, key: value} for one in keys for value in values] if values else keys
        yield from (Place(connection, spec, one) for one in keys)


def _values(spec: TargetSpec, key: str) -> tuple[str, ...]:
    """Return the values that a key of a sync may have, () where it is a free text."""
    kinds = (spec.sync.model_fields[key].annotation, *get_args(spec.sync.model_fields[key].annotation))
    return next((get_args(kind) for kind in kinds if get_origin(kind) is Literal), ())


def guess_place(draft: Draft, places: list[Place], name: str, given: Mapping[str, Any]) -> Guess | None:
    """Return what a file seems to be for: the service of which it has most columns, and there the place that knows it.

    Args:
        draft: the configuration so far.
        places: where it may belong.
        name: the sync.
        given: what is known of it, its `source` at least.

    Returns:
        None where no place can have it.
    """
    opened = {place.connection: place for place in reversed(places)}  # how a file is read is the same within a service
    sources = {key: source for key, place in opened.items() if (source := _opened(draft, place, name, given))}
    read = {at: sources[place.connection] for at, place in enumerate(places) if place.connection in sources}
    by_name = _by_name(places, Path(str(given["source"])).stem)
    if read:
        most = max(len(source.arranged.headers) for source in read.values())
        likely = {at: source for at, source in read.items() if len(source.arranged.headers) == most}
        guesses = [_asked(draft, places[at], name, given, source, Guess(at)) for at, source in likely.items()]
        alone = len({places[at].connection for at in read}) == 1 and len(guesses) == 1
    else:
        guesses = list(_by_cells(draft, places, name, given))
        alone = False
    best = max(guesses, key=lambda guess: (guess.known, guess.at == by_name, -guess.at), default=None)
    return best and replace(best, sure=alone or bool(best.known) or best.at == by_name)


def _by_cells(draft: Draft, places: list[Place], name: str, given: Mapping[str, Any]) -> Iterator[Guess]:
    """Yield the places that a file could be for if its columns were called as they look."""
    for at, place in enumerate(places):
        columns = columns_of(draft, place, name, given)
        table = {**given, "columns": columns}
        source = _opened(draft, place, name, table) if columns else None
        if source:
            yield _asked(draft, place, name, table, source, Guess(at, columns))


def _by_name(places: list[Place], stem: str) -> int | None:
    """Return the place that a file's name speaks of, None where it speaks of none."""
    words = {
        str(at): [value, *(word for lang in ("pl", "en") for word in _label(value, lang).split(", "))]
        for at, place in enumerate(places)
        for value in place.keys.values()
    }
    found = value_in_name(stem, words)
    return int(found) if found else None


def _label(value: str, lang: Language) -> str:
    return text(f"init.place_{value}", lang) if known(f"init.place_{value}") else value


def trial(place: Place, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sync that can be read although nobody has said yet what names its place."""
    return {**dict.fromkeys(place.spec.required, _UNSAID), "connection": place.connection, **place.keys, **given}


def _opened(draft: Draft, place: Place, name: str, given: Mapping[str, Any]) -> ExtractedSource | None:
    """Return a file as it would be read for a place, None where it could not be."""
    try:
        context = draft.offline(**{name: trial(place, given)})
        return open_source(context, context.sync(name), source_bytes(context, context.sync(name)))
    except PhonesyncError:
        return None


def columns_of(draft: Draft, place: Place, name: str, given: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns as they look, {} where their names say enough, or their looks too little."""
    try:
        context = draft.offline(**{name: trial(place, given)})
        open_source(context, context.sync(name), source_bytes(context, context.sync(name)))
    except PhonesyncError as error:
        if error.problem is None or error.problem.code not in _OTHER_NAMES:
            return {}
        header, rows = first_rows(draft.path.parent / str(given["source"]))
        guessed = guessed_columns(header, rows, place.spec, str(draft.top.get("region", "PL")))
        return guessed if len(guessed) == len(place.spec.required_columns) else {}
    return {}


def asked_of(draft: Draft, place: Place, name: str, table: Mapping[str, Any]) -> Guess:
    """Return how many of the first owners of a file the place knows that somebody has chosen for it."""
    source = _opened(draft, place, name, table)
    return _asked(draft, place, name, table, source, Guess(0)) if source else Guess(0)


def _asked(  # noqa: PLR0913, PLR0917 - what a file is read with
    draft: Draft, place: Place, name: str, given: Mapping[str, Any], source: ExtractedSource, guess: Guess
) -> Guess:
    """Return the guess with how many of the first owners of the file have entries, where lines name their owners."""
    if place.spec.single_owner or place.lacks(given):
        return guess
    try:
        with draft.tried(**{name: trial(place, given)}) as context:
            sync, ids = context.sync(name), source.arranged.source["owner"].str.strip()
            ids = ids[ids != ""] if place.spec.lines.is_id is None else ids[place.spec.lines.is_id(ids)]
            owners = [place.spec.owner(sync, one) for one in ids.unique()[: limits.TRIAL_OWNERS]]
            found = context.target(sync).read(owners, lambda *_: None)
    except PhonesyncError:
        return guess
    return replace(guess, asked=len(owners) - len(found.unread), known=int(found.entries["owner"].nunique()))
