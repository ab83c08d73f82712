"""What must be true after every run, told from the outside: state before, source, report, state after.

Nothing here asks the code under test how a number is read or a line is paired: the invented numbers are simple enough
to be compared by their last nine digits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from road_trip import Trip

from schemas.problems import Code
from schemas.reasons import LineCode

Entry = tuple[str, str, str]  # owner, name, key
UNSENT = "not sent: "  # with the reason why not
# A row about an entry that came during the run; no row of the plan is about it.
CAME = "added, changed or first readable during this run"
GUARDED = "blocked by a guard"
NOTHING = ("", "text:")
WRITES = {"add", "modify", "rename", "delete"}


@dataclass(frozen=True)
class Observed:
    """One side of a run: what stood there, what the file says, what may be said about it.

    Attributes:
        before: the entries, as (owner, name, number).
        after: likewise.
        lines: the physical lines of the file, each `(owner, name, number, new name)`.
        touched: names and numbers that another writer had its hands on.
        fold: how the service compares names.
        replaces: the service replaces all of an owner at once (USOS), otherwise entry by entry (APIO).
        delete_missing: as configured.
        faulty: something went wrong on the way.
        clears: a line without a number clears its owner.
        keeps_duplicates: the service stores equal numbers of one owner as often as they are sent.
        unfit: the service would not take an entry of this name, though one may stand there.
        stopped: somebody asked the run to stop.
        approved: somebody has said yes to the plan.
    """

    before: Sequence[Entry]
    after: Sequence[Entry]
    lines: Mapping[int, tuple[str, str, str, str]]
    delete_missing: bool
    replaces: bool
    touched: frozenset[str] = frozenset()
    fold: Callable[[str], str] = str
    faulty: bool = False
    clears: bool = False
    keeps_duplicates: bool = True
    unfit: Callable[[str], bool] = bool
    stopped: bool = False
    approved: bool = False

    def entry(self, owner: str, name: str, number: str) -> Entry:
        """Return an entry as it is compared."""
        return owner, self.fold(" ".join(name.split())), key_of(number)

    def entries(self, rows: Iterable[Entry]) -> Counter[Entry]:
        """Return entries as they are compared."""
        return Counter(self.entry(*row) for row in rows)

    def alien(self, entry: Entry) -> bool:
        """Tell whether another writer may have changed this entry."""
        names, keys = {self.fold(text) for text in self.touched}, {key_of(text) for text in self.touched}
        return entry[0] in self.touched or entry[1] in names or entry[2] in keys


def key_of(number: str) -> str:
    """Return what an invented number is compared by."""
    digits = re.sub(r"\D", "", number)
    return digits[-9:] if len(digits) >= 9 else "text:" + " ".join(number.split()).casefold()


def planned(trip: Trip) -> list[dict[str, str]]:
    """Return the rows of the plan, without those that were added for what nobody had planned.

    To an entry at rest something unplanned may have happened, too: its row is one of the plan.
    """
    rows = [row for row in trip.lines if row["code"] != "sent_without_effect" and not row["message"].startswith(CAME)]
    return [row for row in rows if row["outcome"] != "unplanned" or row["action"] in {"keep", "hold", "foreign"}]


def counts_agree(context: Observed, trip: Trip) -> None:
    """The summary says what the line report says."""
    for word, column in (("outcomes", "outcome"), ("actions", "action")):
        counted = Counter(row[column] for row in (trip.lines if word == "outcomes" else planned(trip)))
        told = {key: value for key, value in trip.sync[word].items() if value}
        assert told == {key: value for key, value in counted.items() if key}
    outcomes = trip.outcomes
    fine = set(outcomes) <= {"applied", "unchanged"}
    if trip.exit_code == 0:
        assert fine
        assert trip.sync["verified"]
    # What a guard has stopped was not going to be sent, whoever asked the run to stop besides.
    cut = [row["message"] for row in trip.lines if row["outcome"] == "skipped" and GUARDED not in row["message"]]
    unsure = "unknown" in outcomes or bool(context.stopped and trip.sync["plan"] and cut)
    # A run that a refusal had ended, and no row of which anything else has cut, may have been asked to stop after that.
    error = trip.sync.get("error") or ""
    refused = bool(error) and all(error.startswith(message.removeprefix(UNSENT)) for message in cut)
    late = "unknown" not in outcomes and refused and trip.exit_code in {1, 4}
    assert (trip.exit_code == 5) == unsure or (unsure and late)


def every_sentence_has_its_code(trip: Trip) -> None:
    """What a row says to people it says to programs, too."""
    for row in trip.lines:
        assert row["code"] in {*Code, *LineCode, ""}, row
        assert row["code"] or not row["message"], row


def every_line_once(context: Observed, trip: Trip) -> None:
    """Each line of the file stands in one row; each entry that stood there as well."""
    rows = planned(trip)
    told = Counter(int(row["line"]) for row in rows if row["line"])
    clearing = {line for line, (_, _, number, _) in context.lines.items() if number in {"", "brak"}}
    assert set(told) == set(context.lines)
    assert all(number == 1 for line, number in told.items() if not (context.clears and line in clearing)), told
    if not context.touched and trip.sync["plan"]:
        # What could not be read has no entries to show; its lines are held.
        managed = {row["owner"] for row in rows} - {
            row["owner"] for row in rows if "gave no usable answer" in row["message"]
        }
        # A rejected line says why it was rejected; what its owner has was read for the first time after the plan.
        managed -= {row["owner"] for row in trip.lines if row["message"].startswith(CAME)} & {
            row["owner"] for row in rows if row["message"].startswith("rejected")
        }
        stood = Counter(row for row in context.before if row[0] in managed)
        shown = Counter(
            (row["owner"], row["name_before"], row["number_before"])
            for row in rows
            if row["name_before"] or row["number_before"]
        )
        assert shown == stood


@dataclass
class Claims:
    """What the rows of a report say about the state afterwards."""

    stands: Counter[Entry] = field(default_factory=Counter)
    gone: list[Entry] = field(default_factory=list)
    missing: list[Entry] = field(default_factory=list)


def claims_of(context: Observed, trip: Trip) -> Claims:
    """Read a report."""
    claims = Claims()
    for row in planned(trip):
        before = context.entry(row["owner"], row["name_before"], row["number_before"])
        after = context.entry(row["owner"], row["name_after"], row["number_after"])
        deletes, done = row["action"] == "delete", row["outcome"] in {"applied", "unchanged"}
        if done and row["action"] in WRITES:
            (claims.gone.append(before) if deletes else claims.stands.update([after]))
        elif row["outcome"] in ({"failed"} if deletes else {"unchanged", "held"}) and before[1:] != NOTHING:
            claims.stands[before] += 1
        elif row["outcome"] == "failed" and row["code"] == Code.OLD_ENTRY_STANDS:
            claims.stands.update([before, after])
        elif row["outcome"] == "failed" and row["code"] == Code.OLD_NUMBER_STANDS:
            claims.stands[context.entry(row["owner"], row["name_after"], row["number_before"])] += 1
        elif row["outcome"] == "failed" and before[1:] != after[1:]:
            claims.missing.append(after)
    for row in trip.lines:
        if row["outcome"] == "unplanned" and row["message"].endswith("; restored"):
            claims.stands[context.entry(row["owner"], row["name_before"], row["number_before"])] += 1
    return claims


def report_is_true(context: Observed, trip: Trip) -> None:
    """Each row says what is there."""
    claims, there = claims_of(context, trip), context.entries(context.after)
    for entry, number in claims.stands.items():
        assert context.alien(entry) or there[entry] >= number, ("does not stand there", entry)
    for entry in claims.gone:
        assert context.alien(entry) or there[entry] <= claims.stands[entry], ("still stands there", entry)
    for entry in claims.missing:
        assert context.alien(entry) or there[entry] <= claims.stands[entry], ("stands there although it failed", entry)


def wanted_lines(context: Observed, trip: Trip) -> dict[int, tuple[str, str, str, str]]:
    """Return the lines that were not rejected and that want a number."""
    rejected = {int(row["line"]) for row in trip.lines if row["line"] and "rejected: " in row["message"]}
    return {n: line for n, line in context.lines.items() if n not in rejected and line[2] not in {"", "brak"}}


def given_up(trip: Trip) -> set[int]:
    """Return the lines of the plan that a resume has not sent, since the file is another one now."""
    codes = {Code.NO_LONGER_WANTED, Code.HELD_OR_UNWANTED}
    return {int(row["line"]) for row in trip.lines if row["line"] and row["code"] in codes}


def what_is_given_up_stays(context: Observed, trip: Trip, present: Iterable[tuple[str, str, str, str]]) -> None:
    """Of a change that a resume gives up, the old entry stands; and no line wants what the file has ceased to want."""
    wanted = {context.entry(owner, new or name, number) for owner, name, number, new in present}
    there = context.entries(context.after)
    for row in trip.lines:
        if row["code"] not in {Code.NO_LONGER_WANTED, Code.HELD_OR_UNWANTED, Code.WAITS_FOR_NEW}:
            continue
        before = context.entry(row["owner"], row["name_before"], row["number_before"])
        assert before[1:] == NOTHING or there[before] or context.alien(before), ("given up, and gone", before)
        if row["code"] == Code.NO_LONGER_WANTED and row["action"] == "add":
            added = context.entry(row["owner"], row["name_after"], row["number_after"])
            assert added not in wanted, ("the file wants it", added)


def nothing_lost(context: Observed, trip: Trip) -> None:
    """Every entry that the file or the policy wants kept is still there."""
    if context.replaces:
        good, dropped = wanted_lines(context, trip), given_up(trip)
        bad = {n: line for n, line in context.lines.items() if n not in good}
        _owners_whole(context, {n: line for n, line in good.items() if n not in dropped}, bad)
    else:
        # Of what a report calls unknown it does not say that it is there; whoever settles it has to bring it back.
        unknown = {(r["owner"], context.fold(r["name_before"])) for r in trip.lines if r["outcome"] == "unknown"}
        lost = [(why, entry) for why, entry in losses(context, trip) if entry[:2] not in unknown]
        assert not lost, lost


def losses(context: Observed, trip: Trip) -> Iterator[tuple[str, Entry]]:
    """Yield the entries of a list that are gone and that nobody wanted gone, each with the reason why it is missed."""
    there = context.entries(context.after)
    named = {(owner, context.fold(name)) for owner, name, _ in there}
    good = wanted_lines(context, trip)
    bad = {n: line for n, line in context.lines.items() if n not in good}
    lines = {(owner, context.fold(new or name)): key_of(number) for owner, name, number, new in good.values()}
    renamed = {(owner, context.fold(name)) for owner, name, _, new in good.values() if new}
    mentioned = {context.fold(text) for _, name, _, new in bad.values() for text in (name, new) if text}
    keys = {key_of(number) for _, _, number, _ in bad.values() if not key_of(number).startswith("text:")}
    for entry in context.entries(context.before):
        owner, name, key = entry
        if context.alien(entry) or context.unfit(name):
            continue
        if (owner, name) in lines:
            if (owner, name) not in named:
                yield "a wanted name is lost", entry
            elif not (there[entry] or there[owner, name, lines[owner, name]]):
                yield "its number is lost", entry
        elif (owner, name) not in renamed and (not context.delete_missing or name in mentioned or key in keys):
            if not there[entry]:
                yield "nobody wanted it gone", entry
        elif (owner, name) in renamed and not there[entry]:
            finals = [
                context.fold(new) for own, old, _, new in good.values() if (own, context.fold(old)) == (owner, name)
            ]
            if not any((owner, final) in named for final in finals):
                yield "lost in a rename", entry


def _owners_whole(context: Observed, good: Mapping[int, Sequence[str]], bad: Mapping[int, Sequence[str]]) -> None:
    """An owner is as it was, save what has arrived elsewhere; or all that its lines want is there, and no more gone."""
    there, stood = context.entries(context.after), context.entries(context.before)
    for owner in {row[0] for row in [*context.before, *context.after]}:
        now = Counter({entry: n for entry, n in there.items() if entry[0] == owner})
        was = Counter({entry: n for entry, n in stood.items() if entry[0] == owner})
        elsewhere = {entry[2] for entry in there - stood if entry[0] != owner}
        if now == was or (now < was and all(entry[2] in elsewhere for entry in was - now)):
            continue
        if any(context.alien(entry) for entry in [*now, *was]):
            continue
        lines = [line for line in good.values() if line[0] == owner]
        assert all(line[0] != owner or (context.clears and line[2] in {"", "brak"}) for line in bad.values()), owner
        wanted = Counter(context.entry(owner, name, number) for _, name, number, _ in lines)
        wanted = wanted if context.keeps_duplicates else Counter(set(wanted))
        assert wanted <= now, ("a wanted number is lost", wanted - now)
        assert lines or context.clears, ("nobody asked for this owner", owner)
        if not context.delete_missing and not context.clears:
            keys, names = {entry[2] for entry in wanted}, {entry[1] for entry in wanted}
            for entry in was:
                assert entry[2] in keys or entry[1] in names or now[entry], ("nobody wanted it gone", entry)


def nothing_strange(context: Observed, trip: Trip) -> None:
    """No entry is there that neither stood there nor is wanted."""
    stood = context.entries(context.before)
    good = wanted_lines(context, trip)
    wanted = Counter(context.entry(owner, new or name, number) for owner, name, number, new in good.values())
    if context.faulty:
        # A rename that also changes the number takes two steps, and may be stopped between them.
        for owner, name, _, new in good.values():
            for entry in stood:
                if new and entry[:2] == (owner, context.fold(name)):
                    wanted[owner, context.fold(new), entry[2]] += 1
    for entry, number in context.entries(context.after).items():
        assert context.alien(entry) or number <= stood[entry] + wanted[entry], ("nobody wanted it", entry)


def hold(context: Observed, trip: Trip) -> None:
    """All laws about one run."""
    counts_agree(context, trip)
    if not trip.lines:
        assert Counter(context.after) == Counter(context.before) or context.touched
        return
    every_sentence_has_its_code(trip)
    every_line_once(context, trip)
    report_is_true(context, trip)
    nothing_lost(context, trip)
    nothing_strange(context, trip)
    if trip.sync["guards"] and not context.approved:
        assert trip.exit_code == 3
        assert not trip.writes


@dataclass
class Figures:
    """How often what happened, so that a law is not true for want of cases."""

    outcomes: Counter[str] = field(default_factory=Counter)
    exits: Counter[int] = field(default_factory=Counter)

    def add(self, trip: Trip) -> None:
        """Count one run."""
        self.outcomes.update({outcome: n for outcome, n in trip.sync["outcomes"].items() if n})
        self.exits[trip.exit_code] += 1
