"""Read and judge a sync's CSV file."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.files import Dialect, Given, Table, read_csv
from flows.world import World
from schemas.owner import list_owner
from schemas.settings import Sync
from tasks.arrange import Arranged, Records, arrange, expected_headers
from tasks.validate import Checked, Rules, Target, validate


@dataclass(frozen=True)
class Source:
    """A file as it was read, and what our columns are called in it."""

    arranged: Arranged
    dialect: Dialect


def kind_of(world: World, sync: Sync) -> Target:
    """Return which service the sync is for."""
    return world.settings.connections[sync.connection].kind


def extract_source(world: World, sync: Sync) -> Source:
    """Return the sync's file under our column names; raises `SourceError` where it cannot be trusted as a whole."""
    kind, columns = kind_of(world, sync), configured_columns(sync)
    expected = list(expected_headers(kind, columns).values())
    given = Given(encoding=sync.encoding, delimiter=sync.delimiter, quotechar=sync.quotechar)
    table: Table = read_csv(sync.source, expected=expected, given=given)
    records = Records(str(sync.source), table.header, table.frame, table.lines, table.problems, table.widths)
    return Source(arrange(records, kind, columns), table.dialect)


def configured_columns(sync: Sync) -> dict[str, str]:
    """Return the configured headers by our column names; USOS's id is our owner, its comment our name."""
    given = sync.columns.model_dump(exclude_none=True)
    ours = {"entity_id": "owner", "comment": "name"}
    return {ours.get(key, key): header for key, header in given.items()}


def judge_source(world: World, sync: Sync, source: Source) -> Checked:
    """Return what the lines of the file want, and why some of them are not trusted."""
    kind, reading = kind_of(world, sync), world.reading(sync)
    owner = str(sync.entity_class) if kind == "usos" else list_owner(str(sync.tenant), sync.group)
    rules = Rules(
        target=kind,
        owner=owner,
        headers=source.arranged.headers,
        region=reading.region,
        area_code=reading.area_code,
        allow_clear=sync.allow_clear,
        allow_short_codes=sync.allow_short_codes,
        write_format=sync.write_format or ("source" if kind == "usos" else "apio"),
    )
    return validate(source.arranged.source, rules)
