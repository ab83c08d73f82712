"""The methods that know units, buildings and people by their names: `fac`, `geo` and `users`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from connectors.sandbox import usos_rows
from connectors.sandbox.fields import Selection, Shape, pick
from connectors.sandbox.usos_call import Done, MethodCall
from connectors.sandbox.usos_errors import invalid, refuse
from connectors.sandbox.usos_rows import Known

FACULTY_SHAPE: Final[Shape] = dict.fromkeys(("id", "name", "phone_numbers", "is_public"))
BUILDING_SHAPE: Final[Shape] = dict.fromkeys(("id", "name", "phone_numbers", "campus_name"))
_POSITION: Final[Shape] = {"faculty": dict.fromkeys(("id", "name")), "position": {"name": None}}
USER_SHAPE: Final[Shape] = {
    **dict.fromkeys(("id", "first_name", "last_name", "staff_status", "phone_numbers")),
    "employment_positions": _POSITION,
}


def faculties(call: MethodCall) -> Done:
    """services/fac/faculties: the asked units, null for one that is unknown or not public."""
    return _asked(call, "faculty", "fac_ids", FACULTY_SHAPE)


def users(call: MethodCall) -> Done:
    """services/users/users: the asked people, null for one that is unknown or not public."""
    return _asked(call, "user", "user_ids", USER_SHAPE)


def subfaculties_deep(call: MethodCall) -> Done:
    """services/fac/subfaculties_deep: the ids of all public units below one, of every depth."""
    top = call.required("fac_id")
    known = usos_rows.directory(call.store, "faculty")
    if top not in known or known[top].hidden:
        raise refuse(400, "Referenced faculty does not exist.", error="object_not_found", param_name="fac_id")
    below, level = list[str](), {top}
    while level:
        level = {one.entity_id for one in known.values() if one.parent in level} - {top, *below}
        below += sorted(level)
    return Done(_formed(call, [identifier for identifier in below if not known[identifier].hidden]))


def building_index(call: MethodCall) -> Done:
    """services/geo/building_index: every building there is."""
    selection = _permitted(call, call.selected(BUILDING_SHAPE, "id|name"), "services/geo/building_index")
    known = usos_rows.directory(call.store, "building")
    listed = [pick(_value(call, one), selection) for one in known.values() if not one.hidden]
    return Done(_formed(call, listed))


def primary_unit(call: MethodCall) -> dict[str, Any] | None:
    """The unit at the root of the tree, null where none is known."""
    known = usos_rows.directory(call.store, "faculty")
    return next((_value(call, one) for one in known.values() if not one.parent), None)


def _asked(call: MethodCall, entity_class: str, parameter: str, shape: Shape) -> Done:
    ids = list(dict.fromkeys(filter(None, call.required(parameter).split("|"))))
    limit = call.options.max_ids_per_select
    if limit is not None and len(ids) > limit:
        raise invalid(parameter, f"At most {limit} ids are accepted.")
    method = {"faculty": "services/fac/faculties", "user": "services/users/users"}[entity_class]
    selection = _permitted(call, call.selected(shape, "id"), method)
    known = usos_rows.directory(call.store, entity_class)
    shown: dict[str, Any] = {}
    for identifier in ids:
        one = known.get(identifier)
        shown[identifier] = pick(_value(call, one), selection) if one and not one.hidden else None
    return Done(_formed(call, shown))


def _permitted(call: MethodCall, selection: Selection, method: str) -> Selection:
    for name in selection:
        if f"{method}.{name}" in call.options.forbidden_fields:
            raise refuse(403, "This field is not for you.", error="field_forbidden", field_name=name)
    return selection


def _value(call: MethodCall, one: Known) -> dict[str, Any]:
    with call.store.transaction() as connection:
        stored = usos_rows.phones(connection, one.entity_class, [one.entity_id])[one.entity_id]
    shown = call.late.shown((one.entity_class, one.entity_id), stored)
    return {
        "id": one.entity_id,
        "name": {"pl": one.pl, "en": one.en},
        "first_name": one.first_name,
        "last_name": one.last_name,
        "staff_status": 1,
        "is_public": True,
        "campus_name": None,
        # Of people these are the official numbers, which `services/phones` does not hold.
        "phone_numbers": [*one.official] if one.entity_class == "user" else [phone.number for phone in shown],
        "employment_positions": [
            {"faculty": {"id": unit, "name": {"pl": None, "en": None}}, "position": {"name": {"pl": None, "en": None}}}
            for unit in one.employed
        ],
    }


def _formed(call: MethodCall, value: Any) -> Any:
    return _FORMS[call.options.directory](value)


def _odd(value: Any) -> Any:
    """Objects whose every field is of another type than promised."""
    if isinstance(value, Mapping):
        return {key: {name: [3] for name in one} if one else one for key, one in value.items()}
    return [{name: [3] for name in one} if isinstance(one, Mapping) else {"id": one} for one in value]


_FORMS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "full": lambda value: value,
    "null": lambda _: None,
    "number": lambda _: 3,
    "other_kind": lambda value: list(value) if isinstance(value, Mapping) else {},
    "odd_fields": _odd,
}
