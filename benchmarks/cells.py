"""How well labelled cells are read, by where they come from: `python -m benchmarks.cells FILE`, somebody else's too.

The file has the columns `text;region;area_code;expected;origin kind`. What is expected are numbers in E.164, with
`;ext=12` where one has an extension, `|` between them; nothing where a person has to look. Of the kind what stands
before its colon is summed up, too.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tasks.phone.canonical_keys import key_of
from tasks.phone.parser import read_number

_HEADER = ("kind", "cells", "numbers", "read", "right", "precision", "recall", "cells right")


@dataclass
class Figures:
    """What was counted of the cells of one kind, and the cells that are not right."""

    cells: int = 0
    whole: int = 0
    wanted: int = 0
    read: int = 0
    right: int = 0
    others: list[tuple[str, Sequence[str], Sequence[str]]] = field(default_factory=list)

    def add(self, text: str, wanted: Sequence[str], found: Sequence[str]) -> None:
        """Count one cell."""
        right = (Counter(wanted) & Counter(found)).total()
        whole = Counter(wanted) == Counter(found)
        self.cells, self.whole = self.cells + 1, self.whole + whole
        self.wanted, self.read, self.right = self.wanted + len(wanted), self.read + len(found), self.right + right
        if not whole:
            self.others.append((text, wanted, found))

    def row(self, kind: str) -> tuple[str, ...]:
        """Return the figures as they are shown; of no numbers none is wrong."""
        precision, recall = self.right / self.read if self.read else 1, self.right / self.wanted if self.wanted else 1
        counted = (self.cells, self.wanted, self.read, self.right)
        return (kind, *map(str, counted), f"{precision:.3f}", f"{recall:.3f}", f"{self.whole / self.cells:.3f}")


def measured(path: Path) -> dict[str, Figures]:
    """Return the figures of each kind, the sums before their parts."""
    found: dict[str, Figures] = {}
    for text, region, area_code, wanted, kind in _cells(path):
        reading = read_number(text, region=region, area_code=area_code)
        numbers = key_of(reading).split("|") if reading.numbers else []
        for one in {kind.partition(":")[0], kind}:
            found.setdefault(one, Figures()).add(text, wanted, numbers)
    return dict(sorted(found.items(), key=lambda each: (each[0].partition(":")[0], each[0])))


def _cells(path: Path) -> Iterator[tuple[str, str, str | None, list[str], str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            wanted = [number for number in row["expected"].split("|") if number]
            yield row["text"], row["region"] or "PL", row["area_code"] or None, wanted, row["origin kind"]


def main() -> None:
    """Print the figures as a table, and with `--cells` what is not right."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cells", description=__doc__)
    parser.add_argument("file", type=Path, help="labelled cells")
    parser.add_argument("--cells", action="store_true", help="show the cells that are not right, too")
    given = parser.parse_args()
    figures = measured(given.file)
    print(f"| {' | '.join(_HEADER)} |\n|---|{'---:|' * (len(_HEADER) - 1)}")
    for kind, counted in figures.items():
        print(f"| {' | '.join(counted.row(kind))} |")
    if given.cells:
        sums = (counted for kind, counted in figures.items() if ":" not in kind)
        for text, wanted, found in (each for counted in sums for each in counted.others):
            print(f"{text!r}: wanted {' '.join(wanted) or 'nothing'}, read {' '.join(found) or 'nothing'}")


if __name__ == "__main__":
    main()
