"""Know a finding again: the same situation has the same id in every run, and so a history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from schemas.findings import FindingKind
from schemas.tables import Finding
from tasks.messages.rendering import told_what
from tasks.phone.canonical_keys import tidy_text
from tasks.text_columns import is_in, keyed_ids, looked_up

# What makes a situation: an entry that is merely spelled differently, or stands on another line, is still the same one.
_SITUATION = ("kind", "sync", "owner", "key", "key_there", "name_csv", "name_there", "part")


@dataclass(frozen=True)
class Earlier:
    """What is remembered of earlier reconciliations.

    Attributes:
        memory: `Finding` and `carried` of the last one, with what it carried over from those before: when things
            were first seen.
        findings: likewise, of the one to compare with; None where there is none.
        not_compared: (sync, owner) that could not be compared this time; owner "" stands for the whole sync.
    """

    memory: pd.DataFrame | None
    findings: pd.DataFrame | None
    not_compared: Collection[tuple[str, str]] = ()


def identify(rows: pd.DataFrame, salt: str, first_names: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows with `id`, unique among them and the same for the same situation in every run.

    Args:
        rows: the findings.
        salt: the ledger's.
        first_names: what syncs that have another name now were called first.
    """
    texts = [rows[column] for column in _SITUATION]
    texts[1] = looked_up(rows["sync"], first_names, rows["sync"])
    texts[4] = rows["key_there"].where(rows["key_there"] != rows["key"], "")
    texts[6] = tidy_text(rows["name_there"])
    # What cannot be read is known by its own words, and by what is said of it in English: ids outlive releases.
    unread = rows["key"].str.startswith("text:") | (rows["key"] == "")
    texts[3] = rows["key"].where(~unread, rows["number_csv"] + rows["number_there"] + told_what(rows["what"]))
    situation = pd.Series(
        list(map("\x1e".join, zip(*(column.tolist() for column in texts), strict=True))), index=rows.index, dtype="str"
    )
    return rows.assign(id=keyed_ids(situation, salt))


def date_findings(rows: pd.DataFrame, earlier: Earlier, today: date, stale_days: int) -> pd.DataFrame:
    """Return the rows with `since`, the day each was first seen, and `trend`; what agrees for too long is stale.

    Unchanged for longer than `stale_days` is an entry that every reconciliation since then has found agreeing, with the
    same owner, number and name. What nobody has looked at for so long, nothing is known of.
    """
    since = pd.Series(today.isoformat(), index=rows.index, dtype="str")
    if earlier.memory is not None and len(earlier.memory):
        known = earlier.memory.drop_duplicates("id").set_index("id")["since"]
        since = looked_up(rows["id"], known, today.isoformat())
    limit = (today - timedelta(days=stale_days)).isoformat()
    stale = (rows["kind"] == FindingKind.AGREE) & (since < limit)
    kind = rows["kind"].mask(stale, str(FindingKind.STALE))
    trend = np.full(len(rows), "", dtype=object)
    if earlier.findings is not None:
        before = earlier.findings
        trend = np.where(is_in(rows["id"], before.loc[before["kind"] != FindingKind.AGREE, "id"]), "persisting", "new")
    trend = np.where(kind == FindingKind.AGREE, "", trend)
    return rows.assign(kind=kind, since=since, trend=pd.Series(trend, index=rows.index, dtype="str"))


def resolved(rows: pd.DataFrame, earlier: Earlier) -> pd.DataFrame:
    """Return the `Finding` rows of the earlier reconciliation that are found no more, and not for want of looking."""
    columns = list(Finding.to_schema().columns)
    if earlier.findings is None:
        return rows.iloc[:0].reindex(columns=columns).astype({"line": "int64"})
    before = earlier.findings
    open_ = before[(before["kind"] != FindingKind.AGREE) & ~_unseen(before, earlier.not_compared)]
    still = rows.loc[rows["kind"] != FindingKind.AGREE, "id"]
    return open_.loc[~is_in(open_["id"], still), columns].reset_index(drop=True)


def remember(findings: pd.DataFrame, earlier: Earlier) -> pd.DataFrame:
    """Return what the ledger keeps: all findings, of agreement only that there was some, and what was not compared."""
    kept = findings.assign(carried=False)
    agree = (kept["kind"] == FindingKind.AGREE).to_numpy()
    texts = [
        name for name in Finding.to_schema().columns if name not in {"id", "kind", "sync", "owner", "since", "line"}
    ]
    for column in texts:
        kept[column] = kept[column].mask(agree, "")
    if earlier.memory is None:
        return kept
    carried = earlier.memory[_unseen(earlier.memory, earlier.not_compared)]
    carried = carried[~is_in(carried["id"], kept["id"])]
    return pd.concat([kept, carried.assign(carried=True)], ignore_index=True)


def _unseen(rows: pd.DataFrame, not_compared: Collection[tuple[str, str]]) -> pd.Series:
    syncs = {sync for sync, owner in not_compared if not owner}
    mask = rows["sync"].isin(syncs)
    for sync, owner in not_compared:
        if owner and sync not in syncs:
            mask |= (rows["sync"] == sync) & (rows["owner"] == owner)
    return mask


def accepted(rows: pd.DataFrame, acceptances: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows with `accepted`: what the acceptance of their id says; agreement needs none."""
    said = looked_up(rows["id"], acceptances)
    return rows.assign(accepted=said.mask(rows["kind"] == FindingKind.AGREE, "").astype("str"))
