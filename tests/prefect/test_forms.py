"""The forms of all deployments speak the language of the configuration; no server is needed to make them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from prefect.utilities.callables import parameter_schema

from flows.config import load
from flows.orchestration.deployments import Deployed, form, wanted_deployments
from flows.sandbox import SAMPLES
from schemas.settings import Language
from tasks.messages.translated import translated

CONFIG = SAMPLES / "phonesync.toml"
PLAN = "20260314T020000Z-3fa2c1-faculties"
OFFERED = [f"{PLAN} · faculties: 2 dodanie · 14 marca 2026, 03:00 CET"]
# What is called the same in both languages, and what files are called.
_ALIKE = {"plan"}


def forms(lang: Language) -> dict[str, tuple[Deployed, dict[str, Any]]]:
    made = wanted_deployments(load(CONFIG), Path("/etc/phonesync.toml"), lang, OFFERED)
    return {one.full_name: (one, form(flow_of(one), one, lang)) for one in made}


def flow_of(deployed: Deployed) -> dict[str, Any]:
    module, _, function = deployed.entrypoint.rpartition(".")
    return parameter_schema(getattr(import_module(module), function).fn).model_dump_for_openapi()


def said(lang: Language) -> set[str]:
    """Return all that people read in the forms."""
    found = set[str]()
    for deployed, made in forms(lang).values():
        found.add(deployed.description)
        for field in made["properties"].values():
            found |= {field["description"], field["title"]}
            found |= {kind["title"] for kind in field.get("anyOf", ())}
    return found


def test_every_text_of_every_form_is_polish_where_that_is_the_language() -> None:
    assert said("en") & said("pl") == _ALIKE
    assert len(said("en")) == len(said("pl"))


def test_the_catalogue_of_the_forms_holds_nothing_that_is_not_said() -> None:
    english = {" ".join(text.split()) for text in said("en")}
    for one in wanted_deployments(load(CONFIG), CONFIG):
        english |= {" ".join(field["description"].split()) for field in flow_of(one)["properties"].values()}
    unused = {text for text in translated("forms", "pl") if text not in english}
    assert unused == {
        "Syncs {file} to its target, with a result for every line.",  # a template
        "It is fixed for this deployment.",  # the end of others
    }


def test_the_form_of_apply_takes_a_plan_that_waits_and_any_id() -> None:
    _, made = forms("pl")["apply/apply"]
    assert made["properties"]["plan"]["anyOf"][0]["enum"] == OFFERED
    asked = {"config": "/etc/phonesync.toml", "person": "Anna", "reason": "x"}
    for plan, fits in ((OFFERED[0], True), (PLAN, True), ("", False), (3, False)):
        assert Draft202012Validator(made).is_valid({**asked, "plan": plan}) is fits
    assert not Draft202012Validator(made).is_valid({**asked, "plan": PLAN, "force": True})


def test_where_no_plan_waits_the_form_of_apply_asks_for_an_id() -> None:
    (apply,) = (one for one in wanted_deployments(load(CONFIG), CONFIG) if one.flow == "apply")
    plan = form(flow_of(apply), apply)["properties"]["plan"]
    assert (plan["type"], plan["minLength"], "anyOf" in plan) == ("string", 1, False)
