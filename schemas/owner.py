"""Owners: what numbers belong to, as one text that reads well in a report and is unique across systems."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# What joins ids, and every white space of Unicode: the pattern is RE2's, whose \s knows ASCII only.
_SEPARATES = r"[|\x09-\x0d\x1c-\x1f\x{85}\p{Z}]"


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
    ids = pa.array(texts.astype("str"), from_pandas=True)
    lengths = pc.utf8_length(ids)
    fits = pc.and_(pc.greater_equal(lengths, 1), pc.less_equal(lengths, 32))
    apart = pc.invert(pc.match_substring_regex(ids, _SEPARATES))
    return pd.Series(pc.fill_null(pc.and_(fits, apart), fill_value=False).to_numpy(zero_copy_only=False), texts.index)
