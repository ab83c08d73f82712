"""What runs are called in a list of runs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from schemas.plan import Action, Outcome
from schemas.settings import Language
from tasks.reports.run_title import reconcile_title, sync_title


def summary(name: str = "faculties", **figures: Any) -> dict[str, Any]:
    """Return a sync as `--json` prints it; figures are counts by action, `held` lines, `guards`, `error`."""
    actions = {str(action): figures.get(str(action), 0) for action in Action}
    outcomes = {**dict.fromkeys(map(str, Outcome), 0), "held": figures.get("held", 0)}
    rest = {"rejected": figures.get("rejected", 0), "guards": figures.get("guards", [])}
    return {
        "sync": name,
        "actions": actions,
        "outcomes": outcomes,
        **rest,
        **{k: figures[k] for k in {"error"} & {*figures}},
    }


def lines(*done: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(done, columns=["action", "outcome"], dtype="str")


@pytest.mark.parametrize(
    ("lang", "expected"),
    [("en", "faculties · 2 added · 1 held"), ("pl", "faculties · 2 dodane · 1 wstrzymany")],
)
def test_a_run_is_called_by_what_it_did(lang: Language, expected: str) -> None:
    report = lines(("add", "applied"), ("add", "applied"), ("modify", "failed"), ("keep", "unchanged"))
    assert sync_title([summary(held=1)], [report], lang, planned=False) == expected


def test_a_plan_is_called_by_what_it_would_do() -> None:
    plan = summary(add=3, delete=1, hold=2, rejected=1)
    title = sync_title([plan], [lines()], "en", planned=True)
    assert title == "faculties · 3 to add · 1 to delete · 2 held · 1 line rejected"


def test_several_syncs_are_counted_and_what_has_no_plan_is_told() -> None:
    syncs = [summary(), summary("users", error="no answer"), summary("rooms", guards=[{}], error="asks")]
    assert sync_title(syncs, [], "en", planned=False) == "3 syncs · 1 plan awaits approval · 1 sync failed"


def test_nothing_is_said_to_be_nothing() -> None:
    assert sync_title([summary()], [lines(("keep", "unchanged"))], "en", planned=False) == "faculties · nothing to do"
    assert reconcile_title({"agree": 7, "missing": 0}, "en") == "reconcile · everything matches"
    assert reconcile_title({"agree": 7, "missing": 2}, "pl") == "reconcile · 2 rozbieżności"
