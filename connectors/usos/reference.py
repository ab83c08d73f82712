"""What an installation says of its own methods (services/apiref/method), and what the client needs of them."""

from __future__ import annotations

import re
from typing import Any, Final

from connectors.http.response import NotPromised
from connectors.usos.client import Usos, parameters_of
from connectors.usos.spec import EntityClass
from schemas.errors import ServiceError
from schemas.interface import Described, MethodDescription, MethodNeeds

_NAME: Final = re.compile(r"[A-Za-z0-9_.|-]{1,64}", re.ASCII)
_WORDS: Final = frozenset({"ignored", "optional", "required"})
# What every method takes: how the answer is written, and the signature.
_OF_ALL: Final = re.compile(r"format|callback|oauth_\w+")
_LONGEST_VERSION: Final = 100


def needs_of(entity_class: EntityClass) -> tuple[MethodNeeds, ...]:
    """Return what the client needs of the methods of `services/phones`, for one class of entities."""
    names = parameters_of(entity_class)
    return (
        MethodNeeds("services/phones/replace", frozenset({names.replace, "data"}), writing=True, granted=True),
        MethodNeeds(
            "services/phones/select",
            frozenset({names.select, "fields"}),
            frozenset({"number", "comment", "type_id"}),
            writing=True,
            granted=True,
        ),
        MethodNeeds(
            "services/phones/phone_number", frozenset({"phone_id", "fields"}), frozenset({"number", "comment"})
        ),
        MethodNeeds("services/phones/phone_type", frozenset({"id"}), frozenset({"id", "description"}), signed=False),
    )


def ask(client: Usos, needs: tuple[MethodNeeds, ...]) -> Described:
    """Return what the service says of these methods, one request a method; after one without an answer none is asked.

    Whatever the service does, nothing is raised.
    """
    methods: list[MethodDescription] = []
    try:
        for need in needs:
            described = client.method(need.name)
            methods.append(description_of(described, need.name))
        version = client.installation(optional=True).get("version")
    except (ServiceError, NotPromised):
        version = None
    return Described(version[:_LONGEST_VERSION] if isinstance(version, str) else "", tuple(methods))


def description_of(body: dict[str, Any], name: str) -> MethodDescription:
    """Return the description of the method of that name.

    Raises:
        NotPromised: this is none, or another method's.
    """
    rights = body.get("auth_options") or {}
    arguments = [item for item in _items(body.get("arguments")) if not _OF_ALL.fullmatch(item["name"])]
    if body.get("name") != name or not isinstance(rights, dict):
        raise NotPromised
    administrative = rights.get("administrative_only")
    return MethodDescription(
        name,
        {item["name"]: item.get("is_required") is True for item in arguments},
        frozenset(item["name"] for item in arguments if item.get("is_deprecated") is True),
        frozenset(item["name"] for item in _items(body.get("result_fields"))),
        administrative if isinstance(administrative, bool) else None,
        _word(rights.get("consumer")),
        _word(rights.get("token")),
    )


def _items(listed: Any) -> list[dict[str, Any]]:
    """Return a list of things with names; none where the service does not say."""
    items = [] if listed is None else listed
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise NotPromised
    if not all(isinstance(item.get("name"), str) and _NAME.fullmatch(item["name"]) for item in items):
        raise NotPromised
    return items


def _word(said: Any) -> Any:
    return said if isinstance(said, str) and said in _WORDS else ""
