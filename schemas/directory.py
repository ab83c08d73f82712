"""What a service knows of owners beside their numbers: what they are called, and which there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from schemas.errors import PhonesyncError
from schemas.execution import Progress
from schemas.section import Language


def name_in(lang: Language, names: Mapping[str, str]) -> str:
    """Return what something is called in a language, else in another one, "" where it has no name."""
    return names.get(lang) or names.get("pl") or names.get("en") or ""


@dataclass(frozen=True)
class Unit:
    """One owner as a service knows it.

    Attributes:
        identifier: its id.
        names: what it is called, by language; empty where the service knows no name or shows none.
        numbers: the numbers that are shown beside the name; they may be older than what was written. Of a person they
            are the official ones. None where they are not shown, or were not asked for.
        units: the ids of the units where a person is employed, as far as that was asked.
    """

    identifier: str
    names: Mapping[str, str] = field(default_factory=dict)
    numbers: tuple[str, ...] | None = None
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """How all owners of a place are to be listed.

    Attributes:
        progress: is told how far it has come.
        known: what need not be asked for again, by its id.
        keep: is told of what has been answered, part by part: a listing may be cut short.
    """

    progress: Progress
    known: Mapping[str, Unit] = field(default_factory=dict)
    keep: Callable[[Iterable[Unit]], None] = lambda _units: None


@dataclass(frozen=True)
class Answered:
    """What a service has said of the ids it was asked about.

    Attributes:
        units: by id; what it knows nothing of has no names, and what it has not answered is not there.
        error: why it has not answered for all of them, None where it has.
    """

    units: Mapping[str, Unit]
    error: PhonesyncError | None = None
