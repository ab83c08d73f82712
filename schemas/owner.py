"""Owners: what numbers belong to, as one text that reads well in a report and is unique across systems."""

from __future__ import annotations


def usos_owner(entity_class: str, entity_id: str) -> str:
    """Name a USOS entity: `faculty 10000000`."""
    return f"{entity_class} {entity_id}"


def entity_id(owner: str) -> str:
    """Return the id that USOS knows the owner by."""
    return owner.partition(" ")[2]


def list_owner(tenant: str, group: str | None) -> str:
    """Name a phone list: `tenant chopin`, `group chopin/strings`."""
    return f"group {tenant}/{group}" if group else f"tenant {tenant}"
