"""The batch file: from its request to rows (Common Phone List Services, "Create Update Delete … with batch")."""

from __future__ import annotations

import csv
import io
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.apio_rules import ApioRefusedError
from connectors.sandbox.options import ApioOptions


@dataclass(frozen=True)
class FileRow:
    """A data row: `line` counts from 1 without the header; `new_name` is None where there is no such field."""

    line: int
    name: str
    number: str
    new_name: str | None


def file_rows(body: Mapping[str, Any], options: ApioOptions) -> list[FileRow]:
    """The rows of the file in a batch request; an empty file and a header alone have none.

    Raises:
        ApioRefusedError: 400 for the request's own fields, `bad_file_status` for the file: its text, its header, or a
            row with a wrong amount of columns. Nothing of it was done.
    """
    delimiter, quotechar, has_header = _dialect(body)
    records = _records(body, delimiter, quotechar, options)
    if has_header and records:
        header, *records = records
        if tuple(header) not in {options.default_header, options.required_header}:
            raise _bad_file(options, "The file has wrong header names")
        allowed = {len(header), len(options.required_header)}  # a row without a new name may be short
    else:
        allowed = {len(options.default_header), len(options.required_header)}
    for line, record in enumerate(records, start=1):
        if len(record) not in allowed:
            raise _bad_file(options, f"Line {line} has a wrong amount of columns")
    return [_row(line, record, options) for line, record in enumerate(records, start=1)]


def _dialect(body: Mapping[str, Any]) -> tuple[str, str, bool]:
    delimiter, quotechar, has_header = (
        body.get("delimiter", ";"),
        body.get("quotechar", '"'),
        body.get("has_header", True),
    )
    for name, value in (("delimiter", delimiter), ("quotechar", quotechar)):
        if not isinstance(value, str) or len(value) != 1 or value in "\r\n":
            raise ApioRefusedError(400, f"{name} must be one character")
    if not isinstance(has_header, bool):
        raise ApioRefusedError(400, "has_header must be a boolean")
    if not isinstance(body.get("csv"), str):
        raise ApioRefusedError(400, "csv must be a base64 encoded string")
    return delimiter, quotechar, has_header


def _records(body: Mapping[str, Any], delimiter: str, quotechar: str, options: ApioOptions) -> list[list[str]]:
    try:
        text = b64decode(body["csv"], validate=True).decode(options.charset)
    except ValueError:
        raise _bad_file(options, "The file is not base64 or not text") from None
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quotechar, strict=True)
        return list(reader)
    except (csv.Error, TypeError, ValueError):
        raise _bad_file(options, "The file is no CSV") from None


def _row(line: int, record: list[str], options: ApioOptions) -> FileRow:
    """The fields by the order of the columns; columns beyond the third are the project's own and mean nothing here."""
    new_name = record[2] if len(record) > len(options.required_header) else None
    return FileRow(line, record[0], record[1], new_name)


def _bad_file(options: ApioOptions, message: str) -> ApioRefusedError:
    return ApioRefusedError(options.bad_file_status, message)
