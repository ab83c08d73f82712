"""Generate an institution: invented numbers in many spellings, and a target that differs from its CSV a little."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

ADDED, DELETED, MODIFIED, REPEATED, FOREIGN, RENAMED = 0.02, 0.02, 0.03, 0.05, 0.01, 0.01
COLUMNS = ("entity_id", "number", "comment", "type_id")
LIST_COLUMNS = ("name", "number", "new_name")
_ROOMS = ("Sekretariat", "Dziekanat Wydziału Inżynierii", "Biblioteka Główna", "Portiernia", "Zakład Żywienia")


def _spelt(numbers: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Write each number as people do."""
    way = rng.integers(0, len(_SPELLINGS), len(numbers))
    return [_SPELLINGS[kind](text) for kind, text in zip(way.tolist(), numbers.astype(str).tolist(), strict=True)]


_SPELLINGS = (
    lambda t: t,
    lambda t: f"+48{t}",
    lambda t: f"({t[:2]}) {t[2:5]} {t[5:7]} {t[7:]}",
    lambda t: f"{t[:2]} {t[2:5]}-{t[5:7]}-{t[7:]}",
    lambda t: f"0048 {t}",
    lambda t: f"+48 {t[:2]} {t[2:5]} {t[5:]}",
)


def institution(folder: Path, rows: int, seed: int = 1) -> tuple[Path, Path]:
    """Write `source.csv` (what is wanted) and `current.csv` (what stands there).

    Columns: `COLUMNS`; about three numbers an entity. 2 % of the lines are additions, 2 %
    of the entries are missing from the file, 3 % have another comment, 5 % of the numbers repeat, 1 % are German.
    """
    rng = np.random.default_rng(seed)
    base = 220_000_000 + rng.choice(9_000_000, rows, replace=False)
    repeat = np.flatnonzero((rng.random(rows) < REPEATED) & (np.arange(rows) % 3 > 0))
    base[repeat] = base[repeat - 1]
    foreign = base % 100 < 100 * FOREIGN
    words = np.array([f"{room} {number}" for number in range(200) for room in _ROOMS], dtype=object)
    entity = (np.arange(rows) // 3).astype(str)
    comment = words[rng.integers(0, len(words), rows)]
    # Two lines that say the same of one owner are rejected: of what repeats, the comments differ.
    comment[repeat[comment[repeat] == comment[repeat - 1]]] = "drugi aparat"
    third = repeat[repeat % 3 == 2]
    comment[third[comment[third] == comment[third - 2]]] = "trzeci aparat"
    frame = pd.DataFrame({"entity_id": entity, "comment": comment, "type_id": ""})
    fate = rng.random(rows)
    german = np.array([f"+49 30 {number % 10_000_000:07}" for number in base.tolist()], dtype=object)
    current, source = (frame.assign(number=np.where(foreign, german, _spelt(base, rng))) for _ in range(2))
    otherwise = fate > 1 - MODIFIED
    current.loc[otherwise, "comment"] = "dawniej"
    again = repeat[otherwise[repeat]]
    current.loc[again, "comment"] = [f"dawniej, aparat {at % 3 + 1}" for at in again.tolist()]
    columns = list(COLUMNS)
    paths = folder / "source.csv", folder / "current.csv"
    source.loc[fate > DELETED, columns].to_csv(paths[0], index=False)
    current.loc[(fate <= DELETED) | (fate > DELETED + ADDED), columns].to_csv(paths[1], index=False)
    return paths


def phone_list(folder: Path, rows: int, seed: int = 1) -> tuple[Path, Path]:
    """Write `source.csv` and `current.csv` of one list, where no name stands twice.

    Columns: `LIST_COLUMNS`. Additions, deletions and spellings as of an institution; 3 % of the entries have another
    number, 1 % are renamed.
    """
    rng = np.random.default_rng(seed)
    base = 220_000_000 + rng.choice(9_000_000, rows, replace=False)
    names = np.array([f"{_ROOMS[at % len(_ROOMS)]} {at}" for at in range(rows)], dtype=object)
    frame = pd.DataFrame({"name": names, "new_name": ""})
    fate = rng.random(rows)
    current, source = (frame.assign(number=_spelt(base, rng)) for _ in range(2))
    current.loc[fate > 1 - MODIFIED, "number"] = "22 999 99 99"
    renamed = (fate > 0.5) & (fate <= 0.5 + RENAMED)
    source.loc[renamed, "new_name"] = source["name"] + " II"
    columns = list(LIST_COLUMNS)
    paths = folder / "source.csv", folder / "current.csv"
    source.loc[fate > DELETED, columns].to_csv(paths[0], index=False)
    current.loc[(fate <= DELETED) | (fate > DELETED + ADDED), columns].to_csv(paths[1], index=False)
    return paths


def tables(folder: Path, rows: int, seed: int = 1) -> tuple[Path, Path]:
    """Write `old.csv` and `new.csv` with the same kind of differences and a key that does not repeat.

    Columns: `id, owner, number, comment`. What compares files by a key and by text compares these.
    """
    rng = np.random.default_rng(seed)
    number = 220_000_000 + rng.choice(9_000_000, rows, replace=False)
    frame = pd.DataFrame({"id": np.arange(rows), "owner": np.arange(rows) // 3, "number": number})
    frame["comment"] = np.array(_ROOMS, dtype=object)[rng.integers(0, len(_ROOMS), rows)]
    fate = rng.random(rows)
    old = frame.assign(comment=frame["comment"].mask(fate > 1 - MODIFIED, "dawniej"))
    paths = folder / "old.csv", folder / "new.csv"
    old[(fate <= DELETED) | (fate > DELETED + ADDED)].to_csv(paths[0], index=False)
    frame[fate > DELETED].to_csv(paths[1], index=False)
    return paths
