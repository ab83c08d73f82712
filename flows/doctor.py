"""Examine everything a run needs, without writing to any service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.files.rights import others_may_read
from connectors.files.writing import write_private
from connectors.service import Found
from flows.console import near, say, show_rows
from flows.context import RunContext
from flows.interface import changes_of
from flows.ledger_age import age_of
from flows.sources import extract_source, judge_source
from schemas.errors import ApprovalNeeded, ConfigurationError, LedgerError, PhonesyncError
from schemas.execution import Target
from schemas.exit_codes import ExitCode, worst
from schemas.phrases import Phrase
from schemas.settings import Language
from schemas.syncs import Sync
from tasks.messages.catalogue import known, render, text
from tasks.messages.command_lines import as_typed
from tasks.messages.errors import error_of, spoken, told_whole
from tasks.messages.rendering import sentence


@dataclass(frozen=True)
class Examined:
    """Every check with its result, as `--json` prints it, and the exit code of the worst one."""

    summary: dict[str, Any]
    exit_code: ExitCode
    said: list[dict[str, str]]
    """every check in the language of people"""


class Checks:
    """Runs checks one by one; one that fails does not keep the others from running."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self.errors: list[PhonesyncError] = []
        self._said: list[tuple[dict[str, str], Callable[[Language], str]]] = []

    def run(self, what: str, look: Callable[[], Found]) -> bool:
        """Note what a check found."""
        try:
            found = look()
        except PhonesyncError as error:
            self.fail(what, error)
            return False
        self._note(what, "ok", lambda lang: spoken(found, lang))
        return True

    def fail(self, what: str, error: PhonesyncError) -> None:
        """Note what is wrong."""
        self._note(what, "failed", lambda lang: told_whole(error, lang))
        self.errors.append(error)

    def in_language(self, lang: Language) -> list[dict[str, str]]:
        """Return what was found as people read it."""
        return [{**row, "what": _of(row["what"], lang), "detail": said(lang)} for row, said in self._said]

    def _note(self, what: str, result: str, said: Callable[[Language], str]) -> None:
        row = {"what": what, "result": result, "detail": said("en")}
        self.rows.append(row)
        self._said.append((row, said))


def _of(what: str, lang: Language) -> str:
    """Return what is examined as people call it, with whose it is in front."""
    whose, between, thing = what.rpartition(": ")
    key = f"doctor.{thing.replace(' ', '_').replace('-', '_')}"
    return f"{whose}{between}{text(key, lang) if known(key) else thing}"


def examine(context: RunContext) -> Examined:
    """Check connections (credentials, rights, clock, versions), lists, files, ledger and reports."""
    checks = Checks()
    many = {"connections": len(context.settings.connections), "syncs": len(context.settings.syncs)}
    checks.run("configuration", lambda: Phrase("doctor.many", many))
    checks.run("rights", lambda: _read_by_nobody_else(context))
    checks.run("ledger", lambda: _last_run(context))
    checks.run("reports", lambda: _write_and_remove(context))
    for name in context.settings.connections:
        if checks.run(f"{name}: credentials", partial(_has_client, context, name)):
            examine_connection(checks, name, context)
    for name, sync in context.settings.syncs.items():
        checks.run(f"{name}: source", partial(_lines_of, context, sync))
    code = worst(error.exit_code for error in checks.errors)
    return Examined({"checks": checks.rows}, code, checks.in_language(context.lang))


def show_examined(examined: Examined, lang: Language = "en", command: str = "phonesync") -> None:
    """Show every check, and whether a run can begin; `command` is how this phonesync is called."""
    rows = examined.said
    results = {"ok": text("say.ok", lang), "failed": text("say.check_failed", lang)}
    columns = [text(f"say.{name}", lang) for name in ("what", "result", "detail")]
    told = [(row["what"], results[row["result"]], as_typed(row["detail"], command)) for row in rows]
    show_rows("", [dict(zip(columns, row, strict=True)) for row in told], columns)
    failed = sum(row["result"] == "failed" for row in rows)
    end = render("say.checks_failed", lang, failed=failed, n=len(rows)) if failed else text("say.all_there", lang)
    say(as_typed(end, command))


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


def _methods_of(context: RunContext, targets: Sequence[Target]) -> Found:
    """Say what the methods of the targets' service take and give now, compared with what the client needs.

    Raises:
        ApprovalNeeded: a sync would be stopped.
    """
    first = changes_of(context, targets[0], at_once=True)
    found = [first, *(changes_of(context, target) for target in targets[1:])]
    breaking = {sentence(problem): problem for each in found for problem in each.breaking}
    if breaking:
        raise error_of(ApprovalNeeded, "service_changed_itself", {"what": [*breaking.values()]})
    if not first.described:
        return Phrase("doctor.undescribed")
    return [*first.news] or Phrase("doctor.as_needed")


def _read_by_nobody_else(context: RunContext) -> Found:
    """Look whether every account may read a secret; what others may write is refused long before."""
    open_ones = [near(file) for file in context.settings.private_files if others_may_read(file)]
    if open_ones:
        named = ", ".join(open_ones)
        raise error_of(ConfigurationError, "secret_readable", {"files": named})
    return Phrase("doctor.private")


def _last_run(context: RunContext) -> Found:
    older = age_of(context)
    if older:
        raise error_of(LedgerError, "ledger_older", {"what": older})
    newest = context.ledger.runs(1)
    return Phrase("doctor.last_run", {"run": newest[0]["id"]}) if newest else Phrase("doctor.no_run")


def _lines_of(context: RunContext, sync: Sync) -> Found:
    checked = judge_source(context, sync, extract_source(context, sync))
    rejected = checked.rejected_lines
    return Phrase("doctor.lines_rejected" if rejected else "doctor.lines", {"n": checked.rows, "rejected": rejected})


def _has_client(context: RunContext, name: str) -> Found:
    context.client(name)
    return Phrase("doctor.found")


def _write_and_remove(context: RunContext) -> Found:
    place = context.settings.reports / ".doctor"
    write_private(place, "")
    place.unlink()
    return near(context.settings.reports)
