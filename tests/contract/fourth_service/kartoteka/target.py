"""A cabinet of cards, in a file that several processes read and write one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from connectors.execution import OwnerSets, answer_of, as_current
from connectors.http.request import WriteReceipt
from schemas.execution import ApplyResult, Job, NumberingDefaults, Progress, Snapshot, Target, WriteAnswer
from tasks.execution.compare import Wanted, writes


class Cabinet:
    """The cards by their drawers: `[[title, number], …]` each."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.requests = {"read": 0, "write": 0}

    def close(self) -> None:
        """There is nothing to let go of."""

    def drawers(self) -> dict[str, list[list[str]]]:
        self.requests["read"] += 1
        found: dict[str, list[list[str]]] = json.loads(self.file.read_text(encoding="utf-8"))
        return found

    def fill(self, drawer: str, cards: list[list[str]]) -> WriteReceipt:
        self.requests["write"] += 1
        there = json.loads(self.file.read_text(encoding="utf-8"))
        self.file.write_text(json.dumps({**there, drawer: cards}), encoding="utf-8")
        return WriteReceipt(200, 1)


class CabinetTarget(Target):
    """One cabinet of the file."""

    def __init__(self, cabinet: Cabinet, name: str, numbering: NumberingDefaults) -> None:
        self._cabinet, self._name, self._numbering = cabinet, name, numbering

    @property
    def name(self) -> str:
        return self._name

    def requests(self) -> dict[str, int]:
        return dict(self._cabinet.requests)

    def read(self, owners: Sequence[str], progress: Progress) -> Snapshot:
        drawers = self._cabinet.drawers()
        rows = [(owner, *card, "", "") for owner in owners for card in drawers.get(owner, [])]
        progress("reading the cards", len(owners), len(owners))
        return Snapshot(as_current(rows, self._numbering))

    def write(self, rows: pd.DataFrame, job: Job) -> ApplyResult:
        result = ApplyResult(found=as_current([], self._numbering))
        OwnerSets(self, rows[rows["owner"].isin(rows.loc[writes(rows), "owner"])], job, result).run()
        return result

    def replace(self, sets: dict[str, list[Wanted]], go_on: Callable[[], bool]) -> dict[str, WriteAnswer]:
        answers = {}
        for drawer, wanted in sets.items():
            if go_on():
                cards = [[card.name, card.number] for card in wanted]
                answers[drawer] = answer_of(partial(self._cabinet.fill, drawer, cards))
        return answers
