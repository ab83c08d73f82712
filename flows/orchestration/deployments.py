"""What a configuration wants deployed in Prefect: names, schedules, forms. `deploy.py` puts it in place."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from schemas.settings import Language, Reconcile, Settings
from tasks.messages.translated import translated

POOL = "phonesync"
ALL = "all"
FAMILY = "phonesync"  # the tag that all of ours bear
# A run needs its worker's Python, which is the first on the path of a worker that `phonesync serve` has started. Told
# so plainly, a worker starts it at once, in its own process group, and with no pipe that could break. It stands in an
# empty folder of its own: Prefect imports from where it stands, and beside the configuration others put their files.
JOB: Mapping[str, Any] = {"command": "python -m prefect.engine", "stream_output": False}
PULL = "prefect.deployments.steps.set_working_directory"
_FIXED = "It is fixed for this deployment."
_WAITING = "Waiting plans"
_BY_ID = "By its id"


@dataclass(frozen=True)
class Deployed:
    """One deployment as it should be.

    None has a concurrency limit of Prefect's: a run holds its place by a lease, loses it where it pauses to ask
    somebody or where the server is restarted, and is cut off by Prefect minutes later, be it in the middle of writing.
    The ledger's locks keep runs apart.

    Attributes:
        flow: the flow's name; with `name` it is what Prefect's pages show, such as `sync/faculties`.
        name: the deployment's own name.
        entrypoint: the module and the function of the flow.
        description: what it does, for whoever looks at Prefect's pages.
        parameters: what a run is given unless somebody says otherwise.
        choices: for a parameter, the values there are.
        offers: for a parameter, values to choose from, where others may be given all the same.
        schedule: cron and time zone, or None.
    """

    flow: str
    name: str
    entrypoint: str
    description: str
    parameters: Mapping[str, Any]
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    schedule: tuple[str, str] | None = None
    offers: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """The name as Prefect's pages and its command line have it."""
        return f"{self.flow}/{self.name}"


def wanted_deployments(
    settings: Settings, config: Path, lang: Language = "en", waiting: Sequence[str] = ()
) -> list[Deployed]:
    """Return every deployment of a configuration: one for each sync, one for all, and what people start by hand.

    Args:
        settings: what the configuration says.
        config: its file.
        lang: the language of what the deployments are said to do.
        waiting: the plans that wait, as the form of `apply` is to offer them.
    """
    place, said = str(config), partial(_said, lang=lang)
    found = [
        Deployed(
            "sync",
            name,
            "flows.sync.sync",
            said("Syncs {file} to its target, with a result for every line.").format(file=sync.source.name),
            {"config": place, "syncs": [name], "mode": "sync"},
            {"config": [place], "syncs": [name]},
            (sync.schedule, sync.timezone) if sync.schedule else None,
        )
        for name, sync in settings.syncs.items()
    ]
    names = list(settings.syncs)
    found.append(
        Deployed(
            "sync",
            ALL,
            "flows.sync.sync",
            said("Syncs all files to their targets, or the chosen ones."),
            {"config": place, "syncs": [], "mode": "sync"},
            {"config": [place], "syncs": names},
        )
    )
    others = [*_by_hand(place, waiting), _write_slice(place), _reconcile(place, settings.reconcile)]
    return [*found, *(replace(one, description=said(one.description)) for one in others)]


def _said(english: str, lang: Language) -> str:
    return translated("forms", lang).get(english, english)


def _by_hand(place: str, waiting: Sequence[str]) -> list[Deployed]:
    offered = {
        "apply": "Applies a saved plan.",
        "revert": "Plans how to undo a run; writes to no service.",
        "doctor": "Checks everything a run needs; writes to no service.",
    }
    config, fixed = {"config": place}, {"config": [place]}
    module = "flows.orchestration.manual"
    offers = {"apply": {"plan": waiting}}
    return [
        Deployed(name, name, f"{module}.{name}", told, config, fixed, offers=offers.get(name, {}))
        for name, told in offered.items()
    ]


def _write_slice(place: str) -> Deployed:
    told = "One part of a large plan. It is started by the run that made the plan."
    entrypoint = "flows.orchestration.slices.write_one_slice"
    config, fixed = {"config": place}, {"config": [place]}
    return Deployed("write-slice", "write-slice", entrypoint, told, config, fixed)


def _reconcile(place: str, asked: Reconcile) -> Deployed:
    told = "Compares all files and all targets; writes to no service."
    when = (asked.schedule, asked.timezone) if asked.schedule else None
    config, fixed = {"config": place}, {"config": [place]}
    return Deployed("reconcile", "reconcile", "flows.reconcile.reconcile", told, config, fixed, when)


def form(schema: Mapping[str, Any], deployed: Deployed, lang: Language = "en") -> dict[str, Any]:
    """Return the form of a deployment: the flow's own, with the choices there are, and closed to everything else.

    Args:
        schema: the flow's parameters, as Prefect reads them from its signature and its docstring.
        deployed: the deployment.
        lang: the language of what stands beside its fields.
    """
    made = copy.deepcopy(dict(schema))
    made["additionalProperties"] = False
    for name, field_ in made["properties"].items():
        about = " ".join(field_.get("description", "").split())
        field_["description"] = _said(about, lang)
        field_["title"] = _said(field_.get("title", name), lang)
        _offer(field_, deployed.choices.get(name, ()), required=name in made.get("required", ()))
        if offered := deployed.offers.get(name):
            kept = {"type": field_.pop("type"), "minLength": field_.pop("minLength", 0)}
            choices = {"title": _said(_WAITING, lang), "type": "string", "enum": list(offered)}
            field_["anyOf"] = [choices, {"title": _said(_BY_ID, lang), **kept}]
        if len(deployed.choices.get(name, ())) == 1:
            # What nobody can change stands last, and without advice on how to change it.
            first, fixed = field_["description"].partition(". ")[0].rstrip("."), _said(_FIXED, lang)
            field_["description"] = f"{first}. {fixed}" if first else fixed
            field_["position"] = field_.get("position", 0) + len(made["properties"])
        if name in deployed.parameters:
            field_["default"] = deployed.parameters[name]
    return made


def _offer(field_: dict[str, Any], values: Sequence[str], *, required: bool) -> None:
    """Let a field take these values and no other, where there are any."""
    if values and field_.get("type") == "array":
        field_["items"] = {"type": "string", "enum": list(values)}
        field_["uniqueItems"] = True
    elif values:
        field_["enum"] = list(values)
    elif required and field_.get("type") == "string":
        field_["minLength"] = 1


def pull_steps(config: Path) -> list[dict[str, Any]]:
    """Return what Prefect does before it loads a flow: it stands in the configuration's own folder."""
    return [{PULL: {"directory": str(config.parent)}}]


JOB_TEMPLATE: Mapping[str, Any] = {
    "job_configuration": dict(JOB),
    "variables": {"type": "object", "properties": {}, "additionalProperties": False},
}
"""What the work pool says of every job: all of it, so that whoever starts a run chooses nothing of it."""
