"""Read every file and every place that is configured; what cannot be read keeps nothing else from being compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, partial

import pandas as pd

from flows.claims import file_claims, left_by, rivals_of, with_returned
from flows.context import RunContext
from flows.ends import Ends, owners_of, plan_ends
from flows.known import known_of
from flows.names import learn_names
from flows.sources import ExtractedSource, extract_source, judge_source
from schemas.errors import ConfigurationError, PhonesyncError, ServiceError, SourceError
from schemas.execution import NumberingDefaults, Snapshot, Target
from schemas.problems import Problem
from schemas.settings import Language
from schemas.syncs import Sync
from schemas.target import TargetSpec
from tasks.messages.errors import error_of
from tasks.messages.rendering import sentence, whole
from tasks.plan.claims import Rivals
from tasks.reconcile.align import SyncSide
from tasks.reconcile.cross_references import PlaceEntries
from tasks.source.labels import owner_labels
from tasks.source.validation import Checked
from tasks.text_columns import is_in

_MOST_TYPES = 50  # an installation has a handful; each costs a request


@dataclass
class SyncReading:
    """One sync with what could be read of its two ends.

    Attributes:
        name: the sync's name.
        sync: its section of the configuration.
        spec: what the service is.
        place: what people call its place.
        target: address and place, as the ledger knows it.
        source: its file, None where it cannot be read.
        checked: the same, judged.
        found: the entries of the owners that the file names or earlier runs wrote, None where they cannot be read.
        wrong_source: why the file could not be read.
        wrong_place: likewise.
        rivals: what the files of other syncs of the place claim.
        unnamed: why it is not known what owners are called, where that has not been told before.
    """

    name: str
    sync: Sync
    spec: TargetSpec
    place: str
    target: str = ""
    source: ExtractedSource | None = None
    checked: Checked | None = None
    found: Snapshot | None = None
    wrong_source: PhonesyncError | None = None
    wrong_place: PhonesyncError | None = None
    rivals: Rivals = field(default_factory=Rivals)
    unnamed: Problem | None = None

    @property
    def private(self) -> bool:
        """Tell whether its numbers are people's and stay hidden in reports, too."""
        return self.spec.private(self.sync) and not self.sync.full_numbers


def place_of(sync: Sync, spec: TargetSpec) -> str:
    """Name the place that a sync is for: `usos faculty`, `telephony tenant chopin`."""
    return f"{sync.connection} {spec.place(sync)}"


def read_syncs(context: RunContext) -> list[SyncReading]:
    """Return every configured sync, read as far as it can be; one place is read once, however many syncs it has."""
    readings = read_files(context)
    for one in readings:
        if one.checked is not None:
            context.files.claims[one.name] = file_claims(context, one.name, one.checked)
    for one in readings:
        one.rivals = rivals_of(context, one.name, context.files)
    for those in by_place(context, readings):
        read_place(context, those)
    return readings


def read_files(context: RunContext) -> list[SyncReading]:
    """Return every configured sync with its file, as far as it can be read; no service is asked."""
    readings = []
    for name, sync in context.settings.syncs.items():
        spec = context.spec(sync)
        readings.append(SyncReading(name, sync, spec, place_of(sync, spec)))
    for one in readings:
        try:
            one.source = extract_source(context, one.sync)
            one.checked = judge_source(context, one.sync, one.source)
        except (SourceError, ConfigurationError) as error:
            one.wrong_source = error
    return readings


def by_place(context: RunContext, readings: list[SyncReading]) -> list[list[SyncReading]]:
    """Return the syncs that have one place and read numbers alike together; a place without credentials has none."""
    shared: dict[tuple[str, NumberingDefaults], list[SyncReading]] = {}
    for one in readings:
        try:
            one.target = context.target(one.sync).name
            shared.setdefault((one.target, context.reading(one.sync)), []).append(one)
        except ConfigurationError as error:
            one.wrong_place = error
    return list(shared.values())


def read_place(context: RunContext, readings: list[SyncReading]) -> None:
    """Read one place for all syncs that it has."""
    wanted = {one.name: _owners(context, one) for one in readings}
    every = sorted(set().union(*wanted.values()))
    try:
        found = context.target(readings[0].sync).read(every, context.progress)
    except ServiceError as error:
        for one in readings:
            one.wrong_place = error
        return
    readings[0].unnamed = learn_names(context, readings[0].sync, readings[0].target, every)
    for one in readings:
        mine = found.entries
        if not one.spec.single_owner:
            mine = mine[is_in(mine["owner"], wanted[one.name])].reset_index(drop=True)
        unread = {owner: why for owner, why in found.unread.items() if owner in wanted[one.name]}
        one.found = Snapshot(mine, unread)


def done_without(readings: Iterable[SyncReading], lang: Language) -> list[str]:
    """Return what is to be said once of names that could not be read, each sentence once."""
    told = [whole(sentence(one.unnamed, lang)) for one in readings if one.unnamed]
    return list(dict.fromkeys(told))


def _owners(context: RunContext, one: SyncReading) -> set[str]:
    """Return the owners of the file, and those that earlier runs wrote: no method lists USOS's."""
    if one.checked is None:
        return context.ledger.memory.owners(one.name, one.target) - one.rivals.claimed
    return owners_of(one.checked) | _gone(context, one, one.checked)


def _gone(context: RunContext, one: SyncReading, checked: Checked) -> set[str]:
    """Return the owners that earlier runs wrote and that no file has any more."""
    return context.ledger.memory.owners(one.name, one.target) - owners_of(checked) - one.rivals.claimed


def owner_names(context: RunContext, one: SyncReading, lang: Language | None = None) -> dict[str, str]:
    """Return what the owners are called: as the file has it, else as it is remembered; in the configured language."""
    names = context.ledger.names.of(one.target, lang or context.lang)
    if one.checked is not None and one.source is not None:
        arranged = one.source.arranged
        names |= owner_labels(one.checked, arranged.source["line"], arranged.labels)
    return names


def side_of(context: RunContext, one: SyncReading) -> SyncSide | None:
    """Return the sync with both its ends, None where one of them could not be read."""
    if one.source is None or one.checked is None or one.found is None:
        return None
    planned = plan_ends(context, ends_of(context, one))
    return SyncSide(
        sync=one.name,
        place=one.place,
        names_are_keys=one.spec.names_are_keys,
        name_called=one.spec.wording.name,
        source=one.source.arranged.source,
        checked=planned.checked,
        entries=one.found.entries,
        plan=with_returned(context, one.name, one.target, planned.table),
        unread=frozenset(one.found.unread),
        names_managed=planned.policy.names_managed,
        fold_names=planned.policy.fold_names,
        short_codes=one.sync.allow_short_codes,
        untyped=context.ledger.findings.untyped(one.target),
    )


def ends_of(context: RunContext, one: SyncReading) -> Ends:
    """Return both ends of a sync that was read.

    Raises:
        ConfigurationError: one of them was not.
    """
    if one.source is None or one.checked is None or one.found is None:
        raise error_of(ConfigurationError, "nothing_to_plan", {"sync": one.name})
    headers, gone = one.source.arranged.headers, frozenset(_gone(context, one, one.checked))
    target, known = context.target(one.sync), known_of(context, one.name)
    left = cache(partial(left_by, context, one.name, target.name))
    return Ends(one.sync, target, headers, one.checked, one.found, gone, one.rivals, left, known=known)


def places_of(readings: list[SyncReading]) -> list[PlaceEntries]:
    """Return the places that were read, each once, with the entries that any of its syncs has to do with."""
    places: dict[str, PlaceEntries] = {}
    for one in readings:
        if one.found is None:
            continue
        before = places.get(one.place)
        entries, private = one.found.entries, one.private
        if before is not None:
            # A list is whole in every one of its syncs; of USOS each has its own owners, perhaps some in common.
            others = entries[~is_in(entries["owner"], before.entries["owner"])]
            entries, private = pd.concat([before.entries, others], ignore_index=True), private or before.private
        places[one.place] = PlaceEntries(one.place, one.sync.connection, one.spec.names_are_keys, entries, private)
    return list(places.values())


def type_words(context: RunContext, readings: list[SyncReading], lang: Language) -> dict[tuple[str, str], str]:
    """Return what each type of each connection is called: `STA (stacjonarny)`.

    A type that the service does not describe keeps its bare id; that is no reason to fail.
    """
    words: dict[tuple[str, str], str] = {}
    for one in readings:
        if not one.spec.keeps_types:
            continue
        typed = [] if one.source is None else list(one.source.arranged.source["type_id"].str.strip().unique())
        typed += [] if one.found is None else list(one.found.entries["type_id"].unique())
        connection = one.sync.connection
        for type_id in sorted({*typed} - {""})[:_MOST_TYPES]:
            if (connection, type_id) not in words and one.wrong_place is None:
                words[connection, type_id] = _described(context.target(one.sync), type_id, lang)
    return words


def _described(target: Target, type_id: str, lang: Language) -> str:
    try:
        texts = target.type_description(type_id)
    except ServiceError:
        return type_id
    text = texts.get(lang) or texts.get("pl") or texts.get("en")
    return f"{type_id} ({text})" if text else type_id
