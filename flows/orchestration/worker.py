"""The worker of `phonesync serve`: it carries out the deployments of one configuration, as that wants them.

Started as `python -m flows.orchestration.worker CONFIG NAME`. Whoever may ask Prefect's server may change a deployment,
a work pool or a run's job there, and any of them could name a command. So what is run is taken from the configuration:
this worker refuses a run where Prefect says anything else, and what Prefect says after that decides about parameters
alone.
"""

# No postponed annotations in this module: Prefect's models are pydantic's.
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import anyio
import anyio.abc
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import Flow, FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.flows import Flow as LoadedFlow
from prefect.settings import PREFECT_WORKER_HEARTBEAT_SECONDS, PREFECT_WORKER_PREFETCH_SECONDS
from prefect.states import Cancelled
from prefect.utilities.processutils import setup_signal_handlers_worker
from prefect.workers import process
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

from flows.config import load
from flows.finding import FIXED
from flows.orchestration.deployments import JOB_TEMPLATE, POOL, pull_steps, wanted_deployments
from flows.spoken import language_at
from schemas.errors import UsageError
from tasks.messages.catalogue import text
from tasks.messages.errors import error_of


class WantedJob(ProcessJobConfiguration):
    """The job of a run: the one that the configuration wants, or none.

    Attributes:
        config: the configuration file.
        wanted: the entry points of its deployments, by their full names.
    """

    config: ClassVar[Path]
    wanted: ClassVar[Mapping[str, str]]

    @classmethod
    async def from_template_and_values(
        cls,
        base_job_template: dict[str, Any],
        values: dict[str, Any],
        client: PrefectClient | None = None,  # noqa: ARG003 - Prefect's own would ask it for what a template refers to
    ) -> Self:
        """Return the job of the configuration's own template, into which nothing is filled.

        Raises:
            UsageError: the pool has another one, or the run or its deployment has values of its own.
        """
        if base_job_template != JOB_TEMPLATE:
            raise _refused("The job of the work pool")
        if values:
            raise _refused("The job of this run")
        return cls(**JOB_TEMPLATE["job_configuration"])

    def prepare_for_flow_run(
        self,
        flow_run: FlowRun,
        deployment: DeploymentResponse | None = None,
        flow: Flow | None = None,
        *more: Any,
        **other: Any,
    ) -> None:
        """Make the job ready for a run of a deployment that the configuration wants.

        The run loads the flow by the entry point that is said here, and is told that it has one configuration:
        whatever is changed in Prefect after this moment, it runs nothing else.

        Raises:
            UsageError: the deployment is none of those, or has been changed.
        """
        name = f"{flow.name}/{deployment.name}" if flow and deployment else ""
        entrypoint = self.wanted.get(name)
        steps = list(deployment.pull_steps or []) if deployment else []
        if entrypoint is None or deployment is None or deployment.entrypoint != entrypoint:
            raise _refused("The deployment of this run")
        if steps != pull_steps(self.config):
            raise _refused("What comes before this run")
        super().prepare_for_flow_run(flow_run, deployment, flow, *more, **other)
        self.env = {**self.env, "PREFECT__FLOW_ENTRYPOINT": entrypoint, FIXED: str(self.config)}


def _refused(what: str) -> UsageError:
    return error_of(UsageError, "changed_in_prefect", {"what": what})


class Worker(ProcessWorker):
    """A worker for processes that starts nothing but what the configuration wants."""

    type = ProcessWorker.type
    job_configuration = WantedJob

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        """Carry a run out, and end one that was cancelled before it was ready: Prefect waits for it in vain."""
        done = await super().run(flow_run, configuration, task_status)
        found = await self.client.read_flow_run(flow_run.id)
        if found.state and found.state.is_cancelling() and found.start_time is None:
            said = text("prefect.cancelled_early", language_at(WantedJob.config, os.environ))
            await self.client.set_flow_run_state(flow_run.id, Cancelled(message=said), force=True)
        return done


async def _without_hooks(_: FlowRun) -> LoadedFlow[..., None]:
    """Return a flow without hooks, for a run that was cancelled or has crashed: none of ours has any.

    Prefect would load the run's own into this process, with the steps before it, as its server describes both by then.
    """
    return LoadedFlow(lambda: None, name="without-hooks")


async def work(config: Path, name: str) -> None:
    """Carry runs out until a signal ends it."""
    vars(process)["load_flow_from_flow_run"] = _without_hooks
    WantedJob.config = config
    WantedJob.wanted = {one.full_name: one.entrypoint for one in wanted_deployments(load(config), config)}
    setup_signal_handlers_worker(os.getpid(), "the worker", print)
    worker = Worker(
        work_pool_name=POOL,
        name=name,
        prefetch_seconds=PREFECT_WORKER_PREFETCH_SECONDS.value(),
        heartbeat_interval_seconds=int(PREFECT_WORKER_HEARTBEAT_SECONDS.value()),
        create_pool_if_not_found=False,
    )
    await worker.start()


if __name__ == "__main__":
    anyio.run(work, Path(sys.argv[1]), sys.argv[2])
