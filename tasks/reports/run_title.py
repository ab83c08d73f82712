"""What a run is called in a list of runs, by what it did: faculties · 2 added · 1 held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from schemas.findings import FindingKind
from schemas.plan import TROUBLE, Action, Outcome
from schemas.settings import Language
from tasks.messages.catalogue import plural, text
from tasks.reports.headline import waits_for_yes

_DONE: Final = {
    Action.ADD: "run_added",
    Action.MODIFY: "run_changed",
    Action.RENAME: "run_renamed",
    Action.DELETE: "run_deleted",
}
_WANTED: Final = {
    Action.ADD: "run_to_add",
    Action.MODIFY: "run_to_change",
    Action.RENAME: "run_to_rename",
    Action.DELETE: "run_to_delete",
}


def sync_title(
    syncs: Sequence[Mapping[str, Any]], reports: Sequence[pd.DataFrame], lang: Language, *, planned: bool
) -> str:
    """Return the syncs and the counts of what was done or would be done, of what waits, and of what went wrong.

    Args:
        syncs: the elements of `syncs` as `--json` prints them.
        reports: the line reports of those that have any.
        lang: the language.
        planned: the run only made plans.
    """
    parts = [syncs[0]["sync"] if len(syncs) == 1 else plural(lang, "run_syncs", len(syncs))]
    done = pd.concat([lines.loc[lines["outcome"] == Outcome.APPLIED, "action"] for lines in reports]) if reports else ()
    for action, name in (_WANTED if planned else _DONE).items():
        number = sum(sync["actions"][action] for sync in syncs) if planned else sum(each == action for each in done)
        parts += [plural(lang, name, number)] if number else []
    held = sum(sync["actions"][Action.HOLD] if planned else sync["outcomes"][Outcome.HELD] for sync in syncs)
    failed = sum(sync["outcomes"][each] for sync in syncs for each in TROUBLE if each is not Outcome.HELD)
    skipped = sum(bool(sync.get("skipped_for")) for sync in syncs)
    counts = {
        "run_held": held,
        "run_failed": 0 if planned else failed,
        "run_rejected": sum(sync["rejected"] for sync in syncs),
        "run_guards": sum(waits_for_yes(sync) for sync in syncs),
        "run_stopped": sum(bool(sync.get("error")) and not waits_for_yes(sync) for sync in syncs) - skipped,
        "run_skipped": skipped,
    }
    parts += [plural(lang, name, number) for name, number in counts.items() if number]
    return " · ".join(parts if len(parts) > 1 else [*parts, _said("run_nothing", lang)])


def reconcile_title(findings: Mapping[str, int], lang: Language) -> str:
    """Return how many findings a reconciliation has, by their counts by kind."""
    number = sum(count for kind, count in findings.items() if kind != FindingKind.AGREE)
    return " · ".join(["reconcile", plural(lang, "run_findings", number) if number else _said("run_agree", lang)])


def _said(name: str, lang: Language) -> str:
    return text(f"state.{name}", lang)
