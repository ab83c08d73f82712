"""How a number is stored where a server has a form of its own."""

from __future__ import annotations

import re

import phonenumbers

from connectors.sandbox.options import NumberFormat

_DIGITS_ONLY = re.compile(r"\+?[\d\s()./-]+")


def reformatted(number: str, form: NumberFormat) -> str:
    """The number in the server's own form where it has one; a text that is no number stays as it is."""
    if form == "as_sent" or not _DIGITS_ONLY.fullmatch(number):
        return number
    plain = ("+" if number.startswith("+") else "") + re.sub(r"\D", "", number)
    if form == "plus_digits" or not plain.startswith("+"):
        return plain
    try:
        parsed = phonenumbers.parse(plain)
    except phonenumbers.NumberParseException:
        return plain
    return f"+{parsed.country_code}-{phonenumbers.national_significant_number(parsed)}"
