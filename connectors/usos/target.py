"""USOS as a target: `select` in chunks, one `replace` for each changed owner, and the answer is what reading shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from connectors.execution import OwnerSets, answer_of, as_current
from connectors.usos.client import Usos, UsosNumber
from connectors.usos.reference import ask, needs_of
from connectors.usos.spec import EntityClass, UsosConnection
from schemas.errors import RequestRefused
from schemas.execution import ApplyResult, Job, NumberingDefaults, Progress, Snapshot, Target, WriteAnswer
from schemas.interface import Interface
from schemas.target import identifier_of
from tasks.execution.compare import Wanted, writes
from tasks.text_columns import is_in

_UNREAD = "held: USOS gave no usable answer for this entity"
# Calls that each connection has of the owners that are read together.
_CALLS_EACH = 25


class UsosTarget(Target):
    """The entities of one class in one USOS installation."""

    def __init__(
        self, client: Usos, connection: UsosConnection, entity_class: EntityClass, reading: NumberingDefaults
    ) -> None:
        self._client = client
        self._connection = connection
        self._entity_class = entity_class
        self._reading = reading

    @property
    def name(self) -> str:
        """Address and class of entities."""
        return f"{self._connection.address} {self._entity_class}"

    def requests(self) -> dict[str, int]:
        """Return how many requests were sent so far."""
        return {"read": self._client.requests.read, "write": self._client.requests.write}

    def read(self, owners: Sequence[str], progress: Progress) -> Snapshot:
        """Return the numbers of these owners."""
        ids = [identifier_of(owner) for owner in owners]
        numbers = self._client.select_all(
            self._entity_class, ids, lambda done, total: progress("reading USOS", done, total)
        )
        rows, unread = [], {}
        for identifier, items in numbers.items():
            owner = f"{self._entity_class} {identifier}"
            if items is None:
                unread[owner] = _UNREAD
            rows += [(owner, item.comment_pl, item.number, item.type_id, item.comment_en) for item in items or ()]
        return Snapshot(as_current(rows, self._reading), unread)

    def number_of_id(self, identifier: str) -> dict[str, Any] | None:
        """Return the number of that id (services/phones/phone_number), None where there is none."""
        try:
            return dict(self._client.phone_number(identifier))
        except RequestRefused:
            return None

    def type_description(self, type_id: str) -> dict[str, str]:
        """Return what a type is called, by language (services/phones/phone_type)."""
        described = self._client.phone_type(type_id).get("description")
        texts = described if isinstance(described, dict) else {}
        return {lang: text for lang, text in texts.items() if isinstance(text, str)}

    def interface(self) -> Interface:
        """Return how the installation describes its methods (services/apiref)."""
        needs = needs_of(self._entity_class)
        return Interface(self._connection.address, needs, lambda: ask(self._client, needs))

    def write(self, rows: pd.DataFrame, job: Job) -> ApplyResult:
        """Replace the numbers of every changed owner, in chunks: read, compare, send, read again."""
        owners = sorted(rows.loc[writes(rows), "owner"].unique())
        result = ApplyResult(found=as_current([], self._reading))
        size = self._at_once()
        for start in range(0, len(owners), size):
            chunk = owners[start : start + size]
            OwnerSets(self, rows[is_in(rows["owner"], chunk)], job, result).run()
            job.progress("writing to USOS", min(start + size, len(owners)), len(owners))
        return result

    def _at_once(self) -> int:
        """Return how many owners are read, and then replaced, before they are read again.

        Each connection has as many calls of it however many there are: what others write after the reading is not seen,
        so more connections mean more owners in the same time, not a longer time.
        """
        connection = self._connection
        reads = max(1, _CALLS_EACH * connection.concurrency // connection.ids_per_select)
        return reads * connection.ids_per_select

    def replace(self, sets: dict[str, list[Wanted]], go_on: Callable[[], bool]) -> dict[str, WriteAnswer]:
        """Send one `replace` an owner, several at a time; after a refusal of access none is begun any more."""
        denied = threading.Event()

        def send(owner: str) -> tuple[str, WriteAnswer | None]:
            if denied.is_set() or not go_on():
                return owner, None
            numbers = [UsosNumber(item.number, item.name, item.name_en, item.type_id) for item in sets[owner]]
            answer = answer_of(lambda: self._client.replace(self._entity_class, identifier_of(owner), numbers))
            if answer.kind == "denied":
                denied.set()
            return owner, answer

        answers = self._client.map_bounded(send, sets)
        return {owner: answer for owner, answer in answers if answer}
