"""Histories of real processes: the command line is killed, told to stop or cut off at a random moment, and resumed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from children import started
from figures import Figures
from road_trip import ENVIRON, OPEN_GUARD, READS, Road, apio_state, usos_state

from connectors.ledger.store import Ledger
from connectors.sandbox.server import Sandbox, serve

COMMAND = [sys.executable, "-c", "import sys; from flows.cli import main; sys.exit(main())"]
REAL = "real processes: "
AT_ONCE = 4
PATIENCE = 600.0  # seconds; a busy machine is no failure
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code (minus the signal's number where that ended it), and what it said."""

    code: int
    out: str
    err: str
    writes: int

    @property
    def sync(self) -> dict[str, Any]:
        """The one sync's object of `--json`, {} where there is none."""
        try:
            found: dict[str, Any] = json.loads(self.out)["syncs"][0]
        except (ValueError, LookupError):
            return {}
        return found


@dataclass
class Desk:
    """A folder with a configuration and a file, both services on loopback, and somebody who types commands."""

    sandbox: Sandbox
    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def type(self, *arguments: str, signals: tuple[int, ...] = (), after: int = 0) -> Ended:
        """Run a command; send it these signals one after the other, once so many writes were answered."""
        before = self.writes()
        with self.typed(*arguments) as process:
            for number in signals:
                while process.poll() is None and self.writes() - before < after:
                    time.sleep(0.001)
                process.send_signal(number)
                after += 1
            out, err = process.communicate(timeout=PATIENCE)
        return Ended(process.returncode, out, err, self.writes() - before)

    @contextmanager
    def typed(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Begin a command, and leave what becomes of it to whoever has typed it."""
        with started(
            [*COMMAND, *arguments, "--json"],
            cwd=self.folder,
            env={**os.environ, **ENVIRON, "PYTHONPATH": str(_ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            yield process

    def change(self, old: str, new: str) -> None:
        """Change a text that the configuration has."""
        config = self.folder / "phonesync.toml"
        text = config.read_text(encoding="utf-8")
        assert old in text
        config.write_text(text.replace(old, new), encoding="utf-8")

    def writes(self) -> int:
        """Return how many writes the services were sent."""
        return sum(call.method not in READS for call in self.sandbox.calls)


@contextmanager
def usos_desk(entities: int, folder: Path, **connection: Any) -> Iterator[Desk]:
    """Lay out so many faculties, each with one number whose comment is to change."""
    numbers = {str(at): f"22 999 {at // 100:02} {at % 100:02}" for at in range(entities)}
    with serve(usos_state({entity: [("old", number)] for entity, number in numbers.items()})) as sandbox:
        road = Road(sandbox, folder, Ledger.open("sqlite://"))
        sync = {"entity_class": "faculty", "guard": OPEN_GUARD}
        road.configure(sync, concurrency=AT_ONCE, ids_per_select=20, **connection)
        lines = "".join(f"{entity},{number},new,\n" for entity, number in numbers.items())
        road.source(f"entity_id,number,comment,type_id\n{lines}")
        road.close()
        yield Desk(sandbox, folder)


@contextmanager
def apio_desk(entries: int, folder: Path, **sync: Any) -> Iterator[Desk]:
    """Lay out so many entries, each of which is to get another number; entry by entry unless told otherwise."""
    names = [f"Room {at:03}" for at in range(entries)]
    with serve(apio_state([(name, f"+48-22999{at:04}") for at, name in enumerate(names)])) as sandbox:
        road = Road(sandbox, folder, Ledger.open("sqlite://"))
        road.configure({"tenant": "chopin", "guard": OPEN_GUARD, "write": "entries", **sync}, concurrency=AT_ONCE)
        road.source("Name;Phone Number\n" + "".join(f"{name};22 998 {at:04}\n" for at, name in enumerate(names)))
        road.close()
        yield Desk(sandbox, folder)


def changed(desk: Desk) -> int:
    """Return how many owners or entries are as the file wants them."""
    numbers = desk.sandbox.usos.numbers
    usos = sum(row.comment_pl == "new" for at in range(1000) for row in numbers("faculty", str(at)))
    return usos + sum(number.startswith("+48-22998") for _, number in desk.sandbox.apio.entries("chopin", None))


def real_history(seed: int) -> Figures:
    """Live through one history of real processes, and note it where the end is not as it has to be."""
    figures, dice = Figures(), Random(seed)  # noqa: S311 - repeatable, but for the very moments
    live = _stand_still if seed % 5 == 4 else _kill_and_resume
    try:
        with tempfile.TemporaryDirectory() as folder:
            live(dice, Path(folder), figures)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the campaign looks for
        figures.broken.append((seed, f"{REAL}{type(error).__name__} {error}"))
    figures.counts["real histories"] += 1
    return figures


def _kill_and_resume(dice: Random, folder: Path, figures: Figures) -> None:
    """Kill a process again and again at random moments and resume its work each time: in the end all is in place."""
    usos, size = dice.random() < 0.6, dice.randrange(20, 80)
    desk_of = usos_desk(size, folder) if usos else apio_desk(size, folder, write=dice.choice(("entries", "batch")))
    with desk_of as desk:
        for _ in range(dice.randrange(1, 4)):
            how = dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT))
            command, after = dice.choice(("sync", "resume")), dice.randrange(1, size // 2 if usos else 9)
            ended = desk.type(command, signals=(how,), after=after)
            figures.counts["real: killed" if ended.code == -signal.SIGKILL else "real: ended by itself"] += 1
        last = [desk.type("resume"), desk.type("sync"), desk.type("sync")]
        figures.counts["real: writes"] += desk.writes()
        figures.counts["real: entries"] += size
        figures.counts["calls"] += len(desk.sandbox.calls)
        codes, done = [end.code for end in last], changed(desk)
        said = f"exit codes {codes}, {last[2].writes} writes in the last run, {done} of {size} in place"
        assert (codes, last[2].writes, done) == ([0, 0, 0], 0, size), f"{said}; {last[0].err}{last[1].err}"


def _stand_still(dice: Random, folder: Path, figures: Figures) -> None:
    """Stop a process for longer than its lock lasts (SIGSTOP), and let another one write a newer file meanwhile.

    When it wakes up, what was in flight may still arrive; nothing else of it does, and the next runs put that right.
    """
    size, usos = dice.randrange(40, 80), dice.random() < 0.6
    slow = {"max_requests_per_second": 20.0}
    desk_of = usos_desk(size, folder, **slow) if usos else apio_desk(size, folder)
    with desk_of as desk, desk.typed("sync") as sleeper:
        while sleeper.poll() is None and desk.writes() < dice.randrange(3, 12):
            time.sleep(0.001)
        sleeper.send_signal(signal.SIGSTOP)
        began, before = time.monotonic(), changed(desk)
        source = folder / "source.csv"
        newest = source.read_text(encoding="utf-8").replace(",new,", ",newest,").replace("22 998", "22 997")
        source.write_text(newest, encoding="utf-8")
        while (other := desk.type("sync")).code == 4 and time.monotonic() - began < PATIENCE:
            time.sleep(1)
        assert (other.code, changed(desk)) == (0, 0), f"the other run: exit code {other.code}; {other.err}"
        sent = desk.writes()
        sleeper.send_signal(signal.SIGCONT)
        out, err = sleeper.communicate(timeout=PATIENCE)
        late, stale = desk.writes() - sent, changed(desk)
        figures.counts["real: stood still"] += 1
        figures.counts["real: written after waking up"] += late
        last = [desk.type("resume"), desk.type("sync"), desk.type("sync")]
        said = f"{before} before, woke up: exit code {sleeper.returncode}, {late} late, {stale} stale"
        assert sleeper.returncode == 4, f"{said}; {out}{err}"
        assert late <= AT_ONCE, said
        assert ([end.code for end in last[1:]], last[2].writes, changed(desk)) == ([0, 0], 0, 0), said
