"""Ask a service, once a day, how its methods are called, and say what of it is otherwise than the client needs it.

Nothing depends on it: a service that does not describe its methods is used as it is.
"""

from __future__ import annotations

from datetime import datetime

from connectors.ledger.interfaces import KeptInterface
from connectors.ledger.store import KeptPlan
from flows.context import RunContext
from flows.sync_run import SyncRun
from schemas import limits
from schemas.errors import ApprovalNeeded
from schemas.execution import Target
from schemas.interface import Described, Interface, InterfaceChanges
from schemas.problems import Problem
from tasks.messages.errors import error_of
from tasks.plan.interface import breaking, differences


def api_changes(sync_run: SyncRun, target: Target) -> tuple[Problem, ...]:
    """Return what the client needs of a target's service and the service says otherwise; what else is new is noted."""
    found = changes_of(sync_run.context, target)
    told = found.news
    if found.fresh and not sync_run.sync.guard.api_changed:
        told = (*found.breaking, *told)
    for problem in told:
        sync_run.note(problem)
    return found.breaking


def refuse_changed_api(sync_run: SyncRun, target: Target, kept: KeptPlan) -> None:
    """Make sure that a plan which was made earlier, and is written now, is for the service as it is now.

    Raises:
        ApprovalNeeded: the service has changed since, in what the client needs.
    """
    stopped = any(hit["guard"] == "api_changed" for hit in kept.guards)
    found = () if stopped or not sync_run.sync.guard.api_changed else api_changes(sync_run, target)
    if found:
        raise error_of(
            ApprovalNeeded,
            "service_changed",
            {"sync": kept.sync, "plan": kept.id, "what": found},
            sync=kept.sync,
        )


def changes_of(context: RunContext, target: Target, *, at_once: bool = False) -> InterfaceChanges:
    """Compare what a target's service says of its methods with what the client needs; it is asked once a day.

    Args:
        context: where it is remembered.
        target: whose service.
        at_once: ask however lately it was asked.
    """
    interface = target.interface()
    if interface is None:
        return InterfaceChanges()
    kept = context.ledger.interfaces.of(interface.service)
    if kept and not at_once and _is_new(context, kept[0]):
        return _compared(interface, kept[0].described)
    now = interface.ask()
    context.ledger.interfaces.keep(interface.service, now, context.now())
    before = next((old.described for old in kept if old.described.methods), None)
    return _compared(interface, now, before, fresh=True)


def _is_new(context: RunContext, kept: KeptInterface) -> bool:
    age = (context.clock() - datetime.fromisoformat(kept.at)).total_seconds()
    return 0 <= age < limits.INTERFACE_SECONDS


def _compared(
    interface: Interface, now: Described, before: Described | None = None, *, fresh: bool = False
) -> InterfaceChanges:
    needed = tuple(breaking(interface.needs, now.methods, writing=True))
    news: list[Problem] = []
    if fresh:
        earlier = before.methods if before else ()
        known = breaking(interface.needs, earlier, writing=False)
        news = [each for each in breaking(interface.needs, now.methods, writing=False) if each not in known]
        # What breaks something is said as that, and not once more as something new.
        said = [each.values for each in (*needed, *news)]
        news += [each for each in differences(now.methods, earlier) if each.values not in said]
    return InterfaceChanges(needed, tuple(news), described=bool(now.methods), version=now.version, fresh=fresh)
