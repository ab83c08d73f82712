"""Laws of a batch, under every setting."""

from __future__ import annotations

from itertools import count
from random import Random
from typing import Any, Literal, get_args, get_origin, get_type_hints

from drawing import share
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.apio_batch import Batch
from connectors.sandbox.apio_file import FileRow
from connectors.sandbox.apio_rows import Contact
from connectors.sandbox.options import ApioOptions

NAMES = st.sampled_from(["a", "b", "c", "d", "A", ""])
NUMBERS = st.sampled_from(["1", "2", "+48 22", "sip:1"])
ROWS = st.lists(st.tuples(NAMES, NUMBERS, st.none() | NAMES), max_size=6)


def choices(hint: Any) -> st.SearchStrategy[Any] | None:
    if hint is bool:
        return st.booleans()
    return st.sampled_from(get_args(hint)) if get_origin(hint) is Literal else None


SETTINGS = {name: choice for name, hint in get_type_hints(ApioOptions).items() if (choice := choices(hint)) is not None}
OPTIONS = st.builds(ApioOptions, **SETTINGS)


@share(6)
@given(options=OPTIONS, rows=ROWS, number=NUMBERS)
def test_a_batch_accounts_for_every_line_and_every_entry(
    options: ApioOptions, rows: list[tuple[str, str, str | None]], number: str
) -> None:
    """One result for each line and each deletion, no name twice, and nothing gone that no result tells of."""
    before = [Contact(position, name, number) for position, name in enumerate("abc")]
    lines = [FileRow(line, *row) for line, row in enumerate(rows, start=1)]
    outcome = Batch(before, options, count(100).__next__).run(lines, Random(0))  # noqa: S311 - an order, no secret
    names = [c.name if options.name_case == "sensitive" else c.name.casefold() for c in outcome.contacts]
    assert len(set(names)) == len(names)
    told = [result["line"] for result in outcome.results]
    assert sorted(line for line in told if line != "-") == [row.line for row in lines]
    gone = {contact.id for contact in before} - {contact.id for contact in outcome.contacts}
    assert told.count("-") >= len(gone)
    assert options.delete_missing or not gone


@share(2)
@given(rows=st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["1", "2"]), max_size=6), options=OPTIONS)
def test_a_complete_list_without_renames_is_what_is_stored(rows: dict[str, str], options: ApioOptions) -> None:
    """Whatever the settings: entries that the file names are there with their numbers."""
    before = [Contact(position, name, "1") for position, name in enumerate("abc")]
    lines = [FileRow(line, name, number, None) for line, (name, number) in enumerate(rows.items(), start=1)]
    outcome = Batch(before, options, count(100).__next__).run(lines, Random(0))  # noqa: S311 - an order, no secret
    after = {contact.name: contact.number for contact in outcome.contacts}
    assert {name: after.get(name) for name in rows} == rows
    assert outcome.status == 200
    assert not options.delete_missing or set(after) == set(rows)
