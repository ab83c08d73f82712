"""What a name and a number may be, and how they are stored."""

from __future__ import annotations

import re

import phonenumbers

from connectors.sandbox.apio_errors import ApioRefusedError
from connectors.sandbox.options import ApioOptions, NumberFormat

_DIGITS_ONLY = re.compile(r"\+?[\d\s()./-]+")


def name_key(name: str, options: ApioOptions) -> str:
    """Equal keys are the same entry."""
    return name if options.name_case == "sensitive" else name.casefold()


def tidied(text: str, options: ApioOptions) -> str:
    """The text with its white space collapsed, trimmed or kept."""
    if options.text == "collapsed":
        return " ".join(text.split())
    return text.strip() if options.text == "trimmed" else text


def stored_name(name: str, options: ApioOptions) -> str:
    """The name as it is stored.

    Raises:
        ApioRefusedError: 400, with a reason that does not quote the name.
    """
    name = options.letters(tidied(name, options))
    if not 1 <= len(name) <= options.max_name_length:
        raise ApioRefusedError(400, f"The name must have 1 to {options.max_name_length} characters")
    if options.latin1_names and any(ord(character) > 255 for character in name):
        raise ApioRefusedError(400, "The name has a character outside Latin-1")
    return name


def stored_number(number: str, options: ApioOptions) -> str:
    """The number as it is stored.

    Raises:
        ApioRefusedError: 400, with a reason that does not quote the number.
    """
    number = tidied(number, options)
    if not 1 <= len(number) <= options.max_number_length:
        raise ApioRefusedError(400, f"The phone number must have 1 to {options.max_number_length} characters")
    if "@" in number or number.casefold().startswith("sip:"):
        raise ApioRefusedError(400, "The phone number must not be a SIP address")
    return reformatted(number, options.numbers)


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
