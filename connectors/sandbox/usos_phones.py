"""The four methods of `services/phones`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from connectors.sandbox import usos_data, usos_rows
from connectors.sandbox.fields import Shape, pick
from connectors.sandbox.usos_call import Done, MethodCall
from connectors.sandbox.usos_errors import UsosRefusedError, invalid, missing, refuse
from connectors.sandbox.usos_rows import Phone, PhoneType


@dataclass(frozen=True)
class EntityClass:
    """A class of entities and the parameters that name them: `plural` for `select`, `singular` for `replace`."""

    name: str
    plural: str
    singular: str


ENTITY_CLASSES: Final = (
    EntityClass("faculty", "fac_ids", "fac_id"),
    EntityClass("user", "user_ids", "user_id"),
    EntityClass("building", "building_ids", "building_id"),
    EntityClass("dormitory", "dorm_ids", "dorm_id"),
)
TYPE_SHAPE: Final[Shape] = {"id": None, "description": None}
SELECT_SHAPE: Final[Shape] = {"number": None, "comment": None, "type_id": None}
PHONE_SHAPE: Final[Shape] = {"number": None, "comment": None, "phone_type": TYPE_SHAPE}


def select(call: MethodCall) -> Done:
    """services/phones/select: just the asked ids, unknown ones with an empty list, each list in random order."""
    entity, ids = _asked_ids(call)
    selection = call.selected(SELECT_SHAPE, "number|comment")
    with call.store.transaction() as connection:
        found = usos_rows.phones(connection, entity.name, ids)
        types = usos_rows.phone_types(connection) if call.fault_kind == "type_guessed" else {}
    answer: dict[str, Any] = {}
    for entity_id, stored in found.items():
        phones = call.replica.shown((entity.name, entity_id), stored)
        call.random.shuffle(phones)
        answer[entity_id] = [pick(_number(call, phone, types), selection) for phone in phones]
    return Done(_without_an_id(call, answer))


def replace_numbers(call: MethodCall) -> Done:
    """services/phones/replace: all of `data` is checked, then the entity's numbers are swapped at once."""
    given = [
        (entity, call.parameters[entity.singular]) for entity in ENTITY_CLASSES if entity.singular in call.parameters
    ]
    given = [(entity, entity_id) for entity, entity_id in given if entity_id]
    if not given:
        raise missing("|".join(entity.singular for entity in ENTITY_CLASSES))
    if len(given) > 1:
        raise invalid(given[1][0].singular, "The entity must be one.")
    entity, entity_id = given[0]
    data = call.parameters.get("data")
    if not data:
        raise invalid("data", "Required parameter data is missing.", pl="Brak danych.", en="There is no data.")
    options = replace(call.options, types="guessed") if call.fault_kind == "type_guessed" else call.options
    with call.store.transaction() as connection:
        types = usos_rows.phone_types(connection)
        known = usos_rows.exists(connection, entity.name, entity_id)
        before = usos_rows.phones(connection, entity.name, [entity_id])[entity_id]
    items = usos_data.parsed(data, options, types)
    if not known:
        raise _not_found(entity.name, entity.singular)
    call.before_commit()
    wanted = usos_data.rows(items, options, types)
    changed = usos_rows.swap(call.store, entity.name, entity_id, wanted)
    call.replica.written((entity.name, entity_id), before, call.options.read_lag if changed else 0)
    call.late.written((entity.name, entity_id), before, call.options.replica_lag if changed else 0)
    return Done({"success": True}, changed)


def phone_number(call: MethodCall) -> Done:
    """services/phones/phone_number: one number by its id."""
    phone_id = call.required("phone_id")
    selection = call.selected(PHONE_SHAPE, "number|comment")
    with call.store.transaction() as connection:
        phone = usos_rows.phone(connection, int(phone_id)) if _is_row_id(phone_id) else None
        types = usos_rows.phone_types(connection)
    if phone is None:
        raise _not_found("phone_number", "phone_id")
    value = _number(call, phone, types)
    kind = types.get(value["type_id"] or "")
    return Done(pick(value | {"phone_type": None if kind is None else _type(kind)}, selection))


def phone_type(call: MethodCall) -> Done:
    """services/phones/phone_type: one phone type by its id."""
    type_id = call.required("id")
    selection = call.selected(TYPE_SHAPE, "id|description")
    with call.store.transaction() as connection:
        kind = usos_rows.phone_types(connection).get(type_id)
    if kind is None:
        raise _not_found("phone_type", "id")
    return Done(pick(_type(kind), selection))


def _asked_ids(call: MethodCall) -> tuple[EntityClass, list[str]]:
    asked = []
    for entity in ENTITY_CLASSES:
        ids = list(dict.fromkeys(filter(None, call.parameters.get(entity.plural, "").split("|"))))
        if ids:
            asked.append((entity, ids))
    if not asked:
        raise missing("|".join(entity.plural for entity in ENTITY_CLASSES))
    if len(asked) > 1:
        raise invalid(asked[1][0].plural, "The entities must be of one class.")
    entity, ids = asked[0]
    limit = call.options.max_ids_per_select
    if limit is not None and len(ids) > limit:
        raise invalid(entity.plural, f"At most {limit} ids are accepted.")
    return entity, ids


def _number(call: MethodCall, phone: Phone, types: Mapping[str, PhoneType]) -> dict[str, Any]:
    type_id = usos_data.guessed(phone.number, types) if call.fault_kind == "type_guessed" else phone.type_id
    return {"number": phone.number, "comment": _comment(call, phone), "type_id": type_id}


def _comment(call: MethodCall, phone: Phone) -> dict[str, str | None] | None:
    match call.fault_kind:
        case "en_null":
            return {"pl": phone.pl, "en": None}
        case "en_empty":
            return {"pl": phone.pl, "en": ""}
        case "en_absent":
            return {"pl": phone.pl}
        case _:
            if call.options.empty_comment == "null" and not phone.pl and not phone.en:
                return None
            return {"pl": phone.pl, "en": phone.en}


def _type(kind: PhoneType) -> dict[str, Any]:
    return {"id": kind.id, "description": {"pl": kind.pl, "en": kind.en}}


def _without_an_id(call: MethodCall, answer: dict[str, Any]) -> dict[str, Any]:
    victim = (call.fault and call.fault.entity_id) or next(iter(answer))
    if victim not in answer:
        return answer
    if call.fault_kind == "id_null":
        return answer | {victim: None}
    if call.fault_kind == "id_missing":
        return {entity_id: numbers for entity_id, numbers in answer.items() if entity_id != victim}
    return answer


def _is_row_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _not_found(what: str, parameter: str) -> UsosRefusedError:
    return refuse(
        400,
        f"Referenced {what} does not exist.",
        error="object_not_found",
        reason=what,
        param_name=parameter,
        pl="Nie ma takiego obiektu.",
        en="There is no such object.",
    )
