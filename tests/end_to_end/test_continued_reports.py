"""A page offers nothing that another run has done since: it names that run. All data is invented."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from road_trip import Road, Trip, rows_of, usos_state

from connectors.sandbox.options import Fault
from flows.reporting_again import report_anew
from flows.run import RunRequest
from flows.run_history import one_run, show_one_run

FACULTY: dict[str, Any] = {"entity_class": "faculty", "guard": {"max_change_share": 1.0}}
HEADER = "entity_id,number,comment\n"
WAITS = "(nothing written): 1 change"


@pytest.fixture
def changed(road: Road) -> Road:
    """One faculty whose comment is to change."""
    road.open(usos_state({"1": [("old", "22 999 00 01")], "2": [("B", "22 999 00 02")]}))
    road.configure(FACULTY)
    road.source(f"{HEADER}1,22 999 00 01,new\n2,22 999 00 02,B\n")
    return road


def page_of(trip: Trip) -> str:
    return Path(trip.sync["reports"]["html"]).read_text(encoding="utf-8")


def csv_of(trip: Trip) -> str:
    return Path(trip.sync["reports"]["csv"]).read_text(encoding="utf-8")


def run_of(trip: Trip) -> str:
    return Path(trip.sync["reports"]["csv"]).parent.name


def then(road: Road, trip: Trip, request: RunRequest) -> Trip:
    """Go on a minute later."""
    assert "Continued in run" not in page_of(trip)
    road.sleep(60)
    return road.go(request)


def test_the_page_of_a_plan_says_in_which_run_it_was_applied(changed: Road) -> None:
    planned = changed.plan()
    lines, page = csv_of(planned), page_of(planned)
    assert WAITS in page
    assert "phonesync apply" in page
    applied = then(changed, planned, RunRequest("apply", plan=planned.sync["plan"]))
    page = page_of(planned)
    assert f"Applied later, in run {run_of(applied)}" in page
    assert f'href="../{run_of(applied)}/one.html"' in page
    assert f"phonesync show {run_of(applied)}" in page
    assert WAITS not in page
    assert "phonesync apply" not in page
    assert csv_of(planned) == lines, "what was planned is still the plan"
    told = json.loads(Path(planned.sync["reports"]["json"]).read_text(encoding="utf-8"))
    assert told["continued_in"] == run_of(applied)
    assert "Continued in run" not in page_of(applied)


def test_so_do_the_pages_of_all_the_runs_that_a_guard_has_stopped(changed: Road) -> None:
    changed.configure({**FACULTY, "delete_missing": True, "guard": {"max_change_share": 1.0}})
    rooms = [(name, f"22 999 00 0{at}") for at, name in enumerate("ABCD")]
    changed.sandbox.usos.set_numbers("faculty", "1", rows_of(rooms))
    night = changed.go()
    morning = then(changed, night, RunRequest("apply", plan=night.sync["plan"]))
    assert (night.exit_code, morning.exit_code) == (3, 3)
    told = [csv_of(night), csv_of(morning)]
    noon = then(changed, morning, RunRequest("apply", plan=night.sync["plan"], reason="the office moves"))
    assert noon.exit_code == 0
    for stopped in (night, morning):
        assert f"Applied later, in run {run_of(noon)}" in page_of(stopped)
        assert "--approve" not in page_of(stopped)
    assert [csv_of(night), csv_of(morning)] == told, "each run tells its own story"
    shown = one_run(changed.context(), run_of(night))["plans"][0]["lines"]
    assert [line["message"] for line in shown] == [line["message"] for line in night.lines], "and `show` the same one"


def test_an_interrupted_run_names_the_one_that_has_settled_it(changed: Road) -> None:
    changed.fault(Fault("replace", "lost_after_commit"), Fault("select", "server_error_before_commit", nth=3, times=50))
    broken = changed.go()
    lines, title = csv_of(broken), page_of(broken).split("<h1", 1)[1].split("</h1>", 1)[0]
    assert f"phonesync resume {run_of(broken)}" in page_of(broken)
    changed.fault()
    resumed = then(changed, broken, RunRequest("resume"))
    assert (broken.exit_code, resumed.exit_code) == (5, 0)
    assert title in page_of(broken), "what was unknown then was unknown"
    assert csv_of(broken) == lines
    assert "phonesync resume" not in page_of(broken)
    assert f"phonesync show {run_of(resumed)}" in page_of(broken)


def test_a_plan_that_was_interrupted_when_it_was_applied_names_the_run_that_finished_it(
    changed: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    planned = changed.plan()
    changed.fault(Fault("replace", "lost_after_commit"), Fault("select", "server_error_before_commit", nth=2, times=50))
    broken = then(changed, planned, RunRequest("apply", plan=planned.sync["plan"]))
    changed.fault()
    resumed = then(changed, broken, RunRequest("resume"))
    assert (broken.exit_code, resumed.exit_code) == (5, 0)
    for earlier, said in ((planned, "Applied later, in run"), (broken, "Continued in run")):
        assert f'href="../{run_of(resumed)}/one.html"' in page_of(earlier)
        shown = one_run(changed.context(), run_of(earlier))
        assert shown["plans"][0]["continued_in"] == run_of(resumed), "and `show` names the same run"
        show_one_run(shown, "en", UTC, every=False)
        assert f"one: {said} {run_of(resumed)}." in " ".join(capsys.readouterr().out.split())
    assert "continued_in" not in one_run(changed.context(), run_of(resumed))["plans"][0]


def test_a_page_that_is_written_once_more_still_says_it(changed: Road) -> None:
    """As where somebody is erased from it."""
    planned = changed.plan()
    then(changed, planned, RunRequest("apply", plan=planned.sync["plan"]))
    page = page_of(planned)
    context = changed.context()
    assert report_anew(context, context.ledger.plan(planned.sync["plan"])) == 2
    assert page_of(planned) == page
