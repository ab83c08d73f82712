"""A little of what `make fuzz` does at length, the same every time: only typed errors come out of what others wrote."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from drawing import share
from hypothesis import given
from hypothesis import strategies as st
from seeds import SEEDS
from targets import TARGETS, attack

from connectors.ledger.store import Ledger
from connectors.usos.spec import SPEC as USOS
from schemas.errors import LedgerError
from tasks.phone.canonical_keys import canonical_keys, tidy_text
from tasks.phone.parser import means_none, read_number
from tasks.reports.masking import mask_text
from tasks.source.validation import Rules, validate

steady = share(1.2)
CHOICE = st.binary(min_size=4, max_size=4)
CELL = st.text(max_size=12) | st.sampled_from(
    ["", "1", "22 999 00 01", "a;b", '"', '""', "'", "\n", "\r\n", "brak", "\0"]
)
HEADERS = st.sampled_from(
    ["entity_id;number;comment;type_id", "entity_id,number", "Name;Phone Number;New Name", "sep=;"]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.text("\ud800\udfffa", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("1", "2", "number", "comment", "pl", "en", "type_id", "success", "error", "message", "fields"),
                    *("user_messages", "generic_message", "administrative_methods", "entries", "name", "phoneNumber"),
                    *("results", "line", "phone_number", "status", "details", "code", "profile", "user_level"),
                ]
            )
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
TOML = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["C"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('abkz." /', min_size=1, max_size=5), inner),
    max_leaves=8,
)


@pytest.mark.parametrize("name", TARGETS)
def test_every_input_to_begin_with_is_answered(name: str) -> None:
    for seed in SEEDS[name]:
        attack(TARGETS[name], seed)


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes_are_answered(name: str) -> None:
    @steady
    @given(st.binary(max_size=200))
    def law(data: bytes) -> None:
        attack(TARGETS[name], data)

    law()


@steady
@given(CHOICE, HEADERS, st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=6), st.sampled_from(";,\t"))
def test_any_file_with_a_header_is_answered(choice: bytes, header: str, rows: list[list[str]], delimiter: str) -> None:
    text = "\n".join([header, *(delimiter.join(row) for row in rows)])
    attack(TARGETS["csv_file"], choice + text.encode())


@steady
@given(CHOICE, st.text(max_size=60) | st.text("0123456789+()-/,.; wewtlfax\u00a0\u2013", max_size=60))
def test_any_text_is_a_number_or_none(choice: bytes, text: str) -> None:
    TARGETS["number"](choice[:2] + text.encode())


@pytest.mark.parametrize("service", ["usos_answer", "apio_answer"])
def test_any_json_is_a_value_or_a_typed_error(service: str) -> None:
    @steady
    @given(CHOICE, JSON)
    def law(choice: bytes, body: Any) -> None:
        attack(TARGETS[service], choice[:2] + b"\0" + json.dumps(body).encode())

    law()


@steady
@given(st.sampled_from(SEEDS["configuration"][0].decode().splitlines()), TOML, st.booleans())
def test_any_value_at_any_place_of_the_configuration_is_answered(line: str, value: Any, whole: bool) -> None:  # noqa: FBT001 - drawn
    text = SEEDS["configuration"][0].decode()
    key = line.split("=", maxsplit=1)[0].strip("[] ") or "a"
    other = f"{line}\n{json.dumps(key)} = {toml(value)}" if whole else f"{key} = {toml(value)}"
    attack(TARGETS["configuration"], text.replace(line, other, 1).encode())


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value).lower() if isinstance(value, bool | float) else json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5_000,
        "a = " + "{a = " * 5_000,
        "a" + ".a" * 5_000 + " = 1",
        "a = " + "9" * 5_000,
        'reports = "a\\u0000b"\nconnections = {}\nsyncs = {}',
        'ledger = "sqlite:///a\\u0000b"\nconnections = {}\nsyncs = {}',
    ],
)
def test_what_no_person_writes_is_an_error_of_the_configuration(text: str) -> None:
    attack(TARGETS["configuration"], text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "1" * 1_000_000,
        " " * 1_000_000,
        "-" * 1_000_000,
        "+(" * 500_000,
        "1 " * 500_000,
        "1," * 500_000,
        "(1" * 500_000,
        "\0" * 1_000_000,
        "pok. " * 200_000,
        "a" + "\u0301\u0323" * 500_000,  # marks that have to be sorted
        "！" * 1_000_000,
        "٢ " * 500_000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_a_cell_of_a_million_characters_is_read_at_once(text: str) -> None:
    """Each step takes a time that grows like the text and not like its square."""
    column = pd.Series([text], dtype="str")
    rows = pd.DataFrame({"line": [2], "owner": ["1"], "name": [text], "number": [text], "type_id": [""]})
    source = rows.assign(new_name="", problem="")
    for step in (
        lambda: read_number(text),
        lambda: means_none(text),
        lambda: canonical_keys(column),
        lambda: tidy_text(column),
        lambda: mask_text(text),
        lambda: validate(source, Rules(USOS, "user", {})),
    ):
        began = time.process_time()
        step()
        assert time.process_time() - began < 5  # a busy machine takes several times what an idle one does


@pytest.mark.parametrize(
    "statements",
    [
        ["create table alembic_version (version_num text)", "insert into alembic_version values ('0000')"],
        ["create table alembic_version (version_num text)", "insert into alembic_version values ('zzzz')"],
        ["create table alembic_version (other text)"],
        ["create view alembic_version as select 1"],
        ["create table runs (other text)"],
    ],
)
def test_a_database_of_something_else_is_no_ledger_and_stays_as_it_is(statements: list[str], tmp_path: Path) -> None:
    path = tmp_path / "phonesync.db"
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        before = list(connection.execute("select name, sql from sqlite_master"))
    with pytest.raises(LedgerError):
        Ledger.open(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        assert list(connection.execute("select name, sql from sqlite_master")) == before
