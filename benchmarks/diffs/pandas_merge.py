"""The usual way in pandas: an outer merge with an indicator, and the changed rows among what both have."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

_COLUMNS = ["id", "owner", "number", "comment"]


def main(old: Path, new: Path, out: Path) -> None:
    """Write a line for each row that is added, deleted or changed."""
    before, after = (pd.read_csv(path, dtype=str, keep_default_na=False) for path in (old, new))
    whole = before.merge(after, how="outer", indicator=True)
    rest = whole[whole["_merge"] != "both"]
    gone, come = rest[rest["_merge"] == "left_only"], rest[rest["_merge"] == "right_only"]
    changes = {
        "modify": come[come["id"].isin(gone["id"])],
        "add": come[~come["id"].isin(gone["id"])],
        "delete": gone[~gone["id"].isin(come["id"])],
    }
    table = pd.concat([rows.assign(action=action) for action, rows in changes.items()])
    table[["action", *_COLUMNS]].to_csv(out / "diff.csv", index=False)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
