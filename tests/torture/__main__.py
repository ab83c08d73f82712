"""The fault campaign: `python -m tests.torture --histories 10000 --seed 1`, or `--replay SEED` for one of them.

Histories are drawn from seeds, so each of them can be lived through again. What is broken is printed with its seed and
its case, and the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import click

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "end_to_end")]

from campaign import laid_out, one_history, some_histories  # noqa: E402 - likewise
from children import hear_signals  # noqa: E402 - after the path
from figures import Figures  # noqa: E402 - likewise
from histories import draw  # noqa: E402 - likewise
from processes import REAL, real_history  # noqa: E402 - likewise

from flows.startup import tune_garbage_collection  # noqa: E402 - likewise

AT_ONCE = 20  # histories that one process lives through before it reports


def main() -> int:
    """Run the campaign and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--histories", type=int, default=10_000, help="how many, in one process each")
    parser.add_argument("--real", type=int, default=20, help="how many with real processes and SIGKILL")
    parser.add_argument("--seed", type=int, default=1, help="what decides all of them")
    parser.add_argument("--processes", type=int, default=2, help="how many at once")
    parser.add_argument("--replay", type=int, metavar="SEED", help="live through this one history again")
    given = parser.parse_args()
    if given.replay is not None:
        return _replay(given.replay)
    first = given.seed * 1_000_000
    parts = [
        range(at, min(at + AT_ONCE, first + given.histories)) for at in range(first, first + given.histories, AT_ONCE)
    ]
    figures, began = Figures(), time.monotonic()
    try:
        _together(given, parts, figures, began)
    except KeyboardInterrupt:
        click.echo("\nStopped; this is how far it came.", err=True)
    click.echo(f"\n{figures.table()}\n{time.monotonic() - began:,.0f} s, seed {given.seed}")
    return 1 if figures.broken else 0


def _together(given: argparse.Namespace, parts: list[range], figures: Figures, began: float) -> None:
    """Live through all histories, several at once, and add their figures up as they come."""
    # Not forked: a fork copies the locks of the threads that hold them.
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn"), initializer=_begin) as pool:
        reals = [pool.submit(real_history, given.seed * 1_000_000 + at) for at in range(given.real)]
        try:
            for done in as_completed([*reals, *(pool.submit(some_histories, seeds) for seeds in parts)]):
                _tell(figures.add(done.result()))
                _progress(figures, given.histories + given.real, time.monotonic() - began)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin() -> None:
    tune_garbage_collection()
    hear_signals()


def _tell(broken: list[tuple[int, str]]) -> None:
    """Print what is broken when it is found: a campaign takes hours."""
    for seed, said in broken:
        case = "" if said.startswith(REAL) else f"\n{draw(seed)}"
        click.echo(f"\nseed {seed}: {said}{case}")


def _replay(seed: int) -> int:
    click.echo(draw(seed))
    figures = Figures()
    with laid_out() as ground:
        one_history(ground, seed, figures)
    click.echo(f"\n{figures.table()}")
    for _, said in figures.broken:
        click.echo(f"\n{said}")
    return 1 if figures.broken else 0


def _progress(figures: Figures, of: int, seconds: float) -> None:
    done = figures.counts["histories"] + figures.counts["real histories"]
    line = f"\r{done:,} of {of:,} histories, {len(figures.broken)} broken, {done / seconds:.1f} a second"
    click.echo(line, nl=False, err=True)


if __name__ == "__main__":
    sys.exit(main())
