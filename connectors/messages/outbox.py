"""Mails that wait until somebody has taken them, and what the people of each sync have been told: one file a sync.

What is told and what waits stand in one file, which is replaced as a whole: after a crash either both are there or
neither is, and no line is told twice or never.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Literal

from connectors.files.writing import write_private
from schemas.errors import ConfigurationError
from tasks.messages.errors import error_of
from tasks.messages.system_errors import cause_of

State = Literal["waiting", "given"]
_ENDING: Final = ".json"


@dataclass(frozen=True)
class WaitingMail:
    """A mail.

    Attributes:
        run: the run that it tells of.
        lines: what it tells, by ids that say nothing themselves.
        message: the whole of it, as it is sent.
        state: it waits, or it was given away and nobody knows whether it was taken.
    """

    run: str
    lines: tuple[str, ...]
    message: str
    state: State = "waiting"


@dataclass(frozen=True)
class Told:
    """What the people of a sync have been told, and the mail that tells them more, where one waits."""

    sync: str
    lines: tuple[str, ...] = ()
    mail: WaitingMail | None = None

    @property
    def known(self) -> tuple[str, ...]:
        """What they have been told, as far as anybody knows: a mail that was given away has probably arrived."""
        given = self.mail.lines if self.mail and self.mail.state == "given" else ()
        return (*self.lines, *given)


class Outbox:
    """A folder of them, for its owner alone.

    Args:
        folder: where they are.
        renamed: syncs with the names that they had before; what was told under these is known.
    """

    def __init__(self, folder: Path, renamed: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._folder = folder
        self._renamed = renamed or {}

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes from the folder: what one sends no other one sends too.

        Raises:
            ConfigurationError: there can be no such folder.
        """
        place = self._folder / ".lock"
        if not place.exists():
            write_private(place, "")
        with place.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def of(self, sync: str) -> Told:
        """Return what a sync's people have been told, and what waits for them.

        Raises:
            ConfigurationError: it stands in a file that cannot be read.
        """
        before = (self._read(self._place(name)) for name in self._renamed.get(sync, ()))
        found = self._read(self._place(sync)) or next(filter(None, before), Told(sync))
        return replace(found, sync=sync)

    def syncs(self) -> list[str]:
        """Return the syncs whose people have been told something, or for whom something waits."""
        return sorted(path.name.removesuffix(_ENDING) for path in self._folder.glob(f"*{_ENDING}"))

    def all(self) -> list[Told]:
        """Return everybody's, by sync.

        Raises:
            ConfigurationError: one stands in a file that cannot be read.
        """
        return [self.of(sync) for sync in self.syncs()]

    def keep(self, told: Told) -> None:
        """Put a sync's in place, whole or not at all.

        Raises:
            ConfigurationError: it cannot be written.
        """
        write_private(self._place(told.sync), json.dumps(asdict(told)))
        for name in self._renamed.get(told.sync, ()):
            self._place(name).unlink(missing_ok=True)

    def drop(self, sync: str) -> bool:
        """Forget the mail that waits, if there is one, and return whether there was."""
        told = self.of(sync)
        if told.mail is None:
            return False
        self.keep(replace(told, mail=None))
        return True

    def _place(self, sync: str) -> Path:
        return self._folder / f"{sync}{_ENDING}"

    def _read(self, path: Path) -> Told | None:
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            mail = found["mail"] and WaitingMail(**{**found["mail"], "lines": tuple(found["mail"]["lines"])})
            return Told(found["sync"], tuple(found["lines"]), mail)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise error_of(ConfigurationError, "outbox_unreadable", {"file": path, "why": cause_of(error)}) from error
