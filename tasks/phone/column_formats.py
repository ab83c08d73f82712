"""Telephone numbers written as a whole column: never another form than the `phonenumbers` library's.

The library's formats are patterns with replacements, chosen by a number's first digits. They are asked of the column as
often as a country has formats, and not of each number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_CODES: Final = "|".join(map(str, COUNTRY_CODE_TO_REGION_CODE))  # none begins like another one
_PARTS: Final = f"^[+](?P<code>{_CODES})(?P<national>[0-9]+)$"
_FIRST_GROUP: Final = r"(\\\d)"


def hyphenated(numbers: pa.LargeStringArray) -> pa.LargeStringArray:
    """Write E.164 numbers as `+CC-NSN`."""
    return pc.replace_substring_regex(numbers, f"^[+]({_CODES})", r"+\1-")


def spaced(numbers: pa.LargeStringArray, *, home: str | None) -> pa.LargeStringArray:
    """Write E.164 numbers in groups: those of the region `home` as they are dialled there, all others internationally.

    A number of no country's code is left as it is.
    """
    parts = pc.extract_regex(numbers, _PARTS)
    codes = pc.struct_field(parts, "code").dictionary_encode()
    metadata = PhoneMetadata.metadata_for_region(home, None) if home else None
    places = codes.indices.fill_null(-1).to_numpy()
    written = numbers
    for place, code in enumerate(codes.dictionary.to_pylist()):
        at_home = metadata is not None and metadata.country_code == int(code)
        here = pa.array(places == place)
        forms = _grouped(pc.struct_field(parts, "national").filter(here), int(code), at_home=at_home)
        if not at_home:
            forms = pc.replace_substring_regex(forms, "^", f"+{code} ")
        written = pc.replace_with_mask(written, here, forms)
    return written


def _grouped(national: pa.LargeStringArray, code: int, *, at_home: bool) -> pa.LargeStringArray:
    """Write the digits behind a country's code by the first format of that country that fits them."""
    written, open_ = national, np.ones(len(national), dtype=np.bool_)
    for leading, pattern, replacement in _formats(code, at_home=at_home):
        fits = pc.match_substring_regex(national, f"^(?:{pattern})$").to_numpy(zero_copy_only=False) & open_
        if leading:
            fits &= pc.match_substring_regex(national, f"^(?:{leading})").to_numpy(zero_copy_only=False)
        if fits.any():
            rows = pa.array(fits)
            some = pc.replace_substring_regex(national.filter(rows), f"^(?:{pattern})$", replacement)
            written = pc.replace_with_mask(written, rows, some)
            open_ &= ~fits
    return written


def _formats(code: int, *, at_home: bool) -> Iterator[tuple[str, str, str]]:
    """Yield a country's formats: how such numbers begin, their pattern, and the replacement of their groups."""
    region = COUNTRY_CODE_TO_REGION_CODE[code][0]
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if metadata is None:
        return
    for known in metadata.number_format if at_home or not metadata.intl_number_format else metadata.intl_number_format:
        replacement = known.format or ""
        if at_home and known.national_prefix_formatting_rule:
            replacement = re.sub(_FIRST_GROUP, known.national_prefix_formatting_rule, replacement, count=1)
        yield (known.leading_digits_pattern or [""])[-1], known.pattern or "", replacement
