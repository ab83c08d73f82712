"""Compare what a service says of its methods with what the client needs of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from schemas.interface import MethodDescription, MethodNeeds
from schemas.problems import Code, Problem


def breaking(needs: Iterable[MethodNeeds], described: Sequence[MethodDescription], *, writing: bool) -> list[Problem]:
    """Return what of the needs is not met any more, in their order.

    A method, a list of arguments or of fields that the service leaves out says nothing: it may simply not describe it.

    Args:
        needs: what the client needs.
        described: what the service says.
        writing: whether to look at the methods that a sync needs, or at the others.
    """
    known = {method.name: method for method in described}
    met = [(need, known[need.name]) for need in needs if need.writing == writing and need.name in known]
    return [problem for need, method in met for problem in _of_method(need, method)]


def differences(now: Sequence[MethodDescription], before: Sequence[MethodDescription]) -> list[Problem]:
    """Return what has come, or is said to go, since a service described itself before."""
    earlier = {method.name: method for method in before}
    return [problem for method in now if method.name in earlier for problem in _since(method, earlier[method.name])]


def _of_method(need: MethodNeeds, method: MethodDescription) -> Iterator[Problem]:
    given = method.arguments
    yield from _told(Code.API_ARGUMENT_GONE, need, need.sends - given.keys() if given else ())
    yield from _told(Code.API_ARGUMENT_REQUIRED, need, {name for name in given if given[name]} - need.sends)
    # Lists that have none of the fields speak of something else, such as the level above.
    if need.reads & method.fields:
        yield from _told(Code.API_FIELD_GONE, need, need.reads - method.fields)
    unsigned = method.consumer == "required" and not need.signed
    if unsigned or method.token == "required" or (method.administrative and not need.granted):  # noqa: S105 - no password
        yield Problem(Code.API_RIGHTS_CHANGED, {"method": need.name})


def _since(method: MethodDescription, before: MethodDescription) -> Iterator[Problem]:
    yield from _told(Code.API_ARGUMENT_NEW, method, method.arguments.keys() - before.arguments.keys())
    yield from _told(Code.API_ARGUMENT_DEPRECATED, method, method.deprecated - before.deprecated)
    yield from _told(Code.API_FIELD_NEW, method, method.fields - before.fields if before.fields else ())


def _told(code: Code, method: MethodNeeds | MethodDescription, names: Iterable[str]) -> Iterator[Problem]:
    for name in sorted(names):
        yield Problem(code, {"method": method.name, "part": name})
