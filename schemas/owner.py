"""Owners: what numbers belong to, as one text that reads well in a report and is unique across systems."""

from __future__ import annotations

import pandas as pd


def usos_owner(entity_class: str, entity_id: str) -> str:
    """Name a USOS entity: `faculty 10000000`."""
    return f"{entity_class} {entity_id}"


def entity_id(owner: str) -> str:
    """Return the id that USOS knows the owner by."""
    return owner.partition(" ")[2]


def list_owner(tenant: str, group: str | None) -> str:
    """Name a phone list: `tenant chopin`, `group chopin/strings`."""
    return f"group {tenant}/{group}" if group else f"tenant {tenant}"


def are_ids(texts: pd.Series) -> pd.Series:
    """Tell which texts may be the id of a USOS entity.

    services/phones: an id is a string of at most 32 characters without "|", which joins ids in `select`.
    """
    return texts.str.len().between(1, 32) & ~texts.str.contains(r"[|\s]", regex=True)
