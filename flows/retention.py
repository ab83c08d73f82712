"""Keep house: forget old runs, erase a person from everything that is kept."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from connectors.files.traces import files_with, pattern_of
from connectors.files.writing import remove_folder
from connectors.ledger.sweeping import erase_from_prefect
from connectors.registry import specs
from flows.clerks_mail import outbox_of
from flows.context import RunContext
from flows.ledger_age import adopt, unknown_run
from flows.locking import alone
from flows.reporting_again import report_anew
from schemas.errors import ConfigurationError, UsageError
from tasks.messages.errors import error_of, spoken
from tasks.messages.owners import every_form, owner_of
from tasks.messages.system_errors import cause_of


def kept_for(context: RunContext) -> timedelta | None:
    """Return how long runs are kept; None where the configuration does not say."""
    days = context.settings.keep_days
    return None if days is None else timedelta(days=days)


def purge(context: RunContext, older_than: timedelta, *, dry_run: bool = False) -> dict[str, Any]:
    """Forget runs that began longer ago than that, and remove their reports; the ledger notes it.

    A dry run only lists them.
    """
    before = (context.clock() - older_than).isoformat(timespec="seconds")
    if dry_run:
        return {"purged": context.ledger.archive.purgeable(before), "before": before, "report_folders": 0}
    known = not unknown_run(context)
    runs = context.ledger.archive.purge(before, person=context.person, at=context.now())
    if known and unknown_run(context):
        adopt(context)  # the last run that wrote is among what was forgotten
    folders = [remove_folder(context.settings.reports / run) for run in runs]
    context.ledger.archive.sweep()
    return {"purged": runs, "before": before, "report_folders": sum(folders)}


PLACES: Mapping[str, str] = MappingProxyType(
    {
        "plans": "plans in the ledger, with outcomes, intents, owners, names and acceptances: the person's rows go",
        "reconciliations": "reconciliations in the ledger: the person's findings go, and their reports are removed",
        "summaries": "what runs have said of themselves in the ledger, and the reasons that people have given there",
        "ledger files": "free pages and the write-ahead log of the ledger's file, which is written anew (`VACUUM`, "
        "checkpoint, `secure_delete`); PostgreSQL runs VACUUM, and overwrites them later",
        "reports": "reports of every run, also of one that was killed: they are written anew, or removed",
        "copies": "copies of sources that were fetched: those that hold the person are removed",
        "mails": "mails to the people of syncs that wait to be sent: those of services that know people are removed, "
        "and made anew by the next run",
        "Prefect": "parameters, states, artifacts, logs and events in the database of `phonesync serve`",
    }
)
"""Every place where a person is looked for when they are erased, and what is done there."""


def erase(context: RunContext, user: str, prefect: Path | None = None) -> dict[str, Any]:
    """Erase a USOS user from every one of `PLACES`; the ledger notes that it was done, not whose data it was.

    What stands in USOS itself, in the CSV files and in backups is not touched. Every place is looked at each time.

    Args:
        context: what a run touches.
        user: the id, alone or as reports name the user.
        prefect: the database of `phonesync serve`, None where there is none.

    Returns:
        what was found where, and in `unreached` the places that could not be reached, each with why.

    Raises:
        TargetBusy: a run is at work: it would go on writing what it has read.
        UsageError: that is nobody's id.
    """
    user = _id_of(user)
    name = f"erase-{context.suffix()}"
    with alone(context.ledger, name, lambda: context.clock().timestamp(), context.sleep):
        return _erased(context, user, prefect)


def _id_of(said: str) -> str:
    """Return the id of the person who is meant: 900003, or `user 900003`, in any language.

    Raises:
        UsageError: nobody can be meant: somebody who is asked to erase a person must not say that it was done.
    """
    people = [spec.person("").strip() for spec in specs().values() if spec.person]
    kind, _, identifier = owner_of(" ".join(said.split())).partition(" ")
    if not identifier and kind not in people:
        kind, identifier = people[0], kind
    if not identifier or kind not in people:
        raise error_of(UsageError, "erase_of_nobody", {"given": repr(said)})
    return identifier


def _erased(context: RunContext, user: str, prefect: Path | None) -> dict[str, Any]:
    """Erase while nobody else is at work."""
    plans: list[str] = []
    compared: list[str] = []
    summaries, owners = 0, [spec.person(user) for spec in specs().values() if spec.person]
    words, numbers = set[str]().union(*map(every_form, owners)), set[str]()
    for owner in owners:
        called, known = context.ledger.archive.words_of(owner)
        words, numbers = words | called, numbers | known
        plans += context.ledger.archive.erase(owner, person=context.person, at=context.now())
        compared += context.ledger.findings.erase(owner)
        summaries += context.ledger.archive.summaries_without(owner, "•••")
    summaries += sum(context.ledger.archive.reasons_without(word, "•••") for word in sorted(words))
    rewritten = sum(report_anew(context, context.ledger.plan(identity)) for identity in plans)
    for run in compared:
        remove_folder(context.settings.reports / run)
    wanted, unreached = pattern_of(words, numbers), dict[str, object]()
    removed = _look(unreached, "reports", lambda: _remove_reports(context.settings.reports, wanted))
    fetched = {sync.source.parent for sync in context.settings.syncs.values() if sync.fetch.address}
    removed += sum(_look(unreached, "copies", partial(_remove_reports, folder, wanted)) for folder in sorted(fetched))
    mails = _look(unreached, "mails", partial(_drop_mails, context))
    in_prefect = 0
    if prefect is not None:
        in_prefect = _look(unreached, "Prefect", lambda: erase_from_prefect(prefect, wanted) if prefect.exists() else 0)
    swept = context.ledger.archive.sweep()
    if swept:
        unreached["ledger files"] = swept
    return {
        "plans": len(plans),
        "reports": rewritten + removed,
        "reconciliations": len(compared),
        "summaries": summaries,
        "mails": mails,
        "prefect": in_prefect,
        "unreached": {place: spoken(why, context.lang) for place, why in unreached.items()},
    }


def _look(unreached: dict[str, object], place: str, look: Callable[[], int]) -> int:
    """Return what was found in a place; one that cannot be reached is noted, and the others are looked at."""
    try:
        return look()
    except ConfigurationError as error:
        unreached[place] = error.values.get("why", error.message)
    except (OSError, sqlite3.Error) as error:
        unreached[place] = cause_of(error)
    return 0


def _drop_mails(context: RunContext) -> int:
    """Remove the mails that wait of every sync that may hold people; what they were told of is kept as hashes alone."""
    outbox = outbox_of(context)
    if not any(told.mail for told in outbox.all()):
        return 0
    with outbox.held():
        sections = ((told.sync, context.section(told.sync)) for told in outbox.all())
        return sum(
            outbox.drop(name) for name, sync in sections if sync is None or context.spec(sync).person is not None
        )


def _remove_reports(folder: Path, wanted: re.Pattern[bytes]) -> int:
    """Remove what still holds it: reports of a run that was killed or that the ledger does not know, and copies."""
    found = list(files_with(folder, wanted))
    for path in found:
        path.unlink()
    return len(found)
