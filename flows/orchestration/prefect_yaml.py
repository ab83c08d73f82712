"""The deployments of a configuration as a prefect.yaml, for those who deploy with Prefect's own tools.

`make deployments` writes the one of the sample configuration; a test fails where it is stale.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flows.config import load
from flows.orchestration.deployments import FAMILY, JOB, POOL, Deployed, wanted_deployments
from schemas.settings import Settings

_HEAD = """\
# The deployments of {config}, for those who deploy with Prefect's own tools:
#
#     prefect work-pool create {pool} --type process
#     prefect --no-prompt deploy --all
#     prefect worker start --pool {pool}
#
# Given in the checkout, with its .venv active and PREFECT_API_URL set. Made by `make deployments`; for one of your own:
# make deployments CONFIG=phonesync.toml. `phonesync serve` makes the same by itself, and adds what cannot be said here:
# the names of the syncs as choices of the form, and notifications.

name: phonesync

pull:
  - prefect.deployments.steps.set_working_directory:
      directory: "{{{{ $PWD }}}}"

definitions:
  pool: &pool
    name: {pool}
    job_variables: {job}
  common: &common
    tags: [{family}]
    work_pool: *pool
    enforce_parameter_schema: true

deployments:
"""


def prefect_yaml(settings: Settings, config: Path) -> str:
    """Return what `phonesync serve` would deploy, as Prefect's own tools read it.

    Args:
        settings: the configuration.
        config: its file, as seen from where the tools are started.
    """
    head = _HEAD.format(config=config, pool=POOL, family=FAMILY, job=_value(JOB))
    return head + "".join(f"{line}\n" for one in wanted_deployments(settings, config) for line in _lines(one))


def _lines(deployed: Deployed) -> Iterator[str]:
    module, _, function = deployed.entrypoint.rpartition(".")
    yield f"  - name: {_value(deployed.name)}"
    yield f"    flow_name: {_value(deployed.flow)}"
    yield f"    entrypoint: {module.replace('.', '/')}.py:{function}"
    yield f"    description: {_value(deployed.description)}"
    yield f"    parameters: {_value(deployed.parameters)}"
    if deployed.schedule:
        cron, timezone = deployed.schedule
        yield "    schedules:"
        yield f"      - cron: {_value(cron)}"
        yield f"        timezone: {_value(timezone)}"
    yield "    <<: *common"


def _value(value: str | Mapping[str, Any]) -> str:
    """Return a value as JSON, which is YAML as well, whatever stands in it."""
    return json.dumps(value, ensure_ascii=False)


def main(config: Path) -> None:
    """Print the file for a configuration."""
    sys.stdout.write(prefect_yaml(load(config.absolute()), config))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
