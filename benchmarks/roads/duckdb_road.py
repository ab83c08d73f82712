"""The same road on duckdb: one connection, SQL for everything, the library for numbers that no pattern reads."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from benchmarks.roads.patterns import POLISH, e164

_READ = """
create table {name}_read as
select row_number() over () as row, entity_id, number, comment,
       regexp_extract(translate(number, ' ()-', ''), '^(?:(?:\\+|00)480?|480?|0?)([1-9][0-9]{{8}})$', 1) as nine,
       case when regexp_matches(number, '^[(]?[+]?[ (]?[0-9][0-9() -]*[0-9]$') and regexp_matches(nine, '{pattern}')
            then '+48' || nine end as key
from read_csv('{path}', all_varchar = true, header = true)
"""
_UNREAD = "select distinct number from {name}_read where key is null"
_KEYED = """
create table {name} as
select row, entity_id, number, comment, coalesce(key, read) as key from {name}_read left join other using (number)
"""
_PAIRED = "insert into paired select l.row, r.row, '{action}' from {left} l join {right} r using ({on}, turn)"
_SIDE = """
(select row, {on}, row_number() over (partition by {on} order by row) as turn from {side}
 anti join paired on row = {side}_row)
"""
_ONCE = """
(select any_value(row) as row, {on}, 1 as turn from {side}
 anti join paired on row = {side}_row group by {on} having count(*) = 1)
"""


def main(source: Path, current: Path, out: Path) -> None:
    """Read, judge, plan, store, report."""
    base = duckdb.connect()
    for name, path in (("wanted", source), ("stands", current)):
        base.execute(_READ.format(name=name, path=path, pattern=POLISH))
        bad = "select 1 from {}_read where not regexp_matches(entity_id, '^[^|\\s]{{1,32}}$') or number = '' limit 1"
        if base.execute(bad.format(name)).fetchone():
            raise SystemExit("a line is bad")
        found = base.execute(_UNREAD.format(name=name)).fetchall()
        others = [row[0] for row in found]
        base.execute(
            "create or replace table other as select unnest($1::varchar[]) as number, unnest($2::varchar[]) as read",
            [others, list(map(e164, others))],
        )
        base.execute(_KEYED.format(name=name))
    base.execute("create table paired (wanted_row bigint, stands_row bigint, action varchar)")
    for action, on, side in (
        ("keep", "entity_id, comment, key", _SIDE),
        ("modify", "entity_id, key", _SIDE),
        ("modify", "entity_id, comment", _ONCE),
    ):
        left, right = side.format(on=on, side="wanted"), side.format(on=on, side="stands")
        base.execute(_PAIRED.format(action=action, left=left, right=right, on=on))
    base.execute(
        "create table plan as select action, entity_id, number, comment from wanted join paired on row = wanted_row "
        "union all select 'add', entity_id, number, comment from wanted anti join paired on row = wanted_row "
        "union all select 'delete', entity_id, number, comment from stands anti join paired on row = stands_row"
    )
    base.execute(f"copy plan to '{out / 'plan.parquet'}' (compression zstd)")
    base.execute(f"copy plan to '{out / 'report.csv'}' (header)")
    base.execute(f"copy plan to '{out / 'report.json'}' (format json, array true)")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
