"""How a phone list rewrites the names it stores: learnt by reading what was written, and from then on expected.

A list may store names in capitals, without accents, with `?` for letters it does not know, or cut. Without knowing it,
every run would find the wanted name missing and another one in its place, and change them for ever.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

import pandas as pd

_CUTS: Final = "cuts names to "
_SHORTEST_CUT: Final = 8
# Letters that Unicode does not take apart.
_WHOLE: Final = str.maketrans("łŁøØđĐ", "lLoOdD")


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.translate(_WHOLE))
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


# What a list may do to a name, and the form in which the wanted and the stored name are one.
_FORMS: Final[Mapping[str, Callable[[str], str]]] = {
    "changes the case of names": str.casefold,
    "drops accents from names": _plain,
    "writes ? for letters outside Latin-1": lambda text: text.encode("latin-1", "replace").decode("latin-1"),
    "writes ? for letters outside ASCII": lambda text: text.encode("ascii", "replace").decode("ascii"),
}


def habits(rows: pd.DataFrame, found: pd.DataFrame) -> set[str]:
    """Return what a list has been seen to do to names, from the `Plan` rows that were sent and `Current` read since.

    A habit is seen where a new name is not there, and one that was not there before stands with its number, once.
    """
    before, there = set(rows["name_before"]), set(found["tidy"])
    sent = rows[(rows["key_after"] != "") & (rows["name_after"] != rows["name_before"])]
    sent = sent[~sent["name_after"].isin(there)].drop_duplicates("key_after", keep=False)
    come = found[~found["name"].isin(before)].drop_duplicates("key", keep=False)
    both = sent.merge(come, left_on=["owner", "key_after"], right_on=["owner", "key"])
    seen = (_habit(str(wanted), str(stored)) for wanted, stored in zip(both["name_after"], both["tidy"], strict=True))
    return {habit for habit in seen if habit}


def as_stored(names: pd.Series[str], stored: Iterable[str], known: Collection[str]) -> pd.Series[str]:
    """Return the wanted names as a list with known habits spells them; a name that could be two stays as it is.

    Args:
        names: the names that lines want.
        stored: the names that stand there, tidied.
        known: the habits that the list has been seen to have.
    """
    forms = [form for habit in sorted(known) if (form := _form(habit))]
    spelled: dict[str, str] = {}
    standing, wanted = set(stored), set(names)
    for form in forms:
        by_form = _once(standing - wanted, form)
        for shape, name in _once(wanted - standing - set(spelled), form).items():
            if by_form.get(shape, "") and name:
                spelled[name] = by_form[shape]
    return names.replace(spelled) if spelled else names


def _once(names: Iterable[str], form: Callable[[str], str]) -> dict[str, str]:
    """Return the names by their form, "" where several share one."""
    found: dict[str, str] = {}
    for name in names:
        shape = form(name)
        found[shape] = "" if shape in found else name
    return found


def _habit(wanted: str, stored: str) -> str:
    cut = len(stored) >= _SHORTEST_CUT and stored != wanted and wanted.startswith(stored)
    if cut:
        return f"{_CUTS}{len(stored)}"
    return next((habit for habit, form in _FORMS.items() if form(wanted) == form(stored)), "")


def _form(habit: str) -> Callable[[str], str] | None:
    if habit.startswith(_CUTS):
        length = int(habit.removeprefix(_CUTS))
        return lambda text: text[:length].rstrip()
    return _FORMS.get(habit)
