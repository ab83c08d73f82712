"""Examine everything a run needs, without writing to any service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.files.reading import write_private
from connectors.files.rights import others_may_read
from flows.console import near, say, show_rows
from flows.context import RunContext
from flows.interface import changes_of
from flows.ledger_age import age_of
from flows.sources import extract_source, judge_source
from schemas.errors import ApprovalNeeded, ConfigurationError, LedgerError, PhonesyncError
from schemas.execution import Target
from schemas.exit_codes import ExitCode, worst
from schemas.settings import Language
from schemas.syncs import Sync
from tasks.messages.catalogue import render, text
from tasks.messages.rendering import sentence, sentences, whole


@dataclass(frozen=True)
class Examined:
    """Every check with its result, as `--json` prints it, and the exit code of the worst one."""

    summary: dict[str, Any]
    exit_code: ExitCode


class Checks:
    """Runs checks one by one; one that fails does not keep the others from running."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self.errors: list[PhonesyncError] = []

    def run(self, what: str, look: Callable[[], str]) -> bool:
        """Note what a check found."""
        try:
            self.rows.append({"what": what, "result": "ok", "detail": look()})
        except PhonesyncError as error:
            self.rows.append({"what": what, "result": "failed", "detail": str(error)})
            self.errors.append(error)
            return False
        return True


def examine(context: RunContext) -> Examined:
    """Check connections (credentials, rights, clock, versions), lists, files, ledger and reports."""
    checks = Checks()
    checks.run(
        "configuration", lambda: f"{len(context.settings.connections)} connections, {len(context.settings.syncs)} syncs"
    )
    checks.run("rights", lambda: _read_by_nobody_else(context))
    checks.run("ledger", lambda: _last_run(context))
    checks.run("reports", lambda: _write_and_remove(context))
    for name in context.settings.connections:
        if checks.run(f"{name}: credentials", partial(_has_client, context, name)):
            examine_connection(checks, name, context)
    for name, sync in context.settings.syncs.items():
        checks.run(f"{name}: source", partial(_lines_of, context, sync))
    return Examined({"checks": checks.rows}, worst(error.exit_code for error in checks.errors))


def show_examined(examined: Examined, lang: Language = "en") -> None:
    """Show every check, and whether a run can begin."""
    rows = examined.summary["checks"]
    results = {"ok": text("say.ok", lang), "failed": text("say.check_failed", lang)}
    columns = [text(f"say.{name}", lang) for name in ("what", "result", "detail")]
    told = [(row["what"], results[row["result"]], row["detail"]) for row in rows]
    show_rows("", [dict(zip(columns, row, strict=True)) for row in told], columns)
    failed = sum(row["result"] == "failed" for row in rows)
    say(render("say.checks_failed", lang, failed=failed, n=len(rows)) if failed else text("say.all_there", lang))


def examine_connection(checks: Checks, name: str, context: RunContext) -> None:
    """Ask a service, and look at the places of its syncs; where it lets nobody in, nothing else is asked."""
    syncs = {at: sync for at, sync in context.settings.syncs.items() if sync.connection == name}
    first, *others = context.service(name).checks(context.client(name), syncs, context.clock)
    if checks.run(f"{first.sync or name}: {first.what}", first.look):
        for check in others:
            checks.run(f"{check.sync or name}: {check.what}", check.look)
        targets = [context.target(sync) for sync in syncs.values()]
        described = [target for target in targets if target.interface()]
        if described:
            checks.run(f"{name}: methods", partial(_methods_of, context, described))


def _methods_of(context: RunContext, targets: Sequence[Target]) -> str:
    """Say what the methods of the targets' service take and give now, compared with what the client needs.

    Raises:
        ApprovalNeeded: a sync would be stopped.
    """
    first = changes_of(context, targets[0], at_once=True)
    found = [first, *(changes_of(context, target) for target in targets[1:])]
    breaking = dict.fromkeys(sentence(problem) for each in found for problem in each.breaking)
    if breaking:
        remedy = "Look for a newer phonesync; until then each plan that writes needs a yes."
        raise ApprovalNeeded(whole("; ".join(breaking)), remedy=remedy)
    if not first.described:
        return "the service does not describe them; nothing depends on it"
    return sentences(first.news) or "as phonesync needs them"


def _read_by_nobody_else(context: RunContext) -> str:
    """Look whether every account may read a secret; what others may write is refused long before."""
    files = [where.file for _, where in context.settings.secrets() if where.file]
    files += [context.settings.ledger_file] if context.settings.ledger_file else []
    open_ones = [near(file) for file in dict.fromkeys(files) if others_may_read(file)]
    if open_ones:
        named = ", ".join(open_ones)
        raise ConfigurationError(f"{named}: others may read it.", remedy="Take that right away: chmod o-r.")
    return "nobody else reads secrets or the ledger"


def _last_run(context: RunContext) -> str:
    older = age_of(context)
    if older:
        raise LedgerError(
            older,
            remedy="Nothing is deleted by it. Compare with phonesync plan, and then: phonesync doctor --adopt.",
        )
    newest = context.ledger.runs(1)
    return f"last run {newest[0]['id']}" if newest else "no run yet"


def _lines_of(context: RunContext, sync: Sync) -> str:
    checked = judge_source(context, sync, extract_source(context, sync))
    rejected = checked.rejected["line"].nunique()
    return f"{checked.rows} lines" + (f", {rejected} rejected; see: phonesync check" if rejected else "")


def _has_client(context: RunContext, name: str) -> str:
    context.client(name)
    return "found"


def _write_and_remove(context: RunContext) -> str:
    place = context.settings.reports / ".doctor"
    write_private(place, "")
    place.unlink()
    return near(context.settings.reports)
