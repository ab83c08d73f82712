"""Look at an entry right before it is changed: what somebody else has written since is theirs."""

from __future__ import annotations

from functools import cached_property

from connectors.apio.client import Apio, PhoneList, is_path_safe
from schemas.errors import RequestRefused
from schemas.problems import Code, Problem
from tasks.execution.changes import ListChange
from tasks.execution.ways import Standing, standing

_NOT_FOUND = 404


class Looks:
    """Fresh readings of single entries, for one sending."""

    def __init__(self, client: Apio, where: PhoneList) -> None:
        self._client = client
        self._where = where

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
        if not is_path_safe(name):
            return self._listed.get(name)
        try:
            entry = self._client.get(self._where, name)
        except RequestRefused as error:
            if error.status == _NOT_FOUND:
                return None
            return self._listed.get(name)  # the service does not read this name alone
        return None if but and entry.name == but else entry.number

    @cached_property
    def _listed(self) -> dict[str, str]:
        """The whole list: for names that no address can carry."""
        return {entry.name: entry.number for entry in self._client.entries(self._where)}
