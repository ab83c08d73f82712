"""`python -m tests.mutants` tries the sample; with `numbers` or `1a2b3c4d` behind it, a room of it or one mutant."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from tests.mutants.drawing_mutants import Mutant, draw
from tests.mutants.rooms import LISTED, PAGE, ROOMS, ROOT
from tests.mutants.trying import Trials

_FLAGS: Final = ["-x", "-q", "--no-header", "--capture=no", "-p", "no:cacheprovider", "-p", "no:xdist"]
_HEAD: Final = "| room | drawn | killed | of these by their time | survived |\n|---|---|---|---|---|\n"
_ROW: Final = re.compile(r"^\| ([a-z]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def main(wanted: list[str]) -> int:
    """Try what is wanted, or all; 1 where the page does not say the same of what survives."""
    os.chdir(ROOT)
    rooms = set(wanted) if wanted and set(wanted) <= set(ROOMS) else set(ROOMS)
    room_of = {mutant: room for room, what in ROOMS.items() if room in rooms for mutant in draw(what)}
    chosen = [one for one, room in room_of.items() if not wanted or room in wanted or one.name in wanted]
    listed = set(LISTED.findall(PAGE.read_text(encoding="utf-8")))
    ended: dict[str, Counter[str]] = defaultdict(Counter)
    seconds_of: dict[str, float] = defaultdict(float)
    wrong = (
        [] if wanted else [f"{name} is listed, and no longer drawn" for name in listed - {one.name for one in chosen}]
    )

    def tell(mutant: Mutant, end: str, took: float) -> None:
        room = room_of[mutant]
        ended[room][end] += 1
        seconds_of[room] += took
        print(f"{mutant.name} {end} {took:.1f} s {' '.join(mutant.function)}", flush=True)
        survived = end in {"survived", "unreached"}
        if survived and mutant.name not in listed:
            wrong.append(mutant.row())
            print(mutant.difference(), flush=True)
        elif mutant.name in listed and not survived:
            wrong.append(f"{mutant.name} is listed, and dies")

    tests = sorted({tests for one in chosen for tests in ROOMS[room_of[one]].test_files()})
    with TemporaryDirectory() as folder:
        trials = Trials(chosen, Path(folder), tell)
        pytest.main([*_FLAGS, "--hypothesis-profile=mutants", *tests], plugins=[trials])
    took = ", ".join(f"{room} {seconds:.0f}" for room, seconds in seconds_of.items())
    print(f"\nSeconds of processor: {trials.seconds:.0f} for the tests as they are, {took}", *wrong, sep="\n")
    if whole := {room: ends for room, ends in ended.items() if ends.total() == ROOMS[room].drawn}:
        _keep(whole)
    return 1 if wrong or sum(map(Counter.total, ended.values())) < len(chosen) else 0


def _keep(found: dict[str, Counter[str]]) -> None:
    """Write onto the page what came of each room that was tried as a whole; the other rows stay."""
    text = PAGE.read_text(encoding="utf-8")
    rows = {room: tuple(map(int, figures)) for room, *figures in _ROW.findall(text)}
    for room, ends in found.items():
        killed = ends["killed"] + ends["time"]
        rows[room] = (ends.total(), killed, ends["time"], ends.total() - killed)
    kept = {room: rows[room] for room in ROOMS if room in rows}
    kept["all"] = tuple(map(sum, zip(*kept.values(), strict=True)))
    table = _HEAD + "".join(f"| {room} | {' | '.join(map(str, figures))} |\n" for room, figures in kept.items())
    print("\n" + table)
    before, mark, behind = text.partition("<!-- results -->\n")
    PAGE.write_text(before + mark + table + re.sub(r"^(\|.*\n)*", "", behind), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
