"""Put deployments, the work pool and blocks in place on a Prefect server, and clear up after the last time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags, FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Scheduled
from prefect.utilities.callables import parameter_schema

from flows.blocks import BLOCKS
from flows.orchestration.deployments import FAMILY, JOB_TEMPLATE, POOL, Deployed, form, pull_steps
from flows.orchestration.notifications import is_tagged, tag_of
from schemas import limits
from schemas.errors import ConfigurationError
from schemas.settings import Language
from tasks.messages.errors import error_of

_PAGE = 200  # Prefect gives no more in one answer
_HANDED_OVER = timedelta(seconds=limits.HANDED_OVER_SECONDS)


def register_blocks() -> None:
    """Make Prefect's pages offer our credentials among the blocks."""
    for kind in BLOCKS.values():
        registered: Any = kind.register_type_and_schema()
        del registered


def prepare_pool(client: SyncPrefectClient) -> None:
    """Make the work pool where it is missing; whoever starts a run chooses nothing of its job.

    Raises:
        ConfigurationError: there is one of another type.
    """
    template = dict(JOB_TEMPLATE)
    try:
        pool = client.read_work_pool(POOL)
    except ObjectNotFound:
        made = WorkPoolCreate(
            name=POOL, type="process", description="The runs of phonesync.", base_job_template=template
        )
        client.create_work_pool(made)
        return
    if pool.type != "process":
        raise error_of(ConfigurationError, "pool_of_other_type", {"pool": repr(POOL), "type": repr(pool.type)})
    if pool.base_job_template != template:  # one of an earlier version, or somebody has changed it
        client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template))


def deploy(
    client: SyncPrefectClient, config: Path, deployments: Sequence[Deployed], lang: Language = "en", *, own: bool
) -> list[str]:
    """Put the deployments in place and remove those of this configuration that are no longer wanted.

    A schedule that somebody has switched off stays off.

    Args:
        client: asks the server.
        config: the configuration file.
        deployments: what it wants.
        lang: the language of their forms.
        own: whether the server is this configuration's own, wherever the file stood when it was deployed last.

    Returns:
        the names of those that were removed.

    Raises:
        ConfigurationError: a name belongs to another configuration.
    """
    there = {_full_name(client, one): one for one in _all_of(client, FAMILY)}
    ours = {name: one for name, one in there.items() if own or is_tagged(one.tags, config)}
    foreign = [one.full_name for one in deployments if one.full_name in there and one.full_name not in ours]
    if foreign:
        raise error_of(ConfigurationError, "server_of_other", {"deployments": ", ".join(foreign)})
    for deployed in deployments:
        before = ours.pop(deployed.full_name, None)
        if before and before.global_concurrency_limit:  # somebody has set one in the pages: see `Deployed`
            client.update_deployment(before.id, DeploymentUpdate(concurrency_limit=None))
        _put_in_place(client, config, deployed, before, lang)
    for one in ours.values():
        client.delete_deployment(one.id)
    return sorted(ours)


def _full_name(client: SyncPrefectClient, found: DeploymentResponse) -> str:
    return f"{client.read_flow(found.flow_id).name}/{found.name}"


def _all_of(client: SyncPrefectClient, tag: str) -> list[DeploymentResponse]:
    chosen = DeploymentFilter(tags=DeploymentFilterTags(all_=[tag]))
    found: list[DeploymentResponse] = []
    while len(page := client.read_deployments(deployment_filter=chosen, limit=_PAGE, offset=len(found))) == _PAGE:
        found += page
    return found + page


def offer(client: SyncPrefectClient, deployed: Deployed, lang: Language) -> None:
    """Put the form of a deployment in place that is there already, with what it offers now."""
    there = client.read_deployment_by_name(deployed.full_name)
    client.update_deployment(there.id, DeploymentUpdate(parameter_openapi_schema=_form(deployed, lang)))


def _form(deployed: Deployed, lang: Language) -> dict[str, Any]:
    module, _, function = deployed.entrypoint.rpartition(".")
    flow = getattr(import_module(module), function)
    return form(parameter_schema(flow.fn).model_dump_for_openapi(), deployed, lang)


def _put_in_place(
    client: SyncPrefectClient, config: Path, deployed: Deployed, before: DeploymentResponse | None, lang: Language
) -> None:
    schedules = []
    if deployed.schedule:
        cron = CronSchedule(cron=deployed.schedule[0], timezone=deployed.schedule[1])
        switched_off = before is not None and any(not one.active for one in before.schedules)
        schedules = [DeploymentScheduleCreate(schedule=cron, active=not switched_off)]
    client.create_deployment(
        flow_id=client.create_flow_from_name(deployed.flow),
        name=deployed.name,
        schedules=schedules,
        parameters=dict(deployed.parameters),
        description=deployed.description,
        work_pool_name=POOL,
        tags=[FAMILY, tag_of(config)],
        entrypoint=deployed.entrypoint,
        parameter_openapi_schema=_form(deployed, lang),
        enforce_parameter_schema=True,
        pull_steps=pull_steps(config),
        job_variables={},
    )


def clear_up(client: SyncPrefectClient, config: Path, now: datetime, *, own: bool) -> int:
    """See to the runs that the last time has left behind, before a worker looks at them.

    Of the scheduled runs of a deployment that were missed while nothing ran, the newest is made up for and the others
    are called off. A run that was handed to a worker which has died is scheduled once more.

    Args:
        client: asks the server.
        config: the configuration file.
        now: the time.
        own: whether the server is one of our own, so that no worker can be about to start a run just now.

    Returns:
        how many missed runs were called off.
    """
    skipped = 0
    for deployment in _all_of(client, tag_of(config)):
        missed = [run for run in _open_runs(client, deployment, StateType.SCHEDULED) if _was_missed(run, now)]
        missed.sort(key=lambda run: run.expected_start_time or now)
        for run in missed[:-1]:
            said = "Missed while phonesync serve was not running; a later one runs late."
            client.set_flow_run_state(run.id, Cancelled(name="Skipped", message=said), force=True)
            skipped += 1
        for run in _open_runs(client, deployment, StateType.PENDING):
            if run.state and (own or now - run.state.timestamp > _HANDED_OVER):
                client.set_flow_run_state(run.id, Scheduled(scheduled_time=now), force=True)
    return skipped


def _was_missed(run: FlowRun, now: datetime) -> bool:
    return run.auto_scheduled and run.expected_start_time is not None and run.expected_start_time < now


def _open_runs(client: SyncPrefectClient, deployment: DeploymentResponse, state: StateType) -> list[FlowRun]:
    chosen = FlowRunFilter.model_validate({"state": {"type": {"any_": [state]}}})
    only = DeploymentFilter.model_validate({"id": {"any_": [str(deployment.id)]}})
    return client.read_flow_runs(flow_run_filter=chosen, deployment_filter=only, limit=_PAGE)
