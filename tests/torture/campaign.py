"""The ground that histories are lived through on: both services in this process, an empty ledger to copy, a folder."""

from __future__ import annotations

import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from both import StandIns
from children import hear_signals
from directories import draw_nights
from figures import Figures
from histories import draw
from live import begun
from night_life import nights_begun
from pairs import live_pair

from connectors.ledger.store import Ledger
from connectors.sandbox.server import Sandbox, Setup
from flows.startup import tune_garbage_collection

NIGHTS = "several files: "
PAIR = "with names and without: "
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a disk that is none: thousands of ledgers, each flushed at every commit


@dataclass(frozen=True)
class Ground:
    """Both services, the sandbox's or those that share nothing with it, and where histories leave their files."""

    sandbox: Sandbox | StandIns
    folder: Path


def begin() -> None:
    """Begin a process of the campaign; it stands here since a new process cannot import `__main__` of a package."""
    tune_garbage_collection()
    hear_signals()


@contextmanager
def laid_out(*, standins: bool) -> Iterator[Ground]:
    """Lay the ground; it is swept in the end."""
    sandbox = StandIns() if standins else Sandbox(Setup())
    sandbox.usos_url, sandbox.apio_url = "http://127.0.0.1:8701", "http://127.0.0.1:8702"  # nobody listens there
    with tempfile.TemporaryDirectory(dir=_SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None) as folder:
        Ledger.open(f"sqlite:///{folder}/empty.db").close()
        try:
            yield Ground(sandbox, Path(folder))
        finally:
            sandbox.close()


def some_histories(seeds: range, *, standins: bool = False) -> Figures:
    """Live through some histories."""
    return _some(one_history, seeds, standins=standins)


def some_pairs(seeds: range) -> Figures:
    """Live through some histories twice, with names and without."""
    return _some(one_pair, seeds, standins=False)


def some_nights(seeds: range, *, standins: bool = False) -> Figures:
    """Live through the nights of some directories that several files make."""
    return _some(one_directory, seeds, standins=standins)


def _some(one: Callable[[Ground, int, Figures], None], seeds: range, *, standins: bool) -> Figures:
    figures = Figures()
    with laid_out(standins=standins) as ground:
        for seed in seeds:
            one(ground, seed, figures)
    return figures


def one_history(ground: Ground, seed: int, figures: Figures) -> None:
    """Live through the history of a seed, and note it where a law breaks."""
    with (
        _noted(ground, seed, figures, "histories") as (folder,),
        begun(ground.sandbox, folder, draw(seed), figures) as living,
    ):
        living.live()


def one_pair(ground: Ground, seed: int, figures: Figures) -> None:
    """Live through both histories of a seed, and note it where they differ or a law breaks."""
    with _noted(ground, seed, figures, "pairs", PAIR, folders=("with names", "without")) as (named, bare):
        live_pair(ground.sandbox, (named, bare), seed, figures)


def one_directory(ground: Ground, seed: int, figures: Figures) -> None:
    """Live through the nights of a seed, and note it where a law breaks."""
    with (
        _noted(ground, seed, figures, "directories", NIGHTS) as (folder,),
        nights_begun(ground.sandbox, folder, draw_nights(seed), figures) as living,
    ):
        try:
            living.live()
        except Exception as error:
            error.add_note("; ".join(living.story))
            raise


@contextmanager
def _noted(
    ground: Ground, seed: int, figures: Figures, counted: str, mark: str = "", *, folders: Sequence[str] = ("",)
) -> Iterator[list[Path]]:
    """Give folders with an empty ledger each, swept afterwards; note what breaks there, and go on."""
    made = [ground.folder / f"{seed} {name}".strip() for name in folders]
    for folder in made:
        folder.mkdir()
        shutil.copy(ground.folder / "empty.db", folder / "ledger.db")
    try:
        yield made
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the campaign looks for
        figures.broken.append((seed, f"{mark}{'; '.join([_where(error), *getattr(error, '__notes__', ())])}"))
    finally:
        figures.counts[counted] += 1
        for folder in made:
            shutil.rmtree(folder)


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if ".venv" not in frame.filename and "/lib/python" not in frame.filename]
    place = f"{Path(ours[-1].filename).name}, line {ours[-1].lineno}: {ours[-1].line}" if ours else ""
    return f"{type(error).__name__} {error} ({place})"
