"""Live through a history on the real code and both services, and hold every law after every run and at the end."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from books import books_are_in_order, plans_of, sendings_of, texts_changed_by
from figures import Figures
from histories import End, History, Row, Step, touched_by
from mortal import Killed, Life, Wire
from road_laws import (
    Entry,
    counts_agree,
    hold,
    losses,
    nothing_lost,
    nothing_strange,
    report_is_true,
    what_is_given_up_stays,
)
from road_laws import (
    Observed as Seen,
)
from road_trip import ENVIRON, OPEN_GUARD, Road, Trip
from sqlalchemy import Engine
from test_laws import BAD, Case, can_be_held, lay_out, state_of, unfit_for

from connectors.apio.client import Apio
from connectors.http.rate_limit import Tools
from connectors.http.request import Credentials
from connectors.ledger.engine import connect
from connectors.ledger.store import KeptPlan, Ledger
from connectors.sandbox.server import Sandbox
from connectors.usos.client import Usos
from connectors.usos.spec import UsosConnection
from flows.config import load
from flows.context import RunContext
from flows.run import RunRequest, run
from schemas.errors import InternalError
from tasks.execution.results import announce
from tasks.reports.line_report import line_report

State = tuple[Entry, ...]
_ROUNDS = 4  # syncs until nothing is left to do: a service may take one thing only after another
OTHERS = "others"  # who has changed something, where no plan has


@dataclass(frozen=True)
class PlanMade:
    """What a plan was made of, and how long the log of changes was then."""

    before: State
    lines: dict[int, Row]
    mark: int


@dataclass
class Living:
    """One history on its way.

    Attributes:
        sandbox: both services, in this process.
        folder: where configuration, file, ledger and reports are.
        history: what happens.
        figures: what is counted.
        road: the trip's tools.
        engine: the ledger's database as somebody else opens it.
        rows: the file's lines as they are now.
        made: the plans there are.
        log: who changed what: names, numbers and owners, and the plan that did it ("" for others).
        debts: entries that a killed run has left missing, until they stand again or may be gone.
    """

    sandbox: Sandbox
    folder: Path
    history: History
    figures: Figures
    road: Road
    engine: Engine
    rows: tuple[Row, ...] = ()
    made: dict[str, PlanMade] = field(default_factory=dict)
    log: list[tuple[frozenset[str], str]] = field(default_factory=list)
    debts: list[Entry] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=count)

    # What happens --------------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Go through all steps, then let quiet return."""
        for step in self.history.steps:
            self._step(step)
        self._quiet()

    def _step(self, step: Step) -> None:
        road = self.road
        road.sleep(step.seconds)
        self._edit(step.edits)
        if step.rows is not None:
            self._write(step.rows)
        road.fault(*step.faults)
        if step.does in {"sync", "resume"}:
            self.run(RunRequest("sync" if step.does == "sync" else "resume"), step)
        else:
            self._plan_and_apply(step)
        service = self._service()
        self.figures.met(step.faults, service.faults)
        road.fault()

    def _plan_and_apply(self, step: Step) -> None:
        request = RunRequest("plan")
        if step.does == "revert":
            written = [plan for plan in plans_of(self.engine) if plan["state"] == "written"]
            if not written:
                return
            request = RunRequest("revert", run=written[-1]["applied_by"])
        trip = self.run(request, replace(step, end=None))
        self._edit(step.between)
        if trip and trip.sync.get("plan"):
            self.run(RunRequest("apply", plan=trip.sync["plan"], reason="looked at"), step)

    def _edit(self, writers: tuple[Any, ...]) -> None:
        for writer in writers:
            writer(self._service())
            self.figures.counts["edits"] += 1
        if writers:
            self.log.append((frozenset(touched_by(writers)), OTHERS))

    def _write(self, rows: tuple[Row, ...]) -> None:
        self.rows = rows
        usos = self.history.case.usos
        header = ["entity_id", "comment", "number", "type_id"] if usos else ["Name", "Phone Number", "New Name"]
        with (self.folder / "source.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(row if usos else row[1:] for row in rows)

    def _service(self) -> Any:
        return self.sandbox.usos if self.history.case.usos else self.sandbox.apio

    # A run ---------------------------------------------------------------------------------------------------------

    def run(self, request: RunRequest, step: Step) -> Trip | None:
        """Make one run, which may be killed on the way (None), and judge what it has left behind."""
        case = self._case()
        before, known = state_of(self.road, case), {plan["id"] for plan in plans_of(self.engine)}
        mark, life, sent = len(self.log), _life(step.end), sendings_of(self.engine)
        visits = tuple(fault.mutation for fault in step.faults if fault.mutation)
        if visits:
            self.log.append((frozenset(touched_by(visits)), OTHERS))
        trip = self.go(request, life, stop=bool(step.end and step.end.stop))
        after = state_of(self.road, case)
        made = [plan["id"] for plan in plans_of(self.engine) if plan["id"] not in known]
        lines = {} if request.mode == "revert" else self._lines()
        self.made |= {plan: PlanMade(before, lines, mark) for plan in made}
        plan = trip.sync.get("plan") if trip else None
        plan = plan or (made[-1] if made else request.plan) or self._unfinished(request)
        if set(before) != set(after):
            changed = frozenset(text for entry in set(before) ^ set(after) for text in entry)
            self.log.append((changed, plan or "?"))
            # What an interrupted plan has cost is brought back before anything is planned.
            others = [other for other in sendings_of(self.engine) - sent if other not in {plan, *made}]
            self.log += [(texts_changed_by(self.engine, other), other) for other in others]
        self.figures.run_result(request.mode, trip, stopped=life.over and trip is not None)
        self.figures.counts["entries"] += len(before) + len(after)
        now = PlanMade(before, self._lines(), mark)
        # A run that was refused at the door is judged by what stood when it began, not when the plan was made.
        facts = now if trip and not trip.lines else self.made.get(plan or "", now)
        seen = self._seen(facts, plan or "", after, faulty=True)
        seen = replace(seen, stopped=life.over, approved=request.mode in {"apply", "resume"})
        self._judge(request, trip, seen, plan or "")
        return trip

    def _unfinished(self, request: RunRequest) -> str:
        open_ones = [plan["id"] for plan in plans_of(self.engine) if plan["state"] == "writing"]
        return open_ones[-1] if request.mode == "resume" and open_ones else ""

    def go(self, request: RunRequest, life: Life, *, stop: bool) -> Trip | None:
        """Make one run as a process of its own does; None where it is killed."""
        calls = len(self.sandbox.calls)
        wire = Wire(self.sandbox, life)
        engine = connect(self._url())
        life.bind(engine)
        context = self._world(Ledger(engine), wire)
        life.ends = context.stopping.set if stop else None
        try:
            run_result = run(context, request)
        except Killed:
            return None
        finally:
            context.close()
            self.figures.counts["calls"] += wire.calls
        internal = [error for error in run_result.errors if isinstance(error, InternalError)]
        assert not internal, internal[0].__cause__ or internal[0]
        syncs = run_result.summary["syncs"]
        assert len(syncs) < 2, syncs
        sync = syncs[0] if syncs else {}
        lines: list[dict[str, str]] = []
        if sync.get("reports"):
            with Path(sync["reports"]["csv"]).open(encoding="utf-8", newline="") as file:
                lines = list(csv.DictReader(file))
        return Trip(run_result.exit_code, sync, lines, self.sandbox.calls[calls:], run_result.errors)

    def _world(self, ledger: Ledger, wire: Wire) -> RunContext:
        """Return the world of a process of its own."""
        settings, road = load(self.folder / "phonesync.toml"), self.road
        connection = settings.connections["there"]
        tools = Tools(sleep=road.sleep, monotonic=self._seconds, random=lambda: 0.5, network=wire)
        client: Usos | Apio
        if isinstance(connection, UsosConnection):
            client = Usos("there", connection, Credentials(ENVIRON["KEY"], ENVIRON["SECRET"]), tools=tools)
        else:
            client = Apio("there", connection, Credentials(ENVIRON["NAME"], ENVIRON["WORD"]), tools=tools)
        return RunContext(
            settings,
            ledger,
            ENVIRON,
            "tester",
            clock=lambda: road.now,
            sleep=road.sleep,
            suffix=lambda: f"{next(self.ids):06x}",
            _clients={"there": client},
        )

    # Laws ----------------------------------------------------------------------------------------------------------

    def _judge(self, request: RunRequest, trip: Trip | None, seen: Seen, plan: str) -> None:
        if trip and not trip.sync:
            return
        untouched = sorted(seen.before) == sorted(seen.after)
        back = plan in self.made and not self.made[plan].lines
        if trip is None:
            if back:
                return
            if not plan:
                assert untouched or seen.touched, "killed before there was a plan, and something was written"
                return
            left = _as_planned(Ledger(self.engine).plan(plan))
            nothing_strange(seen, left)
            if seen.replaces:
                nothing_lost(seen, left)
            else:
                self._owe(seen, left)
        elif request.mode in {"plan", "revert"}:
            assert untouched or seen.touched, "a plan has written something"
            assert not trip.writes, trip.writes
        elif back:
            counts_agree(seen, trip)
            report_is_true(seen, trip)
        else:
            self._hold(seen, trip)
            what_is_given_up_stays(seen, trip, self._lines().values())

    def _hold(self, seen: Seen, trip: Trip) -> None:
        hold(seen, trip)
        if "unknown" in trip.outcomes and not seen.replaces:
            self._owe(seen, trip)
        elif self.debts and trip.exit_code in {0, 1}:
            self._owe(replace(seen, before=self.debts), trip)

    def _owe(self, seen: Seen, trip: Trip) -> None:
        """Remember what is missing for no reason: whoever settles the killed run has to bring it back."""
        missed = {entry for _, entry in losses(seen, trip)}
        self.debts = [entry for entry in seen.before if seen.entry(*entry) in missed]

    def _seen(self, made: PlanMade, plan: str, after: State, *, faulty: bool) -> Seen:
        case = self.history.case
        touched = [texts for texts, by in self.log[made.mark :] if by != plan]
        missing = case.sync["delete_missing"]
        return Seen(
            before=made.before,
            after=after,
            lines=made.lines,
            delete_missing=case.usos if missing is None else missing,
            replaces=case.usos,
            touched=frozenset().union(*touched),
            fold=str.casefold if not case.usos and case.options.name_case == "insensitive" else str,
            faulty=faulty,
            clears=bool(case.sync.get("allow_clear")),
            unfit=(lambda _: False) if case.usos else unfit_for(case.options),
            keeps_duplicates=not case.usos or case.options.keep_duplicates,
        )

    # The end -------------------------------------------------------------------------------------------------------

    def _quiet(self) -> None:
        """Nothing goes wrong any more: the wanted state, and then nothing to do."""
        case = self.history.case
        prefix = {} if case.usos else {"prefix": case.options.prefix}
        self.road.configure({**case.sync, "guard": OPEN_GUARD, "delimiter": ";"}, **prefix, **case.connection)
        calm = Step("sync", None)
        self.road.sleep(3600)
        if self._unfinished(RunRequest("resume")):
            self.run(RunRequest("resume"), calm)
        trips = []
        for _ in range(_ROUNDS):
            trip = self.run(RunRequest("sync"), calm)
            assert trip is not None
            trips.append(trip)
            if "applied" not in trip.outcomes:
                break
        # What a service refuses is offered to it again each time; everything else has to be quiet.
        tried = not set(trips[-1].outcomes) <= {"unchanged", "held"}
        assert "applied" not in trips[-1].outcomes, ("never quiet", trips[-1].outcomes)
        assert tried or not trips[-1].writes, ("never quiet", trips[-1].writes, trips[-1].outcomes)
        self._wanted(trips[-1])
        assert not self.debts, ("never put back", self.debts)
        books_are_in_order(self.engine)

    def _wanted(self, trip: Trip) -> None:
        """A good file is what stands there."""
        state = state_of(self.road, self._case())
        case = replace(self._case(), stood=state)
        possible = can_be_held(case)
        assert possible is False or set(trip.outcomes) <= {"applied", "unchanged", "held"}, trip.outcomes
        if not possible or trip.sync["rejected"] or "hold" in trip.actions:
            return
        assert trip.exit_code == 0, trip.exit_code
        seen = self._seen(PlanMade(state, self._lines(), len(self.log)), "", state, faulty=False)
        there = seen.entries(state)
        wanted = seen.entries(
            (owner, new or name, number) for owner, name, number, new in seen.lines.values() if number not in BAD
        )
        assert wanted <= there if case.usos else set(wanted) <= set(there), ("wanted and not there", wanted - there)
        assert set(there) <= set(wanted) or not seen.delete_missing or case.usos, (
            "there and not wanted",
            there - wanted,
        )

    # Looking -------------------------------------------------------------------------------------------------------

    def _case(self) -> Case:
        return replace(self.history.case, rows=self.rows)

    def _lines(self) -> dict[int, Row]:
        usos = self.history.case.usos
        return {
            at: (
                f"faculty {owner}" if usos else owner,
                " ".join(name.split()),
                number,
                "" if usos or new == name else new,
            )
            for at, (owner, name, number, new) in enumerate(self.rows, start=2)
            if usos or name.strip() or number.strip() or new.strip()  # a row of nothing but delimiters is no line
        }

    def _seconds(self) -> float:
        return self.road.now.timestamp()

    def _url(self) -> str:
        return f"sqlite:///{self.folder / 'ledger.db'}"


@contextmanager
def begun(sandbox: Sandbox, folder: Path, history: History, figures: Figures) -> Iterator[Living]:
    """Lay a history out in an empty folder, beside a ledger that is there already."""
    engine = connect(f"sqlite:///{folder / 'ledger.db'}")
    road = Road(sandbox, folder, Ledger(engine))
    try:
        lay_out(road, history.case)
        yield Living(sandbox, folder, history, figures, road, engine)
    finally:
        road.close()


def _life(end: End | None) -> Life:
    return Life(end.moment, end.nth) if end else Life()


def _as_planned(kept: KeptPlan) -> Trip:
    """Return what the ledger knows of a killed run as a report would have said it."""
    lines = [
        {**row, "line": str(row["line"]), "outcome": ""}
        for row in line_report(announce(kept.sync, kept.entries), masked=False).to_dict("records")
    ]
    return Trip(5, {}, lines, [])
