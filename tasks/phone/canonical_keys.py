"""Canonical keys of whole columns: the same answer as `read_number` on every row, at the speed of columns.

Two texts with one key are one number. Plain spellings are read by rules on columns; every text that those do not
decide goes through `read_number`, once however often it stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.tables import Current
from tasks.phone.column_parser import plain_keys
from tasks.phone.parser import ParsedNumber, read_number
from tasks.phone.vocabulary import composed, fold, tidy
from tasks.text_columns import arrow, series, text_bytes

_LONGEST_NUMBER: Final = 250  # characters, with whatever stands between the digits
# Texts that `tidy` leaves as they are: usual signs, single spaces inside, and no letter that could be composed.
_TIDY: Final = "^(?:[!-~¡-¬®-ſ‐-‧€№]+(?: [!-~¡-¬®-ſ‐-‧€№]+)*)?$"


def tidy_text(texts: pd.Series[str]) -> pd.Series[str]:
    """Return the texts as a person sees them; tidying again changes nothing.

    Composed (NFC), without invisible characters, every run of white space as one space, none around.
    """
    column = _arrow(texts)
    if _is_plainly_tidy(column):
        return series(column, texts)
    distinct, places = _distinct(column)
    others = pc.invert(pc.match_substring_regex(distinct, _TIDY))
    tidied = _texts(tidy(text) for text in distinct.filter(others).to_pylist())
    return series(pc.replace_with_mask(distinct, others, tidied).take(places), texts)


def canonical_keys(
    texts: pd.Series[str], *, region: str = "PL", area_code: str | None = None, switchboard: str | None = None
) -> pd.Series[str]:
    """Return what each text is compared by: equal exactly where the texts mean the same numbers in the same order.

    A number is its E.164 form, with `;ext=12` where it has an extension; several are joined by `|`. A text without a
    number is `+` and its digits where it is nothing else, otherwise `text:` and the text without regard to case; an
    empty text is "".
    """
    return readings(texts, region=region, area_code=area_code, switchboard=switchboard)["key"]


def readings(
    texts: pd.Series[str], *, region: str = "PL", area_code: str | None = None, switchboard: str | None = None
) -> pd.DataFrame:
    """Return what `read_number` says of each text, a row a text, on the same index.

    Columns: `key` (see `canonical_keys`), `count` (how many numbers), `extension` (whether any number has one) and
    `reason` (the code of why there is no number, or "").
    """
    column = _arrow(texts)
    keys = plain_keys(column, region)
    others = keys.is_null()
    distinct, places = _distinct(column.filter(others))
    read = [
        read_number(text, region=region, area_code=area_code, switchboard=switchboard) for text in distinct.to_pylist()
    ]
    rows, back = others.to_numpy(zero_copy_only=False), places.to_numpy()
    count = np.ones(len(column), dtype=np.int64)
    count[rows] = np.array([len(reading.numbers) for reading in read], dtype=np.int64)[back]
    extension = np.zeros(len(column), dtype=np.bool_)
    extension[rows] = np.array([any(n.extension for n in reading.numbers) for reading in read], dtype=np.bool_)[back]
    silent = pa.repeat(pa.scalar("", pa.large_string()), len(column))
    keys = pc.replace_with_mask(keys, others, _texts(key_of(reading) for reading in read).take(places))
    reasons = pc.replace_with_mask(silent, others, _texts(reading.reason for reading in read).take(places))
    return pd.DataFrame(
        {"key": series(keys, texts), "count": count, "extension": extension, "reason": series(reasons, texts)},
        index=texts.index,
    )


def key_of(reading: ParsedNumber) -> str:
    """Return the key of a reading: its numbers, or its text where it has none."""
    if reading.numbers:
        return "|".join(f"{n.e164};ext={n.extension}" if n.extension else n.e164 for n in reading.numbers)
    tidied = tidy(reading.text)
    bare = re.sub(r"[ .\-/()\[\]]", "", fold(tidied[:_LONGEST_NUMBER]))
    # A number that no plan knows is still the same number with other separators.
    if len(tidied) <= _LONGEST_NUMBER and re.fullmatch(r"\+\d{5,15}", bare):
        return bare
    return "text:" + composed("NFKC", tidied).casefold() if tidied else ""


def _arrow(texts: pd.Series[str]) -> pa.LargeStringArray:
    """Return a column as one array; a missing text counts as an empty one."""
    return pc.fill_null(arrow(texts), "")


def _is_plainly_tidy(column: pa.LargeStringArray) -> bool:
    """Tell, from its bytes alone, of a column of ASCII that tidying would change none of its texts."""
    characters, starts = text_bytes(column)
    if not len(characters):
        return True
    space = characters == ord(" ")
    if ((characters < ord(" ")) | (characters > ord("~"))).any() or (space[1:] & space[:-1]).any():
        return False
    begins, ends = starts[:-1], starts[1:]
    some = begins < ends
    return not (space[begins[some]].any() or space[ends[some] - 1].any())


def _distinct(column: pa.LargeStringArray) -> tuple[pa.LargeStringArray, pa.Array]:
    """Return the distinct texts and each row's place among them."""
    encoded = column.dictionary_encode()
    return encoded.dictionary, encoded.indices


def _texts(values: Iterable[str]) -> pa.LargeStringArray:
    return pa.array(list(values), pa.large_string())


NO_NUMBER: Final = "text:"
"""The key of an entry that has no number at all."""


def with_canonical_numbers(
    read: pd.DataFrame, *, region: str, area_code: str | None, switchboard: str | None = None
) -> pd.DataFrame:
    """Return `Current`: the stored texts as they are, with `tidy` and `key` to compare them by.

    Args:
        read: columns `owner, name, number, type_id, name_en`, as the service answered.
        region: whose numbers are written without a country code.
        area_code: what completes a seven-digit number, if anything.
        switchboard: the number that extensions standing alone belong to, if any.
    """
    current = read.reset_index(drop=True)
    current = current.assign(
        tidy=tidy_text(current["name"]),
        key=canonical_keys(current["number"], region=region, area_code=area_code, switchboard=switchboard),
    )
    # An entry without a number is an entry all the same: it stands there, and it can be lost.
    current["key"] = current["key"].mask(current["key"] == "", NO_NUMBER)
    return current[[*Current.to_schema().columns]]
