from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import after, clears, current, desired, entries, rejected, repeats

from schemas.plan import WRITES
from schemas.tables import Plan, validated
from tasks.execution.remaining import remaining_plan
from tasks.plan.draft import Inputs, Policy
from tasks.plan.invert import invert
from tasks.plan.rules import plan

USOS = Policy(names_are_keys=False, delete_missing=True)
APIO = Policy(names_are_keys=True, delete_missing=True)
_usos = st.lists(
    st.fixed_dictionaries(
        {
            "owner": st.sampled_from(["one", "two"]),
            "name": st.sampled_from(["", "A", "B"]),
            "number": st.sampled_from("1234"),
        }
    ),
    max_size=6,
)
_apio = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("ABCDE"), "number": st.sampled_from("1234")}),
    max_size=5,
    unique_by=lambda row: row["name"],
)


def make(wants: list[dict[str, str]], has: list[dict[str, str]], policy: Policy) -> pd.DataFrame:
    return plan(Inputs(desired(*wants), rejected(), clears(), repeats(), current(*has)), policy)


def standing(counted: Counter[tuple[str, str, str]]) -> pd.DataFrame:
    return current(*({"owner": owner, "name": name, "number": key} for owner, name, key in counted.elements()))


@given(_usos, _usos)
def test_law_a_usos_plan_and_its_inverse_lead_back(wants: list[dict[str, str]], has: list[dict[str, str]]) -> None:
    made = make(wants, has, USOS)
    writes = made["action"].isin(WRITES)
    back = invert(made[writes], standing(after(made)), names_are_keys=False, kept=made[~writes])
    validated(Plan, back)
    assert after(back) == entries(current(*has))


@given(_apio, _apio)
def test_law_a_phone_list_plan_and_its_inverse_lead_back(
    wants: list[dict[str, str]], has: list[dict[str, str]]
) -> None:
    made = make(wants, has, APIO)
    writes = made["action"].isin(WRITES)
    back = invert(made[writes], standing(after(made)), names_are_keys=True, kept=made[~writes])
    assert after(back) == entries(current(*has))


@given(_usos, _usos)
def test_law_what_came_back_by_itself_is_not_put_back_twice(
    wants: list[dict[str, str]], has: list[dict[str, str]]
) -> None:
    """Somebody else has put all of it back: the way back has nothing to add, and says so of each."""
    made = make(wants, has, USOS)
    writes = made["action"].isin(WRITES)
    deleted = made[made["action"] == "delete"]
    there = standing(
        after(made) + Counter(zip(deleted["owner"], deleted["name_before"], deleted["key_before"], strict=True))
    )
    back = invert(made[writes], there, names_are_keys=False, kept=made[~writes])
    validated(Plan, back)
    came = back[back["code"] == "came_back"]
    assert len(came) == len(deleted)
    for part in ("name", "number", "type", "key"):
        assert list(came[f"{part}_before"]) == list(came[f"{part}_after"])
    assert not (back["action"] == "add").any()
    assert after(back) == entries(current(*has))


def test_what_somebody_has_changed_since_is_left_as_it_is() -> None:
    made = make([{"name": "A", "number": "1"}], [{"name": "A", "number": "2"}], APIO)
    back = invert(made, current({"name": "A", "number": "3"}), names_are_keys=True)
    assert sorted(back["action"]) == ["hold", "keep"]
    assert after(back) == Counter({("one", "A", "3"): 1})


def test_a_name_that_is_taken_now_is_not_put_back() -> None:
    made = make([], [{"name": "A", "number": "1"}], APIO)
    back = invert(made, current({"name": "A", "number": "3"}), names_are_keys=True)
    assert sorted(back["action"]) == ["hold", "keep"]


def test_a_rename_does_not_go_back_to_a_name_that_is_taken_now() -> None:
    """Its entry is held as it stands, under the name it has now; the row is about it, and about no line."""
    made = make([{"name": "B", "number": "1"}], [{"name": "A", "number": "1"}], APIO)
    assert list(made["action"]) == ["rename"]
    back = invert(made, current({"name": "B", "number": "1"}, {"name": "A", "number": "3"}), names_are_keys=True)
    told = back[["line", "action", "name_before", "number_before", "name_after", "number_after", "code"]]
    assert told.to_numpy().tolist() == [
        [0, "keep", "A", "3", "A", "3", ""],
        [0, "hold", "B", "1", "B", "1", "name_taken"],
    ]


def test_an_entry_whose_name_is_taken_is_a_remark_about_nothing_that_stands_there() -> None:
    made = make([], [{"name": "A", "number": "1"}], APIO)
    back = invert(made, current({"name": "A", "number": "3"}), names_are_keys=True)
    (remark,) = back[back["action"] == "hold"].to_dict("records")
    assert {remark[f"{text}_{image}"] for text in ("name", "number", "key") for image in ("before", "after")} == {""}
    assert (remark["line"], remark["code"]) == (0, "name_taken")


def test_what_is_applied_again_backwards_is_about_no_line() -> None:
    made = make([{"name": "A", "number": "1"}], [{"name": "A", "number": "2"}], APIO)
    assert list(made["line"]) == [2]
    assert list(invert(made, current({"name": "A", "number": "1"}), names_are_keys=True)["line"]) == [0]


@given(_usos, _usos, st.data())
def test_law_an_interrupted_plan_wants_just_the_rest(
    wants: list[dict[str, str]], has: list[dict[str, str]], data: st.DataObject
) -> None:
    """Some owners were written before the crash, and the ledger knows it of some: the rest leads to the same end."""
    made = make(wants, has, USOS)
    owners = sorted(set(made["owner"]))
    written = {owner for owner in owners if data.draw(st.booleans())}
    stands = Counter(
        {entry: n for entry, n in after(made).items() if entry[0] in written}
        | {entry: n for entry, n in entries(current(*has)).items() if entry[0] not in written}
    )
    changed = made[made["action"].isin(WRITES) & made["owner"].isin(written)]
    known = {int(row): "applied" for row in changed.index if data.draw(st.booleans())}
    rest = remaining_plan(made, known, standing(stands), fold_names=False)
    assert after(rest.rows) == after(made)
    assert set(rest.rows.loc[rest.rows["action"].isin(WRITES), "owner"]).isdisjoint(written)
    assert set(rest.seen) == set(changed.index) - set(known)


@pytest.mark.parametrize("fold", [False, True])
@pytest.mark.parametrize(
    ("found", "action", "seen"),
    [
        ([("New", "1")], "keep", 1),  # the rename is done
        ([("Old", "1")], "rename", 0),
        ([("New", "1"), ("Old", "1")], "rename", 0),  # its old entry is still there
        ([("NEW", "1")], "fold", 0),  # done where the list ignores case; elsewhere another entry
    ],
)
def test_an_interrupted_rename_is_carried_on_from_what_stands_there(
    found: list[tuple[str, str]],
    action: str,
    seen: int,
    fold: bool,  # noqa: FBT001 - a column
) -> None:
    made = make([{"name": "New", "number": "1"}], [{"name": "Old", "number": "1"}], APIO)
    assert list(made["action"]) == ["rename"]
    there = current(*({"name": name, "number": number} for name, number in found))
    rest = remaining_plan(made, {0: "unknown"}, there, fold_names=fold)
    if action == "fold":
        action, seen = ("keep", 1) if fold else ("rename", 0)
    assert (list(rest.rows["action"]), len(rest.seen)) == ([action], seen)


def test_what_was_refused_is_not_sent_again() -> None:
    made = make([{"name": "A", "number": "1"}], [{"name": "B", "number": "2"}], USOS)
    rest = remaining_plan(
        made, dict.fromkeys(made.index, "failed"), current({"name": "B", "number": "2"}), fold_names=False
    )
    assert not rest.rows["action"].isin(WRITES).any()
    assert after(rest.rows) == Counter({("one", "B", "2"): 1})
