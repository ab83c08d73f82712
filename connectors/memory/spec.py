"""The directory in memory, said as values: owners by their ids, numbers within them, a shelf as the place."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, Literal, cast

from schemas.connections import Connection
from schemas.reasons import LineCode
from schemas.syncs import Sync
from schemas.target import Column, LineRules, TargetSpec, Wording

if TYPE_CHECKING:
    import pandera.pandas as pa


class MemoryConnection(Connection):
    """A directory in this process; its address is its name."""

    kind: Literal["memory"]
    base_url: str = "https://directory.invalid"


class MemorySync(Sync):
    """A file with the numbers of one shelf of the directory."""

    shelf: str | None = None
    """required: which shelf"""


def shelf_of(sync: Sync) -> str:
    """Return the shelf that a sync is for."""
    return str(cast("MemorySync", sync).shelf)


@cache
def _cells() -> pa.DataFrameSchema:
    import pandera.pandas as pa

    has_id = pa.Check(lambda ids: ids != "", error=LineCode.ID_MISSING.value)
    return pa.DataFrameSchema({"owner": pa.Column(str, has_id)}, strict=False)


SPEC: Final = TargetSpec(
    kind="memory",
    wording=Wording(
        title="Memory",
        entries="directories in memory",
        connection="one in memory",
        subject="The directory",
        place="shelf",
        name="name",
        label={"en": "directory in memory", "pl": "katalog w pamięci"},
    ),
    connection=MemoryConnection,
    sync=MemorySync,
    required={"shelf": "say which shelf this is"},
    columns={
        "owner": Column("id", "entity_id", ("identifier", "identyfikator"), required=True),
        "owner_name": Column("owner_name", "owner_name", ("nazwa jednostki",)),
        "number": Column("number", "number", ("phone", "telefon"), required=True),
        "name": Column("name", "name", ("nazwa",)),
    },
    lines=LineRules(cells=_cells, is_id=lambda ids: ids != "", clears=True),
    names_are_keys=False,
    single_owner=False,
    deletes_missing=True,
    write_format="source",
    place=shelf_of,
    advertised=False,
)
