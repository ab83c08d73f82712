"""Which keys and types each `--json` has, apart from any value: what programs rely on."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from golden_stage import Stage

from connectors.sandbox.options import Fault


class Shapes:
    """The shapes that were seen of each command; a key that is not always there says so."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._objects: dict[str, list[frozenset[str]]] = defaultdict(list)

    def learn(self, command: str, value: Any, path: str = "") -> None:
        """Add what a value is made of."""
        self._seen[command][path].add({dict: "object", list: "list"}.get(type(value), type(value).__name__))
        if isinstance(value, dict):
            self._objects[f"{command}\n{path}"].append(frozenset(value))
            for key, inner in value.items():
                self.learn(command, inner, f"{path}.{key}")
        if isinstance(value, list):
            for inner in value:
                self.learn(command, inner, f"{path}[]")

    def text(self, command: str) -> str:
        """Return one line for each place, in the order of the first time it was met."""
        return "".join(
            f"{path or '.'}: {' | '.join(sorted(types))}{self._sometimes(command, path)}\n"
            for path, types in self._seen[command].items()
        )

    def commands(self) -> list[str]:
        """The commands that were seen."""
        return list(self._seen)

    def _sometimes(self, command: str, path: str) -> str:
        parent, dot, key = path.rpartition(".")
        objects = self._objects.get(f"{command}\n{parent}", []) if dot and not key.endswith("[]") else []
        return "" if all(key in known for known in objects) else " (not always)"


def test_json(stage: Stage) -> None:
    stage.samples()
    stage.only("faculties", "buildings", "desk-phones", "strings-phones")
    shapes = Shapes()

    def learn(*arguments: str) -> Any:
        said = stage.quietly(*arguments, "--json")
        shapes.learn(arguments[0], said.json)
        return said

    learn("check")
    planned = learn("plan")
    learn("apply", planned.plan("strings-phones"))
    learn("doctor")
    stage.sandbox.usos.faults = [Fault("select", "redirect", nth=2, times=99)]
    learn("sync", "buildings")
    stage.fault()
    stage.only("faculties", "buildings", "strings-phones")
    stage.put("buildings.csv", "entity_id,number\n")
    applied = learn("sync")
    learn("resume")
    learn("revert", applied.json["run"])
    learn("runs")
    learn("show", applied.json["run"])
    learn("show", stage.quietly("runs", "--json").json["runs"][-1]["run"])
    learn("reconcile", "--suggest")
    report = json.loads(stage.paths("reports/*/reconciliation.json")[-1].read_text(encoding="utf-8"))
    shapes.learn("reconciliation.json", report)
    finding = next(row["id"] for row in report["lines"] if row["kind"] == "foreign")
    learn("accept", finding, "--until", "2999-12-31", "--reason", "x")
    learn("find", "Lutnik")
    learn("find", "22 999 00 01")
    learn("export", "faculties", "-o", "out.csv")
    shapes.learn("number", stage.quietly("number", "--json", "--", "22 999 00 01 wew. 1", "999-05-00").json)
    learn("erase", "--user", "900004")
    learn("purge", "--older-than", "0d")
    shapes.learn("an error", stage.quietly("plan", "nosuch", "--json").json)
    for path in stage.paths("reports/*/faculties.json"):
        shapes.learn("SYNC.json", json.loads(path.read_text(encoding="utf-8")))
    for command in shapes.commands():
        stage.story.add(command, shapes.text(command))
