"""One sync as it stands, and the columns of what is found of it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tasks.source.validation import Checked

# The columns that a finding begins with, and what later steps need to know of it. `part` tells alike situations apart;
# `also` is the other end of a link, `LINE SYNC`.
TEXTS = ("number_csv", "name_csv", "type_csv", "number_there", "name_there", "type_there")
COLUMNS = ("kind", "sync", "line", "owner", "key", *TEXTS, "what", "action", "key_there", "owner_there", "part", "also")


@dataclass(frozen=True)
class SyncSide:
    """One sync as it stands: its file, judged, and the entries of its place.

    Attributes:
        sync: its name.
        place: what people call the place: `usos faculty`, `telephony tenant chopin`.
        names_are_keys: an entry is known by its name; otherwise by its number.
        name_called: what people call the text beside a number: name or comment.
        source: `Source`, the file as it was typed.
        checked: the same, judged.
        entries: `Current`.
        plan: `Plan`, what a run of the sync would do now.
        unread: owners whose entries could not be read; their lines are not compared.
        names_managed: the file has a column of names.
        fold_names: the place has been seen to ignore the case of names.
        short_codes: house numbers such as 112 are numbers here.
        untyped: (owner, key) of entries whose type the place has been seen not to keep.
    """

    sync: str
    place: str
    names_are_keys: bool
    source: pd.DataFrame
    checked: Checked
    entries: pd.DataFrame
    plan: pd.DataFrame
    unread: frozenset[str] = frozenset()
    names_managed: bool = True
    fold_names: bool = False
    short_codes: bool = False
    untyped: frozenset[tuple[str, str]] = frozenset()
    name_called: str = "name"
