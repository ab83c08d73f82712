"""Writing telephone numbers: what is written reads back as the same numbers, or it is not written that way."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat

from schemas.syncs import WriteFormat
from tasks.phone.canonical_keys import canonical_keys, readings, tidy_text


def written(
    texts: pd.Series[str],
    write_format: WriteFormat,
    *,
    region: str = "PL",
    area_code: str | None = None,
    switchboard: str | None = None,
) -> pd.Series[str]:
    """Return each text in a format, under its old canonical key, on the same index.

    A text without a number is tidied and otherwise left as it is, in every format. Several numbers are joined by
    ", ". What the telephony platform's form cannot hold (several numbers, an extension) is "" there: such lines are
    rejected before. A number of another country is written internationally instead of nationally, and numbers whose
    written form would not be read as themselves are written as E.164.
    """
    tidied = tidy_text(texts)
    if write_format == "source":
        return tidied
    table = readings(texts, region=region, area_code=area_code, switchboard=switchboard)
    readable = table["count"] > 0
    keys = table["key"].where(readable, "")
    if write_format == "apio":
        fits = (table["count"] == 1) & ~table["extension"]
        return _each(keys.where(fits, ""), _apio).where(readable, tidied)
    shaped = _each(keys, lambda key: _joined(key, write_format, region))
    same = canonical_keys(shaped, region=region, area_code=area_code, switchboard=switchboard) == keys
    plain = _each(keys.where(~same, ""), lambda key: _joined(key, "e164", region))
    return shaped.where(same, plain).where(readable, tidied)


def _each(keys: pd.Series[str], write: Callable[[str], str]) -> pd.Series[str]:
    """Write each distinct key once; an empty one stays empty."""
    codes, distinct = pd.factorize(keys)
    forms = pd.array([write(key) if key else "" for key in distinct], dtype="str")
    return pd.Series(forms.take(codes), index=keys.index, name=keys.name)


def _joined(key: str, write_format: WriteFormat, region: str) -> str:
    mark = " wew. " if region == "PL" else " ext. "
    numbers = (part.partition(";ext=") for part in key.split("|"))
    return ", ".join(
        _shaped(e164, write_format, region) + (mark + extension if extension else "") for e164, _, extension in numbers
    )


def _shaped(e164: str, write_format: WriteFormat, region: str) -> str:
    if write_format == "e164":
        return e164
    number = _number(e164)
    home = PhoneMetadata.metadata_for_region(region, None)
    if write_format == "national" and home is not None and home.country_code == number.country_code:
        return str(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
    return str(phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL))


def _apio(key: str) -> str:
    """`+CC-NSN`: the form of the examples under Common Phone List Services."""
    code = str(_number(key).country_code)
    return f"+{code}-{key[1 + len(code) :]}"


def _number(e164: str) -> PhoneNumber:
    return phonenumbers.parse(e164, None)
