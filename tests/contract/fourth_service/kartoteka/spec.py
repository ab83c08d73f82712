"""Kartoteka, said as values: drawers by their labels, cards within them, a cabinet as the place."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

import pandera.pandas as pa

from schemas.connections import Connection, Secret
from schemas.section import FilePath
from schemas.syncs import Sync
from schemas.target import Column, LineRules, TargetSpec, Wording


class KartotekaConnection(Connection):
    """A file with the drawers of all cabinets."""

    kind: Literal["kartoteka"]
    base_url: str = "https://kartoteka.invalid"
    cards: FilePath = Path("cards.json")
    pin: Secret


class KartotekaSync(Sync):
    """A file with the cards of one cabinet."""

    cabinet: str | None = None


def cabinet_of(sync: Sync) -> str:
    return str(cast("KartotekaSync", sync).cabinet)


_CELLS = pa.DataFrameSchema(
    {
        "owner": pa.Column(str, pa.Check(lambda ids: ids != "", error="the drawer is missing")),
        "name": pa.Column(str, pa.Check.str_length(max_value=12, error="a card has room for 12 characters")),
    },
    strict=False,
)

SPEC = TargetSpec(
    kind="kartoteka",
    wording=Wording(
        title="Kartoteka",
        entries="card indexes",
        connection="a Kartoteka one",
        subject="Kartoteka",
        place="card index",
        name="title",
        label={"en": "card index", "pl": "kartoteka"},
    ),
    connection=KartotekaConnection,
    secrets={"pin": "What opens the cabinet."},
    sync=KartotekaSync,
    required={"cabinet": "say which cabinet this is"},
    columns={
        "owner": Column("Szuflada", "drawer", ("drawer",), required=True),
        "number": Column("Numer", "number", ("phone",), required=True),
        "name": Column("Karta", "card", ("card",)),
    },
    lines=LineRules(cells=lambda: _CELLS, is_id=lambda ids: ids != "", clears=True),
    names_are_keys=False,
    single_owner=False,
    deletes_missing=True,
    write_format="source",
    place=cabinet_of,
)
