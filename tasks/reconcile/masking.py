"""Hide what findings about people would tell: numbers, wherever they stand, and where else these are to be found."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from tasks.reports.masking import mask_numbers, mask_texts

_NUMBERS = ("key", "number_csv", "number_there")
_TEXTS = ("name_csv", "name_there", "what", "fix")


def mask_findings(findings: pd.DataFrame, private: Collection[str], place_names: Mapping[str, str]) -> pd.DataFrame:
    """Return `Finding` with the numbers of the private syncs masked.

    Another place that holds the number is named, the entry there is not: its name would lead to the number.

    Args:
        findings: `Finding`.
        private: the syncs whose numbers are nobody else's business.
        place_names: the names of places by how their entries' labels begin.
    """
    rows = np.flatnonzero(findings["sync"].isin(private))
    if not len(rows):
        return findings
    shown = findings.copy()
    part = shown.iloc[rows]
    changed = {column: mask_numbers(part[column]) for column in _NUMBERS}
    changed |= {column: mask_texts(part[column]) for column in _TEXTS}
    changed["where"] = part["where"].map(lambda where: _places(where, place_names)).astype("str")
    for column, values in changed.items():
        texts = shown[column].to_numpy(object).copy()
        texts[rows] = values.to_numpy(object)
        shown[column] = pd.Series(texts, index=shown.index, dtype="str")
    return shown


def _places(where: str, names: Mapping[str, str]) -> str:
    labels = where.split("; ") if where else []
    found = [name for start, name in names.items() if any(f"{label} ".startswith(start) for label in labels)]
    return "; ".join(dict.fromkeys(found))
