"""USOS, said as values: what `services/phones` holds, what its files look like, and what may be configured."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Final, Literal, cast

from pydantic import Field

from schemas.connections import Connection, Secret
from schemas.reasons import LineCode
from schemas.syncs import Sync
from schemas.target import Column, LineRules, TargetSpec, Wording
from tasks.source.column_synonyms import NUMBER_SYNONYMS

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pandera

EntityClass = Literal["faculty", "user", "building", "dormitory"]

# What joins ids, and every white space of Unicode: the pattern is RE2's, whose \s knows ASCII only.
_SEPARATES: Final = r"[|\x09-\x0d\x1c-\x1f\x{85}\p{Z}]"
_LONGEST_ID: Final = 32


class UsosConnection(Connection):
    """A USOS API installation and an administrative consumer."""

    kind: Literal["usos"]
    consumer_key: Secret
    """where the key is kept"""
    consumer_secret: Secret
    """where its secret is kept"""
    ids_per_select: Annotated[int, Field(ge=1, le=1000)] = 100
    """owners read in one request"""
    names: bool = True
    """show what USOS calls units, buildings and people beside their ids; nothing depends on it"""


class UsosSync(Sync):
    """A file with the numbers of one class of USOS entities."""

    entity_class: EntityClass | None = None
    """required: `"faculty"`, `"user"`, `"building"` or `"dormitory"`"""


def entity_class_of(sync: Sync) -> EntityClass:
    """Return the class of entities that a sync is for."""
    return cast("EntityClass", cast("UsosSync", sync).entity_class)


def are_ids(texts: pd.Series) -> pd.Series:
    """Tell which texts may be the id of a USOS entity.

    services/phones: an id is a string of at most 32 characters without "|", which joins ids in `select`.
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = pa.array(texts.astype("str"), from_pandas=True)
    lengths = pc.utf8_length(ids)
    fits = pc.and_(pc.greater_equal(lengths, 1), pc.less_equal(lengths, _LONGEST_ID))
    apart = pc.invert(pc.match_substring_regex(ids, _SEPARATES))
    return pd.Series(pc.fill_null(pc.and_(fits, apart), fill_value=False).to_numpy(zero_copy_only=False), texts.index)


@cache
def _cells() -> pandera.DataFrameSchema:
    import pandera.pandas as pandera

    has_id = pandera.Check(lambda ids: ids != "", error=LineCode.ID_MISSING.value)
    is_id = pandera.Check(lambda ids: (ids == "") | are_ids(ids), error=LineCode.ID_FORM.value)
    return pandera.DataFrameSchema({"owner": pandera.Column(str, [has_id, is_id])}, strict=False)


_OWNER_SYNONYMS: Final = (
    *("id", "entity", "identifier", "faculty id", "fac id", "building id", "dormitory id", "user id"),
    *("jednostka", "kod jednostki", "id jednostki", "kod", "identyfikator", "budynek", "kod budynku"),
    *("id budynku", "akademik", "kod akademika", "id akademika", "dom studencki", "id użytkownika"),
    *("użytkownik", "id osoby", "identyfikator jednostki", "jednostka id", "jednostka kod"),
)
_OWNER_NAME_SYNONYMS: Final = (
    *("owner", "unit", "unit name", "name", "name of unit", "faculty", "faculty name", "building name"),
    *("dormitory name", "full name", "employee", "nazwa", "nazwa jednostki", "nazwa wydziału", "wydział"),
    *("nazwa budynku", "nazwa akademika", "imię i nazwisko", "nazwisko i imię", "pracownik"),
)
_COMMENT_SYNONYMS: Final = (
    *("comment pl", "description", "note", "notes", "remarks", "komentarz", "opis", "uwagi", "uwaga", "dopisek"),
    *("komentarz pl", "opis numeru"),
)
_TYPE_SYNONYMS: Final = (
    *("type", "phone type", "typ", "typ telefonu", "rodzaj", "rodzaj telefonu", "id typu", "kod typu"),
)

SPEC: Final = TargetSpec(
    kind="usos",
    wording=Wording(
        title="USOS",
        entries="USOS",
        connection="a USOS one",
        subject="USOS",
        place="class of entities",
        name="comment",
        label={"en": "USOS", "pl": "USOS"},
    ),
    connection=UsosConnection,
    secrets={
        "consumer_key": "The consumer key.",
        "consumer_secret": "The consumer secret that belongs to it.",
    },
    sync=UsosSync,
    required={"entity_class": "say whose numbers these are: faculty, user, building or dormitory"},
    columns={
        "owner": Column("entity_id", "entity_id", _OWNER_SYNONYMS, required=True),
        "owner_name": Column("owner_name", "owner_name", _OWNER_NAME_SYNONYMS),
        "number": Column("number", "number", NUMBER_SYNONYMS, required=True),
        "name": Column("comment", "comment", _COMMENT_SYNONYMS),
        "type_id": Column("type_id", "type_id", _TYPE_SYNONYMS),
    },
    lines=LineRules(cells=_cells, is_id=are_ids, clears=True),
    names_are_keys=False,
    single_owner=False,
    deletes_missing=True,
    write_format="source",
    keeps_types=True,
    sliceable=True,
    place=lambda sync: str(entity_class_of(sync)),
    private=lambda sync: entity_class_of(sync) == "user",
    person=lambda identifier: f"user {identifier}",
    people={"entity_class": "user"},
)
