"""The search criteria of a list (Common Phone List Services, "Display Tenant's common phone list")."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from connectors.sandbox.apio_rows import Contact
from connectors.sandbox.apio_rules import ApioRefusedError

Test = Callable[[Contact, str], bool]

_TESTS: Final[Mapping[str, Test]] = MappingProxyType(
    {
        "sensitiveNameStarts": lambda contact, text: contact.name.startswith(text),
        "sensitiveNameContains": lambda contact, text: text in contact.name,
        "sensitiveNameEquals": lambda contact, text: text == contact.name,
        "insensitiveNameStarts": lambda contact, text: contact.name.casefold().startswith(text.casefold()),
        "insensitiveNameContains": lambda contact, text: text.casefold() in contact.name.casefold(),
        "insensitiveNameEquals": lambda contact, text: text.casefold() == contact.name.casefold(),
        "insensitivePhoneNumberStarts": lambda contact, text: contact.number.casefold().startswith(text.casefold()),
        "insensitivePhoneNumberContains": lambda contact, text: text.casefold() in contact.number.casefold(),
        "insensitivePhoneNumberEquals": lambda contact, text: text.casefold() == contact.number.casefold(),
    }
)


def found(contacts: Sequence[Contact], criteria: Mapping[str, Any]) -> list[Contact]:
    """The entries that match every criterion, or any with `combineWithOr`; unknown keys are ignored.

    Raises:
        ApioRefusedError: 400 for a value of the wrong type, and where more entries match than `responseSizeLimit`.
    """
    combine, limit, wanted = _checked(criteria)
    if wanted:
        contacts = [
            contact for contact in contacts if combine(_TESTS[name](contact, text) for name, text in wanted.items())
        ]
    if limit is not None and len(contacts) > limit:
        raise ApioRefusedError(400, "More entries match than responseSizeLimit allows")
    return list(contacts)


def _checked(criteria: Mapping[str, Any]) -> tuple[Callable[..., bool], int | None, dict[str, str]]:
    combine_with_or = criteria.get("combineWithOr", False)
    if not isinstance(combine_with_or, bool):
        raise ApioRefusedError(400, "combineWithOr must be a boolean")
    limit = criteria.get("responseSizeLimit")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        raise ApioRefusedError(400, "responseSizeLimit must be a positive integer")
    wanted = {name: criteria[name] for name in _TESTS if name in criteria}
    for name, text in wanted.items():
        if not isinstance(text, str):
            raise ApioRefusedError(400, f"{name} must be a string")
    return any if combine_with_or else all, limit, wanted
