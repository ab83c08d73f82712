"""How APIO says no: a status, and one of the bodies that its pages show."""

from __future__ import annotations

from connectors.sandbox.options import ErrorShape
from connectors.sandbox.wire import Reply, answer_json, page


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
