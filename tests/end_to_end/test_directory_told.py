"""What is told of a directory that several files make: what others have changed in it, and what people ask of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from directory_nights import (
    FOUR,
    A,
    B,
    C,
    D,
    Nights,
    later,
    of,
    on_file,
)
from road_trip import OPEN_GUARD, Road, apio_state, usos_state

from flows.claims import release
from flows.entry_history import events_of, write_page
from flows.reconciliation.body import Asked, reconcile_all
from flows.reconciliation.console import show_reconciled
from flows.reconciliation.find import find
from flows.run import RunRequest, run
from flows.run_console import show_run
from flows.run_history import one_run, waiting_plans
from flows.sync_run import RunResult
from schemas.errors import UsageError
from schemas.exit_codes import ExitCode
from tasks.messages.errors import told_whole
from tasks.reports.reconciliation_rows import readable_rows


def report_of(result: RunResult, kind: str) -> str:
    """Return a report of the first sync of a run."""
    return Path(result.summary["syncs"][0]["reports"][kind]).read_text(encoding="utf-8")


# Drift ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "count"),
    [([("Dean", D)], 1), ([], 1), ([("Dean", A), ("Guest", D)], 1), ([("Rector", A)], 1), ([("Dean", A)], 0)],
)
def test_what_others_have_changed_is_drift(nights: Nights, theirs: Any, count: int) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.meddle("1", theirs)
    told = of(nights.night(), "one")
    assert told["drift"] == count
    assert told["verified"]
    assert nights.numbers("1") == [A]
    assert of(nights.night(), "one")["drift"] == 0


def test_what_the_file_has_changed_is_no_drift(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", D, "Dean"), ("2", B, "Desk"), ("3", C, "Guest")])
    assert of(nights.night(), "one")["drift"] == 0


def test_drift_is_left_alone_where_that_is_wanted(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], on_drift="keep")
    nights.night()
    nights.meddle("1", [("Rector", A)])
    for _ in range(2):
        told = of(nights.night(), "one")
        assert told["requests"]["write"] == 0
        assert told["verified"]
    assert told["drift"] == 1
    assert nights.service.entries(nights.road, "1") == [("Rector", A)]


def test_beside_drift_that_is_left_alone_the_file_has_its_way(nights: Nights) -> None:
    """What one entry was changed to by others says nothing of the owner's other entries, however many nights pass."""
    nights.file("one", [("1", A, "Dean"), ("1", B, "Office")], on_drift="keep")
    nights.night()
    nights.meddle("1", [("Rector", A), ("Office", B)])
    nights.night()
    for number in (C, B, C):
        nights.file("one", [("1", A, "Dean"), ("1", number, "Office")])
        told = of(nights.night(), "one")
        assert (told["drift"], told["verified"]) == (1, True)
        assert nights.service.entries(nights.road, "1") == [("Office", number), ("Rector", A)]
    # The file says something new of the very entry.
    nights.file("one", [("1", A, "Provost"), ("1", C, "Office")])
    assert of(nights.night(), "one")["drift"] == 0
    assert nights.service.entries(nights.road, "1") == [("Office", C), ("Provost", A)]


def test_the_page_shows_first_what_others_have_changed(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("3", C, "Desk")])
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("3", C, "Desk")])
    nights.meddle("1", [("Dean", D)])
    nights.meddle("3", [("Desk", C), ("Guest", B)])
    for options, ends in (
        ({"on_drift": "keep"}, ["kept as found"] * 2),
        ({"on_drift": "correct"}, ["corrected"] * 2),
    ):
        nights.file("one", [("1", A, "Dean"), ("3", C, "Desk")], **options)
        text = Path(of(nights.night(), "one")["reports"]["html"]).read_text(encoding="utf-8")
        shown = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", text[text.index("<main>") : text.index("Counts</h2>")]))
        assert re.search("2 changed outside phonesync.*1 is kept although its owner is no longer in the file", shown)
        assert re.search(f"line 2 phonesync wrote: Dean {A} now: Dean {D} in the file: Dean {A} {ends[0]}", shown)
        assert re.search(f"phonesync wrote: nothing now: Guest {B} in the file: nothing {ends[1]}", shown)
        assert "the entry is as it was before" in text


@pytest.mark.parametrize("on_drift", ["correct", "keep"])
def test_a_reconciliation_tells_what_others_have_changed(nights: Nights, on_drift: str) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("3", C, "Desk")], on_drift=on_drift)
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Secretary"), ("3", C, "Desk")])
    nights.meddle("1", [("Dean", D), ("Guest", B)])
    nights.meddle("3", [])
    kept = on_drift == "keep"
    for _ in range(2):
        done = reconcile_all(nights.road.context(), Asked(lang="pl"))
        assert done.summary["drift"] == 3
        lines = json.loads(Path(done.summary["reports"]["json"]).read_text(encoding="utf-8"))["lines"]
        told = {(row["drift"], row["kind"], row["number_csv"], row["number_there"]) for row in lines if row["drift"]}
        assert told == {
            ("drift_changed", "differs", A, D),
            ("drift_added", "foreign", "", B),
            ("drift_removed", "missing", C, ""),
        }
        why = "żadna synchronizacja tego nie cofnie, bo `on_drift` ma wartość"
        assert sum(why in row["fix"] for row in lines) == (3 if kept else 0)
        shown = readable_rows(done.view, "pl")
        changed = shown.loc[shown["drift"] == "drift_changed", "what"]
        assert changed.tolist() == ["numer: zmienione poza phonesync po ostatnim przebiegu"]
        nights.road.sleep(1)
    # What is said a sync would do, it does.
    assert of(nights.night(), "one")["drift"] == 3
    assert nights.numbers("3") == ([] if kept else [C])


def test_the_page_says_who_has_approved_what_a_guard_had_stopped(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], on_drift="ask")
    nights.night()
    nights.meddle("1", [("Dean", D)])
    plan = of(nights.night(), "one")["plan"]
    result = run(nights.road.context(), RunRequest("apply", plan=plan, reason="they had it wrong <by mistake>"))
    text = Path(of(result, "one")["reports"]["html"]).read_text(encoding="utf-8")
    said = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", text))
    assert "Approved by tester , 2026-03-14 03:00 CET : they had it wrong &lt;by mistake&gt;" in said


def test_drift_can_be_asked_about(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], on_drift="ask")
    nights.night()
    nights.meddle("1", [("Rector", A)])
    result = nights.night()
    assert result.exit_code == ExitCode.APPROVAL_NEEDED
    assert [guard["guard"] for guard in of(result, "one")["guards"]] == ["on_drift"]


def test_a_directory_that_somebody_has_loaded_anew_stops_the_night(nights: Nights) -> None:
    owners = [str(number) for number in range(10, 24)]
    nights.hold(**{f"o{owner}": [] for owner in owners})
    nights.file("one", [(owner, f"22 552 01 {owner}", "Desk") for owner in owners], guard={"max_change_share": 1.0})
    nights.night()
    for owner in owners[:5]:
        nights.meddle(owner, [("Elsewhere", D)])
    result = nights.night()
    assert result.exit_code == ExitCode.APPROVAL_NEEDED
    assert "max_drift_share" in [guard["guard"] for guard in of(result, "one")["guards"]]


# What people ask ------------------------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_holds_no_owner_back(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    (nights.road.folder / "one.csv").write_bytes(b"\x00\x01")
    assert release(nights.road.context(), f"{nights.service.word} 2", "closed")["syncs"] == ["one"]


def test_an_owner_that_was_released_is_nobodys(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], on_missing_owner="clear")
    nights.night()
    owner = f"{nights.service.word} 2"
    with pytest.raises(UsageError, match=rf"{owner} is still in \S+one\.csv, line 3 \(sync one\)") as refused:
        release(nights.road.context(), owner, "closed")
    words = {"faculty 2": "jednostka 2: ten właściciel nadal jest"}
    assert told_whole(refused.value, "pl").startswith(words.get(owner, f"{owner}: ten"))
    nights.file("one", [("1", A, "Dean")])
    context = nights.road.context()
    assert release(context, owner, "closed")["syncs"] == ["one"]
    with pytest.raises(UsageError, match="No sync manages"):
        release(context, owner, "closed")
    with pytest.raises(UsageError, match="reason"):
        release(context, owner, " ")
    told = of(nights.night(), "one")
    assert told["left"] == told["actions"]["delete"] == 0
    assert nights.numbers("2") == [B]
    last = events_of(context, owner)[-1]
    assert (last["action"], last["owner"], last["sync"]) == ("release", owner, "one")
    assert last["message"] == f"by {context.person}: closed"
    write_page(context, owner, [last], "pl", nights.road.folder / "history.html")
    assert "zwolniono z zarządzania" in (nights.road.folder / "history.html").read_text("utf-8")


def test_the_history_of_a_number_tells_who_did_what(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", C, "Office")], full_numbers=True)
    nights.night()
    nights.meddle("1", [("Dean", D)])
    nights.night()
    context = nights.road.context()
    events = events_of(context, A)
    assert [(event["action"], event["outcome"], event["code"]) for event in events][-1] == (
        "modify",
        "applied",
        "drift_changed",
    )
    assert events_of(context, f"{nights.service.word} 2")[0]["number_after"] == C
    assert events_of(context, "22 999 99 99") == []


def test_what_was_said_of_a_row_is_said_where_a_guard_stops_it(nights: Nights) -> None:
    nights.hold(o10000000=[("Dean", A)], o10000001=[], o20000000=[("Office", B)])
    nights.file("one", [("10000000", A, "Dean"), ("20000000", B, "Office")])
    nights.night()
    nights.meddle("20000000", [("Office", D)])
    nights.file("one", [("10000001", C, "Dean"), ("20000000", B, "Office")], guard={"max_changes": 0})
    result = nights.night()
    assert result.exit_code == ExitCode.APPROVAL_NEEDED
    for lines in (result.reported[0].lines, pd.DataFrame(json.loads(report_of(result, "json"))["lines"])):
        near, drift = (lines[lines["line"].isin([line, str(line)])].iloc[0] for line in (2, 3))
        assert (near["code"], drift["code"]) == ("guard_stopped", "guard_stopped")
        assert "one typing error away from 10000000" in near["message"]
        assert "changed outside phonesync" in drift["message"]
        assert all(row["message"].endswith("not sent: blocked by a guard") for row in (near, drift))
    assert f"now: <b>Office  {D}</b>" in report_of(result, "html"), "the page begins with what others have changed"


@pytest.mark.parametrize("on_drift", ["correct", "keep"])
def test_what_came_back_by_somebody_elses_hand_is_told_as_that(nights: Nights, on_drift: str) -> None:
    nights.file("one", [("1", A, "Dean"), ("1", C, "Guest"), ("2", B, "Office")], on_drift=on_drift)
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    assert of(nights.night(), "one")["came_back"] == 0
    nights.meddle("1", [("Dean", A), ("Guest", C), ("Stranger", D)])
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], delete_missing=False)
    for mode in ("plan", "sync", "sync"):
        result = nights.night(mode=mode)
        told = of(result, "one")
        assert (told["came_back"], told["actions"]["foreign"]) == (1, 2)
        lines = pd.DataFrame(json.loads(report_of(result, "json"))["lines"]).set_index("name_before")
        assert lines.loc["Guest", "code"] == "came_back"
        assert "deleted by phonesync, and restored outside phonesync" in lines.loc["Guest", "message"]
        assert lines.loc["Stranger", "code"] == ""
        shown = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", report_of(result, "html")))
        assert "1 restored outside phonesync after phonesync had deleted it" in shown
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], delete_missing=True)
    again = nights.night(mode="plan")
    assert of(again, "one")["came_back"] == 1
    assert of(again, "one")["actions"]["delete"] == 2
    # Once the file says it, it is nobody else's.
    nights.file("one", [("1", A, "Dean"), ("1", C, "Guest"), ("2", B, "Office")])
    assert of(nights.night(), "one")["came_back"] == 0


def test_what_is_noted_of_several_syncs_is_said_once(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    nights.file("one", [("1", A, "Dean")])
    nights.file("two", [("2", B, "Office")])
    nights.night()
    for last in (nights.road.folder / "reports").glob(".last-run-*"):
        last.write_text("29990101T000000Z-abcdef", encoding="utf-8")
    show_run(nights.night(), planned=False)
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("29990101T000000Z-abcdef") == 1
    assert "one, two: The ledger does not contain run 29990101T000000Z-abcdef" in said


def test_what_is_left_to_others_stays_with_them_where_its_owner_is_cleared(nights: Nights) -> None:
    keys: dict[str, Any] = {"on_drift": "keep", "on_missing_owner": "clear", "guard": OPEN_GUARD}
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("2", C, "Desk")], **keys)
    nights.night()
    nights.meddle("2", [("Guest", B), ("Desk", C)])
    nights.file("one", [("1", A, "Dean")], **keys)
    told = of(nights.night(), "one")
    assert (told["drift"], told["left"], told["actions"]["delete"], nights.numbers("2")) == (1, 0, 1, [B])
    for _ in range(2):
        again = of(nights.night(), "one")
        assert (again["requests"]["write"], again["left"], nights.numbers("2")) == (0, 0, [B])


def test_a_reconciliation_tells_what_came_back(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("1", C, "Guest")])
    nights.night()
    nights.file("one", [("1", A, "Dean")], delete_missing=True)
    nights.night()
    nights.meddle("1", [("Dean", A), ("Guest", C), ("Stranger", D)])
    nights.file("one", [("1", A, "Dean")], delete_missing=False)
    done = reconcile_all(nights.road.context(), Asked(lang="pl"))
    lines = json.loads(Path(done.summary["reports"]["json"]).read_text(encoding="utf-8"))["lines"]
    assert {(row["name_there"], row["drift"]) for row in lines if row["kind"] == "foreign"} == {
        ("Guest", "came_back"),
        ("Stranger", ""),
    }
    assert (done.summary["came_back"], done.summary["drift"]) == (1, 0)
    shown = readable_rows(done.view, "pl")
    assert "a przywrócono to poza phonesync" in shown.loc[shown["drift"] == "came_back", "what"].item()


def test_what_came_back_to_a_phone_list_is_told_as_that(road: Road) -> None:
    road.open(apio_state([("Dean", "+48-225520001"), ("Guest", "+48-225520002")]))
    road.configure({"tenant": "chopin", "guard": OPEN_GUARD, "delete_missing": True})
    road.source(f"Name;Phone Number\nDean;{A}\n")
    assert road.go().actions["delete"] == 1
    road.sandbox.apio.set_entries("chopin", None, [("Dean", "+48-225520001"), ("Guest", "+48-225520002")])
    road.configure({"tenant": "chopin", "guard": OPEN_GUARD})
    trip = road.go()
    assert (trip.about("Guest")["action"], trip.about("Guest")["code"]) == ("foreign", "came_back")
    assert (trip.sync["came_back"], trip.exit_code) == (1, ExitCode.DONE)


def test_a_row_of_the_page_has_its_history(nights: Nights) -> None:
    """What the last runs have done to its entry, and what others have; rows that needed nothing have none."""
    nights.file("one", [("1", A, "Dean"), ("2", C, "Office"), ("3", D, "Desk")])
    nights.night()
    later(nights.road)
    nights.meddle("2", [("Office", B)])
    second = nights.night()
    later(nights.road)
    nights.file("one", [("1", A, "Dean"), ("2", FOUR[0], "Office"), ("3", D, "Desk")], guard={"max_changes": 0})
    stopped = nights.night()
    later(nights.road)
    applied = run(nights.road.context(), RunRequest("apply", plan=of(stopped, "one")["plan"], reason="moved house"))
    later(nights.road)
    nights.file("one", [("1", A, "Dean"), ("2", FOUR[1], "Office"), ("3", D, "Desk")], guard=OPEN_GUARD)
    page = report_of(nights.night(), "html")
    data = json.loads(page[page.index('id="data">') + len('id="data">') :].split("</script>")[0])
    (events,) = data["past"].values()
    assert [(event[1], event[2], event[3], event[4]) for event in events] == [
        ("modify", "applied", f"Office  {C}", f"Office  {FOUR[0]}"),
        ("modify", "applied", f"Office  {B}", f"Office  {C}"),
        ("modify", "applied", f"Office  {B}", f"Office  {C}"),
    ]
    assert "approved by tester: moved house" in events[0][5]
    assert "changed outside phonesync" in events[1][5]
    assert [event[6] for event in events[:2]] == [applied.summary["run"], second.summary["run"]]
    quiet = report_of(nights.night(), "html")
    assert '"past":{}' in quiet


def test_the_past_of_a_person_is_masked_on_the_page_and_in_the_history(road: Road) -> None:
    road.open(usos_state({"77": [("home", "22 552 77 01")]}, "user"))
    road.configure({"entity_class": "user", "full_numbers": False, "guard": OPEN_GUARD})
    for last in ("22 552 77 02", "22 552 77 03"):
        road.source(f"entity_id;number;comment\n77;{last};home\n")
        later(road)
        trip = road.go()
    page = Path(trip.sync["reports"]["html"]).read_text(encoding="utf-8")
    assert '"past":{"0":[["' in page
    assert "••• ••• •02" in page
    events = events_of(road.context(), "user 77")
    assert len(events) == 2
    html = road.folder / "history.html"
    write_page(road.context(), "22 552 77 02", events_of(road.context(), "22 552 77 02"), "pl", html)
    for text in (page, json.dumps(events), html.read_text(encoding="utf-8")):
        assert not re.search("77 ?0[123]", text.replace(road.sandbox.usos_url, "")), "the port may be 37701"


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", ["changed", "approved by tester: moved house"]), ("pl", ["zmieniono", "zatwierdzone przez tester"])],
)
def test_the_history_is_a_page_too(nights: Nights, lang: str, said: list[str]) -> None:
    on_file(nights.road)
    nights.file("one", [("1", A, "<Dean>"), ("2", C, "Office")], guard={"max_changes": 0})
    context = nights.road.context()
    run(context, RunRequest("apply", plan=of(nights.night(mode="plan"), "one")["plan"], reason="moved house"))
    events = events_of(context, f"{nights.service.word} 2", lang)  # type: ignore[arg-type] # a language
    page = nights.road.folder / "history.html"
    write_page(context, f"{nights.service.word} 2", events, lang, page)  # type: ignore[arg-type] # likewise
    text = page.read_text(encoding="utf-8")
    assert all(words in text for words in (f'lang="{lang}"', B, C, *said))
    assert page.stat().st_mode & 0o777 == 0o600
    write_page(context, A, events_of(context, A), lang, page)  # type: ignore[arg-type] # likewise
    text = page.read_text(encoding="utf-8")
    assert "&lt;Dean&gt;" in text
    assert f"<h1>{A}" not in text, "whose number it is the page does not know"


def test_every_row_says_who(nights: Nights) -> None:
    """Owners have the names of the file's own column, also after they have left it; a rejected line has its name."""
    nights.file("one", [], full_numbers=True)
    file = nights.road.folder / "one.csv"
    head = nights.service.header + ";Nazwa jednostki\n"
    file.write_text(f"{head}1;{C};Dean;Wydział Prawa\n2;12;Office;Kwestura\n2;{B};Till;\n", encoding="utf-8")
    for lines in (nights.night(mode="plan"), nights.night()):
        rows = lines.reported[0].lines.set_index("line")[["owner_name", "entry_name"]]
        assert rows.loc["2"].tolist() == ["Wydział Prawa", "Dean"]
        assert rows.loc["3"].tolist() == ["Kwestura", "Office"]
    file.write_text(f"{head}1;{C};Dean;Wydział Prawa\n2;{B};Till;Kwestura\n", encoding="utf-8")
    nights.night()
    file.write_text(f"{head}2;{B};Till;Kwestura\n", encoding="utf-8")
    (left,) = nights.night().reported[0].lines.query("code == 'left'").to_dict("records")
    assert left["owner_name"] == "Wydział Prawa"
    context = nights.road.context()
    assert {event["owner_name"] for event in events_of(context, f"{nights.service.word} 1")} == {"Wydział Prawa"}
    assert {row["owner_name"] for row in find(context, "kwestura").summary["found"]} == {"Kwestura"}
    nights.night()
    assert nights.night().summary["syncs"][0]["requests"]["write"] == 0, "names of owners are no reason to write"


def test_a_line_that_waits_is_named_though_nothing_stands_there_yet(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("2", "room 12", "Guest")])
    rows = {row["line"]: row for row in nights.night().reported[0].lines.to_dict("records")}
    assert {line: row["entry_name"] for line, row in rows.items() if row["outcome"] == "held"} == {
        "3": "Office",
        "4": "Guest",
    }


def test_what_somebody_has_removed_is_named_where_that_stays_so(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], on_drift="keep")
    nights.night()
    nights.meddle("2", [])
    (row,) = [row for row in nights.night().reported[0].lines.to_dict("records") if row["code"] == "drift_removed"]
    assert (row["outcome"], row["entry_name"]) == ("unchanged", "Office")


def test_what_has_changed_since_is_named_by_the_way_back(nights: Nights) -> None:
    nights.file("one", [("1", C, "Dean"), ("2", B, "Office")])
    done = nights.night()
    nights.meddle("1", [("Dean", D)])
    back = run(nights.road.context(), RunRequest("revert", run=done.summary["run"]))
    (row,) = [row for row in back.reported[0].lines.to_dict("records") if row["code"] == "changed_since_run"]
    assert (row["action"], row["entry_name"]) == ("hold", "Dean")


def test_the_terminal_names_owners_that_have_left_and_how_to_settle_it(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    word = nights.service.word
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("3", C, "Hall")])
    nights.night()
    nights.file("one", [("1", A, "Dean")])
    for mode in ("plan", "sync"):
        show_run(nights.night(mode=mode), planned=mode == "plan")
        told = " ".join(capsys.readouterr().out.split())
        assert f"2 owners are no longer in the file, their numbers are kept: {word} 2, {word} 3." in told
        assert f"phonesync release '{word} 2' --reason" in told


def test_every_finding_says_who(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    """The names of owners stand in every form of a reconciliation's findings, also of owners that have left."""
    nights.file("one", [], full_numbers=True)
    file = nights.road.folder / "one.csv"
    head = nights.service.header + ";Nazwa jednostki\n"
    file.write_text(f"{head}1;{A};Dean;Wydział Prawa\n2;{B};Office;Kwestura\n", encoding="utf-8")
    nights.night()
    file.write_text(f"{head}2;12;Office;Kwestura\n", encoding="utf-8")
    done = reconcile_all(nights.road.context(), Asked(lang="pl"))
    word = nights.service.word
    names = {f"{word} 1": "Wydział Prawa", f"{word} 2": "Kwestura"}
    (fix,) = done.view.findings.loc[done.view.findings["owner"] == f"{word} 1", "fix"]
    assert f'phonesync release "{word} 1" --reason' in fix, "it has left, and somebody has to settle that"
    reports = done.summary["reports"]
    lines = json.loads(Path(reports["json"]).read_text(encoding="utf-8"))["lines"]
    assert {row["owner"]: row["owner_name"] for row in lines} == names
    table = pd.read_csv(reports["csv"], dtype=str, keep_default_na=False)
    assert table.columns[-1] == "owner_name"
    assert dict(zip(table["owner"], table["owner_name"], strict=True)) == names
    page = Path(reports["html"]).read_text(encoding="utf-8")
    assert "Wydział Prawa" in page
    sheet = pd.read_excel(reports["xlsx"], sheet_name=1, dtype=str, engine="openpyxl")
    assert set(sheet["Nazwa właściciela"]) == {*names.values()}
    show_reconciled(done)
    assert re.search(rf"{word}\s+1\s+\(Wydział\s+Prawa\)", capsys.readouterr().out)


def test_a_run_tells_its_own_story(nights: Nights) -> None:
    nights.file("one", [("1", C, "Dean"), ("2", D, "Office")], guard={"max_changes": 1})
    stopped = nights.night()
    assert stopped.exit_code == ExitCode.APPROVAL_NEEDED
    context = nights.road.context()
    (waiting,) = waiting_plans(context)
    assert waiting["guards"][0]["guard"] == "max_changes"
    applied = run(context, RunRequest("apply", plan=waiting["plan"], reason="moved house"))
    assert of(applied, "one")["approval"]["reason"] == "moved house"
    assert waiting_plans(context) == []
    first, second = (one_run(context, result.summary["run"]) for result in (stopped, applied))
    assert {line["outcome"] for line in first["plans"][0]["lines"]} == {"skipped"}
    assert {line["outcome"] for line in second["plans"][0]["lines"]} == {"applied"}
    assert second["plans"][0]["approvals"][0]["reason"] == "moved house"
    back = run(context, RunRequest("revert", run="last"))
    assert of(back, "one")["actions"]["modify"] == 2
