"""What is examined of an installation, what it says of its methods, and what is listed; all data is invented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from connectors.http.response import NotPromised
from connectors.usos.client import Usos
from connectors.usos.reference import ask, description_of, needs_of
from connectors.usos.service import SERVICE
from connectors.usos.spec import UsosConnection
from schemas.connections import Secret
from schemas.directory import Listing, Unit
from schemas.errors import AccessRefused, Unreachable
from schemas.interface import MethodDescription
from schemas.limits import CLOCKS_APART_SECONDS
from schemas.phrases import Phrase

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
BOTH = ["services/phones/select", "services/phones/replace"]


@dataclass
class Installation:
    """What a client would say of one installation."""

    apart: float = 0.0
    granted: list[str] = field(default_factory=lambda: [*BOTH])
    said: dict[str, Any] = field(default_factory=lambda: {"version": "7.1"})
    methods: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def installation(self, *, optional: bool = False) -> dict[str, Any]:
        """Describe itself."""
        self.asked.append(f"installation {optional}")
        return self.said

    def now(self) -> datetime:
        """Return its local time, without a zone."""
        return NOW.replace(tzinfo=None) + timedelta(seconds=self.apart)

    def consumer(self) -> dict[str, Any]:
        """Say what the key may do."""
        return {"administrative_methods": self.granted}

    def method(self, name: str) -> dict[str, Any]:
        """Describe a method."""
        self.asked.append(name)
        if name not in self.methods:
            raise Unreachable("It says nothing.")
        return self.methods[name]

    def buildings(self, fields: Iterable[str]) -> list[Unit]:
        """List them."""
        self.asked.append("|".join(fields))
        return [Unit("B1"), Unit("B2")]


def looks(installation: Installation) -> dict[str, Any]:
    return {check.what: check.look for check in SERVICE.checks(installation, {}, lambda: NOW)}


def test_its_version_its_clock_and_our_rights_are_examined() -> None:
    found = {what: look() for what, look in looks(Installation()).items()}
    assert found == {
        "service": Phrase("doctor.version", {"version": "7.1"}),
        "clock": Phrase("doctor.apart", {"seconds": "0"}),
        "rights": Phrase("doctor.granted"),
    }
    assert looks(Installation(said={}))["service"]() == Phrase("doctor.version", {"version": "?"})


@pytest.mark.parametrize(
    ("apart", "seconds"),
    [(0, 0), (12, 12), (-12, 12), (3600, 0), (-1800, 0), (5400 + 9, 9), (CLOCKS_APART_SECONDS, None)],
)
def test_a_clock_may_be_in_any_zone(apart: float, seconds: int | None) -> None:
    told = apart if seconds is None else seconds
    assert looks(Installation(apart=apart))["clock"]() == Phrase("doctor.apart", {"seconds": f"{told:.0f}"})


@pytest.mark.parametrize(
    "apart", [CLOCKS_APART_SECONDS + 1, -CLOCKS_APART_SECONDS - 1, 3600 + CLOCKS_APART_SECONDS + 1]
)
def test_a_clock_that_is_wrong_refuses_access(apart: float) -> None:
    with pytest.raises(AccessRefused, match=f"{CLOCKS_APART_SECONDS + 1:.0f}"):
        looks(Installation(apart=apart))["clock"]()


@pytest.mark.parametrize("missing", BOTH)
def test_a_method_that_is_not_granted_is_named(missing: str) -> None:
    granted = [method for method in [*BOTH, "services/more"] if method != missing]
    with pytest.raises(AccessRefused, match=missing):
        looks(Installation(granted=granted))["rights"]()
    assert SERVICE.greet(Installation(granted=granted)) == Phrase(
        "doctor.greet_usos", {"methods": ", ".join(sorted(granted))}
    )
    assert SERVICE.greet(Installation(granted=[])) == Phrase("doctor.greet_usos", {"methods": "–"})


def test_all_buildings_are_kept_and_counted() -> None:
    kept: list[Unit] = []
    told: list[tuple[str, int, int]] = []
    secret = Secret(env="INVENTED")
    settings = {"kind": "usos", "base_url": "https://u.invalid", "consumer_key": secret, "consumer_secret": secret}
    everybody = SERVICE.directories(UsosConnection(**cast("Any", settings)))["building"].everybody
    assert everybody is not None
    listing = Listing(lambda *said: told.append(said), keep=kept.extend)
    assert everybody(Installation(), listing) == kept == [Unit("B1"), Unit("B2")]
    assert told == [("listing buildings", 2, 2)]


BODY = {
    "name": "m",
    "arguments": [
        {"name": "a", "is_required": True},
        {"name": "b", "is_required": "yes", "is_deprecated": True},
        {"name": "format", "is_required": True},
        {"name": "oauth_token"},
    ],
    "result_fields": [{"name": "x"}, {"name": "y|z"}],
    "auth_options": {"administrative_only": True, "consumer": "required", "token": "optional"},
}


def test_a_description_says_what_is_taken_given_and_wanted() -> None:
    assert description_of(BODY, "m") == MethodDescription(
        "m",
        {"a": True, "b": False},
        frozenset({"b"}),
        frozenset({"x", "y|z"}),
        administrative=True,
        consumer="required",
        token="optional",
    )


@pytest.mark.parametrize(
    "rights", [None, {}, {"administrative_only": "yes", "consumer": "perhaps", "token": 1}, {"consumer": None}]
)
def test_what_a_description_leaves_open_or_says_in_other_words_is_open(rights: Any) -> None:
    assert description_of({"name": "m", "auth_options": rights}, "m") == MethodDescription("m")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**BODY, "name": "other"},
        {**BODY, "auth_options": "none"},
        {**BODY, "arguments": {}},
        {**BODY, "arguments": ["a"]},
        {**BODY, "arguments": [{"name": 1}]},
        {**BODY, "arguments": [{}]},
        {**BODY, "result_fields": [{"name": "ż"}]},
        {**BODY, "result_fields": [{"name": "x" * 65}]},
    ],
)
def test_what_is_no_description_of_the_method_is_none(body: dict[str, Any]) -> None:
    with pytest.raises(NotPromised):
        description_of(body, "m")


def test_what_a_sync_cannot_do_without_is_signed_and_granted() -> None:
    needs = needs_of("faculty")
    assert [need.name for need in needs if need.writing] == ["services/phones/replace", "services/phones/select"]
    assert all(need.granted and need.signed for need in needs if need.writing)
    assert [need.name for need in needs if not need.signed] == ["services/phones/phone_type"]
    assert all({"number", "comment"} <= need.reads for need in needs if "phone_id" in need.sends)


def test_after_a_method_without_an_answer_none_is_asked() -> None:
    needs = needs_of("faculty")
    described = Installation(methods={need.name: {"name": need.name} for need in needs[:2]})
    found = ask(cast("Usos", described), needs)
    assert ([method.name for method in found.methods], found.version) == ([need.name for need in needs[:2]], "")
    assert described.asked == [need.name for need in needs[:3]]
    whole = Installation(methods={need.name: {"name": need.name} for need in needs}, said={"version": "v" * 200})
    found = ask(cast("Usos", whole), needs)
    assert (len(found.methods), found.version) == (len(needs), "v" * 100)
    assert whole.asked[-1] == "installation True"
    other = Installation(methods={need.name: {"name": need.name} for need in needs}, said={"version": 7})
    assert ask(cast("Usos", other), needs).version == ""
