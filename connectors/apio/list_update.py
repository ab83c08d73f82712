"""One phone list on its way through one plan: sent by the way that puts least at risk, read, and accounted for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import numpy as np
import pandas as pd

from connectors.apio.client import ApioEntry, is_path_safe
from connectors.apio.common_list import CommonList
from connectors.apio.restoring import Restorer
from connectors.apio.sending import Sender, takes_back
from connectors.apio.spec import COSTLY_CALLS
from connectors.execution import wait_before
from connectors.settling import LONGEST, Awaited, Settling
from schemas import limits
from schemas.errors import ServiceError
from schemas.execution import ApplyResult, Job, WriteAnswer
from schemas.plan import AT_REST, Action, Outcome
from schemas.problems import Code, Problem
from schemas.quirks import Quirk, QuirkCode
from tasks.execution.changes import ListChange, aims, list_changes
from tasks.execution.classify import ReadBack, classify, classify_unread, half_done, halfway, row_outcome
from tasks.execution.compare import (
    cost,
    had_entry,
    halves,
    in_place,
    moved,
    newcomers,
    shown,
    taken,
    vanished,
    writes,
)
from tasks.execution.quirks import as_shown
from tasks.execution.ways import Missing, Situation, Way, seen_of_missing, way_of
from tasks.phone.canonical_keys import tidy_text
from tasks.text_columns import Mask, is_in


class ListUpdate:
    """One list on its way through one plan."""

    def __init__(self, listed: CommonList, rows: pd.DataFrame, job: Job) -> None:
        self._list = listed
        self._rows = rows
        self._job = job
        self._fold = job.folds_names
        self._result = ApplyResult()
        self._missing = seen_of_missing(job.quirks, listed.mark)
        self._way = self._way_of_changes()
        learns = self._missing is Missing.UNKNOWN and listed.setting == "auto"
        self._sender = Sender(listed.client, listed.where, self._way, job, learns=learns)
        self._settling = Settling(job, self._result)
        self._restorer = Restorer(listed.owner, job, self._sender, self._read, self._settling)
        self._seen_as = rows
        self._open: list[int] = []
        self._cut: set[int] = set()
        self._has_read = False
        self._taken_away: set[str] = set()

    def run(self) -> ApplyResult:
        """Read, leave out conflicts, send what is left until it is in place or refused, and account for every row."""
        result = self._result
        # Each entry is read by itself before it is sent; what an interrupted run has done takes the whole list to see,
        # and so does what a deletion has cost whose body was lost.
        looks = self._way is Way.ENTRIES and not self._job.sent and self._all_have_addresses()
        try:
            fresh = self._as_planned() if looks else self._read()
        except ServiceError as error:
            result.stopped = error
            unread = Problem(Code.NOT_READ_BEFORE, {"said": error.message})
            self._note(self._rows[writes(self._rows)], Outcome.SKIPPED, unread)
            return result
        changes = self._rows[writes(self._rows)] if looks else self._without_conflicts(fresh)
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
        result.whole = looks
        result.confirmed |= self._sender.confirmed()
        return result

    def _way_of_changes(self) -> Way:
        changes, rest = self._rows[writes(self._rows)], self._at_rest()
        modified = changes.loc[changes["action"] == Action.MODIFY, "name_before"]
        return way_of(
            Situation(
                self._list.setting,
                len(changes),
                self._missing,
                taken_back=all(map(takes_back, rest["name_before"], rest["number_before"])),
                at_stake=bool(changes["action"].isin([Action.ADD, Action.DELETE]).any()),
                unsafe=not all(map(is_path_safe, modified)),
            )
        )

    def _all_have_addresses(self) -> bool:
        changed = self._rows.loc[had_entry(self._rows) & writes(self._rows), "name_before"]
        return all(map(is_path_safe, changed))

    def _as_planned(self) -> pd.DataFrame:
        """Return the entries that change as the plan has seen them."""
        stood = self._rows[had_entry(self._rows) & writes(self._rows)]
        pairs = zip(stood["name_before"], stood["number_before"], strict=True)
        return self._list.entries_of(pairs)

    def _read(self) -> pd.DataFrame:
        self._has_read = True
        return self._list.read()

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
        if self._job.calls and self._job.calls.isdisjoint(COSTLY_CALLS):
            return np.zeros(len(rows), dtype=np.bool_)
        return cost(rows, self._job.sent, fresh, fold_names=self._fold)

    def _with_cost(self, entries: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        """Add to a list what an interrupted write of these very rows has cost it."""
        gone = rows[self._cost(rows, entries)]
        if gone.empty:
            return entries
        self._sender.effects.at_risk |= {*gone["name_before"]}
        pairs = zip(gone["name_before"], gone["number_before"], strict=True)
        more = self._list.entries_of(pairs)
        return pd.concat([entries, more], ignore_index=True)

    def _carry_out(self, changes: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
        """Send until nothing is left that may still lead somewhere, and return the list as it stands then."""
        sender, doubts = self._sender, 0
        halfway = taken(changes, fresh, fold_names=self._fold)  # the entry is there, under its new name
        # What the change of an entry has cost comes back if it fails now; what was to stay comes back in any case.
        now = self._with_cost(fresh, changes[had_entry(changes) & ~halfway])
        stood = self._with_cost(now, self._at_rest())
        for sending in range(limits.LIST_SENDINGS):
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
            self._open = [self._job.intend(sender.call(steps), [self._list.owner])]
            sender.send(steps, now)
            self._take_away_again()
            last = doubts > limits.WRITE_ROUNDS or sending == limits.LIST_SENDINGS - 1
            patience = partial(self._patience, changes, set(steps), first=not sending, last=last)
            now = self._settling.read(self._read, patience)
            self._learn_of_missing(changes, now)
            now = self._put_back(changes, stood, now)
            self._job.record_outcomes([], self._open)
        now = now if self._has_read else self._read()
        return self._put_back(changes, stood, now, ended=True)

    def _take_away_again(self) -> None:
        """Delete what a file has brought back, which somebody had just deleted."""
        names = self._sender.effects.brought_back - self._taken_away
        if names and self._job.restore_unplanned:
            self._taken_away |= names
            self._sender.delete_again(sorted(names))

    def _learn_of_missing(self, changes: pd.DataFrame, now: pd.DataFrame) -> None:
        """Note what became of entries that a file left out; a reading that lags is not believed that they stay."""
        if self._list.setting != "auto":
            return  # the way is not ours to choose
        effects, mark = self._sender.effects, self._list.mark
        kept = effects.left_out & set(now["name"])
        done = in_place(self._seen_as.loc[changes.index], now, fold_names=self._fold)
        seen = {*changes.index[done & (changes["key_after"] != "").to_numpy()]} & self._sender.filed
        if effects.deleted:
            self._result.habits = {Quirk(QuirkCode.DELETES_MISSING, mark)}
        elif kept and seen:
            self._result.habits = {Quirk(QuirkCode.KEEPS_MISSING, mark)}
        effects.left_out = set()

    def _patience(
        self, changes: pd.DataFrame, sent: set[ListChange], now: pd.DataFrame, *, first: bool, last: bool
    ) -> Awaited:
        """Say what to wait for: a reading that shows nothing of what was sent is no evidence yet.

        An answer that was lost is waited for in full only when nothing more is sent: until then, sending asks again.
        """
        sender = self._sender
        seen_as = as_shown(self._rows, now, self._job.quirks).loc[changes.index]
        done = in_place(seen_as, now, fold_names=self._fold)
        left = list_changes(changes[~done], now, fold_names=self._fold)
        if first and not self._settling.waited and sender.last:
            self._result.prompt = {step.row for step in sender.last} <= {*changes.index[done]}
        confirmed = sender.just_confirmed | aims(sender.just_confirmed)
        closed = sender.closed & sender.maybe_done
        late = [step for step in left if not confirmed.isdisjoint({step, step.aim}) or step.row in closed]
        refused = [step for step in left if step.row in sender.just_refused]
        lost = [step for step in left if sender.uncertain and step in sent]
        known = LONGEST if last else self._settling.known
        for steps, seconds in ((late, LONGEST), (refused, self._settling.doubt), (lost, known)):
            if steps and seconds:
                rows, these = {step.row for step in [*late, *refused, *lost]}, {step.row for step in steps}
                kinds = {step.action for step in sender.just_confirmed or sent if step.row in these}
                return Awaited(seconds, frozenset(rows), frozenset(kinds))
        return Awaited()

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
        steps = list_changes(changes[~done], now, fold_names=self._fold)
        standing = {self._spelt(name) for name in now["name"]}
        return self._sender.worth_sending([step for step in steps if not self._taken_by_others(step, standing)])

    def _spelt(self, name: str) -> str:
        return name.casefold() if self._fold else name

    def _taken_by_others(self, step: ListChange, standing: Collection[str]) -> bool:
        """Tell whether a step would make an entry anew that nothing of ours can have removed; its row is a conflict.

        Where its old name stands, another row wants it: the entry goes over to the new name by an addition.
        """
        stood = str(self._rows.loc[step.row, "name_before"])
        ours = not {stood, step.new_name}.isdisjoint(self._sender.effects.at_risk)
        others = step.action is Action.ADD and bool(stood) and self._spelt(stood) not in standing and not ours
        if others:
            self._sender.conflicts[step.row] = Problem(Code.ENTRY_GONE)
            self._sender.closed.add(step.row)
        return others

    def _at_rest(self) -> pd.DataFrame:
        return self._rows[had_entry(self._rows) & ~writes(self._rows)]

    # Accounting ---------------------------------------------------------------------------------------------------

    def _account(self, now: pd.DataFrame) -> None:
        rest = self._rows[~self._rows.index.isin(self._result.known)]
        seen_as = self._seen_as.loc[rest.index]
        done = in_place(seen_as, now, fold_names=self._fold)
        moved_on = self._moved_on(rest, now)
        otherwise = done & (seen_as["name_after"] != rest["name_after"]).to_numpy()
        half = halfway(rest, now, fold_names=self._fold)
        self._account_doubtful(rest[done])
        self._account_at_rest(rest, now)
        conflicts = self._taken_away_by_others(rest[~done], now) | self._sender.conflicts
        seen = zip(rest.index, writes(rest), had_entry(rest), done, otherwise, strict=True)
        for row, change, stood, ok, other in seen:
            answer = self._sender.answers.get(row)
            if row in conflicts and not ok:
                self._keep(row, Outcome.CONFLICT, conflicts[row], answer)
            elif other:
                self._result.confirmed.add(int(row))
                outcome = Outcome.APPLIED if change else Outcome.UNCHANGED
                self._keep(row, outcome, Problem(Code.STORED_OTHERWISE), answer)
            elif change and answer is None and ok:
                self._keep(row, Outcome.UNCHANGED, Problem(Code.DONE_BY_OTHERS))
            elif answer and row in self._cut:
                self._keep(row, Outcome.SKIPPED, Problem(Code.CUT_SHORT), answer)
            elif change:
                untouched = ReadBack(read=True, untouched=row not in moved_on, early=self._settling.cut)
                outcome, problem = classify(self._sender.last_word(row), untouched, in_place=bool(ok))
                # What nobody knows yet may be more than half done by now.
                told = half_done(half[row], problem) if outcome is Outcome.FAILED and row in half else problem
                self._keep(row, outcome, told, answer)
            elif stood and not ok and row not in self._result.known:
                self._keep(row, Outcome.CONFLICT, Problem(Code.NOT_KEPT_IN_LIST))
        self._job.record_outcomes(list(self._result.known.values()), [])

    def _moved_on(self, rows: pd.DataFrame, now: pd.DataFrame) -> set[int]:
        """Return the confirmed rows of which the list shows more than what stood there before."""
        same = shown(rows, "before", now, fold_names=self._fold)
        same |= ~had_entry(rows) & ~taken(rows, now, fold_names=self._fold)
        return {*rows.index[~same]} & self._sender.ever_confirmed

    def _taken_away_by_others(self, rows: pd.DataFrame, now: pd.DataFrame) -> dict[int, Problem]:
        """Return the changes whose entries are gone though nothing of ours can have removed them."""
        rows = rows[had_entry(rows) & writes(rows) & ~is_in(rows["name_before"], self._sender.effects.at_risk)]
        here = shown(rows, "before", now, fold_names=self._fold) | ~vanished(rows, now, fold_names=self._fold)
        new = taken(rows, now, fold_names=self._fold)
        return dict.fromkeys(rows.index[~here & ~new].tolist(), Problem(Code.ENTRY_GONE))

    def _account_doubtful(self, rows: pd.DataFrame) -> None:
        """Say of rows at rest that an interrupted run has left in doubt that their entries are there."""
        put_back = self._restorer.put_back_names()
        rows = rows[~writes(rows) & rows.index.isin(self._job.sent)]
        for row, action, name in zip(rows.index, rows["action"], rows["name_before"], strict=True):
            back = name in put_back
            outcome = Outcome.UNPLANNED if back else AT_REST[action]
            self._keep(row, outcome, Problem(Code.PUT_BACK if back else Code.STILL_THERE))

    def _account_at_rest(self, rows: pd.DataFrame, now: pd.DataFrame) -> None:
        """Say of rows at rest what a file has done to their entries: nothing that was written is told as unchanged."""
        effects, numbers = self._sender.effects, dict(zip(now["name"], now["number"], strict=True))
        standing = set(numbers)
        back = self._restorer.put_back_names() & standing
        told = {
            Code.OVERWRITTEN: {one.name for one in effects.overwritten if numbers.get(one.name) == one.number},
            Code.BROUGHT_BACK: effects.brought_back & standing,
            Code.REMOVED_AGAIN: effects.brought_back - standing,
            Code.DELETED_AND_PUT_BACK: back - effects.brought_back,
        }
        rest = rows[had_entry(rows) & ~writes(rows) & ~rows.index.isin(self._result.known)]
        for code, names in told.items():
            for row in rest.index[rest["name_before"].isin(names)]:
                self._keep(row, Outcome.UNPLANNED, Problem(code))

    def _note_at_rest(self, entries: Sequence[ApioEntry], outcome: Outcome, problem: Problem) -> None:
        """Say of the rows at rest that are about these entries what became of them before reading failed."""
        about = self._list.entries_of(entries)
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
