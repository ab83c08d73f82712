"""Files of contacts as tables with a name and a number in each row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from connectors.files.container import unpack
from connectors.files.dialect import Dialect, Given
from connectors.files.encoding import decode
from connectors.files.header import Skipped, Wanted
from connectors.files.reading import read_table
from connectors.files.table import Table
from schemas.problems import Problem, packed
from schemas.reasons import LineCode
from schemas.syncs import Contacts
from tasks.source.contacts import Card, is_vcard, known_columns, of_rows, of_vcards, rows_of, texts_of, without_numbers

_MARKS: Final = (",", '"')


def read_contacts(path: Path, raw: bytes, header: tuple[str, str], how: tuple[Given, Contacts]) -> Table:
    """Return a table with these two columns, of names and of numbers; see `connectors.files.read_table`.

    Raises:
        SourceError: the file cannot be trusted as a whole, or holds no contacts that are known.
        ConfigurationError: the encoding that is set does not exist.
    """
    given, contacts = how
    content, form, packed_up = unpack(path, raw)
    if form == "text":
        decoded = decode(path, content, given.encoding)
        if is_vcard(decoded.text):
            dialect = Dialect(decoded.encoding, *_MARKS, evidence=decoded.evidence, packed=packed_up)
            nothing = np.array([], dtype=object)
            table = Table(path, dialect, header, pd.DataFrame(), nothing.astype(np.int64), nothing, nothing, at=0)
            return _filled(table, header, of_vcards(decoded.text), contacts)
    table = read_table(path, raw, Wanted(known_columns()), given)
    rows = zip(table.lines.tolist(), table.frame.to_dict("records"), strict=True)
    broken = {int(line) for line, problem in zip(table.lines, table.problems, strict=True) if problem}
    cards = of_rows(table.header, [(line, row) for line, row in rows if line not in broken])  # type: ignore[misc]
    return _filled(table, header, cards, contacts)


def _filled(table: Table, header: tuple[str, str], cards: list[Card], contacts: Contacts) -> Table:
    """Return the table with the rows of these contacts, and those that could not be read."""
    cut = packed(Problem(LineCode.CARD_CUT))
    rows = [(line, name, number, "" if whole else cut) for line, name, number, whole in rows_of(cards, contacts)]
    bad = zip(table.lines.tolist(), table.problems.tolist(), strict=True)
    rows += [(line, "", "", problem) for line, problem in bad if problem]
    rows.sort(key=lambda row: row[0])
    skipped = [*table.skipped, *(Skipped(line, "contact") for line in without_numbers(cards))]
    return replace(
        table,
        header=header,
        frame=pd.DataFrame([row[1:3] for row in rows], columns=list(header), dtype="str"),
        lines=np.array([row[0] for row in rows], dtype=np.int64),
        problems=np.array([row[3] for row in rows], dtype=object),
        widths=np.full(len(rows), len(header), dtype=np.int64),
        skipped=tuple(sorted(skipped, key=lambda record: record.line)),
        cells={},
        texts=(*table.texts, *texts_of(cards, contacts)),
    )
