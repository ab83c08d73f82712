"""Plain spellings of telephone numbers, read as a whole column: never another answer than `read_number`, or none.

A text is plain where it is digits with separators that stand for nothing. Its digits become `+`, country code, number;
whether that is a number is decided by the numbering plans' own patterns, which the library also uses. Where the
library would do more than compare (strip a prefix, ask a second country), the rules decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from tasks.phone.numbering_plan import SHORTEST_PAGER
from tasks.phone.vocabulary import DASHES, WHITE
from tasks.text_columns import Mask, on_all_cores, text_bytes

_AT_ONCE: Final = 1 << 17  # texts; what lies between two steps stays in a core's cache
_PLAIN: Final = f"^[{WHITE}]*[(]?[+]?[ (]?[0-9][0-9(). {WHITE}{DASHES}-]*[0-9][{WHITE}]*$"
# Nine digits at least: fewer may lack an area code. Thirteen at most: more may be two numbers.
_DIGITS: Final = "^[+]?[0-9]{9,13}$"
# 48 12 151 23 45, or somebody born in 1948; +48 and seven digits; a placeholder, a digit too many: read one by one.
_UNCLEAR: Final = (
    "^481[0-2][0-9]{8}$|^(?:[+]|00)48[0-9]{7}$|^(?:(?:[+]|00)?48)?0?(?:123456789|800[0-9]{7})$"  # `read_number` knows
)
_BEFORE_A_POLE: Final = "^(?:(?:[+]|00)480?|480?|0?)$"
_WHOLE: Final = 9  # digits before hours that are surely a number; where lengths vary, fewer may be
_PERHAPS_WHOLE: Final = 5
_KINDS: Final = (
    *("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail"),
    *("fixed_line", "mobile"),
)


def plain_keys(texts: pa.LargeStringArray, region: str) -> pa.LargeStringArray:
    """Return the E.164 form of each plain text, null where these rules do not decide."""
    if len(texts) <= _AT_ONCE:
        return _plain_keys(texts, region)
    parts = [texts.slice(start, _AT_ONCE) for start in range(0, len(texts), _AT_ONCE)]
    return pa.concat_arrays(on_all_cores(partial(_plain_keys, region=region), parts, rows=len(texts)))


def _plain_keys(texts: pa.LargeStringArray, region: str) -> pa.LargeStringArray:
    if not len(texts):
        return texts
    shapes, digits = _shapes(texts)
    plain = pc.and_(pc.match_substring_regex(shapes.dictionary, _PLAIN), pc.match_substring_regex(digits, _DIGITS))
    dated = pc.match_substring_regex(shapes.dictionary, _otherwise("[0-9]{4}", region))
    clear = pc.and_not(plain, dated).take(shapes.indices)
    doubtful = pc.and_(plain, dated).take(shapes.indices)
    clear = pc.replace_with_mask(
        clear,
        doubtful,
        pc.invert(pc.match_substring_regex(texts.filter(doubtful), _otherwise("(?:19|20)[0-9]{2}", region))),
    )
    bare = _digits(texts.filter(clear), pc.binary_length(digits.take(shapes.indices.filter(clear))))
    return pc.replace_with_mask(pa.nulls(len(texts), pa.large_string()), clear, _decided(bare, region))


def _decided(bare: pa.LargeStringArray, region: str) -> pa.LargeStringArray:
    """Return the E.164 form of each run of digits, null where these rules do not decide."""
    if not len(bare):
        return bare
    candidates, unclear = _poles(bare) if region == "PL" else bare, _UNCLEAR
    for pattern, replacement in _spellings(region):
        candidates = pc.replace_substring_regex(candidates, pattern, replacement)
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is not None and metadata.international_prefix != "00":
        unclear = f"{_UNCLEAR}|^(?:{metadata.international_prefix})"
    sure = pc.and_not(_valid(candidates, region), pc.match_substring_regex(bare, unclear))
    return pc.if_else(sure, candidates, pa.scalar(None, pa.large_string()))


@cache
def _otherwise(year: str, region: str) -> str:
    """Return a pattern wider than what `read_number` takes for something else; those texts are left to it."""
    between, digit, dash = f"[./{DASHES}-]", "[0-9]", f"[{DASHES}-]"
    shaped = year == digit + "{4}"
    hour = digit + "{1,2}" if shaped else "(?:[01]?[0-9]|2[0-4])"
    opening = digit + "{1,2}" if shaped else "(?:[6-9]|1[0-2])"
    closing = digit + "{2}" if shaped else "(?:1[1-9]|2[0-4])"
    second = "{2}" if region == "PL" else "{1,2}"  # all of Poland's have three digits: +48 22 551 03 07 has none
    code = f"{digit}{digit}{second}" if shaped else f"(?:[019][0-9]{second}|[23]11)"  # of an emergency
    zero = digit if shaped else "0"
    many = f"(?:{digit}[^0-9]*){{{_WHOLE if region == 'PL' else _PERHAPS_WHOLE}}}"
    abroad = f"^[{WHITE}]*[(]?(?:[+]|{zero}{zero}).*" if region == "PL" else many
    radom = digit + digit if shaped else "48"  # or Poland's code before a number that has lost digits
    apart, perhaps = "[^0-9]+", "[^0-9]*"
    local = (
        f"(?:{digit}{{3}}{perhaps}{digit}{{2}}{perhaps}{digit}{{2}}|{digit}{{4}}{perhaps}{digit}{{3}}"
        f"|{digit}{{2}}{apart}{digit}{{2}}{apart}{digit}{{3}})"
    )
    cut_off = (
        f"^[{WHITE}(]*{radom}{apart}(?:{digit}{{2}}{apart}{digit}{{3}}{apart}{digit}{{2}}[{WHITE}]*$"
        f"|{digit}{{3}}{apart}{digit}{{3}}{apart}{digit}[{WHITE}]*$)"
        f"|^[{WHITE}(]*{radom}{perhaps}{local}{apart}{digit}{{2}}[{WHITE}]*$"
    )
    patterns = (
        f"{digit}{between}{digit}{{1,2}}{between}{year}|{year}{between}{digit}{{1,2}}{between}{digit}",
        f"^[{WHITE}]*{digit}+[.]{digit}{{1,2}}[{WHITE}]*$|{digit}{{7}}[.]{digit}{{1,2}}(?:[^0-9.]|$)",  # a fraction
        # four parts with points, but for 22.551.03.55 and 22.55.10.355
        f"(?:^|[^0-9])(?:{digit}|{digit}{{3}})(?:[.]{digit}{{1,3}}){{3}}",
        f"{digit}{{2}}[.](?:{digit}|{digit}{{2}}[.](?:{digit}|{digit}{{3}})|{digit}{{3}}[.](?:{digit}|{digit}{{3}}))[.]{digit}",
        f"{digit}{{2}}[.]{digit}{{2}}[.]{digit}{{2}}[.]{digit}{{1,2}}[{WHITE}]*$",
        f"{digit}{{2}}[.]{digit}{{3}}[.]{digit}{{2}}[.](?:{digit}|{digit}{{3}})[{WHITE}]*$",
        f"{many}[(][{WHITE}]?{hour}[{WHITE}]?{dash}[{WHITE}]?{hour}[{WHITE}]?[)]",  # hours
        f"{digit}[.]{digit}{{2}}[{WHITE}]?{dash}[{WHITE}]?{digit}{{1,2}}[.]{digit}{{2}}",
        f"[.]{digit}{{4,6}}[{WHITE}]{digit}{{1,3}}[.]{digit}{{4}}",  # a place on the map
        # where lengths vary, what may stand behind a number, or before it
        f"{abroad}[{WHITE}]{opening}{dash}{closing}[{WHITE}]*$",
        f"{abroad}[{WHITE}(]{code}[{WHITE}]*$|{abroad}[(][{WHITE}]?{digit}{{1,5}}[{WHITE}]*$",
        *(
            (cut_off,)
            if region == "PL"
            else (
                f"^[{WHITE}]*{digit}{{1,2}}[.)][{WHITE}]|^[{WHITE}]*(?:{digit}{{1,4}}[.)]?(?:[{WHITE}]+{dash})?[{WHITE}]+){{1,3}}{zero}",
            )
        ),
    )
    return "|".join(patterns)


def _shapes(texts: pa.LargeStringArray) -> tuple[pa.DictionaryArray, pa.LargeStringArray]:
    """Return the texts with each digit as a 0, and of each such shape nothing but its digits and +.

    A million numbers have a few hundred shapes, so what tells a plain text is asked of these few.
    """
    characters, starts = text_bytes(texts)
    shown = np.where(_is_digit(characters), np.uint8(ord("0")), characters)
    shapes = pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(starts), pa.py_buffer(shown)).dictionary_encode()
    characters, starts = text_bytes(shapes.dictionary)
    kept = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(_is_kept(characters))))
    return shapes, _digits(shapes.dictionary, pa.array(np.diff(kept[starts])))


def _digits(texts: pa.LargeStringArray, lengths: pa.Int64Array) -> pa.LargeStringArray:
    """Return the texts with nothing left but their ASCII digits and +, of which there are as many as `lengths` says."""
    characters, _ = text_bytes(texts)
    ends = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths.to_numpy())))
    kept = characters[_is_kept(characters)]
    return pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(kept))


def _is_digit(characters: npt.NDArray[np.uint8]) -> Mask:
    digits: Mask = (characters >= ord("0")) & (characters <= ord("9"))
    return digits


def _is_kept(characters: npt.NDArray[np.uint8]) -> Mask:
    kept: Mask = _is_digit(characters) | (characters == ord("+"))
    return kept


def _poles(bare: pa.LargeStringArray) -> pa.LargeStringArray:
    """Put +48 before the nine digits of a Polish number, whatever stood there: nothing, an old trunk 0, the code."""
    before = pc.utf8_slice_codeunits(bare, 0, stop=-9).dictionary_encode()
    nine = pc.utf8_slice_codeunits(bare, -9)
    known = pc.match_substring_regex(before.dictionary, _BEFORE_A_POLE).take(before.indices)
    polish = pc.and_not(known, pc.starts_with(nine, "0"))
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
    if not len(others):
        return pa.array(valid)
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


def _valid_numbers(numbers: pa.LargeStringArray, region: str) -> Mask:
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
