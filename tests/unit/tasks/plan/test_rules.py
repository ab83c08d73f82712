from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from drawing import saw, sees, share
from hypothesis import given
from hypothesis import strategies as st
from tables import after, clears, current, desired, entries, rejected, repeats, table

from connectors.apio.spec import SPEC
from schemas.tables import Plan, Source, validated
from tasks.messages.rendering import said_of_rows
from tasks.plan.draft import Inputs, Policy
from tasks.plan.rules import plan
from tasks.source.validation import Rules, validate

USOS = Policy(names_are_keys=False, delete_missing=True)
APIO = Policy(names_are_keys=True, delete_missing=True)
CAREFUL = Policy(names_are_keys=True, delete_missing=False)


def make(wanted: pd.DataFrame, stands: pd.DataFrame, policy: Policy, **more: pd.DataFrame) -> pd.DataFrame:
    return plan(
        Inputs(wanted, more.get("rejected", rejected()), more.get("clears", clears()), repeats(), stands), policy
    )


def told(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return what a plan says in short: line, action, name and number before and after."""
    columns = ["line", "action", "name_before", "number_before", "name_after", "number_after"]
    return [tuple(row) for row in frame[columns].itertuples(index=False)]


def test_usos_number_is_the_primary_key_and_the_comment_the_second() -> None:
    wanted = desired({"name": "A", "number": "1"}, {"name": "new", "number": "2"}, {"name": "C", "number": "33"})
    stands = current({"name": "A", "number": "1"}, {"name": "old", "number": "2"}, {"name": "C", "number": "3"})
    assert told(make(wanted, stands, USOS)) == [
        (2, "keep", "A", "1", "A", "1"),
        (3, "modify", "old", "2", "new", "2"),
        (4, "modify", "C", "3", "C", "33"),
    ]


def test_apio_name_is_the_primary_key_and_the_number_the_second() -> None:
    wanted = desired({"name": "A", "number": "11"}, {"name": "new", "number": "2"}, {"name": "D", "number": "4"})
    stands = current({"name": "A", "number": "1"}, {"name": "old", "number": "2"}, {"name": "C", "number": "3"})
    assert told(make(wanted, stands, APIO)) == [
        (2, "modify", "A", "1", "A", "11"),
        (3, "rename", "old", "2", "new", "2"),
        (4, "add", "", "", "D", "4"),
        (0, "delete", "C", "3", "", ""),
    ]


def test_without_permission_to_delete_nothing_is_deleted_and_nothing_renamed_by_inference() -> None:
    wanted = desired({"name": "new", "number": "2"})
    stands = current({"name": "old", "number": "2"}, {"name": "C", "number": "3"})
    assert [row[1] for row in told(make(wanted, stands, CAREFUL))] == ["add", "foreign", "foreign"]


def test_an_ambiguous_second_key_is_not_guessed() -> None:
    wanted = desired({"name": "new", "number": "2"})
    stands = current({"name": "old", "number": "2"}, {"name": "older", "number": "2"})
    assert [row[1] for row in told(make(wanted, stands, APIO))] == ["add", "delete", "delete"]


@pytest.mark.parametrize("policy", [APIO, CAREFUL])
@pytest.mark.parametrize(
    ("stands", "actions"),
    [
        ([("A", "1")], ["rename"]),
        ([("B", "1")], ["keep"]),
        ([("B", "9")], ["modify"]),
        ([], ["add"]),
        ([("A", "1"), ("B", "9")], ["hold", "hold"]),
        ([("A", "1"), ("B", "1")], ["keep", "delete"]),
        ([("A", "9"), ("B", "1")], ["hold", "hold"]),
    ],
)
def test_an_explicit_rename(stands: list[tuple[str, str]], actions: list[str], policy: Policy) -> None:
    wanted = desired({"name": "B", "number": "1", "old_name": "A"})
    rows = current(*({"name": name, "number": number} for name, number in stands))
    assert [row[1] for row in told(make(wanted, rows, policy))] == actions


@pytest.mark.parametrize("policy", [APIO, CAREFUL])
def test_a_refused_link_of_a_chain_leaves_the_others_at_rest(policy: Policy) -> None:
    """A has become B, and B was to become Ł, which the service refuses: B is not renamed away and added every night."""
    wanted = desired({"name": "Ł", "number": "2", "old_name": "B"}, {"name": "B", "number": "1", "old_name": "A"})
    assert told(make(wanted, current({"name": "B", "number": "1"}), policy)) == [
        (2, "add", "", "", "Ł", "2"),
        (3, "keep", "B", "1", "B", "1"),
    ]
    # Another number: it is the entry of old, and goes the whole way.
    assert told(make(wanted, current({"name": "B", "number": "2"}), policy)) == [
        (2, "rename", "B", "2", "Ł", "2"),
        (3, "add", "", "", "B", "1"),
    ]


@pytest.mark.parametrize("policy", [APIO, CAREFUL])
def test_a_swap_and_a_chain_of_renames_reach_their_end_without_renames(policy: Policy) -> None:
    swap = desired({"name": "B", "number": "1", "old_name": "A"}, {"name": "A", "number": "2", "old_name": "B"})
    stands = current({"name": "A", "number": "1"}, {"name": "B", "number": "2"})
    made = make(swap, stands, policy)
    assert set(made["action"]) == {"modify"}
    assert after(made) == entries(swap)
    chain = desired({"name": "B", "number": "1", "old_name": "A"}, {"name": "C", "number": "2", "old_name": "B"})
    made = make(chain, stands, policy)
    assert "rename" not in set(made["action"])
    assert after(made) == entries(chain)
    for wanted in (swap, chain):
        done = current(*_rows(entries(wanted)))
        assert set(make(wanted, done, policy)["action"]) == {"keep"}


def test_a_chain_that_ends_on_a_name_that_stays_is_held_whole() -> None:
    wanted = desired({"name": "B", "number": "1", "old_name": "A"}, {"name": "C", "number": "2", "old_name": "B"})
    stands = current(*({"name": name, "number": number} for name, number in (("A", "1"), ("B", "2"), ("C", "3"))))
    assert set(make(wanted, stands, APIO)["action"]) == {"hold"}


def test_a_name_that_stands_twice_in_a_list_is_left_alone() -> None:
    wanted = desired({"name": "A", "number": "3"})
    stands = current({"name": "A", "number": "1"}, {"name": "A", "number": "2"})
    assert set(make(wanted, stands, APIO)["action"]) == {"hold"}


def test_a_rejected_line_holds_its_whole_usos_owner_and_no_other() -> None:
    wanted = desired({"owner": "one", "number": "1"}, {"owner": "two", "number": "2"})
    stands = current({"owner": "one", "number": "8"}, {"owner": "one", "number": "9"}, {"owner": "two", "number": "7"})
    bad = rejected({"line": 9, "owner": "one", "key": "8", "column": "number", "value": "x"})
    assert told(make(wanted, stands, USOS, rejected=bad)) == [
        (2, "hold", "", "", "", ""),
        (3, "modify", "", "7", "", "2"),
        (9, "hold", "", "8", "", "8"),
        (0, "hold", "", "9", "", "9"),
    ]


def test_a_line_tied_to_nothing_holds_every_deletion_and_every_inferred_change_of_number() -> None:
    wanted = desired({"name": "S", "number": "2"}, {"owner": "two", "number": "3"})
    stands = current({"name": "S", "number": "1"}, {"owner": "two", "number": "4", "name": "x"})
    made = make(wanted, stands, USOS, rejected=rejected({"line": 7, "owner": ""}))
    assert after(made) >= entries(stands)
    assert sorted(made["action"]) == ["add", "add", "hold", "hold", "hold"]


def test_a_rejected_phone_list_line_holds_the_entries_of_its_name_and_of_its_number() -> None:
    stands = current(*({"name": name, "number": number} for name, number in (("A", "1"), ("B", "2"), ("C", "3"))))
    bad = rejected({"line": 2, "name": "A", "key": "2"})
    assert told(make(desired(), stands, APIO, rejected=bad)) == [
        (2, "hold", "B", "2", "B", "2"),
        (0, "hold", "A", "1", "A", "1"),
        (0, "delete", "C", "3", "", ""),
    ]


def test_a_rejected_number_with_an_extension_holds_the_entry_of_the_number_alone() -> None:
    """An entry of a list holds no extension: the line is about the number without it, or about both its numbers."""
    stands = current(*({"name": name, "number": number} for name, number in (("A", "1"), ("B", "2"), ("C", "3"))))
    bad = rejected({"line": 2, "name": "N", "key": "1;ext=12|2"})
    made = make(desired(), stands, APIO, rejected=bad)
    made = made[made["name_before"] != ""]
    assert dict(zip(made["name_before"], made["action"], strict=True)) == {"A": "hold", "B": "hold", "C": "delete"}


def test_usos_changes_a_number_in_its_place_without_the_permission_to_delete() -> None:
    """The old number and the new one side by side would be two, and nobody would know which is right."""
    keeps = Policy(names_are_keys=False, delete_missing=False)
    made = make(desired({"name": "S", "number": "2"}), current({"name": "S", "number": "1"}), keeps)
    assert told(made) == [(2, "modify", "S", "1", "S", "2")]


@pytest.mark.parametrize(("fold", "actions"), [(True, ["modify"]), (False, ["add", "delete"])])
def test_a_name_in_another_case_is_the_same_entry_only_where_the_list_ignores_case(
    fold: bool,  # noqa: FBT001 - a column
    actions: list[str],
) -> None:
    policy = Policy(names_are_keys=True, delete_missing=True, fold_names=fold)
    made = make(desired({"name": "DEAN", "number": "2"}), current({"name": "Dean", "number": "1"}), policy)
    assert list(made["action"]) == actions


# What each second plan deleted once: the bad line was about nothing that stood there, until a good line had brought it.
@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ({"name": "B", "number": "1", "old_name": "A"}, {"name": "B", "new_name": "N"}),
        ({"name": "B", "number": "1"}, {"name": "N", "new_name": "B"}),
        ({"name": "B", "number": "7"}, {"key": "7"}),
        ({"name": "A", "number": "7"}, {"key": "7"}),
    ],
)
def test_what_a_bad_line_holds_is_held_in_the_next_plan_too(good: dict[str, str], bad: dict[str, str]) -> None:
    wanted, lines = desired(good), rejected({"line": 3, **bad})
    stands = current({"name": "A", "number": "1"}, {"name": "C", "number": "1"}, {"name": "D", "number": "2"})
    made = make(wanted, stands, APIO, rejected=lines)
    again = make(wanted, current(*_rows(after(made))), APIO, rejected=lines)
    assert entries(stands.iloc[1:]) <= after(made)
    assert set(again["action"]) == {"keep", "hold"}


def test_stored_spelling_stays_where_the_number_is_the_same() -> None:
    wanted = desired({"name": "new", "number": "+48225520000", "key": "k"})
    stands = current({"name": "old", "number": "(22) 55 20 000", "key": "k", "type_id": "STA"})
    made = make(wanted, stands, USOS)
    assert told(made) == [(2, "modify", "old", "(22) 55 20 000", "new", "(22) 55 20 000")]
    assert list(made["type_after"]) == ["STA"]


def test_a_type_is_compared_only_where_the_target_was_seen_to_keep_it() -> None:
    wanted, stands = desired({"number": "1", "type_id": "FAX"}), current({"number": "1", "type_id": "STA"})
    assert list(make(wanted, stands, USOS)["action"]) == ["keep"]
    seen = Policy(names_are_keys=False, delete_missing=True, kept_types=frozenset({("one", "1")}))
    assert list(make(wanted, stands, seen)["action"]) == ["modify"]


def test_names_stay_where_the_source_has_none() -> None:
    policy = Policy(names_are_keys=False, delete_missing=True, names_managed=False)
    made = make(desired({"number": "1"}, {"number": "2"}), current({"number": "1", "name": "Sekretariat"}), policy)
    assert told(made) == [(2, "keep", "Sekretariat", "1", "Sekretariat", "1"), (3, "add", "", "", "", "2")]


def test_gone_owners_are_foreign_until_the_configuration_clears_them() -> None:
    stands = current({"owner": "gone", "number": "1"})
    foreign = Policy(names_are_keys=False, delete_missing=True, gone=frozenset({"gone"}))
    cleared = Policy(names_are_keys=False, delete_missing=True, gone=frozenset({"gone"}), clear_gone=True)
    assert list(make(desired(), stands, foreign)["action"]) == ["foreign"]
    assert list(make(desired(), stands, cleared)["action"]) == ["delete"]


def test_a_line_that_clears_an_owner_stands_on_what_it_deletes() -> None:
    stands = current({"owner": "one", "number": "1"})
    made = make(desired(), stands, USOS, clears=clears({"line": 4, "owner": "one"}, {"line": 5, "owner": "two"}))
    assert told(made) == [(4, "delete", "", "1", "", ""), (5, "keep", "", "", "", "")]


def test_an_owner_that_could_not_be_read_is_held_with_the_reason() -> None:
    policy = Policy(names_are_keys=False, delete_missing=True, unread={"one": "no answer"})
    made = make(desired({"number": "1"}), current(), policy)
    assert list(made["action"]) == ["hold"]
    assert list(said_of_rows(made["problems"])) == ["no answer"]


def test_a_rejected_line_says_so_too_where_its_owner_could_not_be_read() -> None:
    policy = Policy(names_are_keys=False, delete_missing=True, unread={"one": "no answer"})
    made = make(desired(), current(), policy, rejected=rejected({"line": 2}, {"line": 3, "owner": "two"}))
    why = "rejected: there is no number in this text"
    assert list(said_of_rows(made["problems"])) == [f"{why}; no answer", why]
    assert list(made["code"]) == ["number-words"] * 2


def test_a_lost_english_comment_is_said() -> None:
    stands = current({"number": "1", "name_en": "Office"}, {"number": "2"})
    made = make(desired({"number": "1"}), stands, USOS)
    assert set(made.loc[made["action"] == "keep", "code"]) == {"english_lost"}


_names = st.sampled_from(["", "A", "B", "C", "D"])
_numbers = st.sampled_from(["1", "2", "3", "4", "5"])
_owners = st.sampled_from(["one", "two", "three"])
_usos = st.lists(st.fixed_dictionaries({"owner": _owners, "name": _names, "number": _numbers}), max_size=9)
_apio = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("ABCDEF"), "number": _numbers}),
    max_size=6,
    unique_by=lambda row: row["name"],
)
_renamed = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("ABCDEF"), "number": _numbers}),
    max_size=6,
    unique_by=lambda row: row["name"],
).flatmap(
    lambda rows: st.permutations("ABCDEF").map(
        lambda olds: [
            row if old == row["name"] or old in {other["name"] for other in rows} else {**row, "old_name": old}
            for row, old in zip(rows, olds, strict=False)
        ]
    )
)


@given(_usos, _usos)
def test_law_applying_a_usos_plan_gives_what_the_csv_wants_for_its_owners(
    wants: list[dict[str, str]], has: list[dict[str, str]]
) -> None:
    wanted, stands = desired(*wants), current(*has)
    made = make(wanted, stands, USOS)
    assert after(made) == entries(wanted)
    assert Counter(line for line in made["line"] if line) == Counter(wanted["line"])
    again = make(wanted, current(*_rows(after(made))), USOS)
    assert set(again["action"]) <= {"keep"}


@given(_renamed, _apio)
def test_law_applying_a_phone_list_plan_gives_what_the_csv_wants_but_for_what_is_held(
    wants: list[dict[str, str]], has: list[dict[str, str]]
) -> None:
    wanted, stands = desired(*wants), current(*has)
    made = make(wanted, stands, APIO)
    if "hold" not in set(made["action"]):
        assert after(made) == entries(wanted)
    again = make(wanted, current(*_rows(after(made))), APIO)
    assert set(again["action"]) <= {"keep", "hold"}


@given(_renamed, _apio)
def test_law_without_permission_every_entry_survives_but_for_explicit_renames(
    wants: list[dict[str, str]], has: list[dict[str, str]]
) -> None:
    made = make(desired(*wants), current(*has), CAREFUL)
    names = {row["name"] for row in wants}
    given_up = {row["old_name"] for row in wants if "old_name" in row}
    survivors = {name for _, name, _ in after(made)}
    assert {row["name"] for row in has} - given_up <= survivors
    assert {row["name"] for row in has} & names <= survivors


@given(_usos, _usos, st.randoms(use_true_random=False), st.sampled_from([USOS, APIO]))
def test_law_the_order_of_the_input_does_not_matter(
    wants: list[dict[str, str]], has: list[dict[str, str]], random: Any, policy: Policy
) -> None:
    wanted, stands = desired(*wants), current(*has)
    shuffled = [frame.sample(frac=1, random_state=random.randrange(2**31)) for frame in (wanted, stands)]
    assert make(*shuffled, policy).equals(make(wanted, stands, policy))


# Keys as they are read: a number, one with an extension, and several.
_keyed = st.lists(
    st.fixed_dictionaries(
        {
            "owner": _owners,
            "name": st.sampled_from(["", "A", "a", "B", "C"]),
            "number": st.sampled_from(["1", "2", "3", "1;ext=5", "1|2"]),
        }
    ),
    max_size=8,
)


@st.composite
def _policies(draw: st.DrawFn) -> Policy:
    """Return what a policy may be: for a phone list, or for USOS with owners that are gone or could not be read."""
    by_name = draw(st.booleans())
    unread = {} if by_name else draw(st.dictionaries(st.just("two"), st.just("no answer")))
    return Policy(
        names_are_keys=by_name,
        delete_missing=draw(st.booleans()),
        clear_gone=draw(st.booleans()),
        gone=frozenset() if by_name else draw(st.sampled_from([frozenset(), frozenset({"three"})])),
        unread=unread,
        fold_names=by_name and draw(st.booleans()),
    )


@sees(
    *("add", "modify", "rename", "delete", "keep", "hold", "foreign"),
    *("fold", "gone and cleared", "gone and foreign", "unread", "USOS without deletions", "extension", "several"),
)
@share(2)
@given(_keyed, st.just([]) | _keyed, _keyed, _policies(), st.randoms(use_true_random=False))
def test_law_under_every_policy_each_line_and_entry_has_one_row_and_nothing_is_deleted_without_permission(
    wants: list[dict[str, str]], bad: list[dict[str, str]], has: list[dict[str, str]], policy: Policy, random: Any
) -> None:
    by_name = policy.names_are_keys
    one = {"owner": "one"} if by_name else {}
    fold = str.casefold if policy.fold_names else str
    # What the lines of a file can want: each name of a list once, and nothing for an owner that has left it.
    names = {fold(row["name"]): row for row in wants if row["name"] and set(row["number"]) <= set("123")}
    renamed = {"owner": "one", "name": "New", "number": "3", "old_name": "B"}
    lines = [*names.values(), renamed] if by_name and "B" not in names and "b" not in names else [*names.values()]
    lines = lines if by_name else [row for row in wants if row["owner"] not in policy.gone]
    # An entry that no line is about, and one of the owner that has left the file.
    more = [{"owner": "one", "name": "Z", "number": "8"}, *({"owner": owner, "number": "9"} for owner in policy.gone)]
    wanted, stands = desired(*({**row, **one} for row in lines)), current(*({**row, **one} for row in [*has, *more]))
    refused = [
        {"line": at, "name": row["name"], "key": row["number"], "owner": row["owner"], **one}
        for at, row in enumerate(bad, 20)
    ]
    lost = rejected(*[row for row in refused if row["owner"] not in policy.gone][:2])
    stands = stands[~stands["owner"].isin(policy.unread)]
    made = make(wanted, stands, policy, rejected=lost)
    Plan.validate(made)
    assert Counter(line for line in made["line"] if line) == Counter([*wanted["line"], *lost["line"]])
    before = made[made["key_before"] != ""]
    assert Counter(zip(before["owner"], before["name_before"], before["key_before"], strict=True)) == entries(stands)
    deleted = set(made.loc[made["action"] == "delete", "owner"])
    assert not deleted or policy.delete_missing or (policy.clear_gone and deleted <= policy.gone)
    assert not deleted & {*policy.unread, *(set() if by_name else lost["owner"])}
    assert set(made.loc[made["owner"].isin(policy.unread), "action"]) <= {"hold"}
    assert policy.clear_gone or not deleted & policy.gone
    shuffled = [frame.sample(frac=1, random_state=random.randrange(2**31)) for frame in (wanted, stands)]
    assert make(*shuffled, policy, rejected=lost).equals(made)
    again = make(wanted, current(*_rows(after(made))), policy, rejected=lost)
    assert set(again["action"]) <= {"keep", "hold", "foreign"}
    saw(*made["action"], *_cases(policy, made))


def _cases(policy: Policy, made: pd.DataFrame) -> list[str]:
    """Name what seldom occurs in a plan."""
    keys = "".join([*made["key_before"], *made["key_after"]])
    gone = made["owner"].isin(policy.gone) & (made["key_before"] != "")
    occurred = {
        "fold": policy.fold_names and (made["name_before"] != made["name_after"]).any(),
        "gone and cleared": policy.clear_gone and gone.any(),
        "gone and foreign": not policy.clear_gone and gone.any(),
        "unread": made["owner"].isin(policy.unread).any(),
        "USOS without deletions": not (policy.names_are_keys or policy.delete_missing)
        and (made["action"] == "foreign").any(),
        "extension": ";" in keys,
        "several": "|" in keys,
    }
    return [case for case, is_so in occurred.items() if is_so]


@given(_usos, _usos, st.data())
def test_law_a_rejected_usos_line_never_leads_to_a_deletion(
    wants: list[dict[str, str]], has: list[dict[str, str]], data: st.DataObject
) -> None:
    """Lines turn unreadable, with or without their owner: no number they wanted there goes away."""
    bad = data.draw(st.sets(st.sampled_from(range(len(wants))), max_size=3)) if wants else set()
    ties = [data.draw(st.booleans()) for _ in wants]
    lines = [
        {"line": at + 2, "owner": wants[at]["owner"] if ties[at] else "", "name": wants[at]["name"]}
        for at in sorted(bad)
    ]
    wanted = desired(*wants)
    good = wanted.drop(index=sorted(bad))
    made = make(good, current(*has), USOS, rejected=rejected(*lines))
    wanted_by_bad = _numbers_of(entries(wanted.iloc[sorted(bad)]))
    validated(Plan, made)
    assert _numbers_of(entries(current(*has))) & wanted_by_bad <= _numbers_of(after(made))
    assert Counter(line for line in made["line"] if line) == Counter(wanted["line"])


@given(_apio, _apio, st.data())
def test_law_a_rejected_phone_list_line_never_leads_to_a_deletion(
    wants: list[dict[str, str]], has: list[dict[str, str]], data: st.DataObject
) -> None:
    """Lines lose their name, their number or both: the entries of the names and numbers they had stay."""
    bad = sorted(data.draw(st.sets(st.sampled_from(range(len(wants))), max_size=3)) if wants else set())
    lost = [data.draw(st.sampled_from(["name", "number", "both"])) for _ in bad]
    lines = [
        {
            "line": at + 2,
            "name": "" if loss in {"name", "both"} else wants[at]["name"],
            "key": "" if loss in {"number", "both"} else wants[at]["number"],
        }
        for at, loss in zip(bad, lost, strict=True)
    ]
    wanted = desired(*wants)
    made = make(wanted.drop(index=bad), current(*has), APIO, rejected=rejected(*lines))
    validated(Plan, made)
    left = after(made)
    for at in bad:
        row = wants[at]
        if row in has:
            assert left["one", row["name"], row["number"]]
    assert sum(made["number_before"] != "") == len(has)


_cells = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["A", "B", "C", "Fresh", ""]),
        "number": st.sampled_from(["22 552 00 01", "22 552 00 02", "22 552 00 03", "abc"]),
        "new_name": st.sampled_from(["", "", "A", "B", "C", "Fresh"]),
    }
)


@given(st.lists(_cells, min_size=1, max_size=5), st.dictionaries(st.sampled_from("ABCD"), st.sampled_from("123")))
def test_law_a_second_plan_of_a_file_with_bad_lines_has_nothing_to_do(
    lines: list[dict[str, str]], has: dict[str, str]
) -> None:
    """Whatever a first plan held for the sake of a bad line, it is not for the second one to delete."""
    source = table(Source, ({"line": at, **row} for at, row in enumerate(lines, start=2)))
    checked = validate(source, Rules(SPEC, "one", {name: name for name in lines[0]}))
    stands = current(
        *({"name": name, "number": f"22 552 00 0{last}", "key": f"+4822552000{last}"} for name, last in has.items())
    )
    lines_of = (checked.desired, checked.rejected, checked.clears, checked.repeats)
    made = plan(Inputs(*lines_of, stands), APIO)
    again = plan(Inputs(*lines_of, current(*_rows(after(made)))), APIO)
    assert set(again["action"]) <= {"keep", "hold"}


def _numbers_of(counted: Counter[tuple[str, str, str]]) -> Counter[tuple[str, str]]:
    return Counter((owner, key) for owner, _, key in counted.elements())


def _rows(counted: Counter[tuple[str, str, str]]) -> list[dict[str, str]]:
    return [{"owner": owner, "name": name, "number": key} for owner, name, key in counted.elements()]
