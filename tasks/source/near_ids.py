"""Ids that are one slip of the hand away from another: a digit changed, left out or typed twice, two that swapped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

import pandas as pd

from schemas.problems import Problem, also, packed, packed_values
from schemas.reasons import LineCode
from schemas.target import identifier_of
from tasks.source.validation import Checked
from tasks.text_columns import is_in

_SHORTEST: Final = 3  # among shorter ids every other one is near
_ANY: Final = "\0"


def near_ids(ids: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Return, for each id that is no known one and one slip away from one, the known id.

    A slip changes one character, leaves one out, adds one, or swaps two neighbours. Both ids have three characters or
    more; where several known ones are near, it is the first of them in order.
    """
    all_known = {one for one in known if len(one) >= _SHORTEST}
    if not all_known:
        return {}
    forms: dict[str, set[str]] = {}
    for one in all_known:
        for form in _forms(one):
            forms.setdefault(form, set()).add(one)
    found = {}
    for mine in {one for one in ids if len(one) >= _SHORTEST} - all_known:
        near = {one for form in _forms(mine) for one in forms.get(form, ())} | (all_known & set(_swapped(mine)))
        if near:
            found[mine] = min(near)
    return found


def _forms(text: str) -> Iterator[str]:
    """Return what two ids have in common exactly where one slip, but no swap, makes one of the other."""
    for at in range(len(text) + 1):
        yield text[:at] + _ANY + text[at:]  # somebody else has a character more here
        if at < len(text):
            yield text[:at] + _ANY + text[at + 1 :]


def _swapped(text: str) -> Iterator[str]:
    for at in range(len(text) - 1):
        yield text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def near_owners(owners: Iterable[str], left: Iterable[str]) -> dict[str, str]:
    """Return, for owners whose ids are one slip away from that of one that has left the file, the id of that one."""
    mine = {identifier_of(owner): owner for owner in owners}
    return {mine[one]: known for one, known in near_ids(mine, map(identifier_of, left)).items()}


def mark_doubts(plan: pd.DataFrame, doubts: Mapping[str, str], code: LineCode) -> pd.DataFrame:
    """Return the `Plan` with the first line named of every owner that may be a mistaken one.

    Args:
        plan: `Plan`.
        doubts: by owner, the id that is probably meant.
        code: what speaks for it.
    """
    if not doubts:
        return plan
    lines = plan.loc[is_in(plan["owner"], doubts) & (plan["line"] > 0), ["owner", "line"]]
    if lines.empty:
        return plan
    some = plan.index.isin(lines.sort_values("line", kind="stable").drop_duplicates("owner").index)
    said = plan["owner"].map({owner: packed(Problem(code, {"id": meant})) for owner, meant in doubts.items()})
    return plan.assign(
        problems=also(plan["problems"], said.where(some, "").astype("str")),
        code=plan["code"].mask(some & (plan["code"] == ""), str(code.value)),
    )


def with_near_ids(
    checked: Checked, managed: set[str], headers: Mapping[str, str], others: Collection[str] = frozenset()
) -> pd.DataFrame:
    """Return the remarks of a judged file with the first line of every owner that may be a mistyped one.

    Args:
        checked: the file.
        managed: the owners that its sync was in step with.
        headers: what the file calls our columns.
        others: the owners that any sync was in step with: they are known to be right.
    """
    here = {*_first_lines(checked)["owner"]}
    near = near_owners(here - managed - {*others}, managed - here)
    return with_doubts(checked, near, headers, LineCode.ID_NEAR)


def with_doubts(
    checked: Checked, doubts: Mapping[str, str], headers: Mapping[str, str], code: LineCode
) -> pd.DataFrame:
    """Return the remarks of a judged file with the first line of every owner that may be a mistaken one.

    Args:
        checked: the file.
        doubts: by owner, the id that is probably meant.
        headers: what the file calls our columns.
        code: what speaks for it.
    """
    if not doubts:
        return checked.remarks
    first = _first_lines(checked)
    first = first[is_in(first["owner"], doubts)]
    remarks = pd.DataFrame(
        {
            "line": first["line"],
            "column": headers.get("owner", "owner"),
            "value": first["owner"].map(identifier_of),
            "code": str(code.value),
            "values": first["owner"].map({owner: packed_values({"id": meant}) for owner, meant in doubts.items()}),
        }
    )
    both = pd.concat([checked.remarks, remarks], ignore_index=True).astype(checked.remarks.dtypes.to_dict())
    return both.sort_values(["line", "column"], kind="stable", ignore_index=True)


def _first_lines(checked: Checked) -> pd.DataFrame:
    lines = pd.concat([checked.desired, checked.clears, checked.rejected])[["line", "owner"]]
    return lines[lines["owner"] != ""].sort_values("line", kind="stable").drop_duplicates("owner")
