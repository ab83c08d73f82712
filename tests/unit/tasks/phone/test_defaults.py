"""What may complete numbers that are written short."""

from __future__ import annotations

import pytest

from tasks.phone.defaults import as_area_code
from tasks.phone.parser import read_number


@pytest.mark.parametrize(
    ("typed", "region", "meant"),
    [
        ("22", "PL", "22"),
        ("022", "PL", "22"),
        ("47", "PL", "47"),
        ("99", "PL", ""),
        ("2", "PL", ""),
        ("225", "PL", ""),
        ("0", "PL", ""),
        ("22a", "PL", ""),
        ("", "PL", ""),
        ("30", "DE", "30"),
        ("030", "DE", "30"),
        ("020", "GB", "20"),
        ("06", "IT", "06"),
        ("212", "US", "212"),
        ("1", "AT", "1"),
        ("22", "ZZ", ""),
    ],
)
def test_an_area_code_is_one_that_completes_numbers_of_its_region(typed: str, region: str, meant: str) -> None:
    assert as_area_code(typed, region) == meant


def test_every_polish_area_code_completes_a_number_as_it_is_read() -> None:
    codes = [code for code in map(str, range(10, 100)) if as_area_code(code, "PL")]
    assert {"12", "22", "61", "71", "81", "91"} <= {*codes}
    unread = [
        code for code in codes if not any(read_number(f"{n}52 00 01", area_code=code).numbers for n in "23456789")
    ]
    assert unread == []
