"""Look at an entry right before it is changed: what somebody else has written since is theirs."""

from __future__ import annotations

import threading

from connectors.apio.client import Apio, PhoneList, is_path_safe
from schemas.errors import RequestRefused, ServiceError
from schemas.problems import Code, Problem
from tasks.execution.changes import ListChange
from tasks.execution.ways import Standing, standing

_NOT_FOUND = 404
# It reads no list then either; and where access is refused, nothing more is sent.
_UNABLE = frozenset((401, 403, 429, 502, 503, 504))


class Looks:
    """Fresh readings of single entries; of the whole list where the service does not read one alone."""

    def __init__(self, client: Apio, where: PhoneList) -> None:
        self._client = client
        self._where = where
        self._reads_alone = True
        self._listing = threading.Lock()
        self._listed: dict[str, str] | None = None

    def afresh(self) -> None:
        """Begin another sending: what was listed for the one before may have been written since."""
        self._listed = None

    def conflict(self, step: ListChange) -> Standing | Problem:
        """Return how the entry of a step stands, or what is said where somebody has written it since.

        Raises:
            ServiceError: it cannot be read.
        """
        here = self._number(step.name) if step.name else None
        brings = step.new_name and step.new_name != step.name
        there = self._number(step.new_name, but=step.name) if brings else None
        found = standing(step, here, there)
        if found is Standing.GONE:
            return Problem(Code.ENTRY_GONE)
        if found is Standing.CHANGED:
            return Problem(Code.NUMBER_CHANGED, {"number": there or here or ""})
        return found

    def _number(self, name: str, but: str = "") -> str | None:
        """Return the number that stands under a name, None where nothing has it, or only the entry called `but`."""
        if not (self._reads_alone and is_path_safe(name)):
            return self._of_list(name)
        try:
            entry = self._client.get(self._where, name)
        except RequestRefused as error:
            return None if error.status == _NOT_FOUND else self._of_list(name)
        except ServiceError as error:
            if error.status is None or error.status in _UNABLE:
                raise
            # An answer that says nothing of the entry: the page's own example is `{}`.
            number = self._of_list(name)
            self._reads_alone = False
            return number
        return None if but and entry.name == but else entry.number

    def _of_list(self, name: str) -> str | None:
        """Return the number of a name on the list: also for names that no address can carry."""
        with self._listing:
            if self._listed is None:
                self._listed = {entry.name: entry.number for entry in self._client.entries(self._where)}
            return self._listed.get(name)
