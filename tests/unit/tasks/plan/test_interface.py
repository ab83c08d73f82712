"""What a service says of its methods against what the client needs: laws over all methods and arguments."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.usos.reference import needs_of
from connectors.usos.spec import EntityClass
from schemas.interface import MethodDescription, MethodNeeds
from schemas.problems import Code
from tasks.plan.interface import breaking, differences

NEEDS = [need for entity_class in get_args(EntityClass) for need in needs_of(entity_class)]
NAMES = st.sampled_from(["a", "b", "c", "d"])
ARGUMENTS = st.dictionaries(NAMES, st.booleans())
METHODS = st.builds(
    MethodDescription, st.just("m"), ARGUMENTS, st.frozensets(NAMES), st.frozensets(NAMES), st.none() | st.booleans()
)


def as_needed(need: MethodNeeds) -> MethodDescription:
    arguments = {**dict.fromkeys(need.sends, True), "more": False}
    return MethodDescription(need.name, arguments, fields=need.reads | {"more"}, administrative=need.granted)


@pytest.mark.parametrize("need", NEEDS)
def test_each_thing_that_is_needed_is_missed_and_nothing_else(need: MethodNeeds) -> None:
    whole = as_needed(need)
    assert breaking([need], [whole], writing=need.writing) == []
    assert breaking([need], [whole], writing=not need.writing) == []
    for part in need.sends:
        rest = {name: whole.arguments[name] for name in whole.arguments if name != part}
        (gone,) = breaking([need], [MethodDescription(need.name, rest)], writing=need.writing)
        assert (gone.code, gone.values["part"]) == (Code.API_ARGUMENT_GONE, part)
    for part in need.reads if len(need.reads) > 1 else ():
        described = MethodDescription(need.name, fields=whole.fields - {part})
        (gone,) = breaking([need], [described], writing=need.writing)
        assert (gone.code, gone.values["part"]) == (Code.API_FIELD_GONE, part)


@given(method=METHODS, sends=st.frozensets(NAMES))
def test_what_is_required_has_to_be_sent_and_what_is_sent_has_to_be_taken(
    method: MethodDescription, sends: frozenset[str]
) -> None:
    found = breaking([MethodNeeds("m", sends, granted=True)], [method], writing=False)
    required = {name for name, is_required in method.arguments.items() if is_required}
    said = {(problem.code, problem.values["part"]) for problem in found}
    gone = sends - method.arguments.keys() if method.arguments else frozenset()
    assert said == {(Code.API_ARGUMENT_REQUIRED, name) for name in required - sends} | {
        (Code.API_ARGUMENT_GONE, name) for name in gone
    }


@given(method=METHODS)
def test_a_description_is_kept_whole_and_is_no_news_the_second_time(method: MethodDescription) -> None:
    assert MethodDescription.of_json(method.as_json()) == method
    assert differences([method], [method]) == []
    assert differences([method], []) == []
