"""The numbering plan's own patterns for nine digits of a Polish number, for programs that have rules of their own."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneMetadata

_KINDS = (
    *("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail"),
    *("fixed_line", "mobile"),
)
_PLAN = PhoneMetadata.metadata_for_region("PL", None)
_FOUND = [found for found in (getattr(_PLAN, kind) for kind in _KINDS) if found and found.national_number_pattern]
POLISH = f"^(?:{'|'.join(found.national_number_pattern for found in _FOUND)})$"


def e164(text: str) -> str:
    """Read one number by the library."""
    number = phonenumbers.parse(text, "PL")
    if not phonenumbers.is_valid_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
