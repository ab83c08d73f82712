"""networktocode/diffsync: a model a row, two adapters, `diff_to`."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from diffsync import Adapter, DiffSyncModel

_COLUMNS = ["id", "owner", "number", "comment"]


class Line(DiffSyncModel):
    """A row of the file."""

    _modelname = "line"
    _identifiers = ("id",)
    _attributes = ("owner", "number", "comment")

    id: str
    owner: str
    number: str
    comment: str


class Lines(Adapter):
    """A file."""

    line = Line
    top_level = ("line",)

    def load(self, path: Path) -> None:
        """Read it."""
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                self.add(Line(**row))


def main(old: Path, new: Path, out: Path) -> None:
    """Write a line for each row that is added, deleted or changed."""
    before, after = Lines(), Lines()
    before.load(old)
    after.load(new)
    diff = after.diff_to(before)
    with (out / "diff.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["action", *_COLUMNS])
        for element in diff.get_children():
            if element.action is not None:
                action = {"create": "add", "update": "modify", "delete": "delete"}[str(element.action)]
                row = (before if action == "delete" else after).get(Line, element.keys)
                writer.writerow([action, row.id, row.owner, row.number, row.comment])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
