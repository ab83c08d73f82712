"""How well numbers are read, measured on cells as institutions have written them, beside what is usually taken.

A number counts where it is the labelled one with the labelled extension. Precision is the share of right ones among
the numbers read, recall their share among the labelled ones; a cell is right where all of it is.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import phonenumbers
from phonenumbers import Leniency, NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher

from benchmarks.programs import OURS
from tasks.phone.canonical_keys import key_of, readings
from tasks.phone.parser import read_number

CORPUS = Path(__file__).parents[1] / "tests" / "data" / "corpus.csv"
_SCRIPT = Path(__file__).with_name("corpus.mjs")
_PACKAGE = "libphonenumber-js"
_VERSION = "1.13.16"
_PATIENCE = 120  # seconds for npm and for node
_HEADER = ("numbers", "read", "right", "wrong", "precision", "recall", "cells right")


_WRITTEN = 30_000
_SPELLINGS = (
    "{a} {b} {c} {d}",
    "({a}) {b}-{c}-{d}",
    "+48 {a} {b} {c} {d}",
    "{a}{b}{c}{d}",
    "tel. {a} {b} {c} {d}",
    "{a} {b} {c} {d} wew. {n}",
    "{a} {b} {c} {d}, pok. {n}",
    "{a}-{b}-{c}-{d}; kom. 60{n} {b} {c}{d}",
)


@dataclass(frozen=True)
class Cell:
    """A cell of the corpus: the text, how it is to be read, and the label."""

    text: str
    region: str
    area_code: str | None
    reading: tuple[str, ...]
    part: str


Found = Sequence[Sequence[str]]


def cells() -> list[Cell]:
    """Return the corpus in order."""
    with CORPUS.open(encoding="utf-8", newline="") as file:
        return [
            Cell(row["shape"], row["region"], row["area_code"] or None, _split(row["reading"]), row["part"])
            for row in csv.DictReader(file)
        ]


def _split(key: str) -> tuple[str, ...]:
    return tuple(key.split("|")) if key else ()


def by_phonesync(corpus: Sequence[Cell]) -> Found:
    """Return what we read in each cell."""
    read = [read_number(cell.text, region=cell.region, area_code=cell.area_code) for cell in corpus]
    return [_split(key_of(reading)) if reading.numbers else () for reading in read]


def texts_a_second(corpus: Sequence[Cell], times: int = 5) -> int:
    """Return how many different cells are read in a second of one core, the best of some times."""
    best = float("inf")
    for _ in range(times):
        started = time.process_time()
        by_phonesync(corpus)
        best = min(best, time.process_time() - started)
    return round(len(corpus) / best)


def _written_numbers(many: int) -> pd.Series:
    """Return different numbers as a column has them: in eight spellings, half of them with something beside."""
    dice = random.Random(1)  # noqa: S311 - repeatable on purpose
    texts: dict[str, None] = {}
    while len(texts) < many:
        area, digits = dice.choice(("12", "22", "58", "71")), str(dice.randrange(1_000_000, 10_000_000))
        parts = {"a": area, "b": digits[:3], "c": digits[3:5], "d": digits[5:], "n": dice.randrange(10, 100)}
        texts[dice.choice(_SPELLINGS).format(**parts)] = None
    return pd.Series(list(texts), dtype="str")


def column_a_second(texts: pd.Series, times: int = 5) -> int:
    """Return how many different texts of a column are read in a second of the processor, the best of some times."""
    best = float("inf")
    for _ in range(times):
        started = time.process_time()
        readings(texts, region="PL", area_code=None, switchboard=None)
        best = min(best, time.process_time() - started)
    return round(len(texts) / best)


def by_parse(corpus: Sequence[Cell]) -> Found:
    """Return what `phonenumbers.parse` makes of each whole cell, where that is valid."""
    found: list[Sequence[str]] = []
    for cell in corpus:
        try:
            number = phonenumbers.parse(cell.text, cell.region)
        except NumberParseException:
            found.append([])
            continue
        found.append([_written(number)] if phonenumbers.is_valid_number(number) else [])
    return found


def by_matcher(corpus: Sequence[Cell]) -> Found:
    """Return the valid numbers that `PhoneNumberMatcher` finds in each cell."""
    return [
        [_written(match.number) for match in PhoneNumberMatcher(cell.text, cell.region, leniency=Leniency.VALID)]
        for cell in corpus
    ]


def _written(number: PhoneNumber) -> str:
    written = str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    return f"{written};ext={number.extension}" if number.extension else written


def by_libphonenumber_js(corpus: Sequence[Cell]) -> Found | str:
    """Return what libphonenumber-js finds in each cell, or why it cannot be asked."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "there is no Node.js here"
    asked = json.dumps([[cell.text, cell.region] for cell in corpus])
    with tempfile.TemporaryDirectory() as folder:
        install = [npm, "install", "--silent", "--no-audit", "--no-fund", f"{_PACKAGE}@{_VERSION}"]
        try:
            subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=_PATIENCE)
            done = subprocess.run(
                [node, str(_SCRIPT), f"{folder}/"],
                check=True,
                input=asked,
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
            )
        except (subprocess.SubprocessError, OSError) as error:
            return f"{_PACKAGE} could not be installed or run ({type(error).__name__})"
    found: Found = json.loads(done.stdout)
    return found


def score(corpus: Sequence[Cell], found: Found) -> dict[str, float]:
    """Return the figures of one way to read the corpus."""
    wanted = sum(len(cell.reading) for cell in corpus)
    read = sum(map(len, found))
    right = sum((Counter(cell.reading) & Counter(numbers)).total() for cell, numbers in zip(corpus, found, strict=True))
    whole = sum(cell.reading == tuple(numbers) for cell, numbers in zip(corpus, found, strict=True))
    figures = (wanted, read, right, read - right, right / max(read, 1), right / wanted, whole / len(corpus))
    return dict(zip(_HEADER, (round(figure, 4) for figure in figures), strict=True))


_WAYS: dict[str, Callable[[Sequence[Cell]], Found | str]] = {
    OURS: by_phonesync,
    "phonenumbers.parse": by_parse,
    "PhoneNumberMatcher": by_matcher,
    _PACKAGE: by_libphonenumber_js,
}


def main(results: Path) -> None:
    """Measure, print a table, keep the figures."""
    corpus = cells()
    written = _written_numbers(_WRITTEN)
    kept: dict[str, object] = {
        "cells": len(corpus),
        "texts a second": texts_a_second(corpus),
        "written a second": column_a_second(written),
    }
    print(f"\n{'numbers in cells':<24}" + "".join(f"{title:>13}" for title in _HEADER))
    for name, way in _WAYS.items():
        found = way(corpus)
        if isinstance(found, str):
            kept[name] = found
            print(f"{name:<24}  not measured: {found}")
            continue
        kept[name] = scores = {"all": score(corpus, found)}
        if way is by_phonesync:
            scores |= {part: _half(corpus, found, part) for part in ("tune", "check")}
        for part, figures in scores.items():
            title = name if part == "all" else f"  {part} half"
            print(f"{title:<24}" + "".join(f"{figure:>13}" for figure in figures.values()))
    print(f"{kept['texts a second']:,} cells a second on one core, {kept['written a second']:,} written numbers")
    kept["versions"] = {"phonenumberslite": version("phonenumberslite"), _PACKAGE: _VERSION}
    (results / "corpus.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _half(corpus: Sequence[Cell], found: Found, part: str) -> dict[str, float]:
    chosen = [(cell, numbers) for cell, numbers in zip(corpus, found, strict=True) if cell.part == part]
    return score([cell for cell, _ in chosen], [numbers for _, numbers in chosen])
