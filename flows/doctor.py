"""Examine everything a run needs, without writing to any service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.apio.client import Apio, PhoneList
from connectors.files.reading import write_private
from connectors.usos.client import Usos
from flows.console import near, say, show_rows
from flows.context import RunContext
from flows.sources import extract_source, judge_source
from schemas.errors import AccessRefused, PhonesyncError
from schemas.syncs import Sync

_METHODS = ("services/phones/select", "services/phones/replace")
_TENANT_ADMIN = 12
_PATIENCE = 240  # seconds: a sister service of USOS allows 300


@dataclass(frozen=True)
class Examined:
    """Every check with its result, as `--json` prints it, and the exit code of the worst one."""

    summary: dict[str, Any]
    exit_code: int


class _Checks:
    """Runs checks one by one; one that fails does not keep the others from running."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self.codes: set[int] = {0}

    def run(self, what: str, look: Callable[[], str]) -> bool:
        """Note what a check found."""
        try:
            self.rows.append({"what": what, "result": "ok", "detail": look()})
        except PhonesyncError as error:
            self.rows.append({"what": what, "result": "failed", "detail": str(error)})
            self.codes.add(error.exit_code)
            return False
        return True


def examine(context: RunContext) -> Examined:
    """Check connections (credentials, rights, clock, versions), lists, files, ledger and reports."""
    checks = _Checks()
    checks.run(
        "configuration", lambda: f"{len(context.settings.connections)} connections, {len(context.settings.syncs)} syncs"
    )
    checks.run("ledger", lambda: _last_run(context))
    checks.run("reports", lambda: _write_and_remove(context))
    for name in context.settings.connections:
        if checks.run(f"{name}: credentials", partial(_has_client, context, name)):
            client = context.client(name)
            if isinstance(client, Usos):
                _examine_usos(checks, name, client, context)
            else:
                _examine_apio(checks, name, client, context)
    for name, sync in context.settings.syncs.items():
        checks.run(f"{name}: source", partial(_lines_of, context, sync))
    return Examined({"checks": checks.rows}, max(checks.codes))


def show_examined(examined: Examined) -> None:
    """Show every check, and whether a run can begin."""
    rows = examined.summary["checks"]
    show_rows("", rows, ["what", "result", "detail"])
    failed = sum(row["result"] == "failed" for row in rows)
    say(f"{failed} of {len(rows)} checks failed." if failed else "All is there. Next: phonesync plan")


def _examine_usos(checks: _Checks, name: str, client: Usos, context: RunContext) -> None:
    def version() -> str:
        return f"version {client.installation().get('version', 'unknown')}"

    def clock() -> str:
        # The server gives its local time without a zone: whole hours and half hours of difference are the zone.
        apart = (client.now() - context.clock().replace(tzinfo=None)).total_seconds()
        skew = (apart + 900) % 1800 - 900
        if abs(skew) > _PATIENCE:
            raise AccessRefused(
                f"The clocks are {abs(skew):.0f} s apart: signatures will be refused.",
                remedy="Set this machine's clock by NTP.",
            )
        return f"{abs(skew):.0f} s apart"

    def rights() -> str:
        granted = client.consumer()["administrative_methods"]
        missing = [method for method in _METHODS if method not in granted]
        if missing:
            raise AccessRefused(
                f"The consumer may not use {', '.join(missing)}.", remedy="Ask USOS's administrators for these methods."
            )
        return "select and replace are granted"

    if checks.run(f"{name}: service", version):
        checks.run(f"{name}: clock", clock)
        checks.run(f"{name}: rights", rights)


def _examine_apio(checks: _Checks, name: str, client: Apio, context: RunContext) -> None:
    def sign_in() -> str:
        client.login()
        level = client.user_level
        if level is not None and level < _TENANT_ADMIN:
            raise AccessRefused(
                f"The user's level is {level}; writing needs a tenant administrator ({_TENANT_ADMIN}).",
                remedy="Ask for the right, or use another user.",
            )
        return f"level {level if level is not None else 'not told'}"

    def entries(where: PhoneList) -> str:
        return f"{len(client.entries(where))} entries"

    if checks.run(f"{name}: sign-in", sign_in):
        for sync_name, sync in context.settings.syncs.items():
            if sync.connection == name and sync.tenant:
                where = PhoneList(sync.tenant, sync.group)
                checks.run(f"{sync_name}: phone list", partial(entries, where))


def _last_run(context: RunContext) -> str:
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
