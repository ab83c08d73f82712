"""Our reader and our matching: rows are paired as multisets, whatever repeats."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from connectors.files.reading import read_csv
from connectors.files.writing import write_private
from tasks.pairing import join, number_all, pair_equal
from tasks.reports.csv_text import as_csv

_COLUMNS = ["id", "owner", "number", "comment"]


def main(old: Path, new: Path, out: Path) -> None:
    """Write a line for each row that is added, deleted or changed."""
    before, after = (read_csv(path, expected=_COLUMNS).frame for path in (old, new))
    columns = number_all(before, after, _COLUMNS)
    same_before, same_after = pair_equal(*join([*columns.values()]))
    gone = np.delete(np.arange(len(before)), same_before)
    come = np.delete(np.arange(len(after)), same_after)
    left, right = pair_equal(columns["id"][0][gone], columns["id"][1][come])
    changes = {
        "modify": after.iloc[come[right]],
        "add": after.iloc[np.delete(come, right)],
        "delete": before.iloc[np.delete(gone, left)],
    }
    table = pd.concat([rows.assign(action=action) for action, rows in changes.items()])
    write_private(out / "diff.csv", as_csv(table[["action", *_COLUMNS]]))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
