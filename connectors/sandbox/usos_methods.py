"""Every USOS method that the sandbox knows, and the few that speak about the service itself."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.sandbox import usos_directory, usos_phones
from connectors.sandbox.fields import Shape, pick
from connectors.sandbox.options import ReferenceForm, UsosOptions
from connectors.sandbox.usos_call import Done, Method, MethodCall
from connectors.sandbox.usos_errors import refuse

VERSION: Final = "7.0.4.0-2"
CONSUMER_SHAPE: Final[Shape] = dict.fromkeys(
    ("name", "url", "email", "date_registered", "administrative_methods", "token_scopes")
)
_PLAIN: Final = ("base_url", "version", "institution_name", "contact_emails")
INSTALLATION_SHAPE: Final[Shape] = {**dict.fromkeys(_PLAIN), "institution": usos_directory.FACULTY_SHAPE}
METHOD_SHAPE: Final[Shape] = {
    "name": None,
    "short_name": None,
    "ref_url": None,
    "admin_access": None,
    "auth_options": dict.fromkeys(("consumer", "token", "administrative_only", "ssl_required", "scopes")),
    "arguments": None,
    "brief_description": None,
    "result_fields": None,
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
    selection = call.selected(INSTALLATION_SHAPE, "|".join(_PLAIN))
    value = {
        "base_url": f"{call.base_url}/",
        "version": VERSION,
        "institution_name": {"pl": "Piaskownica", "en": "Sandbox"},
        "contact_emails": ["sandbox@example.com"],
        "institution": usos_directory.primary_unit(call),
    }
    return Done(pick(value, selection))


def now(call: MethodCall) -> Done:
    """services/apisrv/now: the service's local time, without a zone."""
    local = datetime.fromtimestamp(call.now, tz=UTC).astimezone(ZoneInfo(call.options.time_zone))
    return Done(local.strftime("%Y-%m-%d %H:%M:%S.%f"))


def method(call: MethodCall) -> Done:
    """services/apiref/method: how a method is called, as far as the settings let it say the truth."""
    found = METHODS.get(call.required("name"))
    selection = call.selected(METHOD_SHAPE, "|".join(METHOD_SHAPE))
    if found is None:
        raise refuse(400, "No such method.", error="object_not_found", reason="method", param_name="name")
    value = pick(_described(found, call.options, call.base_url), selection)
    forms: dict[ReferenceForm, Any] = {
        "full": value,
        "name_only": {"name": found.path},
        "all_null": dict.fromkeys(value) | {"name": found.path},
        "null": None,
        "list": [value],
        "odd_arguments": value | {"arguments": {"data": True}},
        "odd_names": value | {"arguments": [{"name": ["data"]}]},
        "another_method": value | {"name": "services/phones/other"},
    }
    return Done(forms[call.options.reference])


def _described(found: Method, options: UsosOptions, base_url: str) -> dict[str, Any]:
    required = [*found.required, *_named(options.said_required, found)]
    gone = _named(options.said_gone, found)
    arguments = [name for name in dict.fromkeys((*required, *found.optional)) if name not in gone]
    return {
        "name": found.path,
        "short_name": found.name,
        "ref_url": f"{base_url}/developers/api/{found.path.removesuffix('/' + found.name)}/#{found.name}",
        "admin_access": found.administrative,
        "auth_options": {
            "consumer": found.consumer,
            "token": "required" if found.path in options.said_personal else "ignored",
            "administrative_only": found.administrative,
            "ssl_required": found.ssl,
            "scopes": [],
        },
        "arguments": [
            {"name": name, "is_required": name in required, "is_deprecated": False, "default_value": None}
            for name in arguments
        ],
        "brief_description": found.path,
        "result_fields": [
            {"name": name, "description": name, "is_primary": True, "is_secondary": False}
            for name in found.result or ()
            if name not in gone
        ],
    }


def _named(places: tuple[str, ...], found: Method) -> list[str]:
    """Return the arguments or fields of this method among `services/phones/replace.data`."""
    return [name for path, _, name in (place.rpartition(".") for place in places) if path == found.path]


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
        result=usos_phones.SELECT_SHAPE,
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
        result=usos_phones.PHONE_SHAPE,
    ),
    Method(
        "services/phones/phone_type",
        "ignored",
        ssl=True,
        required=("id",),
        optional=("fields", *_FORMAT),
        run=usos_phones.phone_type,
        result=usos_phones.TYPE_SHAPE,
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
        "services/fac/faculties",
        "optional",
        ssl=False,
        required=("fac_ids",),
        optional=("fields", *_FORMAT),
        run=usos_directory.faculties,
        result=usos_directory.FACULTY_SHAPE,
    ),
    Method(
        "services/fac/subfaculties_deep",
        "optional",
        ssl=False,
        required=("fac_id",),
        optional=_FORMAT,
        run=usos_directory.subfaculties_deep,
    ),
    Method(
        "services/geo/building_index",
        "optional",
        ssl=False,
        required=(),
        optional=("fields", *_FORMAT),
        run=usos_directory.building_index,
        result=usos_directory.BUILDING_SHAPE,
    ),
    Method(
        "services/users/users",
        "required",
        ssl=False,
        required=("user_ids",),
        optional=("fields", *_FORMAT),
        run=usos_directory.users,
        result=usos_directory.USER_SHAPE,
    ),
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
