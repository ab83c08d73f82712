"""Lay entries out as a file of the source's form: what stands in a place, as the file that would want it so."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from tasks.text_columns import looked_up


@dataclass(frozen=True)
class Form:
    """How the file is to be written.

    Attributes:
        headers: the headers by our column names (`owner`, `name`, `number`, `type_id`, `new_name`), in their order; a
            column of another name stays empty.
        delimiter: between the fields.
        quotechar: around fields.
    """

    headers: Mapping[str, str]
    delimiter: str = ";"
    quotechar: str = '"'


def source_table(
    entries: pd.DataFrame,
    form: Form,
    ids: Mapping[str, str],
    clear: Sequence[str] = (),
    names: Mapping[str, str] = MappingProxyType({}),
) -> str:
    r"""Return the text of a file that wants exactly these entries, with their stored texts, "\r\n" after each line.

    Args:
        entries: `Current`.
        form: the file's form.
        ids: the cell that stands for each owner.
        clear: owners without any entry that get a line of their own, which says so.
        names: what owners are called.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=form.delimiter, quotechar=form.quotechar, lineterminator="\r\n")
    writer.writerow(form.headers.values())
    ordered = entries.sort_values(["owner", "tidy", "number", "type_id"], kind="stable")
    blank = pd.Series("", index=ordered.index, dtype="str")
    columns = {
        "owner": looked_up(ordered["owner"], ids),
        "owner_name": looked_up(ordered["owner"], names),
        "name": ordered["name"],
        "number": ordered["number"],
        "type_id": ordered["type_id"],
    }
    writer.writerows(zip(*(columns.get(name, blank) for name in form.headers), strict=True))
    writer.writerows([ids[owner] if name == "owner" else "" for name in form.headers] for owner in sorted(clear))
    return text.getvalue()
