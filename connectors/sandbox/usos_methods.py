"""Every USOS method that the sandbox knows, and the few that speak about the service itself."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.sandbox import usos_phones
from connectors.sandbox.fields import Shape, pick
from connectors.sandbox.usos_call import Done, Method, MethodCall
from connectors.sandbox.usos_errors import refuse

VERSION: Final = "7.0.4.0-2"
CONSUMER_SHAPE: Final[Shape] = dict.fromkeys(
    ("name", "url", "email", "date_registered", "administrative_methods", "token_scopes")
)
INSTALLATION_SHAPE: Final[Shape] = dict.fromkeys(("base_url", "version", "institution_name", "contact_emails"))
METHOD_SHAPE: Final[Shape] = {
    "name": None,
    "short_name": None,
    "ref_url": None,
    "admin_access": None,
    "auth_options": dict.fromkeys(("consumer", "token", "administrative_only", "ssl_required", "scopes")),
    "arguments": None,
}


def consumer(call: MethodCall) -> Done:
    """services/apisrv/consumer: who signed the request, and what that one may do."""
    selection = call.selected(CONSUMER_SHAPE, "name|url|email|date_registered")
    methods = list(call.consumer.administrative_methods) if call.consumer else []
    value = {
        "name": "Sandbox consumer",
        "url": None,
        "email": "sandbox@example.com",
        "date_registered": "2024-01-01 00:00:00",
        "administrative_methods": methods,
        "token_scopes": None,
    }
    return Done(pick(value, selection))


def installation(call: MethodCall) -> Done:
    """services/apisrv/installation: where this is and which version it runs."""
    selection = call.selected(INSTALLATION_SHAPE, "|".join(INSTALLATION_SHAPE))
    value = {
        "base_url": f"{call.base_url}/",
        "version": VERSION,
        "institution_name": {"pl": "Piaskownica", "en": "Sandbox"},
        "contact_emails": ["sandbox@example.com"],
    }
    return Done(pick(value, selection))


def now(call: MethodCall) -> Done:
    """services/apisrv/now: the service's local time, without a zone."""
    local = datetime.fromtimestamp(call.now, tz=UTC).astimezone(ZoneInfo(call.options.time_zone))
    return Done(local.strftime("%Y-%m-%d %H:%M:%S.%f"))


def method(call: MethodCall) -> Done:
    """services/apiref/method: how a method is called."""
    found = METHODS.get(call.required("name"))
    selection = call.selected(METHOD_SHAPE, "|".join(METHOD_SHAPE))
    if found is None:
        raise refuse(400, "No such method.", error="object_not_found", reason="method", param_name="name")
    value: dict[str, Any] = {
        "name": found.path,
        "short_name": found.name,
        "ref_url": f"{call.base_url}/developers/api/{found.path.removesuffix('/' + found.name)}/#{found.name}",
        "admin_access": found.administrative,
        "auth_options": {
            "consumer": found.consumer,
            "token": "ignored",
            "administrative_only": found.administrative,
            "ssl_required": found.ssl,
            "scopes": [],
        },
        "arguments": [
            {"name": name, "is_required": name in found.required} for name in (*found.required, *found.optional)
        ],
    }
    return Done(pick(value, selection))


_FORMAT = ("format", "callback")
_PLURALS = tuple(entity.plural for entity in usos_phones.ENTITY_CLASSES)
_SINGULARS = tuple(entity.singular for entity in usos_phones.ENTITY_CLASSES)
_ALL = (
    Method(
        "services/phones/select",
        "required",
        ssl=True,
        administrative=True,
        required=(),
        optional=("fields", *_PLURALS, *_FORMAT),
        run=usos_phones.select,
    ),
    Method(
        "services/phones/replace",
        "required",
        ssl=True,
        administrative=True,
        required=("data",),
        optional=(*_SINGULARS, *_FORMAT),
        run=usos_phones.replace_numbers,
    ),
    Method(
        "services/phones/phone_number",
        "optional",
        ssl=False,
        required=("phone_id",),
        optional=("fields", *_FORMAT),
        run=usos_phones.phone_number,
    ),
    Method(
        "services/phones/phone_type",
        "ignored",
        ssl=True,
        required=("id",),
        optional=("fields", *_FORMAT),
        run=usos_phones.phone_type,
    ),
    Method(
        "services/apisrv/consumer",
        "required",
        ssl=False,
        required=(),
        optional=("fields", *_FORMAT),
        run=consumer,
    ),
    Method(
        "services/apisrv/installation",
        "ignored",
        ssl=False,
        required=(),
        optional=("fields", *_FORMAT),
        run=installation,
    ),
    Method("services/apisrv/now", "ignored", ssl=False, required=(), optional=_FORMAT, run=now),
    Method(
        "services/apiref/method",
        "ignored",
        ssl=False,
        required=("name",),
        optional=("fields", *_FORMAT),
        run=method,
    ),
)
METHODS: Final = MappingProxyType({known.path: known for known in _ALL})
