"""A clerk's file and what stands in the service, read, judged and planned on tables alone; all data is invented."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import pandas as pd

from connectors.execution import as_current
from connectors.registry import specs
from flows.offline import OfflineContext
from flows.sources import ExtractedSource, judge_source, open_source
from schemas.plan import WRITES, Action
from schemas.settings import settings_model
from tasks.plan.draft import Inputs, Policy
from tasks.plan.rules import plan
from tasks.source.validation import Checked

Kind = Literal["usos", "apio"]
Entry = tuple[str, str, str]  # an id ("" on a phone list), a name, a number

_SECRET = {"env": "NOBODY_HAS_SET_THIS"}
_SYNCS: dict[Kind, dict[str, Any]] = {
    "usos": {"connection": "usos", "entity_class": "faculty"},
    "apio": {"connection": "lists", "tenant": "chopin", "delete_missing": True},
}
_CONNECTIONS = {
    "usos": {
        "kind": "usos",
        "base_url": "https://usosapps.example.edu.pl",
        "consumer_key": _SECRET,
        "consumer_secret": _SECRET,
    },
    "lists": {"kind": "apio", "base_url": "https://apio.example.com", "username": _SECRET, "password": _SECRET},
}


@dataclass(frozen=True)
class Read:
    """A file on its way: as it was read, as it was judged, and the plan that it makes."""

    kind: Kind
    source: ExtractedSource
    checked: Checked
    plan: pd.DataFrame

    @property
    def rejected(self) -> list[tuple[int, str]]:
        """Each rejected line with the codes of why."""
        rows = self.checked.rejected
        return sorted({(int(line), code) for line, code in zip(rows["line"], rows["code"], strict=True)})

    @property
    def remarks(self) -> list[tuple[int, str]]:
        """Each line that should be looked at, with the codes of why."""
        rows = self.checked.remarks
        return sorted({(int(line), code) for line, code in zip(rows["line"], rows["code"], strict=True)})

    @property
    def after(self) -> list[Entry]:
        """What stands in the service when the plan is carried out."""
        rows = self.plan[(self.plan["number_after"] != "")]
        ids = rows["owner"].str.split(" ", n=1).str[-1] if self.kind == "usos" else [""] * len(rows)
        return sorted(zip(ids, rows["name_after"], rows["number_after"], strict=True))

    @property
    def lost(self) -> list[str]:
        """The numbers that the plan deletes or puts others in the place of."""
        rows = self.plan[self.plan["action"].isin(WRITES) & (self.plan["key_before"] != self.plan["key_after"])]
        return sorted(rows.loc[rows["action"] != Action.ADD, "number_before"])


@cache
def configured(kind: Kind, keys: str) -> OfflineContext:
    """Return a configuration with one sync, `s`, of that service; `keys` are its further keys, as JSON."""
    sync = {**_SYNCS[kind], "source": "file.csv", **json.loads(keys)}
    return OfflineContext(settings_model(specs()).model_validate({"connections": _CONNECTIONS, "syncs": {"s": sync}}))


def read_file(kind: Kind, raw: str | bytes, current: Sequence[Entry] = (), **keys: Any) -> Read:
    """Return what a file does to these entries, where all may be deleted that no line mentions.

    Raises:
        SourceError: the file is refused as a whole.
    """
    context = configured(kind, json.dumps(keys))
    sync, spec = context.sync("s"), context.spec(context.sync("s"))
    source = open_source(context, sync, raw.encode() if isinstance(raw, str) else raw)
    if source.refusal:
        raise source.refusal
    checked = judge_source(context, sync, source)
    rows = [(spec.owner(sync, identifier), name, number, "", "") for identifier, name, number in current]
    found = as_current(rows, context.reading(sync))
    if not spec.single_owner:
        managed = {*checked.desired["owner"], *checked.clears["owner"], *checked.rejected["owner"]} - {""}
        found = found[found["owner"].isin(managed)]
    policy = Policy(spec.names_are_keys, delete_missing=True, names_managed="name" in source.arranged.headers)
    lines = Inputs(checked.desired, checked.rejected, checked.clears, checked.repeats, found, checked.mentioned)
    return Read(kind, source, checked, plan(lines, policy))
