"""What a service is, said once: everything peculiar to it that can be said as a value.

Nothing outside the service's own package asks which service it is talking to; it asks the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from schemas.connections import Connection
from schemas.phrases import Phrase
from schemas.syncs import Sync, WriteFormat

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

OurColumn = Literal["owner", "owner_name", "name", "number", "type_id", "new_name"]


@dataclass(frozen=True)
class Column:
    """One of our columns, as the files of a service have it.

    Attributes:
        header: its name where the configuration says nothing else.
        key: its key under `[syncs.NAME.columns]`.
        synonyms: what offices call it, in Polish and in English.
        required: a file without it cannot be read.
    """

    header: str
    key: str
    synonyms: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class LineRules:
    """What a line of a file for this service has to look like.

    Attributes:
        cells: makes the pandera schema of single cells; the error of each check is the code of what the clerk reads
            (`schemas.reasons.LineCode`), with its values where it has some (`schemas.problems.packed`). Any other text
            is said as it stands, with the code `other`.
        is_id: tells which texts may be the id of an owner, where lines have one.
        number_limit: how many characters of a number can be stored, None where nobody knows a limit.
        one_number: an entry holds one number without an extension.
        clears: a line with an id and no number may say that its owner has none.
        unique_names: two lines with one name cannot both be right.
    """

    cells: Callable[[], pa.DataFrameSchema]
    is_id: Callable[[pd.Series], pd.Series] | None = None
    number_limit: int | None = None
    one_number: bool = False
    clears: bool = False
    unique_names: bool = False


@dataclass(frozen=True)
class Wording:
    """How sentences speak of a service.

    Attributes:
        title: its name.
        entries: where its entries stand: "USOS", "phone lists".
        connection: one of its connections: "a USOS one".
        subject: what stores the entries, at the beginning of a sentence: "USOS", "The phone list".
        place: one place of it: "phone list".
        name: the text beside a number: "name" or "comment".
        entry: one of its entries, in sentences about lines: a `term.entry-…` of the catalogues, or words of its own.
        label: the service in a table of systems, by language.
    """

    title: str
    entries: str
    connection: str
    subject: str
    place: str
    name: str
    label: Mapping[str, str]
    entry: str = "entry"


@dataclass(frozen=True)
class TargetSpec:
    """One service.

    Attributes:
        kind: its name in `[connections.NAME]`.
        wording: how sentences speak of it.
        connection: the settings of a connection.
        secrets: the keys of a connection that are secrets, each with what it is.
        block_keys: further keys of a connection that a Prefect block of credentials has, each with what it is.
        sync: the settings of a sync, with the keys that name its place.
        required: the keys that a sync cannot do without, each with what to say where it is missing.
        columns: our columns with what its files call them, in the order of a file.
        lines: what lines have to look like.
        names_are_keys: an entry is known by its name within its list; otherwise by its number within its owner.
        single_owner: a place is one owner and is read whole; otherwise lines name their owners by an id.
        deletes_missing: whether entries that no line mentions are deleted where the configuration does not say.
        deleting_calls: the calls, as intents are noted, by which the service may delete entries that nobody has told it
            to delete.
        write_format: how a new or changed number is written where the configuration does not say.
        keeps_types: entries have a type.
        sliceable: several workers may write a plan side by side.
        advertised: people are told of it where they have to choose a service.
        place: names the place of a sync within its connection, such as `faculty` or `tenant chopin`.
        private: tells whether the numbers of a sync are people's, to be masked wherever they are shown.
        person: names the owner that a person is, from the person's id; None where owners are no people.
        people: the keys of a sync whose owners are people, with their values; none where there is none.
    """

    kind: str
    wording: Wording
    connection: type[Connection]
    sync: type[Sync]
    required: Mapping[str, str]
    columns: Mapping[OurColumn, Column]
    lines: LineRules
    names_are_keys: bool
    single_owner: bool
    deletes_missing: bool
    write_format: WriteFormat
    place: Callable[[Sync], str]
    private: Callable[[Sync], bool] = lambda _sync: False
    person: Callable[[str], str] | None = None
    people: Mapping[str, str] = field(default_factory=dict)
    deleting_calls: frozenset[str] = frozenset()
    keeps_types: bool = False
    sliceable: bool = False
    advertised: bool = True
    secrets: Mapping[str, str] = field(default_factory=dict)
    block_keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """Our columns with their default headers."""
        return {ours: column.header for ours, column in self.columns.items()}

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Our columns that a file cannot do without."""
        return tuple(ours for ours, column in self.columns.items() if column.required)

    @property
    def sync_keys(self) -> set[str]:
        """The keys of a sync that only this service knows."""
        return set(self.sync.model_fields) - set(Sync.model_fields)

    @property
    def column_keys(self) -> dict[str, str]:
        """The keys under `[syncs.NAME.columns]`, each with our column."""
        return {column.key: ours for ours, column in self.columns.items()}

    def owner(self, sync: Sync, identifier: str = "") -> str:
        """Name an owner: the place, and within it the id where lines have one."""
        return self.place(sync) if self.single_owner else f"{self.place(sync)} {identifier}"


def identifier_of(owner: str) -> str:
    """Return the id within an owner's name; the place of a single owner has none."""
    return owner.partition(" ")[2]


def wrong_with(sync: Sync, spec: TargetSpec, specs: Mapping[str, TargetSpec]) -> list[tuple[str, Phrase]]:
    """Return what a sync lacks, and what it must not have, each with its key."""
    lacks = [key for key in spec.required if getattr(sync, key) is None]
    wrong = [(key, Phrase("setting.required", {"key": key, "said": spec.required[key]})) for key in lacks]
    others = [other for other in specs.values() if other.kind != spec.kind]
    foreign = {key: other for other in others for key in sorted(other.sync_keys - spec.sync_keys)}
    here = {"en": spec.wording.connection, "pl": spec.wording.label["pl"]}
    wrong += [
        (key, Phrase("setting.for_other", {"other": entries_of([other]), "connection": here}))
        for key, other in foreign.items()
        if getattr(sync, key) is not None
    ]
    mine = {"service": entries_of([spec])}
    if sync.shared and not spec.single_owner:
        wrong.append(("shared", Phrase("setting.not_shared", mine)))
    if sync.id_pattern is not None and spec.single_owner:
        wrong.append(("id_pattern", Phrase("setting.no_ids", mine)))
    if sync.contacts is not None and not spec.names_are_keys:
        wrong.append(("contacts", Phrase("setting.no_contacts", mine)))
    if sync.slices > 1 and not spec.sliceable:
        able = {"other": entries_of([other for other in others if other.sliceable])}
        place = {"en": spec.wording.place, "pl": spec.wording.label["pl"]}
        wrong.append(("slices", Phrase("setting.no_slices", {**able, "place": place})))
    columns = {key: other for other in others for key in other.column_keys if key not in spec.column_keys}
    wrong += [
        (f"columns.{key}", Phrase("setting.for_others", {"other": entries_of([other])}))
        for key, other in columns.items()
        if getattr(sync.columns, key) is not None
    ]
    if sync.columns.link is not None and spec.single_owner:
        named = [other for other in others if not other.single_owner and other.advertised]
        wrong.append(("columns.link", Phrase("setting.for_others", {"other": entries_of(named)})))
    return wrong


def entries_of(specs: Sequence[TargetSpec]) -> dict[str, str]:
    """Return what the entries of services are called, by language."""
    english = " and ".join(spec.wording.entries for spec in specs)
    return {"en": english, "pl": " i ".join(spec.wording.label["pl"] for spec in specs)}
