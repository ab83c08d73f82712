"""Whether a plan that a guard has stopped may be written: who has said yes, who may, and to which plan."""

from __future__ import annotations

from functools import partial

from connectors.ledger.store import Approval, KeptPlan, Refusal
from flows.context import RunContext
from flows.named import FROM_PREFECT
from flows.sync_run import RunRequest, SyncRun
from schemas.errors import ApprovalNeeded, LedgerError, UsageError
from schemas.phrases import Phrase
from schemas.syncs import Guard
from tasks.messages.errors import error_of, of_guards
from tasks.people import folded, has_words
from tasks.plan.fingerprints import fingerprint


def no_to(context: RunContext, kept: KeptPlan, reason: str) -> Refusal:
    """Note a no to a plan in the name of whoever asks now; the plan stays, and may be approved later.

    Raises:
        UsageError: it has no reason, or nobody's name.
        LedgerError: the plan does not wait any more.
    """
    if not has_words(reason):
        raise error_of(UsageError, "no_without_reason")
    if not has_words(context.person.removesuffix(FROM_PREFECT)):
        raise error_of(UsageError, "yes_without_name")
    if kept.state != "planned":
        raise error_of(LedgerError, "plan_applied", {"plan": kept.id})
    refusal = Refusal(context.person, reason.strip(), context.now())
    context.ledger.refuse(kept.id, refusal)
    return refusal


def check_yes(context: RunContext, request: RunRequest) -> None:
    """Make sure that a yes has a reason and a name that people can read.

    Raises:
        UsageError: it has not.
    """
    if not request.reason:
        return
    if not has_words(request.reason):
        raise error_of(UsageError, "yes_without_reason")
    if not has_words(context.person.removesuffix(FROM_PREFECT)):
        raise error_of(UsageError, "yes_without_name")


def check_unchanged(kept: KeptPlan) -> None:
    """Make sure that a plan is what its fingerprint says: all that would be sent, and the guards that it tripped.

    Args:
        kept: the plan, under the name that its sync had when it was made.

    Raises:
        LedgerError: somebody has changed it in the ledger.
    """
    # What was erased from a plan that was being written is blank; such rows are never sent.
    if (kept.entries["owner"] == "").any():
        return
    as_made = partial(fingerprint, kept.sync, kept.target, kept.entries)
    forms = as_made(kept.guards), as_made(kept.guards, by_sentence=True), as_made(None)
    if kept.fingerprint not in forms:
        raise error_of(LedgerError, "plan_tampered", {"plan": kept.id})


def missing_yes(sync_run: SyncRun, kept: KeptPlan) -> ApprovalNeeded | None:
    """Note the yes of whoever asks now, and return what a stopped plan still lacks, None for nothing."""
    context, guard, reason = sync_run.context, sync_run.sync.guard, sync_run.request.reason.strip()
    now = context.clock().timestamp()
    if reason and not _may(guard, context.person):
        values = {"sync": kept.sync, "person": context.person, "approvers": ", ".join(guard.approvers)}
        return error_of(ApprovalNeeded, "may_not_approve", values, sync=kept.sync)
    if reason:
        expires = now + guard.approval_expires_hours * 3600
        context.ledger.approve(kept.fingerprint, Approval(context.person, reason, context.now(), expires))
    given = yeses(context, guard, kept.fingerprint)
    return None if len(given) >= guard.approvals else _needed(kept, guard, given)


def yeses(context: RunContext, guard: Guard, of: str) -> list[Approval]:
    """Return the yeses to a fingerprint that allow its plan now: of people who may, one each, not over or used up."""
    now, found = context.clock().timestamp(), dict[str, Approval]()
    for yes in context.ledger.approvals(of):
        if yes.used_by is None and yes.expires > now and _may(guard, yes.person):
            found.setdefault(folded(yes.person.removesuffix(FROM_PREFECT)), yes)
    return list(found.values())


def yeses_of_run(context: RunContext, of: str, run: str) -> list[Approval]:
    """Return the yeses to a fingerprint that a run has used up, the newest of each person."""
    used = [yes for yes in context.ledger.approvals(of) if yes.used_by == run]
    return list({folded(yes.person.removesuffix(FROM_PREFECT)): yes for yes in reversed(used)}.values())


def yeses_of_plan(context: RunContext, kept: KeptPlan) -> list[Approval]:
    """Return the yeses that were said to a plan, the newest first; not those that have allowed another one like it."""
    runs = {None, *context.ledger.runs_of(kept.id)}
    return [yes for yes in context.ledger.approvals(kept.fingerprint) if yes.used_by in runs]


def guard_of(context: RunContext, sync: str) -> Guard:
    """Return the guard of a sync; the usual one where the configuration has it no more."""
    found = context.section(sync)
    return found.guard if found else Guard()


def said_yes(yes: Approval) -> dict[str, str]:
    """Return a yes as `--json` shows it."""
    return {"person": yes.person, "reason": yes.reason, "at": yes.at}


def _may(guard: Guard, person: str) -> bool:
    return not guard.approvers or folded(person) in {folded(name) for name in guard.approvers}


def _needed(kept: KeptPlan, guard: Guard, given: list[Approval]) -> ApprovalNeeded:
    so_far = Phrase("say.yes_so_far", {"n": len(given), "of": guard.approvals}) if guard.approvals > 1 else ""
    values = {"sync": kept.sync, "said": of_guards(kept.guards), "so_far": so_far, "plan": kept.id}
    return error_of(ApprovalNeeded, "guard_stopped", values, sync=kept.sync)
