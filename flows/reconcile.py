"""The flow that compares everything with everything; the command line runs the same body."""

# No postponed annotations in this module: Prefect reads them to make the form, and does not resolve them everywhere.
import os
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.states import Completed, Failed

from flows.context import open_context
from flows.finding import find_configuration
from flows.orchestration.artifacts import Links, best_effort, escape, rename_run
from flows.orchestration.final_states import NotInPlace, loggable
from flows.orchestration.notifications import tell_one
from flows.reconciliation.body import Asked, Reconciled, reconcile_all
from flows.reconciliation.console import kind_word
from flows.reconciliation.telling import NAME, news_of
from flows.spoken import language_at
from schemas.exit_codes import ExitCode
from schemas.findings import FindingKind
from schemas.settings import Language
from tasks.messages.catalogue import minute, render, text
from tasks.messages.owners import place_in
from tasks.reports.run_title import reconcile_title

__all__ = ["reconcile"]

# What the descriptions of the artifacts begin with.


@flow(name="reconcile", persist_result=False)
def reconcile(config: str = "", since: str = "") -> Any:
    """Compare every CSV file, USOS and every phone list, side by side; write to no service.

    Args:
        config: The configuration file, as the worker sees it. Left empty: PHONESYNC_CONFIG, else phonesync.toml in the
            worker's folder.
        since: The run or the day (2026-01-31) to compare with. Left empty: the last reconciliation.

    Returns:
        The object that `phonesync reconcile --json` prints, as the result of a completed run where all agree; a run
        with findings has it in its exception, `NotInPlace`. Numbers are in none of them.
    """
    try:
        with open_context(config or None, os.environ) as context:
            asked = Asked(since, lang=context.lang)
            done, links, zone = reconcile_all(context, asked), Links.of(context), context.zone
            if news := news_of(done, asked):
                best_effort(tell_one, find_configuration(config or None, os.environ), NAME, "findings", news)
    except Exception as error:  # noqa: BLE001 - it is the caller's to see; Prefect is given a sentence to keep
        lang = language_at(find_configuration(config or None, os.environ), os.environ)
        return Failed(message=loggable(error, lang), data=error)
    sentence = in_a_sentence(done, asked.lang)
    show(done, sentence, links, asked.lang, zone)
    rename_run(reconcile_title(done.summary["findings"], asked.lang))
    if done.exit_code == ExitCode.DONE:
        return Completed(message=sentence, data=done.summary)
    return Failed(message=sentence, data=NotInPlace(sentence, done.summary))


def in_a_sentence(done: Reconciled, lang: Language = "en") -> str:
    """Return what was found, the worst first, for people who look at a list of runs."""
    summary = done.summary
    unread = [f"{place_in(system['name'], lang)}: {system['note']}" for system in summary["systems"] if system["note"]]
    counts = summary["findings"]
    found = [
        render("say.trouble", lang, n=count, word=kind_word(kind, lang))
        for kind, count in counts.items()
        if count and kind != FindingKind.AGREE
    ]
    accepted = sum(summary["accepted"].values())
    listed = ", ".join(found) if found else text("prefect.all_agree", lang)
    apart = render("prefect.accepted", lang, n=accepted) if accepted else ""
    late = [render("say.meanwhile", lang, runs=", ".join(summary["meanwhile"]))] if summary["meanwhile"] else []
    agree = render("prefect.agree", lang, n=counts[FindingKind.AGREE])
    return " · ".join([*unread, *late, f"{listed}{apart}; {agree}"])


def show(done: Reconciled, sentence: str, links: Links, lang: Language, zone: tzinfo) -> None:
    """Show the counts, how they moved, and where the reports are; where Prefect cannot be reached, go on without."""
    run = escape(done.summary["run"])
    page, told = reports_page(done, sentence, links, lang), text("prefect.reconciliation_report", lang)
    best_effort(create_markdown_artifact, markdown=page, description=told)
    best_effort(
        create_table_artifact,
        table=counts_table(done.summary, lang),
        description=render("prefect.findings", lang, run=run, said=escape(sentence)),
    )
    # It alone has a key, with which Prefect lists what is about more than this run among its artifacts.
    best_effort(
        create_table_artifact,
        table=trend_table(done, lang, zone),
        key="phonesync-findings-trend",
        description=text("prefect.trend", lang),
    )


def reports_page(done: Reconciled, sentence: str, links: Links, lang: Language = "en") -> str:
    """Return the sentence, the way to the page, and where the other reports lie."""
    reports: Mapping[str, str] = done.summary["reports"]
    address = links.address(reports["html"]) or Path(reports["html"]).as_uri()
    paths = "\n".join(f"- {kind}: {escape(path)}" for kind, path in reports.items())
    parts = [
        f"# {render('prefect.reconciliation', lang, run=escape(done.summary['run']))}",
        escape(sentence),
        render("prefect.open_findings", lang, address=address),
        f"{text('prefect.on_machine', lang)}\n\n{paths}",
    ]
    return "\n\n".join(parts)


def counts_table(summary: Mapping[str, Any], lang: Language = "en") -> list[dict[str, str]]:
    """Return one row for each kind of finding."""
    accepted = summary["accepted"]
    return [
        {
            text("prefect.finding", lang): kind_word(str(kind), lang),
            text("prefect.count", lang): str(count),
            text("prefect.finding_accepted", lang): str(accepted.get(kind, 0)),
        }
        for kind, count in summary["findings"].items()
    ]


def trend_table(done: Reconciled, lang: Language, zone: tzinfo) -> list[dict[str, str]]:
    """Return one row for each of the last reconciliations; kinds that occur in none have no column."""
    history = done.view.history
    kinds = [str(kind.value) for kind in FindingKind if any(one["findings"].get(kind) for one in history)]
    return [
        {
            text("say.when", lang): escape(minute(one["at"], zone)),
            **{kind_word(kind, lang): str(one["findings"].get(kind, 0)) for kind in kinds},
        }
        for one in reversed(history)
    ]
