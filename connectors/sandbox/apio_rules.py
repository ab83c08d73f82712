"""What a name and a number may be, how they are stored, and how APIO refuses."""

from __future__ import annotations

from connectors.sandbox.number_form import reformatted
from connectors.sandbox.options import ApioOptions, ErrorShape
from connectors.sandbox.wire import Reply, answer_json, page


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


class ApioRefusedError(Exception):
    """A request that is refused: nothing was done."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def error_answer(error: ApioRefusedError, shape: ErrorShape) -> Reply:
    """`details`, a list of error objects with a number each, or the page of a front end."""
    match shape:
        case "html":
            return page(error.status, error.message)
        case "list":
            return answer_json(error.status, [{"code": error.status * 100 + 1, "message": error.message}])
        case _:
            return answer_json(error.status, {"details": error.message})
