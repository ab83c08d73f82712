"""Where else a number stands: the links between systems that the numbers themselves make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from schemas.findings import FindingKind
from tasks.text_columns import is_in, looked_up

_SHOWN = 5  # a switchboard's number stands at a hundred desks


@dataclass(frozen=True)
class PlaceEntries:
    """One place in a service, as far as it could be read.

    Attributes:
        name: what people call it: `usos faculty`, `telephony tenant chopin`.
        connection: its connection's name.
        names_are_keys: an entry there is known by its name; otherwise by its number.
        entries: `Current`.
        private: numbers of people who are not to be named beside them.
    """

    name: str
    connection: str
    names_are_keys: bool
    entries: pd.DataFrame
    private: bool = False


def number_locations(places: Sequence[PlaceEntries]) -> pd.DataFrame:
    """Return every readable number of every place on its own row: `key, place, owner, name, label, names_are_keys`."""
    parts = [_of_place(place) for place in places]
    blank = pd.DataFrame({name: pd.Series(dtype="str") for name in ("key", "place", "owner", "name", "label")})
    return pd.concat([blank.assign(names_are_keys=pd.Series(dtype="bool")), *parts], ignore_index=True)


def _of_place(place: PlaceEntries) -> pd.DataFrame:
    entries = place.entries
    named = entries["name"].where(entries["name"] != "", entries["owner"])
    full = place.connection + " " + entries["owner"] + (": " + entries["name"]).where(entries["name"] != "", "")
    label = pd.Series(place.name, index=entries.index) if place.private else full
    if place.names_are_keys:
        label = place.name + ": " + named
    table = pd.DataFrame(
        {"key": entries["key"], "place": place.name, "owner": entries["owner"], "name": entries["tidy"], "label": label}
    ).assign(names_are_keys=place.names_are_keys)
    return _apart(table)


def _apart(table: pd.DataFrame) -> pd.DataFrame:
    """Give every number of a text its own row; texts without a number have none."""
    table = table[(table["key"] != "") & ~table["key"].str.startswith("text:")]
    several = table["key"].str.contains("|", regex=False)
    split = table[several].assign(key=table.loc[several, "key"].str.split("|")).explode("key")
    return pd.concat([table[~several], split.astype({"key": "str"})])


def find_cross_references(rows: pd.DataFrame, place_of: dict[str, str], stands: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with `where`, the other places that hold the number; what is missing here may be elsewhere.

    Args:
        rows: what `compare` returned.
        place_of: the place of each sync.
        stands: what `number_locations` returned.
    """
    place = looked_up(rows["sync"], place_of)
    keyed = _apart(pd.DataFrame({"key": rows["key"], "row": np.arange(len(rows)), "place": place}))
    keyed = keyed.assign(
        owner=rows["owner"].to_numpy(object)[keyed["row"]],
        name=rows["name_there"].to_numpy(object)[keyed["row"]],
        named=rows["name_csv"].to_numpy(object)[keyed["row"]],
    )
    # Only a number that stands in more than one place, or at more than one owner, is worth a look.
    owners = stands.drop_duplicates(["key", "place", "owner"])
    here = keyed.merge(owners[["key", "place", "owner"]], on=["key", "place", "owner"], how="left", indicator="here")
    count = here["key"].map(owners["key"].value_counts()).astype("float64").fillna(0).to_numpy()
    away = count > (here["here"] == "both").to_numpy()
    aliases = stands[stands["names_are_keys"]]["key"].value_counts()
    keyed = keyed[away | is_in(keyed["key"], aliases.index[aliases > 1]).to_numpy()]
    other = stands[is_in(stands["key"], keyed["key"])].drop_duplicates(["key", "label"])
    other = other.sort_values(["key", "label"], kind="stable")
    other = other[other.groupby("key").cumcount() <= _SHOWN + 1]
    found = keyed.merge(other, on="key", suffixes=("", "_other"))
    same = (found["place"] == found["place_other"]) & (found["owner"] == found["owner_other"])
    itself = same & (~found["names_are_keys"] | found["name_other"].isin([""]) | (found["name_other"] == found["name"]))
    itself |= same & (found["name_other"] == found["named"])
    missing = rows["kind"].to_numpy(object) == FindingKind.MISSING
    elsewhere = np.zeros(len(rows), dtype=np.bool_)
    elsewhere[here["row"].to_numpy(np.int64)[away]] = True
    kind = rows["kind"].mask(missing & elsewhere, str(FindingKind.ELSEWHERE))
    return rows.assign(where=_joined(found[~itself], rows), kind=kind)


def _joined(found: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Return the places of each row, the first few of them."""
    listed: dict[int, list[str]] = {}
    for row, label in zip(found["row"].tolist(), found["label"].tolist(), strict=True):
        listed.setdefault(row, []).append(label)
    where = [""] * len(rows)
    for row, labels in listed.items():
        distinct = sorted(set(labels))
        where[row] = "; ".join([*distinct[:_SHOWN], *(["…"] if len(distinct) > _SHOWN else [])])
    return pd.Series(where, index=rows.index, dtype="str")


def numbers_in(keys: pd.Series) -> pd.Series:
    """Return the distinct canonical numbers of a column of keys, those of a list of numbers one by one."""
    readable = keys[(keys != "") & ~keys.str.startswith("text:")]
    several = readable.str.contains("|", regex=False)
    split = readable[several].str.split("|").explode()
    return pd.Series(pd.concat([readable[~several], split]).unique(), dtype="str")


def overlap(numbers: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Return `a, b, shared`: for each pair of systems, in their order, how many numbers stand in both."""
    names = list(numbers)
    systems = np.repeat(np.arange(len(names)), [len(numbers[name]) for name in names])
    columns = [numbers[name] for name in names]
    found = pd.factorize(pd.concat([pd.Series(dtype="str"), *columns], ignore_index=True))[0]
    has = np.zeros((int(found.max(initial=-1)) + 1, len(names)), dtype=np.int64)
    has[found, systems] = 1
    shared = has.T @ has
    pairs = [(a, b) for a in range(len(names)) for b in range(a + 1, len(names))]
    return pd.DataFrame(
        {
            "a": pd.Series([names[a] for a, _ in pairs], dtype="str"),
            "b": pd.Series([names[b] for _, b in pairs], dtype="str"),
            "shared": pd.Series([int(shared[a, b]) for a, b in pairs], dtype="int64"),
        }
    )
