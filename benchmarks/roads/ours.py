"""Our road from two files to the stored plan and the line report, in one cold process."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from connectors.files import read_csv, write_private
from connectors.ledger import KeptPlan, Ledger
from schemas.plan import fingerprint
from tasks.lines.arrange import Records, arrange
from tasks.lines.validate import Rules, validate
from tasks.numbers.recognise import recognise
from tasks.outcomes.account import announce
from tasks.pages.report import report_csv
from tasks.plans.board import Inputs
from tasks.plans.plan import Policy, plan

_COLUMNS = ["entity_id", "number", "comment", "type_id"]


def main(source: Path, current: Path, out: Path) -> None:
    """Plan, keep the plan, write the report."""
    table = read_csv(source, expected=_COLUMNS)
    records = Records("source", table.header, table.frame, table.lines, table.problems, table.widths)
    arranged = arrange(records, "usos", {})
    checked = validate(arranged.source, Rules("usos", "user", arranged.headers))
    read = read_csv(current, expected=_COLUMNS).frame
    raw = pd.DataFrame({"owner": "user " + read["entity_id"], "name": read["comment"], "number": read["number"]})
    raw = raw.assign(type_id="", name_en="").astype("str")
    inputs = Inputs(
        checked.desired,
        checked.rejected,
        checked.clears,
        checked.repeats,
        recognise(raw, region="PL", area_code=None),
    )
    made = plan(inputs, Policy(names_are_keys=False, delete_missing=True))
    ledger = Ledger.open(f"sqlite:///{out / 'ledger.db'}")
    ledger.start_run("run", mode="plan", person="benchmark", at="")
    kept = KeptPlan(
        "plan", "run", "sync", "target", fingerprint("sync", "target", made), "", len(table.frame), 0, [], made
    )
    ledger.keep_plan(kept)
    ledger.close()
    write_private(out / "report.csv", report_csv(announce("sync", made)))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
