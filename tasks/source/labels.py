"""What a file calls its owners: the names of units or people beside their ids, which no service is sent."""

from __future__ import annotations

import pandas as pd

from tasks.phone.canonical_keys import tidy_text
from tasks.source.validation import Checked


def owner_labels(judged: Checked, lines: pd.Series, labels: pd.Series) -> dict[str, str]:
    """Return the name of each owner that has one: that of its first trusted line, else of a rejected one.

    Args:
        judged: what the lines are about.
        lines: the line of each label in the file.
        labels: the cells of the file's own column of names, "" where it has none.
    """
    given = pd.Series(tidy_text(labels).to_numpy(), index=lines.to_numpy(), dtype="str")
    given = given[(given != "") & ~given.index.duplicated()]
    if given.empty:
        return {}
    parts = [part[["line", "owner"]] for part in (judged.desired, judged.clears, judged.rejected)]
    owners = pd.concat(parts).drop_duplicates("line").set_index("line")["owner"]
    named = owners[owners.index.isin(given.index) & (owners != "")]
    first = pd.DataFrame({"owner": named, "label": given[named.index]}).drop_duplicates("owner")
    return dict(zip(first["owner"].tolist(), first["label"].tolist(), strict=True))
