"""What owners are called, by what a file says of them. All names are invented."""

from __future__ import annotations

import pandas as pd

from schemas.tables import Desired, Rejected, empty
from tasks.source.labels import owner_labels
from tasks.source.validation import Checked


def judged(desired: list[tuple[int, str]], rejected: list[tuple[int, str]] = []) -> Checked:  # noqa: B006 - not changed
    """Return lines with their owners; nothing else of them matters here."""
    lines = pd.DataFrame(desired, columns=["line", "owner"]).reindex(columns=empty(Desired).columns, fill_value="")
    bad = pd.DataFrame(rejected, columns=["line", "owner"]).reindex(columns=empty(Rejected).columns, fill_value="")
    nothing = pd.DataFrame(columns=["line", "owner", "problems"])
    return Checked(lines, bad, nothing[["line", "owner"]], nothing, rows=len(lines) + len(bad))


def labels(checked: Checked, **cells: str) -> dict[str, str]:
    """Return what owners are called where the lines (`l2`) have these cells."""
    lines = pd.Series([int(name[1:]) for name in cells], dtype="int64")
    return owner_labels(checked, lines, pd.Series([*cells.values()], dtype="str"))


def test_the_first_name_that_a_trusted_line_gives_is_the_owners() -> None:
    checked = judged([(2, "faculty 1"), (3, "faculty 1"), (4, "faculty 2")])
    assert labels(checked, l2="", l3="  Wydział\u00a0 Prawa ", l4="") == {"faculty 1": "Wydział Prawa"}
    assert labels(checked, l2="", l3="", l4="") == {}


def test_a_rejected_line_names_an_owner_that_no_trusted_line_names() -> None:
    checked = judged([(3, "faculty 1")], [(2, "faculty 1"), (4, "faculty 2"), (5, "")])
    assert labels(checked, l2="Prawie", l3="Prawo", l4="Chemia", l5="?") == {
        "faculty 1": "Prawo",
        "faculty 2": "Chemia",
    }
