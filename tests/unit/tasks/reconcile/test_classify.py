"""A generated institution, every number of which was put there on purpose: findings are counted at its making."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd
import pytest
from tables import table

from connectors.apio.spec import SPEC as APIO
from connectors.usos.spec import SPEC as USOS
from schemas.findings import FindingKind, tally
from schemas.problems import Code, Problem, packed
from schemas.tables import Finding, Source, validated
from tasks.phone.canonical_keys import with_canonical_numbers
from tasks.plan.draft import Inputs, Policy
from tasks.plan.rules import plan
from tasks.reconcile.align import SyncSide, deduplicate
from tasks.reconcile.classify import classify_findings
from tasks.reconcile.cross_references import PlaceEntries, find_cross_references, number_locations, numbers_in, overlap
from tasks.reconcile.history import Earlier, accepted, date_findings, identify, remember, resolved
from tasks.reconcile.remedies import Names, add_remedies
from tasks.reports.masking import mask_findings
from tasks.source.validation import Checked, Rules, validate

TODAY = date(2026, 3, 14)


@dataclass
class Institution:
    """Lines and entries of one sync, and how many findings of each kind were put into them."""

    by_name: bool
    lines: list[dict[str, str]] = field(default_factory=list)
    entries: list[dict[str, str]] = field(default_factory=list)
    expected: Counter[str] = field(default_factory=Counter)

    def put(self, kind: str, line: dict[str, str] | None, entry: dict[str, str] | None) -> None:
        """Add a line, an entry, or both, as one finding."""
        if line:
            self.lines.append(line)
        if entry:
            self.entries.append({**entry, "owner": f"faculty {entry['owner']}" if entry["owner"] else "tenant t"})
        self.expected[kind] += 1


def invented(seed: int, size: int, *, by_name: bool) -> Institution:
    """Return an institution; no number and no name stands in it twice but on purpose."""
    chance, made = random.Random(seed), Institution(by_name)  # noqa: S311 - invented numbers
    for at in range(size):
        number = f"22 {500 + at // 10000:03d} {at // 100 % 100:02d} {at % 100:02d}"
        other = f"22 {600 + at // 10000:03d} {at // 100 % 100:02d} {at % 100:02d}"
        owner = "" if by_name else str(at // 7)
        line = {"owner": owner, "name": f"Biuro {at}", "number": number}
        spelled = {**line, "number": number.replace(" ", "-", 1)}
        match chance.choices(
            ["agree", "missing", "foreign", "name", "number", "elsewhere", "twice", "word", "porter"],
            [60, 5, 5, 5, 5, 5, 5, 5, 5],
        )[0]:
            case "missing":
                made.put("missing", line, None)
            case "foreign":
                made.put("foreign", None, spelled)
            case "name":
                made.put("differs", line, {**spelled, "name": f"Inne {at}"})
            case "number":
                made.put("differs", line, {**spelled, "number": other})
            case "elsewhere" if not by_name:
                made.put("elsewhere", line, {**spelled, "owner": f"9{at}", "name": f"Obce {at}"})
            case "twice":
                made.put("agree", line, spelled)
                # In USOS a line that says all of it again is rejected with the first one.
                made.put("duplicate", dict(line) if by_name else {**line, "name": f"Inne {at}"}, None)
            case "word":
                made.put("unreadable", {**line, "number": "patrz wyżej"}, spelled)
            case "porter":
                made.put("unreadable", None, {**spelled, "name": f"Stróż {at}", "number": "portier"})
            case _:
                made.put("agree", line, spelled)
    chance.shuffle(made.entries)
    return made


def side_of(made: Institution, sync: str = "one") -> SyncSide:
    source = table(Source, ({"line": at, **line} for at, line in enumerate(made.lines, start=2)))
    rules = Rules(APIO if made.by_name else USOS, "tenant t" if made.by_name else "faculty", {"number": "Telefon"})
    checked = validate(source, rules)
    read = pd.DataFrame([{"type_id": "", **entry} for entry in made.entries]).assign(name_en="").astype("str")
    entries = with_canonical_numbers(
        read[["owner", "name", "number", "type_id", "name_en"]], region="PL", area_code=None
    )
    inputs = Inputs(checked.desired, checked.rejected, checked.clears, checked.repeats, entries)
    planned = plan(inputs, Policy(made.by_name, delete_missing=False))
    place = "telephony tenant t" if made.by_name else "usos faculty"
    return SyncSide(
        sync, place, made.by_name, source, checked, entries, planned, name_called="name" if made.by_name else "comment"
    )


def rows_of(*sides: SyncSide) -> pd.DataFrame:
    """Return the rows of these syncs, as far as `where`."""
    places = {
        side.place: PlaceEntries(side.place, side.place.split()[0], side.names_are_keys, side.entries) for side in sides
    }
    place_of = {side.sync: side.place for side in sides}
    rows = deduplicate(pd.concat([classify_findings(side) for side in sides], ignore_index=True), place_of)
    return find_cross_references(rows, place_of, number_locations(list(places.values())))


def finished(rows: pd.DataFrame, earlier: Earlier, today: date = TODAY, stale_days: int = 365) -> pd.DataFrame:
    dated = accepted(date_findings(identify(rows, "salt", {}), earlier, today, stale_days), {})
    names = {sync: Names(sync, "file.csv", "the place") for sync in dated["sync"].unique()}
    findings = add_remedies(dated, names, "en").assign(owner_name="")[list(Finding.to_schema().columns)]
    validated(Finding, findings)
    return findings


@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_counts_are_those_of_the_making(seed: int, by_name: bool) -> None:  # noqa: FBT001 - a parameter
    made = invented(seed, 2000, by_name=by_name)
    findings = finished(rows_of(side_of(made)), Earlier(None, None))
    assert {kind: count for kind, count in tally(findings).items() if count} == made.expected
    assert findings["id"].is_unique
    assert Counter(findings.loc[findings["line"] > 0, "line"]) == Counter(range(2, len(made.lines) + 2))
    there = findings.loc[findings["number_there"] != "", "number_there"]
    assert Counter(there) == Counter(entry["number"] for entry in made.entries)
    assert (findings["fix"] != "").eq(findings["kind"] != FindingKind.AGREE).all()


def test_what_agrees_is_exactly_what_a_plan_keeps() -> None:
    side = side_of(invented(3, 500, by_name=False))
    findings = finished(rows_of(side), Earlier(None, None))
    held = set(side.plan.loc[side.plan["action"] == "hold", "line"])
    agree = findings[(findings["kind"] == FindingKind.AGREE) & ~findings["line"].isin(held)]
    assert set(agree["line"]) == set(side.plan.loc[side.plan["action"] == "keep", "line"])


def test_a_number_that_stands_in_another_system_only_is_elsewhere_and_says_where() -> None:
    office = {"owner": "1", "name": "Dziekanat", "number": "22 500 00 01"}
    usos = Institution(by_name=False, lines=[office], entries=[])
    entry = {"owner": "tenant t", "name": "Dziekan", "number": "+48-225000001"}
    phones = Institution(by_name=True, lines=[], entries=[entry])
    rows = rows_of(_with_entries(usos), side_of(phones, "two"))
    assert rows["kind"].tolist() == ["elsewhere", "foreign"]
    assert rows["where"].tolist() == ["telephony tenant t: Dziekan", ""]


def _with_entries(made: Institution) -> SyncSide:
    """Return a side of which the place holds something else, since a table needs its columns."""
    made.entries.append({"owner": "faculty 2", "name": "Inne", "number": "22 500 00 02"})
    made.lines.append({"owner": "2", "name": "Inne", "number": "22 500 00 02"})
    side = side_of(made)
    rest = side.source["line"] == 2
    return SyncSide(
        **{**vars(side), "source": side.source[rest], "checked": _only(side, 2), "entries": side.entries.iloc[:0]}
    )


def _only(side: SyncSide, line: int) -> Checked:
    checked = side.checked
    return Checked(**{**vars(checked), "desired": checked.desired[checked.desired["line"] == line]})


def test_a_finding_is_known_again_when_lines_have_moved_and_spelling_has_changed() -> None:
    made = invented(4, 300, by_name=False)
    first = finished(rows_of(side_of(made)), Earlier(None, None))
    again = Institution(by_name=False, lines=made.lines[::-1], entries=made.entries[::-1])
    again.lines = [{**line, "number": line["number"].replace("22 5", "(22) 5")} for line in again.lines]
    second = finished(rows_of(side_of(again)), Earlier(None, None))
    assert set(first["id"]) == set(second["id"])


def test_history_tells_new_persisting_and_resolved_apart() -> None:
    made = invented(5, 300, by_name=False)
    before = finished(rows_of(side_of(made)), Earlier(None, None), date(2026, 1, 1))
    kept = remember(before, Earlier(None, None))
    assert set(before["trend"]) == {""}
    healed = Institution(by_name=False, lines=made.lines, entries=made.entries)
    gone = next(at for at, line in enumerate(made.lines) if line["number"] == "patrz wyżej")
    healed.lines[gone] = {**made.lines[gone], "name": "Nowe", "number": "22 777 00 00"}
    earlier = Earlier(kept, kept)
    after = finished(rows_of(side_of(healed)), earlier)
    assert set(after["id"]) - set(before["id"]) == set(after.loc[after["trend"] == "new", "id"])
    assert (after.loc[after["trend"] == "persisting", "since"] == "2026-01-01").all()
    assert set(resolved(after, earlier)["id"]) == set(before["id"]) - set(after["id"])


def test_what_could_not_be_looked_at_is_neither_resolved_nor_forgotten() -> None:
    side = side_of(invented(6, 100, by_name=False))
    kept = remember(finished(rows_of(side), Earlier(None, None), date(2026, 1, 1)), Earlier(None, None))
    blind = Earlier(kept, kept, [("one", "")])
    nothing = finished(rows_of(side).iloc[:0], blind)
    assert resolved(nothing, blind).empty
    carried = remember(nothing, blind)
    assert set(carried["id"]) == set(kept["id"])
    back = finished(rows_of(side), Earlier(carried, carried))
    assert set(back["since"]) == {"2026-01-01"}
    assert "new" not in set(back["trend"])


def test_of_an_owner_that_was_not_compared_nothing_is_resolved() -> None:
    """Another owner of the same sync, and the same owner of another sync, were compared."""
    kept = finished(rows_of(side_of(invented(6, 100, by_name=False))), Earlier(None, None))
    kept = kept.assign(carried=False)
    owners = kept.loc[kept["kind"] != FindingKind.AGREE, "owner"]
    unseen = str(owners.iloc[0])
    blind = Earlier(kept, kept, [("one", unseen), ("two", str(owners.iloc[-1]))])
    gone = resolved(kept.iloc[:0], blind)
    assert set(gone["owner"]) == set(owners) - {unseen}
    carried = remember(kept.iloc[:0], blind)
    assert set(carried["owner"]) == {unseen}


def test_the_first_reconciliation_has_nothing_to_compare_with() -> None:
    first = finished(rows_of(side_of(invented(6, 100, by_name=False))), Earlier(None, None))
    assert set(first["trend"]) == {""}
    gone = resolved(first, Earlier(first, None))
    assert (list(gone.columns), len(gone)) == (list(Finding.to_schema().columns), 0)


@pytest.mark.parametrize(
    ("by_name", "entry", "what"),
    [
        (False, {"type_id": "FAX"}, "type"),
        (False, {"name": "Inne", "type_id": "FAX"}, "comment, type"),
        (False, {"name": "Biuro", "number": "22 500 00 02"}, "number"),
        (True, {"type_id": "FAX", "number": "22 500 00 02"}, "number"),
        (True, {"name": "biuro"}, "name"),
    ],
)
def test_each_difference_is_named(by_name: bool, entry: dict[str, str], what: str) -> None:  # noqa: FBT001 - a column
    line = {"owner": "" if by_name else "1", "name": "Biuro", "number": "22 500 00 01"}
    made = Institution(by_name, [{**line, "type_id": "STA"}])
    made.put("differs", None, {**line, "type_id": "STA", **entry})
    (row,) = classify_findings(side_of(made)).to_dict("records")
    assert (row["kind"], row["what"]) == ("differs", what)


def test_a_telephone_and_a_fax_of_one_number_stand_beside_their_own_lines() -> None:
    fax = {"owner": "1", "name": "Biuro", "number": "22 500 00 01", "type_id": "FAX"}
    made = Institution(by_name=False)
    made.put("agree", {**fax, "type_id": "STA"}, fax)
    made.put("agree", fax, {**fax, "type_id": "STA"})
    found = rows_of(side_of(made))
    assert found["type_csv"].tolist() == found["type_there"].tolist()
    assert found["kind"].tolist() == ["agree", "duplicate"], "none of the two differs"


@pytest.mark.parametrize(("folds", "kinds"), [(False, ["foreign", "missing"]), (True, ["differs"])])
def test_a_name_in_other_letters_is_the_same_one_where_the_list_says_so(folds: bool, kinds: list[str]) -> None:  # noqa: FBT001 - a column
    line = {"owner": "", "name": "Altowki", "number": "22 500 00 01"}
    made = Institution(by_name=True)
    made.put("", line, {**line, "name": "ALTOWKI", "number": "22 500 00 02"})
    assert sorted(classify_findings(replace(side_of(made), fold_names=folds))["kind"]) == kinds


def test_a_line_that_repeats_another_says_what_it_says() -> None:
    line = {"owner": "", "name": "Biuro", "number": "22 500 00 01"}
    made = Institution(by_name=True, lines=[line, line])
    made.put("agree", None, line)
    again = classify_findings(side_of(made)).set_index("line").loc[3]
    assert dict(again[["kind", "what", "number_csv", "name_csv", "number_there"]]) == {
        "kind": "duplicate",
        "what": packed(Problem(Code.LINE_REPEATED, place=2)),
        "number_csv": "22 500 00 01",
        "name_csv": "Biuro",
        "number_there": "",
    }


def test_stale_is_what_has_agreed_unchanged_for_longer_than_the_setting() -> None:
    side = side_of(invented(7, 100, by_name=False))
    kept = remember(finished(rows_of(side), Earlier(None, None), date(2026, 1, 1)), Earlier(None, None))
    for today, kind in ((date(2026, 1, 31), "agree"), (date(2026, 2, 1), "stale")):
        findings = finished(rows_of(side), Earlier(kept, kept), today, stale_days=30)
        agreeing = findings["id"].isin(kept.loc[kept["kind"] == FindingKind.AGREE, "id"])
        assert set(findings.loc[agreeing, "kind"]) == {kind}
    fresh = finished(rows_of(side), Earlier(None, None), date(2036, 1, 1), stale_days=30)
    assert "stale" not in set(fresh["kind"])


def test_what_is_hidden_tells_no_number_and_no_entry_of_another_place() -> None:
    findings = finished(rows_of(side_of(invented(8, 50, by_name=False))), Earlier(None, None))
    findings = findings.assign(where="telephony tenant t: Kowalski 225000001; …", owner_name="Kowalska")
    shown = mask_findings(findings, ["one"], {"telephony tenant t: ": "telephony tenant t"})
    assert set(shown["where"]) == {"telephony tenant t"}
    assert set(shown["owner_name"]) == {""}
    for column in ("key", "number_csv", "number_there"):
        assert set(shown[column].str[:3]) <= {"", "•••"}
    assert mask_findings(findings, [], {}) is findings


def test_what_is_to_be_typed_names_its_owner_though_numbers_are_hidden() -> None:
    findings = finished(rows_of(side_of(invented(8, 50, by_name=False))), Earlier(None, None)).head(1)
    findings = findings.assign(owner="user 900002", fix='phonesync release "user 900002" --reason "22 500 00 01"')
    (fix,) = mask_findings(findings, ["one"], {})["fix"]
    assert fix == 'phonesync release "user 900002" --reason "••• ••• •01"'


def test_what_is_to_be_done_names_line_file_and_finding_though_numbers_are_hidden() -> None:
    findings = finished(rows_of(side_of(invented(8, 50, by_name=False))), Earlier(None, None)).head(1)
    fix = "Correct line 24051 of staff-2026-11-30.csv, or phonesync accept 000000240519 --reason TEXT; 24051 55 55"
    findings = findings.assign(id="000000240519", line=24051, fix=fix)
    (shown,) = mask_findings(findings, ["one"], {}, ["staff-2026-11-30.csv"])["fix"]
    assert shown == fix.replace("24051 55 55", "••• ••• •55")


def test_overlap_counts_each_pair_of_systems_once() -> None:
    numbers = {
        "a": numbers_in(pd.Series(["+481", "+482|+483", "text:portier", ""], dtype="str")),
        "b": numbers_in(pd.Series(["+483", "+483"], dtype="str")),
        "c": numbers_in(pd.Series([], dtype="str")),
    }
    assert overlap(numbers).to_numpy().tolist() == [["a", "b", 1], ["a", "c", 0], ["b", "c", 0]]


def test_an_entry_without_any_number_has_no_key() -> None:
    made = Institution(by_name=True)
    made.put("unreadable", None, {"owner": "", "name": "Biuro", "number": ""})
    (row,) = classify_findings(side_of(made)).to_dict("records")
    assert (row["kind"], row["key"], row["key_there"]) == ("unreadable", "", "")
