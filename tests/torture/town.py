"""What people know of a directory that several files make: the files, who is managed by which, what others have done.

Nothing here asks the code under test: it keeps its own books, and says what a run has to find.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from random import Random

from directories import NAMES, NOBODYS, OWNERS, SYNCS, Deed, Shop
from directory_nights import Line, ListService
from road_laws import Entry, key_of

Entries = list[tuple[str, str]]  # name, number
Held = Mapping[str, Entries]  # by owner
BAD = "abc"
_MANY = 99  # nobody knows how many
LIST = "chopin"


@dataclass(frozen=True)
class Left:
    """What a clean run has left at an owner: by which sync, and by which lines."""

    sync: str
    lines: frozenset[Line]


@dataclass
class Books:
    """What a ledger knows, as far as it can be told from outside.

    Attributes:
        managed: claims (owners, or names on a list) by the sync that manages them.
        left: what was left at each of them.
        unsure: claims of which it cannot be told who manages them, since a run did not end well.
    """

    managed: dict[str, str] = field(default_factory=dict)
    left: dict[str, Left] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)


@dataclass
class Town:
    """The files and what is known of them.

    Attributes:
        shop: which service it is.
        files: the lines of each sync, by what it was called first.
        names: what each sync is called now.
        spoilt: the numbers of lines that are spoilt, by owner and name.
        unreadable: syncs whose file cannot be read at the moment.
        contested: claims that stand in two files at the moment, with the sync whose they are not.
        backup: what a backup of the ledger knows, None where there is none.
        ran_since: a run that may write has ended after it was made.
        books: what the ledger knows.
        pending: how many entries of a claim others have changed since it was left.
        still_theirs: claims that others had changed when an older ledger was restored, until they are as wanted.
        restored: the ledger is from a backup that does not know the last run that may have written.
        forgetful: syncs that have not ended well since then.
    """

    shop: Shop
    files: dict[str, list[Line]]
    names: dict[str, str]
    spoilt: dict[tuple[str, str], str] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    contested: dict[str, str] = field(default_factory=dict)
    books: Books = field(default_factory=Books)
    backup: Books | None = None
    ran_since: bool = False
    pending: Counter[str] = field(default_factory=Counter)
    still_theirs: set[str] = field(default_factory=set)
    restored: bool = False
    forgetful: set[str] = field(default_factory=set)
    _fresh: Iterator[int] = field(default_factory=count)

    @property
    def by_name(self) -> bool:
        """Whether names are what files claim, not owners."""
        return isinstance(self.shop, ListService)

    def claim(self, line: Line) -> str:
        """Return what a line claims."""
        return line[2] if self.by_name else line[0]

    def number(self) -> str:
        """Return a number that nobody has had."""
        at = next(self._fresh)
        return f"22 55{2 + at // 10_000} {at // 100 % 100:02} {at % 100:02}"

    def lines_of(self, claim: str) -> frozenset[Line]:
        """Return all lines about a claim, whose file they may stand in."""
        return frozenset(line for lines in self.files.values() for line in lines if self.claim(line) == claim)

    def claimed(self, sync: str = "") -> set[str]:
        """Return what all files claim, or one of them."""
        chosen = [self.files[sync]] if sync else self.files.values()
        return {self.claim(line) for lines in chosen for line in lines}

    def wanted(self) -> set[tuple[str, str]]:
        """Return owners with the numbers that they are to have, by their keys."""
        return {(line[0], key_of(line[1])) for lines in self.files.values() for line in lines if line[1] != BAD}

    def nobodys(self, entry: Entry) -> bool:
        """Tell whether no file has to do with an entry, now or as far as the ledger knows."""
        claim = entry[1] if self.by_name else entry[0]
        books = self.books
        return claim not in self.claimed() and claim not in books.managed and claim not in books.unsure

    # What people do ------------------------------------------------------------------------------------------------

    def edit(self, deed: Deed) -> bool:
        """Change a file; tell whether there was anything to change."""
        dice = Random(deed.seed)  # noqa: S311 - repeatable on purpose
        sync = dice.choice(list(self.files))
        if deed.does in {"add", "come back"}:
            return self._add(dice, sync) if deed.does == "add" else self._come_back(dice, sync)
        lines = self.files[sync]
        at = dice.randrange(len(lines) or 1)
        if not lines or lines[at][1] == BAD:
            return False
        if deed.does == "move":
            return self._move(dice, sync, at)
        if deed.does == "unreadable":
            self.unreadable.add(sync)
        elif deed.does in {"hand over", "leave", "contest"}:
            self._let_go(dice, sync, self.claim(lines[at]), deed.does)
        else:
            self._change(dice, lines, at, deed.does)
        return True

    def _change(self, dice: Random, lines: list[Line], at: int, does: str) -> None:
        owner, number, name = lines[at]
        if does == "drop":
            del lines[at]
        elif does == "renumber":
            lines[at] = (owner, self.number(), name)
        elif does == "rename":
            lines[at] = (owner, number, self.new_name(dice, owner) or name)
        else:
            self.spoilt[owner, name] = number
            lines[at] = (owner, BAD, name)

    def _let_go(self, dice: Random, sync: str, claim: str, does: str) -> None:
        """Let a claim go over to another file, stand in both, or leave."""
        there = dice.choice([other for other in self.files if other != sync])
        mine = [line for line in self.files[sync] if self.claim(line) == claim]
        if claim in self.contested:
            return  # handed over, it would stand twice in one file
        if does != "leave":
            self.files[there] += mine
        if does == "contest":
            self.contested[claim] = there
        else:
            self.files[sync] = [line for line in self.files[sync] if self.claim(line) != claim]

    def mend(self) -> None:
        """Make the files good again."""
        self.unreadable.clear()
        for claim, sync in self.contested.items():
            self.files[sync] = [line for line in self.files[sync] if self.claim(line) != claim]
        self.contested.clear()
        for lines in self.files.values():
            lines[:] = [
                (owner, self.spoilt.get((owner, name), number) if number == BAD else number, name)
                for owner, number, name in lines
            ]
        self.spoilt.clear()

    def _add(self, dice: Random, sync: str) -> bool:
        free = [owner for owner in OWNERS if owner not in self.claimed() - self.claimed(sync)]
        owner = LIST if self.by_name else dice.choice(free or [""])
        name = self.new_name(dice, owner)
        if not owner or not name or (self.by_name and name in self.books.managed):
            return False
        self.files[sync].append((owner, self.number(), name))
        return True

    def _come_back(self, dice: Random, sync: str) -> bool:
        gone = sorted(set(self.books.managed) - self.claimed())
        if not gone:
            return False
        claim = dice.choice(gone)
        owner, name = (LIST, claim) if self.by_name else (claim, dice.choice(NAMES))
        self.files[sync].append((owner, self.number(), name))
        return True

    def _move(self, dice: Random, sync: str, at: int) -> bool:
        if self.by_name:
            return False
        there = dice.choice([other for other in self.files if other != sync] or [sync])
        owner, number, _ = self.files[sync][at]
        new = dice.choice(sorted(self.claimed(there) - {owner}) or [""])
        name = self.new_name(dice, new)
        if not new or not name:
            return False
        del self.files[sync][at]
        self.files[there].append((new, number, name))
        return True

    def new_name(self, dice: Random, owner: str) -> str:
        """Return a name that the owner has not."""
        taken = {name for lines in self.files.values() for of, _, name in lines if of == owner}
        return dice.choice([name for name in NAMES if name not in taken] or [""])

    def meddle(self, deed: Deed, held: Held) -> tuple[str, Entries] | None:
        """Return the owner that somebody else changes, and the entries that they leave there."""
        dice = Random(deed.seed)  # noqa: S311 - repeatable on purpose
        what = deed.does.removeprefix("theirs: ")
        theirs = (f"Guest {deed.seed}", f"22 998 {deed.seed // 100 % 100:02} {deed.seed % 100:02}")
        if what == "nobody's":
            owner = LIST if self.by_name else dice.choice(NOBODYS)
            return owner, [*held[owner], theirs]
        known = [claim for claim in sorted(self.books.left) if not self.pending[claim]]
        if not known:
            return None
        claim = dice.choice(known)
        owner = LIST if self.by_name else claim
        entries = list(held[owner])
        ours = [at for at, (name, _) in enumerate(entries) if not self.by_name or name == claim]
        if what == "add" and not self.by_name:
            entries.append(theirs)
        elif not ours or (what in {"add", "rename"} and self.by_name):
            return None
        else:
            at = dice.choice(ours)
            name, number = entries[at]
            entries[at : at + 1] = {"change": [(name, theirs[1])], "rename": [(theirs[0], number)]}.get(what, [])
        self.pending[claim] += 1
        return owner, entries

    # What the ledger knows -----------------------------------------------------------------------------------------

    def back_up(self) -> None:
        """Remember what the ledger knows now."""
        self.backup, self.ran_since = deepcopy(self.books), False

    def restore(self) -> None:
        """Know no more than the ledger did then."""
        if self.backup is None:
            return
        self.books = deepcopy(self.backup)
        self.restored = self.restored or self.ran_since
        self.forgetful = set(self.files)
        self.still_theirs |= set(+self.pending)  # what they have done stands, whatever the ledger knows of it
        self.pending.clear()
        self.books.left.clear()

    def note_good(self, sync: str, held: Held, *, clears: bool) -> None:
        """Note that a sync has ended well."""
        self.forgetful.discard(sync)
        for claim in self.claimed(sync):
            lines = self.lines_of(claim)
            self.books.managed[claim] = sync
            self.books.unsure.discard(claim)
            wanted = Counter((owner, name, key_of(number)) for owner, number, name in lines)
            found = Counter(entry for entry in keyed(held) if (entry[1] if self.by_name else entry[0]) == claim)
            if wanted == found:
                self.books.left[claim] = Left(sync, lines)
                del self.pending[claim]
                self.still_theirs.discard(claim)
            elif self.restored or self.books.left.get(claim) != Left(sync, lines):
                self.books.left.pop(claim, None)
        stands = {entry[1] if self.by_name else entry[0] for entry in keyed(held)}
        for claim, by in list(self.books.managed.items()):
            left = by == sync and claim not in self.claimed()
            # Where nothing stands there any more, nothing is left to be told; what does may be another sync's by now.
            let_go = claim not in self.books.unsure and (clears or self.by_name)
            if left and (let_go or claim not in stands):
                self.forget(claim)

    def note_bad(self, sync: str) -> None:
        """Note that it cannot be told what a sync has done."""
        for claim in self.claimed(sync):
            if self.books.managed.get(claim) != sync:
                self.books.unsure.add(claim)
            self.books.left.pop(claim, None)
        # What has left the files may have been cleared, and is forgotten then.
        gone = {claim for claim, by in self.books.managed.items() if by == sync} - self.claimed()
        self.books.unsure.update(gone)

    def forget(self, claim: str) -> None:
        """Note that nobody manages a claim."""
        self.books.managed.pop(claim, None)
        self.books.left.pop(claim, None)
        self.books.unsure.discard(claim)

    # What a run has to find ----------------------------------------------------------------------------------------

    def left_rows(self, sync: str, held: Held) -> int:
        """Return how many entries have lost their line, of which a sync has to tell each night."""
        gone = {claim for claim, by in self.books.managed.items() if by == sync} - self.claimed()
        return sum(len(held[owner]) for owner in gone if not self.by_name)

    def drifted(self, sync: str) -> tuple[int, int]:
        """Return how many changes by others a sync has to tell of, at least and at most."""
        least = most = 0
        for claim in self.claimed(sync):
            sure = self.books.left.get(claim) == Left(sync, self.lines_of(claim))
            least += self.pending[claim] if sure else 0
            most += self.pending[claim] if sure else _MANY
        # What others have done to an owner that has left is told where it is cleared.
        gone = {*self.books.managed, *self.books.unsure} - self.claimed()
        most += _MANY * any(self.pending[claim] or claim in self.books.unsure for claim in gone)
        return least, most


def keyed(held: Held) -> Iterator[Entry]:
    """Yield entries as they are compared."""
    for owner, entries in held.items():
        for name, number in entries:
            yield owner, " ".join(name.split()), key_of(number)


def begin(shop: Shop, syncs: int, dice: Random) -> Town:
    """Return a town whose owners are dealt out among so many files."""
    names = SYNCS[:syncs]
    town = Town(shop, {name: [] for name in names}, {name: name for name in names})
    claims: Iterable[str] = NAMES[:6] if town.by_name else OWNERS[:5]
    for at, claim in enumerate(claims):
        for _ in range(1 if town.by_name else dice.choice((1, 1, 2))):
            owner = LIST if town.by_name else claim
            name = claim if town.by_name else town.new_name(dice, owner)
            town.files[names[at % syncs]].append((owner, town.number(), name))
    return town
