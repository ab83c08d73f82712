"""csv-diff: `load_csv` and `compare` by a key."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from csv_diff import compare, load_csv

_COLUMNS = ["id", "owner", "number", "comment"]


def main(old: Path, new: Path, out: Path) -> None:
    """Write a line for each row that is added, deleted or changed."""
    with old.open(newline="", encoding="utf-8") as left, new.open(newline="", encoding="utf-8") as right:
        before, after = load_csv(left, key="id"), load_csv(right, key="id")
    found = compare(before, after)
    with (out / "diff.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["action", *_COLUMNS])
        for change in found["changed"]:
            writer.writerow(["modify", *(after[change["key"]][column] for column in _COLUMNS)])
        for action, rows in (("add", found["added"]), ("delete", found["removed"])):
            writer.writerows([action, *(row[column] for column in _COLUMNS)] for row in rows)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
