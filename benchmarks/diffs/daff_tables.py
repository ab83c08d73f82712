"""daff: two tables, compared by their key, as rows of a highlighter difference."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import daff

_COLUMNS = ["id", "owner", "number", "comment"]
_ACTIONS = {"+++": "add", "---": "delete", "->": "modify"}


def main(old: Path, new: Path, out: Path) -> None:
    """Write a line for each row that is added, deleted or changed."""
    tables = []
    for path in (old, new):
        with path.open(newline="", encoding="utf-8") as file:
            tables.append(daff.PythonTableView(list(csv.reader(file))))
    flags = daff.CompareFlags()
    flags.addPrimaryKey("id")
    flags.unchanged_context = 0
    flags.ordered = False
    result: list[list[str]] = []
    daff.TableDiff(daff.Coopy.compareTables(*tables, flags).align(), flags).hilite(daff.PythonTableView(result))
    with (out / "diff.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["action", *_COLUMNS])
        for row in result:
            if row[0] in _ACTIONS:
                writer.writerow([_ACTIONS[row[0]], *(str(cell).split("->")[-1] for cell in row[1:])])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
