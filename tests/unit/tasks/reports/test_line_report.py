"""What a report says, and that it says the truth about every line. All names and numbers are invented."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from drawing import share
from hypothesis import given
from hypothesis import strategies as st
from page_data import embedded

from schemas.plan import TROUBLE, WRITES, Action, Outcome, count
from schemas.problems import CALLED, Code, Problem, packed
from schemas.reasons import LineCode
from schemas.tables import Result, validated
from tasks.plain_text import plain
from tasks.reports.csv_text import harmless
from tasks.reports.headline import Tally, action_words, headline, next_steps, outcome_words
from tasks.reports.line_report import COLUMNS, line_report, report_csv, report_html, report_json, with_names

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
SUMMARY: dict[str, Any] = {
    "run": "r-1",
    "sync": "faculties",
    "title": "Faculties",
    "target": "usos",
    "source": "faculties.csv",
    "plan": "p-1",
    "fingerprint": "sha256:0",
    "rejected": 0,
    "guards": [],
    "verified": True,
    "requests": {"read": 2, "write": 1},
}
GUARD = {"guard": "max_delete_share", "value": 0.31, "limit": 0.2, "message": "31 % of the entries would go."}


def page_of(summary: dict[str, Any], lines: pd.DataFrame, **more: Any) -> str:
    """Return the page of a report as text."""
    return report_html(summary, lines, **more).decode()


def result(**columns: list[Any]) -> pd.DataFrame:
    """Make a `Result` from some of its columns; the others are empty."""
    rows = len(next(iter(columns.values())))
    defaults: dict[str, Any] = dict.fromkeys(COLUMNS, "") | {"sync": "faculties", "action": "keep"}
    defaults |= {"line": 0, "http_status": 0, "attempts": 0}
    frame = pd.DataFrame({column: columns.get(column, [default] * rows) for column, default in defaults.items()})
    texts = [column for column in COLUMNS if column not in {"line", "http_status", "attempts"}]
    return frame.astype(dict.fromkeys(texts, "str"))[COLUMNS]


def outcomes(**counts: int) -> pd.DataFrame:
    """Make a `Result` with so many rows of each outcome, the action that leads there beside it."""
    at_rest = {"unchanged": "keep", "held": "hold"}
    words = [word for word, times in counts.items() for _ in range(times)]
    return result(outcome=words, action=[at_rest.get(word, "modify") for word in words])


def tally(frame: pd.DataFrame) -> Tally:
    return Tally(len(frame), count(frame["action"], Action), count(frame["outcome"], Outcome))


def headed(frame: pd.DataFrame, **summary: Any) -> str:
    return headline({**SUMMARY, **summary}, tally(frame)).title


CHOSEN = {"sync", "action", "outcome", "line", "http_status", "attempts"}
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
results = st.lists(
    st.fixed_dictionaries(
        dict.fromkeys([column for column in COLUMNS if column not in CHOSEN], text)
        | {
            "action": st.sampled_from([word.value for word in Action]),
            "outcome": st.sampled_from(["", *(word.value for word in Outcome)]),
            "line": st.integers(0, 10**7),
            "http_status": st.sampled_from([0, 200, 400, 503]),
            "attempts": st.integers(0, 5),
        }
    ),
    max_size=6,
).map(lambda rows: result(**{column: [row[column] for row in rows] for column in rows[0]}) if rows else result(line=[]))


def test_the_columns_are_those_of_a_result() -> None:
    """One table, one order: what is stored is what is reported, its problems as a message; then the names."""
    stored = [*Result.to_schema().columns]
    assert ["message" if name == "problems" else name for name in stored] == COLUMNS[:-2]
    assert COLUMNS[-2:] == ["owner_name", "entry_name"]
    validated(Result, outcomes(applied=1).rename(columns={"message": "problems"})[stored])


def test_rows_say_who_and_what_they_are_about() -> None:
    """Owners by the names that are known; an entry by its name now or before, a rejected line by that of the file."""
    rejected = packed(Problem(LineCode.NUMBER_FEW, {"column": "number", "cell": "1", CALLED: "Portiernia"}))
    frame = result(
        owner=["faculty 1", "faculty 2", "faculty 1"],
        name_before=["Dziekanat", "Kasa", ""],
        name_after=["Sekretariat", "", ""],
        message=["", "", rejected],
    ).rename(columns={"message": "problems"})[[*Result.to_schema().columns]]
    named = with_names(frame, {"faculty 1": "Wydział Prawa"})
    report = line_report(named, masked=False)
    assert report["owner_name"].tolist() == ["Wydział Prawa", "", "Wydział Prawa"]
    assert report["entry_name"].tolist() == ["Sekretariat", "Kasa", "Portiernia"]
    assert line_report(named, masked=True)["owner_name"].tolist() == ["", "", ""], "the owners may be people"


def test_every_word_is_explained() -> None:
    assert set(action_words()) == set(Action)
    assert set(outcome_words()) == set(Outcome)


def test_what_is_not_there_is_empty() -> None:
    report = line_report(result(line=[0, 7], http_status=[0, 200], attempts=[0, 1]), masked=False)
    assert report["line"].tolist() == ["", "7"]
    assert report["http_status"].tolist() == ["", "200"]
    assert report["attempts"].tolist() == ["0", "1"]


def test_masking_hides_numbers_wherever_they_stand() -> None:
    number = "(22) 999 01 55"
    frame = result(
        line=[214],
        owner=["user 900001"],
        number_before=[number],
        number_after=["+48229990156"],
        name_after=["22 999 01 55"],
        message=[f"Numer {number} jest za długi."],
    )
    row = line_report(frame, masked=True).iloc[0]
    assert row["number_before"] == "••• ••• •55"
    assert row["number_after"] == "••• ••• •56"
    assert row["name_after"] == "••• ••• •55"
    assert row["message"] == "Numer ••• ••• •55 jest za długi."
    assert (row["owner"], row["line"]) == ("user 900001", "214")
    assert frame["number_before"].tolist() == [number], "the table that was given stays as it was"


def test_an_owner_in_a_message_stays_readable_and_every_number_in_it_is_masked() -> None:
    """Its id stands in the column of owners as well; a number is a number, even where it touches the owner's name."""
    moved = packed(
        Problem(Code.MOVES_AWAY, {"owner": "user 900002, user 900003"}),
        Problem(Code.SERVICE_SAID, {"said": "900002 has 22 999 01 55 already"}),
    )
    near = packed(Problem(LineCode.ID_NEAR, {"id": "900002"}), Problem(Code.MOVES_HERE, {"owner": "user 900002"}))
    frame = result(owner=["user 900001", "user 900020"], message=[moved, near]).rename(columns={"message": "problems"})
    frame = frame[[*Result.to_schema().columns]]
    moved_said = "moves to user 900002, user 900003; deleted here once it has arrived there"
    near_said = "this id is new, and one typing error away from 900002, which is no longer in the file"
    assert list(line_report(frame, masked=True)["message"]) == [
        f"{moved_said}; ••• ••• •02 has ••• ••• •55 already",
        f"{near_said}; moves here from user 900002",
    ]
    polish = line_report(frame, masked=True, lang="pl")["message"]
    assert polish[0].startswith("przechodzi do osoby 900002, osoby 900003 i zniknie stąd")
    assert polish[1].endswith("przechodzi tu od osoby 900002")
    assert line_report(line_report(frame, masked=True), masked=False)["message"][1].endswith("from user 900002")


@given(results)
def test_csv_reads_back_as_the_line_report(frame: pd.DataFrame) -> None:
    """Every value survives quotes and commas; what would be run or obeyed is made harmless, no more."""
    read = list(csv.reader(io.StringIO(report_csv(frame).decode(), newline="")))
    assert read[0] == COLUMNS
    wanted = line_report(frame, masked=False).to_numpy().tolist()
    number = re.compile(r"[+\-][0-9 ()./,;|•-]*")
    assert read[1:] == [[cell if number.fullmatch(cell) else harmless(cell) for cell in row] for row in wanted]


def test_csv_quotes_only_where_needed_and_keeps_spreadsheets_from_running_a_text() -> None:
    frame = result(name_after=["=1+1", 'a "b", c', "+A1"], number_after=["+48 22 999-01-55", "@x", "-1"])
    assert report_csv(frame).decode().splitlines() == [
        ",".join(COLUMNS),
        "faculties,,,keep,,,,'=1+1,+48 22 999-01-55,,,0,,,,,,",
        'faculties,,,keep,,,,"a ""b"", c",\'@x,,,0,,,,,,',
        "faculties,,,keep,,,,'+A1,-1,,,0,,,,,,",
    ]
    assert report_csv(result(line=[])) == (",".join(COLUMNS) + "\n").encode()


@given(results)
def test_json_holds_the_summary_and_every_line(frame: pd.DataFrame) -> None:
    report = json.loads(b"".join(report_json(SUMMARY, frame)))
    lines = report.pop("lines")
    assert report == SUMMARY
    assert [line["line"] for line in lines] == [line or None for line in frame["line"]]
    assert [line["attempts"] for line in lines] == frame["attempts"].tolist()
    assert [line["message"] for line in lines] == frame["message"].tolist()
    assert all(list(line) == COLUMNS for line in lines)


@given(results)
@share(0.6)
def test_a_line_report_of_a_line_report_is_the_same(frame: pd.DataFrame) -> None:
    """So the writers take either, masked before or not."""
    report = line_report(frame, masked=False)
    assert line_report(report, masked=False).equals(report)
    masked = line_report(frame, masked=True)
    assert report_csv(masked) != b""
    assert (
        json.loads(b"".join(report_json({}, masked)))["lines"]
        == json.loads(b"".join(report_json({}, line_report(masked, masked=False))))["lines"]
    )


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ({"failed": 3, "applied": 200, "unchanged": 11}, "3 of 214 rows failed"),
        ({"failed": 1, "held": 2, "applied": 1}, "1 of 4 rows failed, 2 are held"),
        ({"failed": 1, "unknown": 1, "conflict": 1, "held": 1}, "1 of 4 rows failed, 1 is unknown"),
        ({"unplanned": 1, "applied": 1}, "1 of 2 rows was changed by the service"),
        ({"held": 1, "applied": 1}, "1 of 2 rows is held"),
        ({"applied": 1}, "The change was applied"),
        ({"applied": 1200}, "All 1,200 changes were applied"),
        ({"unchanged": 5}, "No changes needed"),
        ({"skipped": 1}, "1 of 1 row was skipped"),
    ],
)
def test_the_headline_names_the_worst_that_happened(counts: dict[str, int], title: str) -> None:
    assert headed(outcomes(**counts)) == title


def test_the_headline_of_a_plan_says_that_nothing_was_written() -> None:
    plan = result(action=["add", "delete", "keep"])
    assert headed(plan) == "Plan (nothing written): 2 changes"
    assert headed(result(action=["add"])) == "Plan (nothing written): 1 change"
    assert headed(result(action=["keep", "foreign"])) == "No changes needed"
    assert "nothing written" in headline(SUMMARY, tally(result(action=["keep"]))).detail


def test_a_guard_and_an_error_come_before_everything_else() -> None:
    plan = result(action=["delete", "delete"])
    assert headed(plan, guards=[GUARD]) == "A guard blocked this plan: 31 % of the entries would go."
    assert headed(outcomes(applied=1), guards=[GUARD]) == "The change was applied", "an approved guard stopped nothing"
    assert headed(plan, error="USOS did not answer.") == "The run stopped: USOS did not answer."


def test_a_plan_that_a_guard_has_stopped_begins_with_that() -> None:
    """All that the error says besides, the command too, stands below."""
    blocked = {
        "guards": [GUARD],
        "error": "faculties: a guard stopped this plan. Look at it.",
        "error_code": "guard_stopped",
    }
    said = headline({**SUMMARY, **blocked}, tally(outcomes(skipped=3)))
    assert said.title == f"A guard blocked this plan: {GUARD['message']}"
    assert said.tone == "warn"


def test_a_target_that_does_not_agree_is_never_good_news() -> None:
    said = headline({**SUMMARY, "verified": False}, tally(outcomes(applied=2)))
    assert (said.tone, said.title) == ("warn", "2 changes made, but the target differs from the plan")


@given(results, st.sampled_from([True, False, None]))
def test_good_news_means_that_nothing_is_amiss(frame: pd.DataFrame, verified: bool | None) -> None:  # noqa: FBT001 - drawn, not passed
    """The calm tones are never used while a line needs somebody, or the proof failed."""
    said = headline({**SUMMARY, "verified": verified}, tally(frame))
    if said.tone in {"good", "calm"}:
        assert not frame["outcome"].isin(list(TROUBLE)).any()
        assert verified is not False or not (frame["outcome"] == "applied").any()


def test_the_next_step_is_a_command_that_can_be_copied() -> None:
    unknown = next_steps(SUMMARY, tally(outcomes(unknown=1, failed=1)))
    assert [step.command for step in unknown] == ["phonesync resume r-1", "phonesync sync faculties"]
    guarded = next_steps({**SUMMARY, "guards": [GUARD]}, tally(result(action=["delete"])))
    assert [step.command for step in guarded] == [
        'phonesync apply p-1 --approve "REASON"',
        'phonesync apply p-1 --refuse "REASON"',
    ]
    odd = next_steps({**SUMMARY, "sync": "a b; c"}, tally(outcomes(failed=1)))
    assert odd[0].command == "phonesync sync 'a b; c'"
    assert next_steps(SUMMARY, tally(outcomes(applied=3, unchanged=4))) == []


def test_the_check_of_a_file_is_advised_only_where_a_line_of_it_was_rejected() -> None:
    waiting = Tally(2, {"hold": 2}, {"held": 2})
    assert [step.command for step in next_steps({"sync": "one", "rejected": 1}, waiting)] == ["phonesync check one"]
    assert [step.command for step in next_steps({"sync": "one", "rejected": 0}, waiting)] == ["phonesync plan one"]


def test_the_page_loads_nothing_and_runs_its_own_script_only() -> None:
    page = page_of(SUMMARY, outcomes(applied=1, failed=1), generated_at=NOW)
    outside = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r'(?:src|href)\s*=\s*(?!"#)|@import|url\(', outside)
    assert "http://" not in page
    assert "https://" not in page
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(script) == 1
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page


HOSTILE = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>&amp;\u2028{{ 7*7 }}'\""


def test_no_text_can_become_markup() -> None:
    """Names, messages and errors come from files and services: each is shown letter by letter."""
    frame = result(**{column: [HOSTILE] for column in COLUMNS if column not in {"line", "http_status", "attempts"}})
    guard = {**GUARD, "message": HOSTILE, "guard": HOSTILE}
    summary = {**dict.fromkeys(SUMMARY, HOSTILE), "guards": [guard], "requests": {"read": 1, "write": 1}, "rejected": 1}
    for extra in ({}, {"error": HOSTILE}):
        page = page_of({**summary, **extra}, frame, generated_at=NOW)
        assert page.count("<script") == 2
        assert page.count("</script>") == 2
        assert "<img" not in page
        assert "<!--" not in page
        assert embedded(page)["pools"]["message"] == [plain(HOSTILE)]


def need_of(row: pd.Series) -> int:
    """Return where a page shows a row: first what needs somebody, then what changes, last what is at rest."""
    held = row["action"] == "hold" and row["outcome"] == ""
    if not row["accepted"] and (held or row["outcome"] in TROUBLE):
        return 0
    return 1 if row["action"] in WRITES else 2


@given(results)
@share(0.6)
def test_the_page_holds_every_line_and_its_counts_add_up(frame: pd.DataFrame) -> None:
    page = page_of(SUMMARY, frame, generated_at=NOW)
    if frame.empty:
        assert "There are no rows in this report." in page
        assert "<script" not in page
        return
    data = embedded(page)
    frame = frame.iloc[sorted(range(len(frame)), key=lambda at: need_of(frame.iloc[at]))]
    assert data["folded"] == sum(need_of(row) < 2 for _, row in frame.iterrows())
    assert data["line"] == frame["line"].tolist()
    for column in set(COLUMNS) - {"sync", "line", "http_status", "attempts"}:
        values = data["pools"][data["columns"][column]["pool"]]
        at = data["columns"][column]["at"]
        assert [values[place] for place in at] == [plain(text) for text in frame[column]]
    shown = [
        int(number.replace(",", ""))
        for number in re.findall(r'class="number">([\d,]+)</span> <span class="share">', page)
    ]
    assert sum(shown[:7]) == len(frame)
    assert sum(shown[7:]) == (0 if (frame["outcome"] == "").all() else (frame["outcome"] != "").sum())


def test_a_history_stays_with_its_row_where_the_page_shows_it() -> None:
    lines = result(line=[2, 3, 4], action=["keep", "modify", "hold"], outcome=["unchanged", "applied", "held"])
    names = ("name_before", "number_before", "name_after", "number_after", "action", "outcome", "message", "run")
    event = {**dict.fromkeys(names, ""), "at": "2026-03-14T02:00:00+00:00"}
    past = {at: [{**event, "run": f"of line {at + 2}"}] for at in range(3)}
    data = embedded(page_of(SUMMARY, lines, generated_at=NOW, past=past))
    assert data["line"] == [4, 3, 2]
    assert {data["line"][int(row)]: events[0][-1] for row, events in data["past"].items()} == {
        2: "of line 2",
        3: "of line 3",
        4: "of line 4",
    }


def test_a_guard_shows_its_figures_and_the_command_that_approves() -> None:
    page = page_of({**SUMMARY, "guards": [GUARD]}, result(action=["delete"]), generated_at=NOW)
    assert "found 31 %, limit 20 %" in page
    assert "phonesync apply p-1 --approve &#34;REASON&#34;" in page
    counted = {"guard": "max_deletes", "value": 1200, "limit": 20, "message": "1,200 deletions."}
    assert "found 1,200, limit 20" in page_of(
        {**SUMMARY, "guards": [counted]}, result(action=["delete"]), generated_at=NOW
    )


def test_a_guard_that_counts_nothing_shows_no_figures() -> None:
    empty = {"guard": "allow_empty", "value": 0, "limit": 1, "message": "The source has no lines."}
    page = page_of({**SUMMARY, "guards": [empty]}, result(action=["delete"]), generated_at=NOW)
    assert "The source has no lines." in page
    assert "found 0" not in page


def test_a_page_says_that_its_numbers_are_masked() -> None:
    frame = result(number_after=["22 999 01 55"])
    said = "Personal numbers are masked"
    assert said in page_of(SUMMARY, line_report(frame, masked=True), generated_at=NOW)
    assert said not in page_of(SUMMARY, frame, generated_at=NOW)


def test_a_small_share_is_never_called_nothing_nor_a_large_one_all() -> None:
    page = page_of(SUMMARY, outcomes(failed=1, unchanged=5000), generated_at=NOW)
    assert "&lt; 0.1 %" in page
    assert "&gt; 99.9 %" in page


def test_a_page_needs_only_the_names_of_things() -> None:
    names = {key: SUMMARY[key] for key in ("run", "sync", "title", "target", "source")}
    page = page_of({**names, "error": "The file is empty."}, result(line=[]), generated_at=NOW)
    assert "The run stopped: The file is empty." in page
