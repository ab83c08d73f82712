"""Ids of entities: what may be one."""

from __future__ import annotations

import re
import sys

import pandas as pd

from connectors.usos.spec import are_ids


def test_white_space_and_what_joins_ids_are_in_no_id_whatever_the_sign() -> None:
    signs = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point <= 0xDFFF]
    told = are_ids(pd.Series([f"a{sign}b" for sign in signs], dtype="str"))
    assert told.tolist() == [not re.search(r"[\s|]", sign) for sign in signs]


def test_an_id_has_one_to_32_characters() -> None:
    assert are_ids(pd.Series(["", "a", "ż" * 32, "ż" * 33, None], dtype="str")).tolist() == [
        False,
        True,
        True,
        False,
        False,
    ]
