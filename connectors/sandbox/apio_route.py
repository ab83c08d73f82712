"""Which path and verb mean which method, and on which list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from connectors.sandbox.apio_rows import PhoneList

ON_LIST: Final[Mapping[str, str]] = MappingProxyType({"GET": "list", "POST": "create", "DELETE": "delete_many"})
ON_ENTRY: Final[Mapping[str, str]] = MappingProxyType({"GET": "get", "PUT": "put", "DELETE": "delete"})
ON_BATCH: Final[Mapping[str, str]] = MappingProxyType({"POST": "batch"})
ON_LOGIN: Final[Mapping[str, str]] = MappingProxyType({"POST": "login"})


@dataclass(frozen=True)
class Route:
    """A path that exists: the methods by verb, the list, and the entry's name."""

    methods: Mapping[str, str]
    where: PhoneList
    name: str = ""


def route(path: str, prefix: str) -> Route | None:
    """What a decoded path leads to; None without the final slash, or where there is nothing.

    An entry named `batch` cannot be reached: that path is the batch's own.
    """
    if not path.startswith(prefix) or not path.endswith("/"):
        return None
    match path[len(prefix) : -1].split("/"):
        case ["login"]:
            return Route(ON_LOGIN, PhoneList(""))
        case ["tenants", tenant, "services", "common_phone_list", *rest]:
            return _on_list(PhoneList(tenant), rest)
        case ["tenants", tenant, "groups", group, "services", "common_phone_list", *rest] if group:
            return _on_list(PhoneList(tenant, group), rest)
        case _:
            return None


def _on_list(where: PhoneList, rest: list[str]) -> Route | None:
    match rest:
        case []:
            return Route(ON_LIST, where)
        case ["batch"]:
            return Route(ON_BATCH, where)
        case [name] if name:
            return Route(ON_ENTRY, where, name)
        case _:
            return None
