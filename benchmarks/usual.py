"""The usual pipeline: pandas, `phonenumbers` row by row, a merge, `to_csv`; repeats are numbered, to be exact."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import phonenumbers

_OWNER, _NAME, _KEY = "entity_id", "comment", "key"


def _read(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame.assign(key=frame["number"].map(_canonical))


def _canonical(text: str) -> str:
    number = phonenumbers.parse(text, "PL")
    if not phonenumbers.is_valid_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _pair(left: pd.DataFrame, right: pd.DataFrame, on: list[str]) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Pair rows equal on these columns, one by one; returns both rests and how many pairs there were."""
    left = left.assign(turn=left.groupby(on).cumcount())
    right = right.assign(turn=right.groupby(on).cumcount())
    merged = left.reset_index().merge(right.reset_index(), on=[*on, "turn"], suffixes=("_l", "_r"))
    return left.drop(index=merged["index_l"]), right.drop(index=merged["index_r"]), len(merged)


def _once(frame: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    return frame[~frame.duplicated(on, keep=False)]


def main(source: Path, current: Path, out: Path) -> None:
    """Diff as the design says, write a report, print the counts of actions."""
    wanted, stands = _read(source), _read(current)
    wanted, stands, kept = _pair(wanted, stands, [_OWNER, _NAME, _KEY])
    wanted, stands, by_number = _pair(wanted, stands, [_OWNER, _KEY])
    on = [_OWNER, _NAME]
    _, _, by_name = _pair(_once(wanted, on), _once(stands, on), on)
    counts = {"add": len(wanted) - by_name, "modify": by_number + by_name, "rename": 0, "delete": len(stands) - by_name}
    pd.concat([wanted, stands]).to_csv(out / "usual.csv", index=False)
    print(json.dumps({**counts, "keep": kept, "hold": 0, "foreign": 0}))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
