"""What a service's package offers to the rest: its specification, and how to reach it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from connectors.http.rate_limit import Tools
from schemas.directory import Answered, Listing, Unit
from schemas.execution import NumberingDefaults, Target
from schemas.phrases import Phrase
from schemas.problems import Problem
from schemas.syncs import Sync
from schemas.target import TargetSpec

# What was found, as it can be told in any language.
Found: TypeAlias = Phrase | Sequence[Problem] | str


@dataclass(frozen=True)
class Check:
    """One thing to examine: what, of which sync ("" of the connection itself), and a look that says what was found."""

    what: str
    look: Callable[[], Found]
    sync: str = ""


class Client(Protocol):
    """A connection to a service, shared by all its targets."""

    def close(self) -> None:
        """Let go of the kept connections."""


@dataclass(frozen=True)
class Directory:
    """What a service knows of the owners of one place beside their numbers; each is given the connection's client.

    Attributes:
        ask: says what owners are called, by their ids, and never fails: what is not answered is left out. None where
            nobody is to be asked.
        everybody: lists all owners there are with what they are called, and fails as every reading does; None where
            no method lists them.
        official: says which official numbers people have, by their ids, and where they are employed if that is asked
            for; asked as patiently as for every reading, and never fails. None where owners are no people.
    """

    ask: Callable[[Any, Sequence[str]], Answered] | None
    everybody: Callable[[Any, Listing], Sequence[Unit]] | None = None
    official: Callable[[Any, Sequence[str], bool], Answered] | None = None


@dataclass(frozen=True)
class Service:
    """A service.

    Attributes:
        spec: what it is.
        connect: makes a client from the connection's name, its settings, its secrets by their keys, and the world
            outside; nothing is sent yet.
        target: makes the target of a sync.
        checks: what to examine of a connection and of the places of its syncs; a look raises a `PhonesyncError` where
            something is wrong. Where the first fails, the others are left out. Nothing is written.
        greet: tries the credentials without writing anything, and says what they are good for.
        directories: what is known of owners beside their numbers, by the place as the specification names it, of a
            connection with these settings; nothing depends on it.
    """

    spec: TargetSpec
    connect: Callable[[str, Any, Mapping[str, str], Tools], Any]
    target: Callable[[Any, Any, Sync, NumberingDefaults], Target]
    checks: Callable[[Any, Mapping[str, Sync], Callable[[], datetime]], Sequence[Check]]
    greet: Callable[[Any], Found]
    directories: Callable[[Any], Mapping[str, Directory]] = lambda _connection: {}
