"""The fault campaign: `python -m tests.torture --histories 10000 --seed 1`, or `--replay SEED` for one of them.

A history is of one file; with `--directories 3000` come nights of directories that several files make, and
`--nights SEED` lives through one of those again. With `--pairs 3000` histories are lived through twice, with the names
of owners and without, and have to be the same; `--pair SEED` is one of these. All are drawn from seeds, so each of them
can be lived through again.
What is broken is printed with its seed and its case, and the exit code is 1 then.
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
sys.path[:0] = [str(HERE), *(str(HERE.parent / folder) for folder in ("", "end_to_end", "standins"))]

from campaign import (  # noqa: E402 - likewise
    NIGHTS,
    PAIR,
    begin,
    laid_out,
    one_directory,
    one_history,
    one_pair,
    some_histories,
    some_nights,
    some_pairs,
)
from directories import draw_nights  # noqa: E402 - likewise
from figures import Figures  # noqa: E402 - likewise
from histories import draw  # noqa: E402 - likewise
from processes import REAL, real_history  # noqa: E402 - likewise

AT_ONCE = 20  # histories that one process lives through before it reports


def main() -> int:
    """Run the campaign and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--histories", type=int, default=10_000, help="how many, in one process each")
    parser.add_argument("--directories", type=int, default=0, help="how many of several files, in one process each")
    parser.add_argument("--pairs", type=int, default=0, help="how many twice, with names and without")
    parser.add_argument("--real", type=int, default=20, help="how many with real processes and SIGKILL")
    parser.add_argument("--seed", type=int, default=1, help="what decides all of them")
    parser.add_argument("--standins", action="store_true", help="against services that share nothing with the sandbox")
    parser.add_argument("--processes", type=int, default=2, help="how many at once")
    parser.add_argument("--replay", type=int, metavar="SEED", help="live through this one history again")
    parser.add_argument("--nights", type=int, metavar="SEED", help="live through the nights of this one again")
    parser.add_argument("--pair", type=int, metavar="SEED", help="live through both histories of this one again")
    given = parser.parse_args()
    if (given.replay, given.nights, given.pair) != (None, None, None):
        return _replay(given)
    figures, began = Figures(), time.monotonic()
    try:
        _together(given, figures, began)
    except KeyboardInterrupt:
        click.echo("\nStopped; this is how far it came.", err=True)
    click.echo(f"\n{figures.table()}\n{time.monotonic() - began:,.0f} s, seed {given.seed}")
    return 1 if figures.broken else 0


def _parts(first: int, number: int) -> list[range]:
    return [range(at, min(at + AT_ONCE, first + number)) for at in range(first, first + number, AT_ONCE)]


def _together(given: argparse.Namespace, figures: Figures, began: float) -> None:
    """Live through all histories, several at once, and add their figures up as they come."""
    first, of = given.seed * 1_000_000, given.histories + given.directories + given.real + given.pairs
    # Not forked: a fork copies the locks of the threads that hold them.
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn"), initializer=begin) as pool:
        going = [pool.submit(real_history, first + at) for at in range(given.real)]
        going += [
            pool.submit(some_nights, seeds, standins=given.standins) for seeds in _parts(first, given.directories)
        ]
        going += [
            pool.submit(some_histories, seeds, standins=given.standins) for seeds in _parts(first, given.histories)
        ]
        going += [pool.submit(some_pairs, seeds) for seeds in _parts(first, given.pairs)]
        try:
            for done in as_completed(going):
                _tell(figures.add(done.result()))
                _progress(figures, of, time.monotonic() - began)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _tell(broken: list[tuple[int, str]]) -> None:
    """Print what is broken when it is found: a campaign takes hours."""
    for seed, said in broken:
        case = "" if said.startswith((REAL, NIGHTS, PAIR)) else f"\n{draw(seed)}"
        click.echo(f"\nseed {seed}: {said}{case}")


def _replay(given: argparse.Namespace) -> int:
    figures = Figures()
    with laid_out(standins=given.standins) as ground:
        if given.replay is not None:
            click.echo(draw(given.replay))
            one_history(ground, given.replay, figures)
        if given.nights is not None:
            click.echo(draw_nights(given.nights))
            one_directory(ground, given.nights, figures)
        if given.pair is not None:
            one_pair(ground, given.pair, figures)
    click.echo(f"\n{figures.table()}")
    for _, said in figures.broken:
        click.echo(f"\n{said}")
    return 1 if figures.broken else 0


def _progress(figures: Figures, of: int, seconds: float) -> None:
    done = sum(figures.counts[kind] for kind in ("histories", "directories", "pairs", "real histories"))
    line = f"\r{done:,} of {of:,} histories, {len(figures.broken)} broken, {done / seconds:.1f} a second"
    click.echo(line, nl=False, err=True)


if __name__ == "__main__":
    sys.exit(main())
