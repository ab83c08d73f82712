"""Generate an institution: invented numbers in many spellings, and a target that differs from its CSV a little."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

ADDED, DELETED, MODIFIED, REPEATED = 0.02, 0.02, 0.03, 0.05


def _spelt(numbers: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Write each number as people do."""
    way = rng.integers(0, 6, len(numbers))
    texts = numbers.astype(str)
    return [_SPELLINGS[kind](text) for kind, text in zip(way.tolist(), texts.tolist(), strict=True)]


_SPELLINGS = (
    lambda t: t,
    lambda t: f"+48{t}",
    lambda t: f"({t[:2]}) {t[2:5]} {t[5:7]} {t[7:]}",
    lambda t: f"{t[:2]} {t[2:5]}-{t[5:7]}-{t[7:]}",
    lambda t: f"0048 {t}",
    lambda t: f"+48 {t[:2]} {t[2:5]} {t[5:]}",
)


def generate(folder: Path, rows: int, seed: int = 1) -> tuple[Path, Path]:
    """Write `source.csv` (what is wanted) and `current.csv` (what stands there).

    Columns: `entity_id, number, comment, type_id`; about three numbers an entity. 2 % of the lines are additions, 2 %
    of the entries are missing from the file, 3 % have another comment, 5 % of the numbers repeat.
    """
    rng = np.random.default_rng(seed)
    base = 220_000_000 + rng.choice(9_000_000, rows, replace=False)
    entity = np.arange(rows) // 3
    repeat = np.flatnonzero((rng.random(rows) < REPEATED) & (np.arange(rows) % 3 > 0))
    base[repeat] = base[repeat - 1]
    comment = np.array([f"Sekretariat {number}" for number in range(1000)])[rng.integers(0, 1000, rows)]
    frame = pd.DataFrame({"entity_id": entity.astype(str), "comment": comment, "type_id": ""})
    fate = rng.random(rows)
    current = frame.assign(number=_spelt(base, rng))
    current.loc[fate > 1 - MODIFIED, "comment"] = "dawniej"
    source = frame.assign(number=_spelt(base, rng))
    columns = ["entity_id", "number", "comment", "type_id"]
    paths = folder / "source.csv", folder / "current.csv"
    source.loc[fate > DELETED, columns].to_csv(paths[0], index=False)
    current.loc[(fate <= DELETED) | (fate > DELETED + ADDED), columns].to_csv(paths[1], index=False)
    return paths
