"""Gather what each USOS owner is to hold: `replace` takes the complete set, held and foreign numbers included."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Wanted:
    """One number of an owner as it is to stand there, its stored text where it is kept."""

    number: str
    name: str
    name_en: str
    type_id: str


def entity_sets(rows: pd.DataFrame) -> dict[str, list[Wanted]]:
    """Return the complete set of every owner in the `Plan` rows, an empty one where nothing is to stay."""
    sets: dict[str, list[Wanted]] = {str(owner): [] for owner in rows["owner"].unique()}
    stays = rows[rows["key_after"] != ""]
    columns = ("owner", "number_after", "name_after", "en_before", "type_after")
    for owner, number, name, english, type_id in zip(*(stays[column].tolist() for column in columns), strict=True):
        sets[owner].append(Wanted(number, name, english, type_id))
    return sets
