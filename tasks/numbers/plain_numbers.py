"""Plain spellings of telephone numbers, read as a whole column: never another answer than `read_number`, or none.

A text is plain where it is digits with separators that stand for nothing. Its digits become `+`, country code, number;
whether that is a number is decided by the numbering plans' own patterns, which the library also uses. Where the
library would do more than compare (strip a prefix, ask a second country), the rules decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from tasks.numbers.number_words import DASHES, WHITE
from tasks.numbers.numbering import SHORTEST_PAGER

Mask = npt.NDArray[np.bool_]

_PLAIN: Final = f"^[{WHITE}]*[(]?[+]?[ (]?[0-9][0-9(). {WHITE}{DASHES}-]*[0-9][{WHITE}]*$"
# Wider than what `read_number` takes for a date or a decimal fraction: what might be one is left to it.
_OTHERWISE: Final = (
    f"[0-9][./{DASHES}-][0-9]{{1,2}}[./{DASHES}-](?:19|20)[0-9][0-9]"
    f"|(?:19|20)[0-9][0-9][./{DASHES}-][0-9]{{1,2}}[./{DASHES}-][0-9]"
    f"|^[{WHITE}]*[0-9]+[.][0-9]{{1,2}}[{WHITE}]*$"
)
# Nine digits at least: fewer may lack an area code. Thirteen at most: more may be two numbers.
_DIGITS: Final = "^[+]?[0-9]{9,13}$"
_PESEL: Final = "^481[0-2][0-9]{8}$"  # 48 12 151 23 45, or somebody born in 1948: `read_number` looks closer
_POLISH: Final = "^(?:(?:[+]|00)480?|480?|0?)[1-9][0-9]{8}$"
_KINDS: Final = (
    *("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail"),
    *("fixed_line", "mobile"),
)


def plain_keys(texts: pa.LargeStringArray, region: str) -> pa.LargeStringArray:
    """Return the E.164 form of each plain text, null where these rules do not decide."""
    plain = pc.and_not(pc.match_substring_regex(texts, _PLAIN), pc.match_substring_regex(texts, _OTHERWISE))
    bare = _digits(texts.filter(plain))
    candidates, unclear = _poles(bare) if region == "PL" else bare, _PESEL
    for pattern, replacement in _spellings(region):
        candidates = pc.replace_substring_regex(candidates, pattern, replacement)
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is not None and metadata.international_prefix != "00":
        unclear = f"{_PESEL}|^(?:{metadata.international_prefix})"
    decided = pc.and_not(pc.match_substring_regex(bare, _DIGITS), pc.match_substring_regex(bare, unclear))
    found = pc.if_else(pc.and_(decided, _valid(candidates, region)), candidates, pa.scalar(None, pa.large_string()))
    return pc.replace_with_mask(pa.nulls(len(texts), pa.large_string()), plain, found)


def text_bytes(texts: pa.LargeStringArray) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the bytes of a column, and where each text begins in the column's buffer, its end included."""
    _, offsets, data = texts.buffers()
    if not len(texts) or data is None:
        return np.empty(0, dtype=np.uint8), np.zeros(len(texts) + 1, dtype=np.int64)
    starts = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, dtype=np.uint8)[starts[0] : starts[-1]], starts


def _digits(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Return the texts with nothing left but their ASCII digits and +, by one pass over the column's bytes."""
    characters, starts = text_bytes(texts)
    if not len(characters):
        return texts
    kept = ((characters >= ord("0")) & (characters <= ord("9"))) | (characters == ord("+"))
    before = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(kept, dtype=np.int64)))
    ends = before[starts - starts[0]]
    return pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(characters[kept]))


def _poles(bare: pa.LargeStringArray) -> pa.LargeStringArray:
    """Put +48 before the nine digits of a Polish number, whatever stood there: nothing, an old trunk 0, the code."""
    polish = pc.match_substring_regex(bare, _POLISH)
    nine = pc.utf8_slice_codeunits(bare, -9, stop=None)
    code, nothing = pa.scalar("+48", pa.large_string()), pa.scalar("", pa.large_string())
    return pc.if_else(polish, pc.binary_join_element_wise(code, nine, nothing), bare)


def _spellings(region: str) -> Iterator[tuple[str, str]]:
    """Yield how digits become `+`, country code, number: patterns with their replacements, one after the other."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.international_prefix == "00":
        yield r"^00([1-9])", r"+\1"
    if metadata is None or region == "PL" or COUNTRY_CODE_TO_REGION_CODE[metadata.country_code or 0][0] != region:
        return
    trunk, parsing = metadata.national_prefix or "", metadata.national_prefix_for_parsing or ""
    # Only where the prefix is dropped and no more: elsewhere it may hold a carrier's code, or stand for other digits.
    if parsing.split("|", 1)[0] == trunk and not metadata.national_prefix_transform_rule:
        yield f"^(?:{trunk})?([1-9][0-9]+)$", rf"+{metadata.country_code}\1"


def _valid(candidates: pa.LargeStringArray, region: str) -> pa.BooleanArray:
    """Tell for each candidate whether the numbering plan of its country code surely knows it."""
    valid = np.zeros(len(candidates), dtype=np.bool_)
    home = PhoneMetadata.metadata_for_region(region, None)
    # No country code begins like another one, so most numbers are told by the code of the house alone.
    ours = pc.starts_with(candidates, f"+{home.country_code}").to_numpy(zero_copy_only=False) if home else valid
    if home is not None:
        _judge(valid, candidates, np.flatnonzero(ours), str(home.country_code))
    others = np.flatnonzero(~ours)
    known = "|".join(map(str, COUNTRY_CODE_TO_REGION_CODE))
    found = pc.extract_regex(candidates.take(pa.array(others)), f"^[+](?P<code>{known})")
    codes = pc.struct_field(found, "code").dictionary_encode()
    places = codes.indices.fill_null(-1).to_numpy()
    for place, code in enumerate(codes.dictionary.to_pylist()):
        _judge(valid, candidates, others[places == place], code)
    return pa.array(valid)


def _judge(valid: Mask, candidates: pa.LargeStringArray, rows: npt.NDArray[np.int64], code: str) -> None:
    """Note for the candidates of one country code which of them are surely valid."""
    numbers = pc.utf8_slice_codeunits(candidates.take(pa.array(rows)), 1 + len(code))
    valid[rows] = _valid_numbers(numbers, COUNTRY_CODE_TO_REGION_CODE[int(code)][0])


def _valid_numbers(numbers: pa.LargeStringArray, region: str) -> npt.NDArray[np.bool_]:
    """Tell for each number whether a region's plan surely knows it; for what is no region, nothing is sure."""
    lengths = pc.binary_length(numbers).to_numpy()
    valid = np.zeros(len(numbers), dtype=np.bool_)
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None:
        return valid
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        some = numbers.take(pa.array(rows))
        sure = pa.array(np.ones(len(rows), dtype=np.bool_))
        for pattern in _required(metadata, int(length)):
            sure = pc.and_(sure, pc.match_substring_regex(some, pattern))
        if prefix := metadata.national_prefix_for_parsing:
            sure = pc.and_not(sure, pc.match_substring_regex(some, f"^(?:{prefix})"))
        valid[rows] = sure.to_numpy(zero_copy_only=False)
    return valid


def _required(metadata: Any, length: int) -> Iterator[str]:
    """Yield the patterns that a number of this length must all match to be valid in a plan."""
    general = metadata.general_desc
    kinds = [getattr(metadata, kind) for kind in _KINDS if kind != "pager" or length >= SHORTEST_PAGER]
    fitting = [
        kind.national_number_pattern
        for kind in kinds
        if kind and kind.national_number_pattern and (not kind.possible_length or length in kind.possible_length)
    ]
    if not fitting or (general.possible_length and length not in general.possible_length):
        yield "^x"  # nothing of this length is valid, and no digits match
        return
    yield "^[1-9]"  # a number that begins with 0 keeps it in some countries
    yield f"^(?:{general.national_number_pattern})$"
    yield f"^(?:{'|'.join(fitting)})$"
    if metadata.leading_digits:
        yield f"^(?:{metadata.leading_digits})"
