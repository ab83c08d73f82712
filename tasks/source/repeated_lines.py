"""Lines that say what another line says already, or that want of one entry two things."""

from __future__ import annotations

import pandas as pd

from schemas.problems import Code, Problem, packed
from schemas.reasons import LineCode
from tasks.text_columns import casefolded, filled, is_in


def said_twice(rows: pd.DataFrame) -> pd.Series:
    """Return what rejects lines that give one owner the same twice, packed: all of them are told at each.

    One of them is too many, and only the clerk knows whether another number was meant.
    """
    same = ["owner", "name", "key", "type_id"]
    twice = rows[(rows["owner"] != "") & rows["readable"] & rows.duplicated(same, keep=False)]
    found = pd.Series("", index=rows.index, dtype="str")
    if twice.empty:
        return found
    several = twice.groupby(same)["line"].transform(listed)
    said = {lines: packed(Problem(LineCode.LINE_TWICE, {"lines": lines})) for lines in several.unique()}
    found[twice.index] = several.map(said).astype("str")
    return found


def doubtful_names(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Tell which lines name one entry twice or in two ways, and which merely repeat another.

    A phone list knows an entry by its name, perhaps without regard to case; two lines that want one name to be two
    things cannot both be right, and nobody but the clerk knows which.

    Returns:
        what rejects them, and what is said of harmless repeats: packed, "" where there is nothing.
    """
    doubts, repeats = (pd.Series("", index=rows.index, dtype="str") for _ in range(2))
    renames = filled(rows["new_name"])
    final = rows["new_name"].where(renames, rows["name"]) if renames.any() else rows["name"]
    folded = casefolded(final)
    named = filled(final) & ~filled(rows["problem"])
    # Only of these: nearly every name of a long list stands there once.
    repeated = named & folded.where(named).duplicated(keep=False)
    if repeated.any():
        twice = rows[repeated]
        by_name = twice.groupby(folded[twice.index])
        alike = by_name[["name", "new_name", "key"]].transform("nunique").le(1).all(axis=1)
        differ = twice.index[~alike]
        several = by_name["line"].agg(_all_want)
        doubts[differ] = folded[differ].map(several).astype("str")
        first = by_name["line"].transform("min")
        again = twice.index[alike & (twice["line"] != first)]
        said = [packed(Problem(Code.LINE_REPEATED, place=int(line))) for line in first[again]]
        repeats[again] = pd.Series(said, index=again, dtype="str")
    if not renames.any():
        return doubts, repeats
    old = casefolded(rows["name"].where(renames, ""))
    renames &= filled(old)
    renamed_away = is_in(folded, old[renames]) & named & ~renames
    renames_kept = is_in(old, folded[renamed_away]) & renames
    renamed_twice = renames & (folded[renames].groupby(old[renames]).transform("nunique").reindex(rows.index) > 1)
    for doubtful, code in (
        (renamed_away, LineCode.RENAME_TAKEN),
        (renames_kept, LineCode.RENAME_KEPT),
        (renamed_twice, LineCode.RENAME_TWICE),
    ):
        if doubtful.any():
            doubts = doubts.mask(doubtful & ~filled(doubts), packed(Problem(code)))
    return doubts, repeats


def _all_want(lines: pd.Series) -> str:
    return packed(Problem(LineCode.NAME_TWICE, {"lines": listed(lines)}))


def listed(lines: pd.Series) -> str:
    """Return the first of some line numbers, as a sentence has them."""
    lines = lines.drop_duplicates()  # one line may bring several entries
    return ", ".join(lines.head(5).astype("str")) + (", …" if len(lines) > 5 else "")
