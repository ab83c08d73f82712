"""Whatever stands in a file and in its place: whole columns find what somebody finds who goes line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
from drawing import saw, sees, share
from hypothesis import example, given
from hypothesis import strategies as st
from tables import table

from connectors.apio.spec import SPEC as APIO
from connectors.usos.spec import SPEC as USOS
from schemas.findings import FindingKind
from schemas.tables import Source
from tasks.messages.rendering import told_of_line, told_what
from tasks.phone.canonical_keys import with_canonical_numbers
from tasks.plan.draft import Inputs, Policy
from tasks.plan.rules import plan
from tasks.reconcile.align import COLUMNS, SyncSide
from tasks.reconcile.classify import classify_findings
from tasks.source.validation import Rules, validate

Row = dict[str, Any]

NUMBERS = ["22 999 00 01", "+48-229990001", "22 999 00 02", "22 999 00 03", "portier", ""]
NAMES = ["Dziekanat", "dziekanat", "Portiernia", "Szatnia", ""]


def laid_out(
    lines: list[dict[str, str]],
    standing: list[dict[str, str]],
    *,
    by_name: bool = False,
    delete_missing: bool = False,
    **more: Any,
) -> SyncSide:
    """Return a side with these lines and entries."""
    source = table(Source, ({"line": at, **line} for at, line in enumerate(lines, start=2)))
    rules = Rules(
        APIO if by_name else USOS, "tenant t" if by_name else "faculty", {"number": "Telefon"}, allow_clear=True
    )
    checked = validate(source, rules)
    read = pd.DataFrame(standing, columns=["owner", "name", "number", "type_id"], dtype="str").assign(name_en="")
    entries = with_canonical_numbers(read.astype("str"), region="PL", area_code=None)
    inputs = Inputs(checked.desired, checked.rejected, checked.clears, checked.repeats, entries)
    planned = plan(inputs, Policy(by_name, delete_missing=delete_missing))
    called = "name" if by_name else "comment"
    return SyncSide("one", "its place", by_name, source, checked, entries, planned, **{"name_called": called, **more})


@st.composite
def sides(draw: st.DrawFn) -> SyncSide:
    """Draw a file and a place that have few numbers and names, so that they meet in every way."""
    by_name = draw(st.booleans())
    owners = [""] if by_name else ["1", "1", "2", "2", ""]
    cells = {"owner": owners, "name": NAMES, "number": NUMBERS[:4] * 3 + NUMBERS[4:], "type_id": ["", "STA"]}
    new_names = {"new_name": ["", "", "Szatnia"] if by_name else [""]}
    lines = draw(st.lists(st.fixed_dictionaries({k: st.sampled_from(v) for k, v in (cells | new_names).items()})))
    cells["owner"] = ["tenant t"] if by_name else ["faculty 1", "faculty 2"]
    standing = draw(st.lists(st.fixed_dictionaries({k: st.sampled_from(v) for k, v in cells.items()})))
    return laid_out(
        lines,
        standing,
        by_name=by_name,
        delete_missing=draw(st.booleans()),
        unread=frozenset(draw(st.sets(st.just("faculty 2")))),
        names_managed=by_name or draw(st.booleans()),
        fold_names=draw(st.booleans()),
        name_called="name" if by_name else "comment",
    )


LINE = {"owner": "1", "name": "Biblioteka", "number": NUMBERS[0], "type_id": "STA"}
ENTRY = {**LINE, "owner": "faculty 1"}
LISTED = {"owner": "tenant t", "name": "Biblioteka", "number": NUMBERS[0], "type_id": ""}
UNREAD = frozenset({"faculty 1"})
# What seldom meets by chance: every difference by itself and two at a time, owners without numbers, repeated lines.
RARE = (
    laid_out([LINE], [{**ENTRY, "type_id": "KOM"}]),
    laid_out([LINE], [{**ENTRY, "name": "Czytelnia", "type_id": "KOM"}]),
    laid_out([LINE], [{**ENTRY, "name": "Czytelnia"}]),
    laid_out([LINE], [{**ENTRY, "number": NUMBERS[2]}]),
    laid_out([LINE], [{**ENTRY, "owner": "faculty 2"}]),
    laid_out([{**LINE, "owner": ""}], [{**LISTED, "name": "biblioteka"}], by_name=True),
    laid_out([{**LINE, "owner": ""}] * 2, [LISTED], by_name=True),
    laid_out([{**LINE, "number": ""}], []),
    laid_out([{**LINE, "number": "brak"}], [ENTRY]),
    laid_out([{**LINE, "number": ""}], [], unread=UNREAD),
)


def also_rare(law: Callable[..., None]) -> Callable[..., None]:
    """Let a law hold for each rare side besides those that are drawn."""
    for side in RARE:
        law = example(side=side)(law)
    return law


@dataclass
class Plain:
    """Lines and entries, one by one: who stands beside whom."""

    side: SyncSide
    entries: list[Row]
    beside: dict[int, int] = field(default_factory=dict)

    def name(self, row: Row, column: str) -> str:
        text = str(row[column])
        return text.casefold() if self.side.fold_names else text

    def take(
        self, lines: list[Row], ours: Callable[[Row], Any], theirs: Callable[[Row], Any], *, once: bool = False
    ) -> list[int]:
        """Put each line that is alone beside the first entry that is, and that it agrees with."""
        alone = [line for line in lines if line["line"] not in self.beside]
        taken = []
        for line in alone:
            fitting = [
                at
                for at, entry in enumerate(self.entries)
                if at not in self.beside.values() and theirs(entry) == ours(line)
            ]
            rivals = sum(ours(other) == ours(line) for other in alone)
            if fitting and not (once and (rivals > 1 or len(fitting) > 1)):
                self.beside[line["line"]] = fitting[0]
                taken.append(line["line"])
        return taken


def records(frame: pd.DataFrame) -> list[Row]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def plainly(side: SyncSide) -> list[Row]:
    """Return kind, what, line and entry as the definitions in docs/reconcile.md have them, without duplicates."""
    order = ("owner", "key", "tidy", "number", "name", "type_id")
    plain = Plain(side, sorted(records(side.entries), key=lambda entry: [entry[column] for column in order]))
    desired = sorted(records(side.checked.desired), key=lambda line: line["line"])
    trusted = [line for line in desired if line["owner"] not in side.unread]
    moved = together(side, plain, trusted)
    reasons: dict[int, list[str]] = {}
    bad: dict[int, Row] = {}
    for row in records(side.checked.rejected.sort_values("line", kind="stable")):
        reasons.setdefault(row["line"], []).append(told_of_line(row["code"], row["values"], "en").sentence)
        bad.setdefault(row["line"], row)
    known = [row for row in bad.values() if row["owner"]]
    numbered, named = ([row for row in known if row[column]] for column in ("key", "name"))
    plain.take(numbered, lambda row: (row["owner"], row["key"]), lambda entry: (entry["owner"], entry["key"]))
    plain.take(
        named,
        lambda row: (row["owner"], plain.name(row, "name")),
        lambda entry: (entry["owner"], plain.name(entry, "tidy")),
    )

    found = []
    for line in trusted:
        entry = plain.entries[plain.beside[line["line"]]] if line["line"] in plain.beside else None
        found.append(
            judged(side, plain, line, entry) | ({"kind": "elsewhere", "what": "owner"} if line["line"] in moved else {})
        )
    for number, row in bad.items():
        entry = plain.entries[plain.beside[number]] if number in plain.beside else None
        found.append(
            {
                "kind": "unreadable",
                "what": "; ".join(reasons[number]),
                "line": number,
                "entry": entry,
                **mark(side, plain, row, entry),
            }
        )
    for at, entry in enumerate(plain.entries):
        if at not in plain.beside.values():
            readable = entry["key"] and not entry["key"].startswith("text:")
            said = {"kind": "foreign", "what": ""} if readable else {"kind": "unreadable", "what": "contains no number"}
            found.append({**said, "line": 0, "entry": entry, **mark(side, plain, None, entry)})
    return found


def together(side: SyncSide, plain: Plain, trusted: list[Row]) -> list[int]:
    """Put trusted lines beside their entries; returns those whose number stands under another owner."""

    def ours(*columns: str) -> Callable[[Row], Any]:
        return lambda line: [plain.name(line, column) if "name" in column else line[column] for column in columns]

    def theirs(*columns: str) -> Callable[[Row], Any]:
        return lambda entry: [plain.name(entry, column) if column == "tidy" else entry[column] for column in columns]

    typed = [line for line in trusted if line["type_id"] and not side.names_are_keys]
    alike = ("key", "type_id")
    if side.names_managed:
        plain.take(typed, ours("owner", "name", *alike), theirs("owner", "tidy", *alike))
        plain.take(trusted, ours("owner", "name", "key"), theirs("owner", "tidy", "key"))
    else:
        plain.take(typed, ours("owner", *alike), theirs("owner", *alike))
    if side.names_are_keys:
        renaming = [line for line in trusted if line["old_name"]]
        plain.take(renaming, ours("owner", "old_name"), theirs("owner", "tidy"), once=True)
    by_name, by_key = (ours("owner", "name"), theirs("owner", "tidy")), (ours("owner", "key"), theirs("owner", "key"))
    plain.take(trusted, *(by_name if side.names_are_keys else by_key))
    if side.names_managed:
        plain.take(trusted, *(by_key if side.names_are_keys else by_name), once=True)
    return plain.take(trusted, ours("key"), theirs("key"))


def judged(side: SyncSide, plain: Plain, line: Row, entry: Row | None) -> Row:
    """Say what is to be said of a trusted line and what stands beside it."""
    about = {"line": line["line"], "entry": entry, **mark(side, plain, line, entry)}
    if entry is None:
        return {"kind": "missing", "what": "", **about}
    typed = next(row["type_id"] for row in records(side.source) if row["line"] == line["line"])
    differs = []
    if side.names_managed and plain.name(line, "name") != plain.name(entry, "tidy"):
        differs.append("name" if side.names_are_keys else "comment")
    if typed and typed != entry["type_id"] and not side.names_are_keys:
        differs.append("type")
    if line["key"] != entry["key"]:
        differs.append("number")
    return {"kind": "differs" if differs else "agree", "what": ", ".join(differs), **about}


def mark(side: SyncSide, plain: Plain, line: Row | None, entry: Row | None) -> Row:
    """Return by what two rows of one owner are the same thing twice."""
    row = line or entry or {}
    name = plain.name(row, "name" if line else "tidy").casefold()
    return {"mark": (row["owner"], name if side.names_are_keys else row["key"])}


def texts(entry: Row | None) -> tuple[str, ...]:
    return tuple(entry[column] for column in ("owner", "number", "name", "type_id")) if entry else ("",) * 4


@sees(
    *("agree", "missing", "foreign", "differs", "elsewhere", "duplicate", "unreadable"),
    *("comment", "name", "number", "type", "comment, type"),
)
@also_rare
@given(side=sides())
def test_every_line_and_every_entry_is_found_as_somebody_finds_it_one_by_one(side: SyncSide) -> None:
    found = classify_findings(side)
    assert list(found.columns) == list(COLUMNS)
    found = found.assign(what=told_what(found["what"]))
    apart = {*side.checked.repeats["line"], *side.checked.clears["line"]}
    rows = [row for row in records(found) if row["line"] not in apart]
    saw(*found["kind"], *found.loc[found["kind"] == "differs", "what"])
    there = ("owner_there", "number_there", "name_there", "type_there")
    expected = plainly(side)
    assert Counter((row["line"], *(row[c] for c in there)) for row in rows) == Counter(
        (row["line"], *texts(row["entry"])) for row in expected
    )
    said = Counter((row["kind"], row["what"], row["line"], *texts(row["entry"])) for row in expected)
    again = [row for row in rows if row["kind"] == FindingKind.DUPLICATE]
    once = Counter(
        (row["kind"], row["what"], row["line"], *(row[c] for c in there)) for row in rows if row not in again
    )
    assert once <= said
    # Of what stands under one owner more than once, all but one are duplicates, and that one is what agrees.
    groups: dict[Any, list[Row]] = {}
    for row in expected:
        if row["kind"] not in {"unreadable", "elsewhere"} and row["mark"][1]:
            groups.setdefault(row["mark"], []).append(row)
    assert len(again) == sum(len(group) - 1 for group in groups.values())
    agreeing = sum(any(row["kind"] == "agree" for row in group) for group in groups.values())
    assert sum(row["kind"] == "agree" for row in rows) == agreeing


@sees("repeats another", "clears nothing", "clears entries", "clears what nobody could read")
@share(0.25)
@also_rare
@given(side=sides())
def test_lines_that_stand_apart_have_one_finding_each(side: SyncSide) -> None:
    rows = {row["line"]: row for row in records(classify_findings(side)) if row["line"]}
    standing = set(side.entries["owner"])
    for line, message in zip(side.checked.repeats["line"], side.checked.repeats["problems"], strict=True):
        saw("repeats another")
        assert (rows[line]["kind"], rows[line]["what"]) == ("duplicate", message)
    for line, owner in zip(side.checked.clears["line"], side.checked.clears["owner"], strict=True):
        if owner in side.unread:
            saw("clears what nobody could read")
            assert line not in rows
        else:
            saw("clears entries" if owner in standing else "clears nothing")
            assert (rows[line]["kind"], rows[line]["what"]) == (
                ("differs", "number") if owner in standing else ("agree", "")
            )


@share(0.25)
@also_rare
@given(side=sides())
def test_what_a_sync_would_do_is_what_its_plan_says(side: SyncSide) -> None:
    rows = classify_findings(replace(side, unread=frozenset()))
    planned = records(side.plan)
    by_line = {row["line"]: row["action"] for row in planned if row["line"]}
    assert all(row["action"] == by_line[row["line"]] for row in records(rows) if row["line"])
    alone = [
        (row["owner"], row["name_before"], row["number_before"], row["action"]) for row in planned if not row["line"]
    ]
    ours = [
        (row["owner"], row["name_there"], row["number_there"], row["action"])
        for row in records(rows)
        if not row["line"] and row["action"]
    ]
    assert not Counter(ours) - Counter(alone)


@share(0.25)
@given(sides(), st.randoms(use_true_random=False))
def test_the_order_of_the_services_answer_does_not_matter(side: SyncSide, chance: Any) -> None:
    order = list(range(len(side.entries)))
    chance.shuffle(order)
    other = replace(side, entries=side.entries.iloc[order].reset_index(drop=True))
    pd.testing.assert_frame_equal(classify_findings(side), classify_findings(other))
