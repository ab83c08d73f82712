"""Numbers written as a column look as the library writes each of them."""

from __future__ import annotations

import random
from collections.abc import Iterator

import phonenumbers
import pyarrow as pa
import pytest
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from tasks.phone.column_formats import hyphenated, spaced
from tasks.phone.numbering_plan import parsed

_KINDS = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE, PhoneNumberType.UAN)


def _examples() -> Iterator[str]:
    """Yield the library's example of each kind in each country, and others that begin like it."""
    draw = random.Random(5)  # noqa: S311 - no secret
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in _KINDS:
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            e164 = phonenumbers.format_number(example, PhoneNumberFormat.E164)
            yield e164
            for kept in range(max(4, len(e164) - 6), len(e164)):
                other = e164[:kept] + "".join(draw.choice("0123456789") for _ in e164[kept:])
                if (read := parsed(other, None)) is not None and phonenumbers.is_valid_number(read):
                    yield other
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        if regions == ("001",) and (example := phonenumbers.example_number_for_non_geo_entity(code)):
            yield phonenumbers.format_number(example, PhoneNumberFormat.E164)


NUMBERS = sorted(set(_examples()))


def _by_the_library(e164: str, home: str | None) -> str:
    number = phonenumbers.parse(e164)
    metadata = PhoneMetadata.metadata_for_region(home, None) if home else None
    national = metadata is not None and metadata.country_code == number.country_code
    return phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if national else PhoneNumberFormat.INTERNATIONAL
    )


@pytest.mark.parametrize("home", [None, "PL", "DE", "GB", "US", "IT", "AR", "XX"])
def test_numbers_are_grouped_as_by_the_library(home: str | None) -> None:
    column = pa.array(NUMBERS, pa.large_string())
    expected = [_by_the_library(number, home) for number in NUMBERS]
    assert spaced(column, home=home).to_pylist() == expected
    assert len(NUMBERS) > 3_000, "the law has seen too few numbers"


def test_the_country_code_is_set_apart_as_the_library_sees_it() -> None:
    codes = [str(phonenumbers.parse(number).country_code) for number in NUMBERS]
    expected = [f"+{code}-{number[1 + len(code) :]}" for code, number in zip(codes, NUMBERS, strict=True)]
    assert hyphenated(pa.array(NUMBERS, pa.large_string())).to_pylist() == expected


def test_an_empty_key_and_a_code_of_no_country_stay() -> None:
    column = pa.array(["", "+999123456"], pa.large_string())
    assert spaced(column, home="PL").to_pylist() == ["", "+999123456"]
    assert hyphenated(column).to_pylist() == ["", "+999123456"]
