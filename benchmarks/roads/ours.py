"""Our road from two files to the stored plan and the line report, as a whole or stage by stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.generate import COLUMNS, LIST_COLUMNS
from connectors.apio.spec import SPEC as APIO
from connectors.apio.spec import list_owner
from connectors.files.reading import read_csv
from connectors.files.writing import write_private
from connectors.ledger.store import KeptPlan, Ledger
from connectors.usos.spec import SPEC as USOS
from schemas.target import TargetSpec
from tasks.execution.results import announce
from tasks.phone.canonical_keys import with_canonical_numbers
from tasks.plan.draft import Inputs, Policy
from tasks.plan.fingerprints import fingerprint
from tasks.plan.rules import plan
from tasks.reports.line_report import report_csv
from tasks.source.columns import Records, arrange
from tasks.source.validation import Rules, validate


@dataclass(frozen=True)
class Kind:
    """What is planned: numbers of users in USOS, or a tenant's phone list."""

    target: TargetSpec
    owner: str
    columns: tuple[str, ...]

    def entries(self, read: pd.DataFrame) -> pd.DataFrame:
        """Return what a file says of the present state as a target would."""
        users = self.target is USOS
        owner = "user " + read["entity_id"] if users else self.owner
        told = {"owner": owner, "name": read["comment" if users else "name"], "number": read["number"]}
        return pd.DataFrame(told).assign(type_id="", name_en="").astype("str")


USERS = Kind(USOS, "user", COLUMNS)
PHONE_LIST = Kind(APIO, list_owner("University", None), LIST_COLUMNS)


def directly(_name: str, step: Callable[[], Any]) -> Any:
    """Carry out a step, whatever its name."""
    return step()


def road(
    source: Path, current: Path, kind: Kind = USERS, do: Callable[[str, Callable[[], Any]], Any] = directly
) -> pd.DataFrame:
    """Return the plan that brings the current file to the source; `do` is given each step and its name."""
    table = do("read the source", lambda: read_csv(source, expected=kind.columns))
    records = Records("source", table.header, table.frame, table.lines, table.problems, table.widths)
    arranged = do("arrange its columns", lambda: arrange(records, kind.target))
    rules = Rules(kind.target, kind.owner, arranged.headers)
    checked = do("validate it, numbers included", lambda: validate(arranged.source, rules))
    raw = kind.entries(do("read the snapshot", lambda: read_csv(current, expected=kind.columns).frame))
    known = do("recognise its numbers", lambda: with_canonical_numbers(raw, region="PL", area_code=None))
    inputs = Inputs(checked.desired, checked.rejected, checked.clears, checked.repeats, known)
    policy = Policy(names_are_keys=kind is PHONE_LIST, delete_missing=True)
    made: pd.DataFrame = do("plan", lambda: plan(inputs, policy))
    return made


def main(source: Path, current: Path, out: Path) -> None:
    """Plan, keep the plan, write the report."""
    made = road(source, current)
    ledger = Ledger.open(f"sqlite:///{out / 'ledger.db'}")
    ledger.start_run("run", mode="plan", person="benchmark", at="")
    name = fingerprint("sync", "target", made, ())
    ledger.keep_plan(KeptPlan("plan", "run", "sync", "target", name, "", len(made), 0, [], made))
    ledger.close()
    write_private(out / "report.csv", report_csv(announce("sync", made)))
