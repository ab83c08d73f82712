"""A phone list as a target: the complete list in one batch, then reading, then whatever is left entry by entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import pandas as pd

from connectors.apio.client import Apio, ApioEntry, Criteria, PhoneList, is_path_safe
from connectors.apio.restoring import Restorer
from connectors.apio.sending import Sender, Way
from connectors.apio.spec import ApioConnection, list_owner
from connectors.execution import as_current, wait_before
from connectors.settling import LONGEST, Settling
from schemas import limits
from schemas.errors import ServiceError
from schemas.execution import ApplyResult, Job, NumberingDefaults, Progress, Snapshot, Target, WriteAnswer
from schemas.plan import AT_REST, Outcome
from schemas.problems import Code, Problem
from tasks.execution.changes import ListChange, list_changes
from tasks.execution.classify import ReadBack, classify, classify_unread, row_outcome
from tasks.execution.compare import Mask, cost, had_entry, halves, in_place, moved, newcomers, shown, taken, writes
from tasks.execution.quirks import as_shown
from tasks.phone.canonical_keys import tidy_text


class ApioTarget(Target):
    """The common phone list of a tenant or of one of its groups."""

    def __init__(
        self, client: Apio, connection: ApioConnection, where: PhoneList, reading: NumberingDefaults, way: Way
    ) -> None:
        self.client = client
        self.where = where
        self.way = way
        self._connection = connection
        self.reading = reading

    @property
    def name(self) -> str:
        """Address and list."""
        return f"{self._connection.address} {self.owner}"

    @property
    def owner(self) -> str:
        """The one owner of all entries."""
        return list_owner(self.where.tenant, self.where.group)

    def requests(self) -> dict[str, int]:
        """Return how many requests were sent so far."""
        return {"read": self.client.requests.read, "write": self.client.requests.write}

    def read(self, owners: Sequence[str], progress: Progress) -> Snapshot:  # noqa: ARG002 - a list is its only owner
        """Return the whole list; a service may drop search criteria, so none are sent."""
        progress("reading the phone list", 0, 1)
        entries = self.client.entries(self.where)
        progress("reading the phone list", 1, 1)
        owner = self.owner
        return Snapshot(as_current([(owner, entry.name, entry.number, "", "") for entry in entries], self.reading))

    def folds_names(self, wanted: Iterable[str], standing: pd.DataFrame) -> bool:
        """Tell whether the list takes two names that differ only in case for one; asked only where it matters.

        Adding `dean` would overwrite `Dean` there. No page says which it is, so a standing entry is looked up under its
        name in another case; only an answer with that entry means yes.
        """
        names = set(standing["tidy"].tolist())
        folded = {name.casefold() for name in names}
        if len(folded) < len(names) or not any(name.casefold() in folded for name in set(wanted) - names):
            return False
        for name in sorted(names):
            other = name.swapcase()
            if other != name and other.casefold() == name.casefold() and is_path_safe(other):
                try:
                    return bool(self.client.get(self.where, other).name.casefold() == name.casefold())
                except ServiceError:
                    return False
        return False

    def search(self, words: str) -> Snapshot | None:
        """Return the entries whose names contain these words; the service looks for plain words itself."""
        entries = self.client.entries(self.where, Criteria(insensitive_name_contains=words))
        return Snapshot(as_current([(self.owner, entry.name, entry.number, "", "") for entry in entries], self.reading))

    def write(self, rows: pd.DataFrame, job: Job) -> ApplyResult:
        """Bring the list to what the plan wants, whether or not the server deletes what a file leaves out."""
        return _ListUpdate(self, rows, job).run()


class _ListUpdate:
    """One list on its way through one plan."""

    def __init__(self, target: ApioTarget, rows: pd.DataFrame, job: Job) -> None:
        self._target = target
        self._rows = rows
        self._job = job
        self._fold = job.folds_names
        self._result = ApplyResult()
        self._sender = Sender(target.client, target.where, target.way, job.quirks)
        self._settling = Settling(job, self._result)
        self._restorer = Restorer(target.owner, job, self._sender, self._read, self._settling)
        self._seen_as = rows
        self._open: list[int] = []
        self._cut: set[int] = set()

    def run(self) -> ApplyResult:
        """Read, leave out conflicts, send what is left until it is in place or refused, and account for every row."""
        result = self._result
        try:
            fresh = self._read()
        except ServiceError as error:
            result.stopped = error
            unread = Problem(Code.NOT_READ_BEFORE, {"said": error.message})
            self._note(self._rows[writes(self._rows)], Outcome.SKIPPED, unread)
            return result
        changes = self._without_conflicts(fresh)
        try:
            now = self._carry_out(changes, fresh)
        except ServiceError as error:
            result.stopped = error
            self._note_at_rest(self._restorer.doubtful(), Outcome.UNKNOWN, Problem(Code.IN_DOUBT))
            self._restorer.keep_unplanned(changes, fresh)
            result.unplanned += self._restorer.unplanned(None)
            self._note_at_rest(self._restorer.missing_entries(), Outcome.CONFLICT, Problem(Code.GONE_WHEN_LAST_READ))
            self._unread(changes, error)
            return result
        result.stopped = self._sender.denied
        result.unplanned += self._restorer.unplanned(set(now["name"]))
        self._account(now)
        self._job.progress("writing to the phone list", len(changes), len(changes))
        result.found = now
        result.confirmed |= self._sender.confirmed()
        return result

    def _read(self) -> pd.DataFrame:
        return self._target.read([], lambda *_: None).entries

    def _without_conflicts(self, fresh: pd.DataFrame) -> pd.DataFrame:
        """Leave out rows whose entry has moved since the plan, or whose name somebody else has taken."""
        rows = self._rows[writes(self._rows)]
        # What an interrupted write may itself have done is no conflict: the entry is gone, or spelled anew by the list,
        sent = rows.index.isin(self._job.sent)
        ours = sent & (self._cost(rows, fresh) | shown(rows, "before", fresh, fold_names=self._fold))
        gone = moved(self._rows, fresh)[writes(self._rows)] & ~ours
        # or the first of a rename's two steps has brought the new one.
        half = halves(rows)
        halfway = rows.index.isin(half.index[shown(half, "after", fresh, fold_names=self._fold)])
        brought = sent & (halfway | shown(rows, "after", fresh, fold_names=self._fold))
        new = fresh[newcomers(self._rows, fresh)]
        apart = gone | taken(rows, new, fold_names=self._fold) & ~brought
        come = new.drop_duplicates("tidy").set_index("tidy")["number"]
        names = rows["name_before"].where(gone, rows["name_after"])[apart]
        for row, name in zip(names.index, names, strict=True):
            changed = Problem(Code.NUMBER_CHANGED, {"number": come[name]}) if name in come else Problem(Code.ENTRY_GONE)
            self._keep(row, Outcome.CONFLICT, changed)
        return rows[~apart]

    def _cost(self, rows: pd.DataFrame, fresh: pd.DataFrame) -> Mask:
        """Tell which rows an interrupted write has sent whose entries nothing has the name of any more."""
        return cost(rows, self._job.sent, fresh, fold_names=self._fold)

    def _with_cost(self, entries: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        """Add to a list what an interrupted write of these very rows has cost it."""
        gone = rows[self._cost(rows, entries)]
        if gone.empty:
            return entries
        pairs = zip(gone["name_before"], gone["number_before"], strict=True)
        more = as_current([(self._target.owner, *pair, "", "") for pair in pairs], self._target.reading)
        return pd.concat([entries, more], ignore_index=True)

    def _carry_out(self, changes: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
        """Send until nothing is left that may still lead somewhere, and return the list as it stands then."""
        sender, doubts = self._sender, 0
        halfway = taken(changes, fresh, fold_names=self._fold)  # the entry is there, under its new name
        # What the change of an entry has cost comes back if it fails now; what was to stay comes back in any case.
        now = self._with_cost(fresh, changes[had_entry(changes) & ~halfway])
        stood = self._with_cost(now, self._at_rest())
        for _ in range(limits.LIST_SENDINGS):
            steps = self._steps(changes, now)
            if not steps or sender.denied or doubts > limits.WRITE_ROUNDS:
                break
            if not self._job.go_on():
                self._cut = {step.row for step in steps}
                break
            if sender.uncertain:
                doubts += 1
                self._job.sleep(wait_before(doubts, list(sender.answers.values())))
            self._job.progress("writing to the phone list", len(changes) - len(steps), len(changes))
            self._open = [self._job.intend(self._target.way, [self._target.owner])]
            sender.send(steps, now)
            now = self._settling.read(self._read, partial(self._patience, changes, set(steps)))
            now = self._put_back(changes, stood, now)
            self._job.record_outcomes([], self._open)
        return self._put_back(changes, stood, now, ended=True)

    def _patience(self, changes: pd.DataFrame, sent: set[ListChange], now: pd.DataFrame) -> float:
        """Return how long to wait for another reading: one that shows nothing of what was sent is no evidence yet."""
        sender = self._sender
        seen_as = as_shown(self._rows, now, self._job.quirks).loc[changes.index]
        done = in_place(seen_as, now, fold_names=self._fold)
        left = list_changes(changes[~done], now, fold_names=self._fold)
        if any(step in sender.just_confirmed or step.row in sender.closed & sender.maybe_done for step in left):
            return LONGEST
        return self._settling.known if sender.uncertain and not sent.isdisjoint(left) else 0.0

    def _put_back(
        self, changes: pd.DataFrame, stood: pd.DataFrame, now: pd.DataFrame, *, ended: bool = False
    ) -> pd.DataFrame:
        """Put back what the server removed; a name that it stores in its own way is not gone."""
        self._look(now)
        otherwise = self._rows[(self._seen_as["name_after"] != self._rows["name_after"]).to_numpy()]
        kept = set(tidy_text(otherwise["name_before"]))
        now = self._restorer.put_back(self._seen_as.loc[changes.index], stood, now, kept, ended=ended)
        self._look(now)
        return now

    def _look(self, now: pd.DataFrame) -> None:
        """Note as what the list shows the names that the plan wants, as far as readings have caught up."""
        self._seen_as = as_shown(self._rows, now, self._job.quirks, self._sender.ever_confirmed)

    def _steps(self, changes: pd.DataFrame, now: pd.DataFrame) -> list[ListChange]:
        done = in_place(self._seen_as.loc[changes.index], now, fold_names=self._fold)
        done |= changes.index.isin(self._sender.closed)
        return self._sender.worth_sending(list_changes(changes[~done], now, fold_names=self._fold))

    def _at_rest(self) -> pd.DataFrame:
        return self._rows[had_entry(self._rows) & ~writes(self._rows)]

    # Accounting ---------------------------------------------------------------------------------------------------

    def _account(self, now: pd.DataFrame) -> None:
        rest = self._rows[~self._rows.index.isin(self._result.known)]
        seen_as = self._seen_as.loc[rest.index]
        done = in_place(seen_as, now, fold_names=self._fold)
        moved_on = self._moved_on(rest, now)
        otherwise = done & (seen_as["name_after"] != rest["name_after"]).to_numpy()
        half = shown(rest, "after", now, fold_names=self._fold) & ~done
        self._account_doubtful(rest[done])
        seen = zip(rest.index, writes(rest), had_entry(rest), done, otherwise, half, strict=True)
        for row, change, stood, ok, other, came in seen:
            answer = self._sender.answers.get(row)
            if other:
                self._result.confirmed.add(int(row))
                outcome = Outcome.APPLIED if change else Outcome.UNCHANGED
                self._keep(row, outcome, Problem(Code.STORED_OTHERWISE), answer)
            elif change and answer is None and ok:
                self._keep(row, Outcome.UNCHANGED, Problem(Code.DONE_BY_OTHERS))
            elif answer and row in self._cut:
                self._keep(row, Outcome.SKIPPED, Problem(Code.CUT_SHORT), answer)
            elif change:
                untouched = ReadBack(read=True, untouched=row not in moved_on)
                outcome, problem = classify(self._sender.last_word(row), untouched, in_place=bool(ok))
                self._keep(row, outcome, _half_done(problem) if came and answer else problem, answer)
            elif stood and not ok:
                self._keep(row, Outcome.CONFLICT, Problem(Code.NOT_KEPT_IN_LIST))
        self._job.record_outcomes(list(self._result.known.values()), [])

    def _moved_on(self, rows: pd.DataFrame, now: pd.DataFrame) -> set[int]:
        """Return the confirmed rows of which the list shows more than what stood there before."""
        same = shown(rows, "before", now, fold_names=self._fold)
        same |= ~had_entry(rows) & ~taken(rows, now, fold_names=self._fold)
        return {*rows.index[~same]} & self._sender.ever_confirmed

    def _account_doubtful(self, rows: pd.DataFrame) -> None:
        """Say of rows at rest that an interrupted run has left in doubt that their entries are there."""
        put_back = self._restorer.put_back_names()
        rows = rows[~writes(rows) & rows.index.isin(self._job.sent)]
        for row, action, name in zip(rows.index, rows["action"], rows["name_before"], strict=True):
            self._keep(row, AT_REST[action], Problem(Code.PUT_BACK if name in put_back else Code.STILL_THERE))

    def _note_at_rest(self, entries: Sequence[ApioEntry], outcome: Outcome, problem: Problem) -> None:
        """Say of the rows at rest that are about these entries what became of them before reading failed."""
        about = as_current([(self._target.owner, e.name, e.number, "", "") for e in entries], self._target.reading)
        rest = self._at_rest()
        for row in rest.index[shown(rest, "before", about, fold_names=self._fold)]:
            self._keep(row, outcome, problem)

    def _unread(self, changes: pd.DataFrame, why: ServiceError) -> None:
        """Reading failed after writing: where nobody knows what was done, the intent stays open."""
        for row in changes.index:
            answer = self._sender.answers.get(row)
            self._keep(row, *classify_unread(answer, why), answer)
        known = list(self._result.known.values())
        intents = [*self._open, *self._restorer.intents]
        self._job.record_outcomes(known, [] if any(item.outcome == Outcome.UNKNOWN for item in known) else intents)

    def _note(self, rows: pd.DataFrame, outcome: Outcome, problem: Problem) -> None:
        for row in rows.index:
            self._keep(row, outcome, problem)
        self._job.record_outcomes(list(self._result.known.values()), [])

    def _keep(self, row: int, outcome: Outcome, problem: Problem | None, answer: WriteAnswer | None = None) -> None:
        self._result.known[int(row)] = row_outcome(row, outcome, problem, at=self._job.now(), answer=answer)


def _half_done(problem: Problem | None) -> Problem:
    said = dict(problem.values) | {"because": str(problem.code.value)} if problem else {"said": ""}
    return Problem(Code.OLD_ENTRY_STANDS, said)
