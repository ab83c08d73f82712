"""Put the findings of a reconciliation into the order and the words in which people read them."""

from __future__ import annotations

import pandas as pd

from schemas.findings import FindingKind, ReconciliationView
from schemas.problems import BY_OTHERS, Problem
from schemas.settings import Language
from tasks.messages.owners import places_in
from tasks.messages.pages import kind_words, phrases, state_words
from tasks.messages.rendering import sentence, told_what


def readable_rows(view: ReconciliationView, lang: Language) -> pd.DataFrame:
    """Return findings and resolved findings as one table with their `state`, the most pressing first.

    `state` is `new`, `open`, `accepted`, `agree` or `resolved`, so that each row has exactly one; within a state the
    kinds stand in the order in which somebody should look at them, and rows of a kind in the order of the view.
    """
    resolved = view.resolved.reindex(columns=view.findings.columns)
    rows = pd.concat([view.findings, resolved], ignore_index=True) if len(resolved) else view.findings
    rows = rows.reset_index(drop=True)
    state = pd.Series("open", index=rows.index, dtype="str")
    state[rows["trend"] == "new"] = "new"
    state[rows["kind"] == FindingKind.AGREE] = "agree"
    state[(rows["accepted"] != "") & (rows["kind"] != FindingKind.AGREE)] = "accepted"
    state[rows.index >= len(view.findings)] = "resolved"
    drift = rows["drift"].map({code: sentence(Problem(code), lang) for code in BY_OTHERS}).fillna("")
    what = told_what(rows["what"], lang)
    what += pd.Series(": ", index=rows.index).where((what != "") & (drift != ""), "") + drift
    where = rows["where"].map(lambda where: places_in(where, lang)).astype("str")
    rows = rows.assign(
        where=where, state=state, what=what, accepted=until_in(rows["accepted"], lang), line=rows["line"]
    )
    kinds = {kind.value: at for at, kind in enumerate(kind_words(lang))}
    states = {name: at for at, name in enumerate(state_words(lang))}
    order = pd.DataFrame({"state": state.map(states), "kind": rows["kind"].map(kinds)})
    return rows.loc[order.sort_values(["state", "kind"], kind="stable").index].reset_index(drop=True)


def until_in(accepted: pd.Series, lang: Language) -> pd.Series:
    """Return until when, why and by whom something is accepted, in a language; "" for what is not."""
    return accepted.str.replace(r"^until ", phrases(lang)["until"] + " ", regex=True)
