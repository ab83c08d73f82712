"""How a place rewrites the names and comments it stores: learnt by reading what was written, and then expected.

It may store them in capitals, without accents, with `?` for letters it does not know, or cut. Without knowing it,
every run would find the wanted name missing and another one in its place, and change them for ever.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from schemas.quirks import Quirk, QuirkCode
from tasks.plan.pairing import codes, pair_equal, pair_unique

_SHORTEST_CUT: Final = 8
# Letters that Unicode does not take apart.
_WHOLE: Final = str.maketrans("łŁøØđĐ", "lLoOdD")


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.translate(_WHOLE))
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


# What a list may do to a name, and the form in which the wanted and the stored name are one.
_FORMS: Final[Mapping[QuirkCode, Callable[[str], str]]] = {
    QuirkCode.CHANGES_CASE: str.casefold,
    QuirkCode.DROPS_ACCENTS: _plain,
    QuirkCode.REPLACES_BEYOND_LATIN_1: lambda text: text.encode("latin-1", "replace").decode("latin-1"),
    QuirkCode.REPLACES_BEYOND_ASCII: lambda text: text.encode("ascii", "replace").decode("ascii"),
}


def name_quirks(rows: pd.DataFrame, found: pd.DataFrame, confirmed: Collection[int]) -> set[Quirk]:
    """Return what a place has been seen to do to names, from the `Plan` rows that were sent and `Current` read since.

    A habit is seen where a name is not there, and another stands with its number, once: one that was not there before,
    or one that the place shows although it has confirmed the name that was sent.

    Args:
        rows: the `Plan` rows.
        found: `Current` as it was read after writing.
        confirmed: the rows that the place has confirmed, whatever it shows.
    """
    wanted = rows[rows["key_after"] != ""]
    named = pd.DataFrame({"owner": wanted["owner"], "tidy": wanted["name_after"], "key": wanted["key_after"]})
    left, right = pair_equal(*codes(named, found, ["owner", "tidy", "key"]))
    sent = wanted.drop(index=wanted.index[left]).drop_duplicates(["owner", "key_after"], keep=False)
    come = found.drop(index=found.index[right]).drop_duplicates(["owner", "key"], keep=False)
    both = sent.reset_index(names="row").merge(come, left_on=["owner", "key_after"], right_on=["owner", "key"])
    before = set(zip(rows["owner"], rows["name_before"], strict=True))
    pairs = zip(both["owner"], both["name"], strict=True)
    new = np.fromiter((pair not in before for pair in pairs), dtype=np.bool_, count=len(both))
    seen = both[(new & (both["name_after"] != both["name_before"])) | both["row"].isin(list(confirmed))]
    quirks = (_quirk(str(sent), str(is_)) for sent, is_ in zip(seen["name_after"], seen["tidy"], strict=True))
    return {quirk for quirk in quirks if quirk}


def number_quirks(sent: pd.DataFrame, found: pd.DataFrame, types: Mapping[tuple[str, str], bool]) -> set[Quirk]:
    """Return what a place has been seen to do that is no difference anyway: it is told once, so that nobody wonders.

    Args:
        sent: the `Plan` rows that the place has confirmed.
        found: `Current` as it was read after writing.
        types: by owner and key, whether the type that was sent is the one that is shown.
    """
    changed = sent[sent["number_after"] != sent["number_before"]]
    both = changed.drop_duplicates(["owner", "key_after"], keep=False).merge(
        found.drop_duplicates(["owner", "key"], keep=False), left_on=["owner", "key_after"], right_on=["owner", "key"]
    )
    rewritten = (both["number_after"] != both["number"]).any()
    seen = {Quirk(QuirkCode.REWRITES_NUMBERS)} if rewritten else set()
    return seen if all(types.values()) else {*seen, Quirk(QuirkCode.DROPS_TYPES)}


def as_stored(names: pd.Series[str], stored: Iterable[str], known: Collection[Quirk]) -> pd.Series[str]:
    """Return the wanted names as a list with known habits spells them; a name that could be two stays as it is.

    Args:
        names: the names that lines want.
        stored: the names that stand there, tidied.
        known: the habits that the list has been seen to have.
    """
    forms = _forms(known)
    spelled: dict[str, str] = {}
    standing, wanted = set(stored), set(names)
    for form in forms:
        by_form = _once(standing - wanted, form)
        for shape, name in _once(wanted - standing - set(spelled), form).items():
            if by_form.get(shape, "") and name:
                spelled[name] = by_form[shape]
    return names.replace(spelled) if spelled else names


def as_commented(desired: pd.DataFrame, current: pd.DataFrame, known: Collection[Quirk]) -> pd.Series[str]:
    """Return the wanted comments as a place with known habits shows them, number by number.

    What stands there just as it is wanted is not looked at; two numbers that could be meant stay as they are.

    Args:
        desired: `Desired`.
        current: `Current`.
        known: the habits that the place has been seen to have.
    """
    names = desired["name"].to_numpy(object).copy()
    for form in _forms(known):
        wanted = desired.assign(tidy=names)
        equal = pair_equal(*codes(wanted, current, ["owner", "tidy", "key"]))
        left = np.setdiff1d(np.arange(len(wanted)), equal[0])
        right = np.setdiff1d(np.arange(len(current)), equal[1])
        lines, there = (
            table.assign(form=table["tidy"].map(form)) for table in (wanted.iloc[left], current.iloc[right])
        )
        by_number = pair_equal(*codes(lines, there, ["owner", "key", "form"]))
        names[left[by_number[0]]] = current["tidy"].to_numpy(object)[right[by_number[1]]]
        rest = [np.setdiff1d(np.arange(len(side)), pair) for side, pair in zip((left, right), by_number, strict=True)]
        by_name = pair_unique(*codes(lines.iloc[rest[0]], there.iloc[rest[1]], ["owner", "form"]))
        names[left[rest[0][by_name[0]]]] = current["tidy"].to_numpy(object)[right[rest[1][by_name[1]]]]
    return pd.Series(names, index=desired.index, dtype="str")


def _once(names: Iterable[str], form: Callable[[str], str]) -> dict[str, str]:
    """Return the names by their form, "" where several share one."""
    found: dict[str, str] = {}
    for name in names:
        shape = form(name)
        found[shape] = "" if shape in found else name
    return found


def _quirk(wanted: str, stored: str) -> Quirk | None:
    cut = len(stored) >= _SHORTEST_CUT and stored != wanted and wanted.startswith(stored)
    if cut:
        return Quirk(QuirkCode.CUTS_NAMES, len(stored))
    return next((Quirk(code) for code, form in _FORMS.items() if form(wanted) == form(stored)), None)


def _forms(known: Collection[Quirk]) -> list[Callable[[str], str]]:
    """Return what the known quirks make of a name, each, in an order that does not depend on when they were seen."""
    return [form for quirk in sorted(known, key=str) if (form := _form(quirk))]


def _form(quirk: Quirk) -> Callable[[str], str] | None:
    if quirk.code is QuirkCode.CUTS_NAMES:
        return lambda text: text[: quirk.length].rstrip()
    return _FORMS.get(quirk.code)
