"""How USOS says no: a status, a message, and codes to branch on (USOS API, "Errors")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.sandbox.options import ErrorBody


@dataclass(frozen=True)
class Problem:
    """What is wrong with a request; "" leaves a key out of the body."""

    status: int
    message: str
    error: str = ""
    reason: str = ""
    param_name: str = ""
    field_name: str = ""
    method_name: str = ""
    pl: str = ""
    en: str = ""


class UsosRefusedError(Exception):
    """A request that is refused: nothing was done."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def refuse(status: int, message: str, **rest: str) -> UsosRefusedError:
    """The exception to raise."""
    return UsosRefusedError(Problem(status, message, **rest))


def missing(parameter: str) -> UsosRefusedError:
    """A required parameter that is not there."""
    return refuse(400, f"Required parameter {parameter} is missing.", error="param_missing", param_name=parameter)


def invalid(parameter: str, message: str, *, pl: str = "", en: str = "") -> UsosRefusedError:
    """A parameter whose value cannot be used, with words for people where there are some."""
    return refuse(400, message, error="param_invalid", param_name=parameter, pl=pl, en=en)


def error_body(problem: Problem, variant: ErrorBody) -> dict[str, Any]:
    """The JSON body of an error, as much of it as the variant says."""
    if variant == "bare":
        return {"message": problem.message}
    names = ("error", "reason", "param_name", "field_name", "method_name")
    body: dict[str, Any] = {"message": problem.message}
    body |= {name: getattr(problem, name) for name in names if getattr(problem, name)}
    if problem.pl:
        words = {"pl": problem.pl, "en": problem.en}
        if variant == "full" and problem.param_name:
            body["user_messages"] = {"fields": {problem.param_name: words}}
        else:
            body["user_messages"] = {"generic_message": words}
    return body
