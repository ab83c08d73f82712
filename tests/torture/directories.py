"""Draw the nights of a directory that several files make, from a seed: what people do to it, and how each run goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from directory_nights import ListService, MemoryService, UsosService
from histories import CALLS, End, chosen_options, drawn_end
from test_laws import KINDS

from connectors.memory import target as memory
from connectors.sandbox.options import ApioOptions, Fault, UsosOptions

Shop = UsosService | MemoryService | ListService
SYNCS = ("north", "south", "east")
OWNERS = ("1", "2", "3", "4", "5", "6")
NOBODYS = ("7", "8")
NAMES = ("Dean", "Office", "Porter", "Hall", "Till", "Archive", "Desk", "Library", "Workshop", "Kitchen")
# What somebody may do before a run.
DEEDS = (
    *("add", "drop", "renumber", "rename", "move", "hand over", "leave", "come back", "spoil", "unreadable", "contest"),
    *("theirs: change", "theirs: remove", "theirs: add", "theirs: rename", "theirs: nobody's"),
    *("rename a sync", "back up", "restore", "adopt", "release", "erase"),
)
_OFTEN = ("move", "hand over", "leave", "come back", "theirs: change", "theirs: remove", "theirs: add", "back up")


@dataclass(frozen=True)
class Deed:
    """Something that somebody does; whom it meets is drawn from the seed when it is done."""

    does: str
    seed: int


@dataclass(frozen=True)
class Night:
    """What happens before a run, and how the run goes.

    Attributes:
        deeds: what somebody does before.
        order: the syncs, by their places in `SYNCS`.
        together: in one run; otherwise one run each.
        resume: it is a `resume`.
        faults: what goes wrong at a service.
        refusals: what the next writes to a directory in memory come to.
        end: how the first process ends early, if it does.
    """

    deeds: tuple[Deed, ...]
    order: tuple[int, ...]
    together: bool
    resume: bool = False
    faults: tuple[Fault, ...] = ()
    refusals: tuple[memory.Fault, ...] = ()
    end: End | None = None

    @property
    def calm(self) -> bool:
        """Nothing goes wrong."""
        return not self.faults and not self.refusals and self.end is None


@dataclass(frozen=True)
class Nights:
    """A service, how the syncs are configured, and what happens night after night."""

    seed: int
    shop: Shop
    syncs: int
    keys: Mapping[str, Any]
    options: Any
    connection: Mapping[str, Any]
    nights: tuple[Night, ...] = field(default=())

    def __str__(self) -> str:
        return "\n".join([f"{self.shop}, {self.syncs} syncs {dict(self.keys)}, {self.options}", *map(str, self.nights)])


def draw_nights(seed: int) -> Nights:
    """Return the nights of a seed."""
    dice = Random(seed)  # noqa: S311 - repeatable on purpose
    shop, options = _shop(dice)
    keys: dict[str, Any] = {"on_drift": dice.choice(("correct", "correct", "keep", "ask"))}
    if not isinstance(shop, ListService):
        keys["on_missing_owner"] = dice.choice(("keep", "clear"))
    connection = {} if isinstance(shop, MemoryService) else {"attempts": dice.choice((1, 3)), "concurrency": 1}
    syncs = dice.choice((2, 2, 3))
    nights = tuple(_night(dice, shop, syncs) for _ in range(dice.randrange(3, 8)))
    return Nights(seed, shop, syncs, keys, options, connection, nights)


def _shop(dice: Random) -> tuple[Shop, Any]:
    kind = dice.choice(("usos", "usos", "memory", "list", "list"))
    if kind == "usos":
        options = replace(
            chosen_options(dice, UsosOptions),
            allow_empty_replace=True,
            max_number_length=None,
            forbidden_in_number="",
            max_comment_length=None,
        )
        return UsosService(dice.choice(("faculty", "user"))), options
    if kind == "memory":
        return MemoryService(), None
    options = chosen_options(dice, ApioOptions)
    return ListService(options, {"write": dice.choice(("auto", "auto", "batch", "entries"))}), options


def _night(dice: Random, shop: Shop, syncs: int) -> Night:
    deeds = tuple(Deed(dice.choice((*DEEDS, *_OFTEN)), dice.randrange(10**6)) for _ in range(dice.randrange(4)))
    order = list(range(syncs))
    dice.shuffle(order)
    night = Night(deeds, tuple(order[: dice.choice((1, syncs, syncs))]), dice.random() < 0.6, dice.random() < 0.1)
    if dice.random() < 0.55:
        return night
    end = drawn_end(dice) if dice.random() < 0.6 else None
    if isinstance(shop, MemoryService):
        refusals = dice.choices(("denied", "refused", "lost before", "lost after", "late"), k=dice.randrange(3))
        if end:
            end = replace(end, moment="before a commit")
        return replace(night, refusals=tuple(refusals), end=end)
    return replace(night, faults=tuple(_fault(dice, shop) for _ in range(dice.randrange(3))), end=end)


def _fault(dice: Random, shop: UsosService | ListService) -> Fault:
    method = dice.choice(CALLS["apio" if isinstance(shop, ListService) else "usos"])
    kind, times = dice.choice(KINDS), dice.choice((1, 1, 1, 2, 5))
    slow = None if kind == "clock_off" else 0
    return Fault(method, kind, nth=dice.randrange(1, 4), times=times, seconds=slow, retry_after=dice.choice((None, 7)))
