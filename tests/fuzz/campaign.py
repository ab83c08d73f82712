"""Feed one target for as long as it is told, guided by coverage: `python tests/fuzz/campaign.py number FOLDER …`.

What comes after the folder goes to libFuzzer, such as `-max_total_time=60`. An input that breaks a target is written
into the folder and named on standard error; put it into the suite before mending what it broke.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["connectors", "flows", "tasks", "schemas", "tomllib", "openpyxl", "zipfile", "targets"]
):
    from packing import within
    from seeds import SEEDS
    from targets import PACKED, TARGETS, attack


def main(name: str, folder: Path, *options: str) -> None:
    """Fuzz the target of that name; never returns."""
    corpus = folder / name
    corpus.mkdir(parents=True, exist_ok=True)
    for index, seed in enumerate(SEEDS[name]):
        (corpus / f"seed-{index}").write_bytes(seed)
    arguments = [sys.argv[0], str(corpus), f"-artifact_prefix={folder}/{name}-", "-timeout=60", *options]
    attacked = partial(attack, TARGETS[name])
    if name in PACKED:

        def changed(data: bytes, size: int, seed: int) -> bytes:
            return within(data, size, seed, atheris.Mutate)  # another function until the fuzzing has begun

        atheris.Setup(arguments, attacked, custom_mutator=changed)
    else:
        atheris.Setup(arguments, attacked)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).absolute(), *sys.argv[3:])
