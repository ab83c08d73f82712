"""Live through the nights of a directory that several files make, and hold every law after every run and at the end."""

from __future__ import annotations

import csv
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from books import books_are_in_order, plans_of
from directories import NOBODYS, OWNERS, SYNCS, Deed, Night, Nights
from directory_nights import MemoryService
from directory_nights import Nights as Configured
from figures import Figures
from mortal import Killed, Life, Wire
from road_laws import Entry, Observed, hold, key_of
from road_trip import ENVIRON, READS, Road, Trip
from sqlalchemy import Engine
from town import BAD, LIST, Entries, Town, begin, keyed

from connectors.http.rate_limit import Tools
from connectors.ledger.engine import connect
from connectors.ledger.store import Ledger
from connectors.registry import services
from connectors.sandbox.options import Fault
from connectors.sandbox.server import Sandbox
from connectors.usos.spec import UsosConnection
from flows.claims import release
from flows.config import load
from flows.context import RunContext
from flows.ledger_age import adopt
from flows.retention import erase
from flows.run import RunRequest, run
from flows.run_history import one_run
from flows.sync_run import RunResult
from schemas.errors import InternalError
from schemas.problems import Code

_ROUNDS = 6  # runs until nothing is left to do: a number may wait for its new place, and that for another
_CALM = Night((), (), together=True)
Told = list[tuple[str, ...]]
CAME = str(Code.CAME_DURING_RUN.value)


@dataclass
class NightLife:
    """Some nights on their way.

    Attributes:
        sandbox: both services, in this process.
        drawn: what happens.
        figures: what is counted.
        road: folder, clock and ledger.
        configured: writes the files and the configuration.
        engine: the ledger's database as somebody else opens it.
        town: what people know.
        told: what `show` has said of a run.
    """

    sandbox: Sandbox
    drawn: Nights
    figures: Figures
    road: Road
    configured: Configured
    engine: Engine
    town: Town
    told: dict[str, Told] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=count)
    _erased: bool = False
    _owed: set[Entry] = field(default_factory=set)

    # What happens --------------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Go through all nights, then let quiet return."""
        self._night(_CALM)
        for night in self.drawn.nights:
            self._night(night)
        self._quiet()

    def _night(self, night: Night) -> None:
        self.road.sleep(3600)
        self.town.mend()
        for deed in night.deeds:
            done = self._do(deed)
            self.figures.counts[f"deed: {deed.does}"] += done
            self.story.append(f"{deed.does}{'' if done else ' (nothing)'}")
        self._configure()
        names = [SYNCS[at] for at in night.order if at < self.drawn.syncs] or list(self.town.files)
        self._arm(night)
        life = Life(night.end.moment, night.end.nth) if night.end else Life()
        for some in [names] if night.together or night.resume else [[name] for name in names]:
            self._run(RunRequest("resume") if night.resume else self._sync(some), some, night, life)
            if life.dead:
                break
        self._arm(_CALM)

    def _sync(self, names: Sequence[str]) -> RunRequest:
        return RunRequest("sync", [self.town.names[name] for name in names])

    def _do(self, deed: Deed) -> bool:
        if deed.does.startswith("theirs"):
            found = self.town.meddle(deed, self._held())
            if found:
                self.configured.meddle(*found)
                self.figures.counts["edits"] += 1
            return found is not None
        doing = {
            "rename a sync": self._rename,
            "back up": self._back_up,
            "restore": self._restore,
            "adopt": self._adopt,
            "release": self._release,
            "erase": self._erase,
        }
        return doing[deed.does](deed) if deed.does in doing else self.town.edit(deed)

    def _rename(self, deed: Deed) -> bool:
        sync = list(self.town.files)[deed.seed % self.drawn.syncs]
        if self.town.names[sync] != sync:
            return False
        self.town.names[sync] = f"{sync}-side"
        self.configured.syncs[f"{sync}-side"] = {**self.configured.syncs.pop(sync), "renamed_from": sync}
        return True

    def _back_up(self, _deed: Deed) -> bool:
        if self._unfinished():
            return False
        self._copy("ledger.db", "backup.db")
        self.town.back_up()
        return True

    def _restore(self, _deed: Deed) -> bool:
        if self.town.backup is None:
            return False
        self._copy("backup.db", "ledger.db")
        self.town.restore()
        self.told.clear()
        return True

    def _copy(self, old: str, new: str) -> None:
        folder = self.road.folder
        with closing(sqlite3.connect(folder / old)) as source, closing(sqlite3.connect(folder / new)) as copy:
            source.backup(copy)

    def _adopt(self, _deed: Deed) -> bool:
        with self._at_work() as context:
            known = bool(adopt(context))
        self.town.restored = False
        return known

    def _release(self, deed: Deed) -> bool:
        town = self.town
        gone = sorted(set(town.books.managed) - town.claimed() - town.books.unsure)
        if not gone or town.by_name:
            return False
        claim = gone[deed.seed % len(gone)]
        self._configure()  # an owner that still stands in a file is not released
        with self._at_work() as context:
            release(context, f"{town.shop.word} {claim}", "closed")
        town.forget(claim)
        return True

    def _erase(self, deed: Deed) -> bool:
        """Erase a person who is in no file; nothing that is kept holds their numbers then."""
        town = self.town
        gone = [owner for owner in OWNERS if owner not in town.claimed()]
        if town.shop.word != "user" or not gone:
            return False
        owner = gone[deed.seed % len(gone)]
        with self._at_work() as context:
            done = erase(context, owner)
        assert not done["unreached"], done
        town.forget(owner)
        town.backup = None if town.backup is None or owner in town.backup.managed else town.backup
        self._erased = True
        return True

    # A run ---------------------------------------------------------------------------------------------------------

    def _run(self, request: RunRequest, names: Sequence[str], night: Night, life: Life) -> None:
        """Make one run, which may be killed on the way, and judge what it has left behind."""
        before, left = self._held(), {name: self.town.left_rows(name, self._held()) for name in names}
        drifted = {name: self.town.drifted(name) for name in names}
        managed, unsure = dict(self.town.books.managed), set(self.town.books.unsure)
        restored = self.town.restored
        life.ends, over = None, life.over
        result = self._go(request, life, stop=bool(night.end and night.end.stop))
        after = self._held()
        self.figures.counts["directory runs"] += 1
        self.figures.counts["killed"] += result is None
        self.story.append(f"{request.mode} {list(request.syncs)}: {result.exit_code if result else 'killed'}")
        calm = night.calm and not self.town.unreadable and not self.town.contested
        self._nothing_vanishes(before, after, certain=result is not None and not self._unsure(result))
        if result is None:
            for name in names:
                self.town.note_bad(name)
            return
        for sync, code in zip(result.summary["syncs"], result.codes, strict=True):
            name = next(old for old, new in self.town.names.items() if new == sync["sync"])
            if request.mode == "sync":
                # Syncs of one run come one after the other: what the first has deleted was its own before.
                foreign = {claim for claim, by in managed.items() if by != name} | unsure
                trip, stopped = Trip(code, sync, self._lines(sync), []), life.over and not over
                self._one_sync(name, trip, before, after, stopped=stopped, foreign=foreign)
                if calm and sync["plan"] and not restored and name not in self.town.forgetful:
                    self._told_what_others_did(name, sync, left[name], drifted[name])
            if restored:
                assert not [
                    row for row in self._lines(sync) if (row["action"], row["outcome"]) == ("delete", "applied")
                ]
            self._note(name, sync, calm=calm and request.mode != "resume")
        self.town.ran_since = True
        self._show(result)
        self._approve(request, result, night)

    def _approve(self, request: RunRequest, result: RunResult, night: Night) -> None:
        """Say yes to what waits for it."""
        for sync in result.summary["syncs"]:
            if sync["guards"] and request.mode == "sync":
                (name,) = [old for old, new in self.town.names.items() if new == sync["sync"]]
                asked = RunRequest("apply", plan=sync["plan"], reason="looked at")
                self._run(asked, [name], night, Life())
                self.figures.counts["approved"] += 1

    def _unsure(self, result: RunResult) -> bool:
        return any(sync["outcomes"]["unknown"] for sync in result.summary["syncs"])

    def _note(self, name: str, sync: dict[str, Any], *, calm: bool) -> None:
        fine = {outcome for outcome, number in sync["outcomes"].items() if number} <= {"applied", "unchanged"}
        if calm and fine and sync["verified"] and not sync["rejected"] and not sync["guards"] and not sync.get("error"):
            clears = self.drawn.keys.get("on_missing_owner") == "clear" and not self.town.restored
            self.town.note_good(name, self._held(), clears=clears)
        else:
            self.town.note_bad(name)

    def _go(self, request: RunRequest, life: Life, *, stop: bool) -> RunResult | None:
        with self._at_work(life) as context:
            life.ends = context.stopping.set if stop else None
            try:
                result = run(context, request)
            except Killed:
                return None
        internal = [error for error in result.errors if isinstance(error, InternalError)]
        assert not internal, internal[0].__cause__ or internal[0]
        return result

    @contextmanager
    def _at_work(self, life: Life | None = None) -> Iterator[RunContext]:
        """Return the world of a process of its own."""
        life = life or Life()
        settings, road, wire = load(self.road.folder / "phonesync.toml"), self.road, Wire(self.sandbox, life)
        engine = connect(f"sqlite:///{road.folder / 'ledger.db'}")
        life.bind(engine)
        connection = settings.connections["there"]
        tools = Tools(sleep=road.sleep, monotonic=self._seconds, random=lambda: 0.5, network=wire)
        secrets = ("KEY", "SECRET") if isinstance(connection, UsosConnection) else ("NAME", "WORD")
        service = services()[connection.kind]
        known = {key: ENVIRON[name] for key, name in zip(service.spec.secrets, secrets, strict=False)}
        context = RunContext(
            settings,
            Ledger(engine),
            ENVIRON,
            "tester",
            clock=lambda: road.now,
            sleep=road.sleep,
            suffix=lambda: f"{next(self.ids):06x}",
            _clients={"there": service.connect("there", connection, known, tools)},
        )
        try:
            yield context
        finally:
            context.close()
            self.figures.counts["calls"] += wire.calls

    # Laws ----------------------------------------------------------------------------------------------------------

    def _nothing_vanishes(self, before: dict[str, Entries], after: dict[str, Entries], *, certain: bool) -> None:
        """What nobody claims stays, and what a file wants and stood there still does, wherever it stood.

        On a list that a killed run has left in the middle of a file, whoever settles it brings it back.
        """
        town, stood, stands = self.town, Counter(keyed(before)), Counter(keyed(after))
        wanted, spoilt = town.wanted(), {line[0] for lines in town.files.values() for line in lines if line[1] == BAD}
        missing = {
            entry
            for entry in stood
            if stands[entry] < stood[entry]
            and (
                town.nobodys(entry)
                or ((entry[0], entry[2]) in wanted and not any((e[0], e[2]) == (entry[0], entry[2]) for e in stands))
                or (entry[0] in spoilt and not town.by_name)
            )
        }
        anywhere = {key for _, key in wanted}
        keys = {entry[2] for entry in stands}
        missing |= {entry for entry in stood if entry[2] in anywhere and entry[2] not in keys}
        if town.by_name and not certain:
            self._owed |= missing
            return
        assert not missing, ("nobody wanted it gone", missing)
        strange = {entry for entry in stands if town.nobodys(entry) and stands[entry] > stood[entry]}
        assert not strange, ("nobody wanted it there", strange)

    def _one_sync(
        self,
        name: str,
        trip: Trip,
        before: dict[str, Entries],
        after: dict[str, Entries],
        *,
        stopped: bool,
        foreign: set[str],
    ) -> None:
        """Hold the laws of a single sync, on what is its own."""
        town = self.town
        if town.unreadable or not trip.lines or town.claimed(name) & set(town.contested):
            return  # what may have gone to a file that cannot be read is told by both
        others = town.claimed() - town.claimed(name)
        foreign = foreign | {claim for claim, by in town.books.managed.items() if by != name} | town.books.unsure
        touched = [
            text
            for other, lines in town.files.items()
            for _, number, called in lines
            if other != name
            for text in (number, called)
        ]
        # What others have done stays as they left it where the configuration says so.
        keeps = self.drawn.keys["on_drift"] == "keep"
        left_to_others = (
            [f"{town.shop.word} {claim}" for claim in {*+town.pending, *town.still_theirs}] if keeps else []
        )
        lines = {
            at: (f"{town.shop.word} {owner}", " ".join(called.split()), number, "")
            for at, (owner, number, called) in enumerate(town.files[name], start=2)
        }
        seen = Observed(
            before=self._seen(before, set() if town.by_name else others),
            after=self._seen(after, set() if town.by_name else others),
            lines=lines,
            delete_missing=True,
            replaces=not town.by_name,
            touched=frozenset([*touched, *foreign] if town.by_name else left_to_others),
            fold=str.casefold if town.by_name and self.drawn.options.name_case == "insensitive" else str,
            faulty=True,
            clears=True,
            stopped=stopped,
        )
        hold(seen, trip)

    def _seen(self, held: dict[str, Entries], without: set[str]) -> list[Entry]:
        word = self.town.shop.word
        return [(f"{word} {owner}", *entry) for owner, some in held.items() if owner not in without for entry in some]

    def _told_what_others_did(self, name: str, sync: dict[str, Any], left: int, drifted: tuple[int, int]) -> None:
        """The counts of a night in which nothing went wrong are what people know."""
        town = self.town
        if not set(town.books.unsure) - town.claimed():
            # What others have done to an owner that has left may stay as they left it.
            cleared = self.drawn.keys.get("on_missing_owner") == "clear" and not town.restored
            least = 0 if cleared else left
            most = 0 if cleared and self.drawn.keys["on_drift"] == "correct" else left
            assert least <= sync["left"] <= most, ("left", name, sync["left"], left)
            self.figures.counts["told: left"] += sync["left"]
        least, most = drifted
        assert least <= sync["drift"] <= most, ("drift", name, sync["drift"], drifted)
        self.figures.counts["told: drift"] += least

    def _show(self, result: RunResult) -> None:
        """`show` tells of a run what its report says, and goes on saying it."""
        with self._at_work() as context:
            shown = one_run(context, result.summary["run"])
        assert shown["exit_code"] == result.exit_code
        told = [_row(line) for plan in shown["plans"] for line in plan["lines"]]
        planned = [sync for sync in result.summary["syncs"] if sync["plan"]]
        # What came meanwhile is what others did, and no part of what is kept of a run.
        lines = [line for sync in planned for line in self._lines(sync) if line["code"] != CAME]
        reported = [_row(line) for line in lines]
        assert sorted(told) == sorted(reported), (
            "show",
            set(told) - set(reported),
            "report",
            set(reported) - set(told),
        )
        self.told[result.summary["run"]] = sorted(told)
        self.figures.counts["shown"] += 1

    # The end -------------------------------------------------------------------------------------------------------

    def _quiet(self) -> None:
        """Nothing goes wrong any more: all that the files want, and nothing else, and then nothing to do."""
        self.town.mend()
        self.road.sleep(3600)
        self._adopt(Deed("adopt", 0))
        self.configured.options["on_drift"] = "correct"
        self._configure()
        if self._unfinished():
            self._run(RunRequest("resume"), list(self.town.files), _CALM, Life())
        for _ in range(_ROUNDS):
            writes = self._writes()
            self._run(self._sync(list(self.town.files)), list(self.town.files), _CALM, Life())
            if self._writes() == writes:
                break
        assert self._writes() == writes, "never quiet"
        held = self._held()
        for claim in self.town.claimed():
            wanted = Counter((owner, name, key_of(number)) for owner, number, name in self.town.lines_of(claim))
            found = Counter(entry for entry in keyed(held) if entry[1 if self.town.by_name else 0] == claim)
            assert wanted == found, ("wanted", wanted - found, "found", found - wanted)
        still = {entry for entry in self._owed if self.town.nobodys(entry) and entry not in set(keyed(held))}
        assert not still, ("never put back", still)
        books_are_in_order(self.engine, whole=not self._erased)
        if not self._erased:
            self._said_again()

    def _said_again(self) -> None:
        with self._at_work() as context:
            for known, told in list(self.told.items())[:2]:
                again = [_row(line) for plan in one_run(context, known)["plans"] for line in plan["lines"]]
                assert sorted(again) == told, ("another story", set(again) ^ set(told))

    # Looking -------------------------------------------------------------------------------------------------------

    def _held(self) -> dict[str, Entries]:
        owners = [LIST] if self.town.by_name else [*OWNERS, *NOBODYS]
        return {owner: list(self.configured.service.entries(self.road, owner)) for owner in owners}

    def _seconds(self) -> float:
        return self.road.now.timestamp()

    def _writes(self) -> int:
        if isinstance(self.configured.service, MemoryService):
            return self.configured.service.directory.requests["write"]
        return sum(call.method not in READS for call in self.sandbox.calls)

    def _unfinished(self) -> bool:
        return any(plan["state"] == "writing" for plan in plans_of(self.engine))

    def _lines(self, sync: dict[str, Any]) -> list[dict[str, str]]:
        if not sync.get("reports"):
            return []
        with Path(sync["reports"]["csv"]).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def _configure(self) -> None:
        for name, lines in self.town.files.items():
            self.configured.file(self.town.names[name], lines, source=f"{name}.csv")
            path = self.road.folder / f"{name}.csv"
            written = self.road.folder / f"{self.town.names[name]}.csv"
            if written != path:
                written.rename(path)
            if name in self.town.unreadable:
                path.write_bytes(b"\x00\x01")

    def _arm(self, night: Night) -> None:
        faults: tuple[Fault, ...] = night.faults
        self.road.fault(*faults)
        if isinstance(self.configured.service, MemoryService):
            directory = self.configured.service.directory
            directory.write_faults.clear()
            directory.write_faults.extend(night.refusals)


def _row(line: dict[str, Any]) -> tuple[str, ...]:
    keys = ("sync", "line", "owner", "action", "outcome", "code")
    return tuple("" if key == "code" and line["outcome"] == "skipped" else str(line[key]) for key in keys)


@contextmanager
def nights_begun(sandbox: Sandbox, folder: Path, drawn: Nights, figures: Figures) -> Iterator[NightLife]:
    """Lay some nights out in an empty folder, beside a ledger that is there already."""
    dice = Random(drawn.seed)  # noqa: S311 - repeatable on purpose
    engine = connect(f"sqlite:///{folder / 'ledger.db'}")
    road = Road(sandbox, folder, Ledger(engine))
    town = begin(drawn.shop, drawn.syncs, dice)
    configured = Configured(road, drawn.shop, {"delimiter": ";", "full_numbers": True, **drawn.keys})
    try:
        owners = [LIST] if town.by_name else OWNERS
        held: dict[str, Entries] = {f"o{owner}": [] for owner in owners}
        for lines in town.files.values():
            for owner, number, name in lines:
                if dice.random() < 0.6:
                    held[f"o{owner}"].append((name, number))
        nobodys = [LIST] if town.by_name else NOBODYS
        for at, owner in enumerate(nobodys):
            held.setdefault(f"o{owner}", []).append(("Nobody", f"22 997 00 0{at}"))
        configured.hold(**held)
        if drawn.options is not None and not town.by_name:
            sandbox.usos.options = drawn.options
        yield NightLife(sandbox, drawn, figures, road, configured, engine, town)
    finally:
        road.close()
