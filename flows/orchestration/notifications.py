"""Tell people, by automations of Prefect, when the state of a sync changes; a night like the last is told to nobody.

The flow knows from the ledger how the sync stood before and emits an event where that has changed. What triggers on
the event is made by `phonesync serve` from `[notify]`.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.blocks.core import Block
from prefect.blocks.notifications import SlackWebhook
from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events import emit_event
from prefect.events.actions import CallWebhook, ChangeFlowRunState, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.runtime import flow_run as this_run
from pydantic import SecretStr

from flows.clerks_mail import tell_clerks
from flows.context import RunContext
from flows.run import Mode, RunResult
from flows.telling import changes_of, with_commands
from schemas import limits
from schemas.settings import Change, Language, Notify
from tasks.messages.catalogue import text
from tasks.messages.command_lines import command_with

EVENT = "phonesync"
_LOG = logging.getLogger("phonesync.notify")
_BODY = '{{ event.payload["sentence"] }}\nNext: {{ event.payload["next"] }}\n{{ event.payload["link"] }}'
_DIED = (
    "Run {{{{ flow_run.name }}}} was killed. What it was about to write is in the ledger.\n"
    "Next: the next run finishes it, or: {resume}"
)
_MADE = "Made by phonesync serve, whose tag is phonesync:{mark}."
_BEAT = "prefect.flow-run.heartbeat"
_ENDS = ("Completed", "Failed", "Cancelled", "Cancelling", "Crashed", "Paused", "Suspended")


def tag_of(config: Path) -> str:
    """Return the tag that everything made for a configuration bears in Prefect: it says nothing of the machine."""
    return f"{EVENT}:{mark_of(config)}"


def is_tagged(tags: Collection[str], config: Path) -> bool:
    """Tell whether something was made for a configuration, also by a version whose tag was its whole path."""
    return not {tag_of(config), f"{EVENT}:{config}"}.isdisjoint(tags)


def mark_of(config: Path) -> str:
    """Return what tells the names of two configurations apart on one server."""
    return hashlib.sha256(str(config).encode()).hexdigest()[:8]


def tell_changes(
    context: RunContext, run_result: RunResult, mode: Mode, config: Path, *, decided: bool = False
) -> None:
    """Emit an event for each sync of the run that stands otherwise than after the run before; it never fails.

    Args:
        context: whose ledger knows the runs before.
        run_result: the run.
        mode: what was asked of it; what writes nothing changes nothing.
        config: the configuration file.
        decided: only the syncs of the run that a person has decided about since its changes were told.
    """
    try:
        for sync, change, said in changes_of(context, run_result, mode, decided=decided):
            _emit(config, sync, change, said)
    except Exception as error:  # noqa: BLE001 - what was done to somebody's directory is not made a failure by it
        _LOG.warning("The notification about a change could not be sent: %s", type(error).__name__)


def mail_clerks(context: RunContext, run_result: RunResult, mode: Mode) -> None:
    """Mail the people of each sync what is new for them; what cannot be sent is logged, and it never fails."""
    for note in tell_clerks(context, run_result, mode):
        _LOG.warning("%s", note)


def tell_one(config: Path, sync: str, change: Change, payload: Mapping[str, Any]) -> None:
    """Emit the event of one change, from outside any run; it may fail."""
    _emit(config, sync, change, payload)


def notify_not_begun(config: Path, error: str, lang: Language = "en") -> None:
    """Emit an event for a run that could not even begin: no ledger says then whether it is news, so it is told."""
    told = {"subject": text("prefect.not_begun", lang), "next": text("prefect.not_begun_next", lang)}
    said = {**told, "sentence": error}
    try:
        _emit(config, "all", "failed", {**said, "run": "", "outcomes": {}, "rejected": 0})
    except Exception as failed:  # noqa: BLE001 - likewise
        _LOG.warning("The notification about a failure could not be sent: %s", type(failed).__name__)


def _emit(config: Path, sync: str, change: Change, payload: Mapping[str, Any]) -> None:
    resource = {
        "prefect.resource.id": f"{EVENT}.sync.{mark_of(config)}.{sync}",
        "prefect.resource.name": sync,
        "phonesync.configuration": mark_of(config),
    }
    said = with_commands(payload, command_with(config))
    run = this_run.get_id()
    related = [{"prefect.resource.id": f"prefect.flow-run.{run}", "prefect.resource.role": "flow-run"}] if run else []
    emit_event(
        f"{EVENT}.{change}",
        resource,
        related=related,
        payload={"sync": sync, "change": change, "link": this_run.get_flow_run_ui_url() or "", **said},
    )


@dataclass(frozen=True)
class Addresses:
    """The addresses of `[notify]`, read from where they are kept; never shown."""

    apprise: Sequence[str]
    webhook: Sequence[str]

    def __repr__(self) -> str:
        return f"Addresses({len(self.apprise)} of Apprise, {len(self.webhook)} webhooks)"


def make_automations(
    client: SyncPrefectClient, config: Path, notify: Notify, addresses: Addresses, *, own: bool
) -> int:
    """Make Prefect send what `[notify]` asks for and nothing else; returns to how many addresses.

    They are kept as blocks, which Prefect's database holds encrypted.
    """
    mark, resume = mark_of(config), f"{command_with(config)} resume"
    wanted: dict[str, tuple[Any, Any]] = {}
    for number, address in enumerate(addresses.webhook, 1):
        block = _saved(Webhook(url=SecretStr(address), method="POST"), f"phonesync-{mark}-webhook-{number}")
        wanted[f"webhook {number}"] = (
            CallWebhook(block_document_id=block, payload="{{ event.payload | tojson }}"),
            CallWebhook(block_document_id=block, payload=_died_as_json(resume)),
        )
    for number, address in enumerate(addresses.apprise, 1):
        # Of the types of block that every Prefect server knows, this one passes any address of Apprise on as it is.
        block = _saved(SlackWebhook(url=SecretStr(address)), f"phonesync-{mark}-apprise-{number}")
        wanted[f"apprise {number}"] = (
            SendNotification(block_document_id=block, subject='{{ event.payload["subject"] }}', body=_BODY),
            SendNotification(
                block_document_id=block, subject="phonesync: a run was killed", body=_DIED.format(resume=resume)
            ),
        )
    automations = [_of_dead_runs(config)]
    for name, (changes, deaths) in wanted.items():
        automations.append(_of_changes(config, notify, f"phonesync {mark}: changes, {name}", changes))
        if "failed" in notify.on:
            automations.append(_of_deaths(config, f"phonesync {mark}: killed runs, {name}", deaths))
    # On a server of our own all are ours, also those of the time when the file stood elsewhere.
    _put_in_place(client, "phonesync " if own else f"phonesync {mark}:", automations)
    return len(wanted)


def _died_as_json(resume: str) -> str:
    said = '{"change": "failed", "subject": "phonesync: a run was killed", "run": {{ flow_run.name | tojson }}, '
    return said + f'"sentence": "What it was about to write is in the ledger.", "next": {json.dumps(resume)}}}'


def _saved(block: Block, name: str) -> UUID:
    saved: Any = block.save(name, overwrite=True)
    return UUID(str(saved))


def _of_changes(config: Path, notify: Notify, name: str, action: Any) -> AutomationCore:
    trigger = EventTrigger(
        match={"prefect.resource.id": f"{EVENT}.sync.{mark_of(config)}.*"},
        expect={f"{EVENT}.{change}" for change in notify.on},
        posture=Posture.Reactive,
        threshold=1,
    )
    return AutomationCore(name=name, description=_MADE.format(mark=mark_of(config)), trigger=trigger, actions=[action])


def _of_deaths(config: Path, name: str, action: Any) -> AutomationCore:
    trigger = EventTrigger(
        match={"prefect.resource.id": "prefect.flow-run.*"},
        match_related=_ours(config),
        expect={"prefect.flow-run.Crashed"},
        posture=Posture.Reactive,
        threshold=1,
    )
    return AutomationCore(name=name, description=_MADE.format(mark=mark_of(config)), trigger=trigger, actions=[action])


def _of_dead_runs(config: Path) -> AutomationCore:
    """A run whose process was killed says nothing more: without this it would count as running for ever."""
    trigger = EventTrigger(
        match={"prefect.resource.id": "prefect.flow-run.*"},
        match_related=_ours(config),
        after={_BEAT},
        expect={_BEAT, *(f"prefect.flow-run.{end}" for end in _ENDS)},
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=timedelta(seconds=limits.RUN_DEAD_SECONDS),
    )
    died = "Its process was killed. What it was about to write is in the ledger: the next run finishes it."
    return AutomationCore(
        name=f"phonesync {mark_of(config)}: runs without a heartbeat",
        description=f"{_MADE.format(mark=mark_of(config))} A run without a heartbeat is set to Crashed.",
        trigger=trigger,
        actions=[ChangeFlowRunState(state=StateType.CRASHED, name="Died", message=died, force=False)],
    )


def _ours(config: Path) -> Any:
    return {"prefect.resource.role": "tag", "prefect.resource.id": f"prefect.tag.{tag_of(config)}"}


def _of(automation: AutomationCore) -> tuple[Any, Any, str]:
    return automation.trigger, automation.actions, automation.description


def _put_in_place(client: SyncPrefectClient, prefix: str, wanted: Sequence[AutomationCore]) -> None:
    """Make what is missing and remove what is no longer wanted.

    What is there already stays the same one: it remembers which runs it is waiting for, and whether somebody has
    switched it off.
    """
    there = {found.name: found for found in client.read_automations() if found.name.startswith(prefix)}
    for automation in wanted:
        found = there.pop(automation.name, None)
        if found is None:
            client.create_automation(automation)
        elif (found.trigger, found.actions, found.description) != _of(automation):
            client.update_automation(found.id, automation.model_copy(update={"enabled": found.enabled}))
    for stale in there.values():
        client.delete_automation(stale.id)
