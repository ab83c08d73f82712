"""Both pages by the rules of WCAG, as axe-core checks them: by day and by night, in each language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.tables import Result
from tasks.reports.line_report import report_html
from tasks.reports.reconciliation_page import page as reconcile_page
from tasks.reports.standing import Standing, status_page
from tests.institution import institution
from tests.tables import table

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
Open = Callable[..., Any]
NOW = datetime(2026, 11, 21, tzinfo=UTC)
STANDING = [
    Standing("faculties", "lines", NOW.isoformat(), NOW.isoformat(), waiting=3, known=1, left=2, drift=4, plans=1),
    Standing("users", "stopped", NOW.isoformat(), stale=True),
    Standing("dormitories"),
]


def complaints(page: Any) -> list[str]:
    found = axe.Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["pl", "en"])
def test_the_reconciliation_breaks_no_rule(open_file: Open, tmp_path: Path, lang: Any, scheme: str) -> None:
    file = tmp_path / "reconcile.html"
    file.write_bytes(reconcile_page(institution(400), lang))
    page = open_file(file, color_scheme=scheme)
    assert complaints(page) == []
    for summary in page.locator("summary").all():
        summary.click()
    page.locator("#rows button").first.click()
    assert page.get_by_role("dialog").is_visible()
    assert complaints(page) == []


@pytest.mark.parametrize("size", [0, 40])
def test_a_reconciliation_with_nothing_to_do_breaks_no_rule(open_file: Open, tmp_path: Path, size: int) -> None:
    file = tmp_path / "reconcile.html"
    file.write_bytes(reconcile_page(institution(size, agrees=True), "pl"))
    assert complaints(open_file(file)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("guarded", [False, True])
def test_the_report_of_a_run_breaks_no_rule(open_file: Open, tmp_path: Path, scheme: str, guarded: bool) -> None:  # noqa: FBT001 - one of two pages
    file = tmp_path / "report.html"
    guard = {"guard": "max_delete_share", "value": 0.31, "limit": 0.2, "message": "31 % of the entries would go."}
    summary = {
        "run": "r-1",
        "sync": "faculties",
        "title": "faculties",
        "target": "usos",
        "source": "faculties.csv",
        "plan": "p-1",
        "guards": [guard] if guarded else [],
    }
    outcomes = ["skipped"] if guarded else ["applied", "failed", "unchanged", "held", "unknown"]
    lines = report_lines(outcomes)
    file.write_bytes(report_html(summary, lines, generated_at=datetime(2026, 11, 21, tzinfo=UTC)))
    page = open_file(file, color_scheme=scheme)
    assert complaints(page) == []
    page.locator("#rows button").first.click()
    assert complaints(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("found", [[], STANDING], ids=["empty", "mixed"])
def test_the_status_breaks_no_rule(open_file: Open, tmp_path: Path, scheme: str, found: list[Standing]) -> None:
    file = tmp_path / "status.html"
    file.write_text(status_page(found, "pl", now=NOW, zone="Europe/Warsaw"), encoding="utf-8")
    assert complaints(open_file(file, color_scheme=scheme)) == []


@pytest.mark.parametrize("lang", ["pl", "en"])
def test_a_narrow_screen_shows_all_of_the_status(open_file: Open, tmp_path: Path, lang: Any) -> None:
    file = tmp_path / "status.html"
    file.write_text(status_page(STANDING, lang, now=NOW, zone="Europe/Warsaw"), encoding="utf-8")
    page = open_file(file)
    page.set_viewport_size({"width": 400, "height": 900})
    cells = page.locator("tbody td:visible, tbody th:visible").all()
    assert len(cells) > len(STANDING)
    assert max(box["x"] + box["width"] for box in (cell.bounding_box() for cell in cells)) <= 400
    assert complaints(page) == []


@pytest.mark.parametrize(("width", "is_said"), [(400, True), (1280, False)])
def test_where_columns_are_out_of_sight_the_page_says_so(
    open_file: Open, tmp_path: Path, width: int, *, is_said: bool
) -> None:
    file = tmp_path / "report.html"
    summary = {"run": "r-1", "sync": "a", "title": "a", "target": "usos faculty", "source": "a.csv", "plan": "p-1"}
    file.write_bytes(report_html(summary, report_lines(["applied"]), generated_at=NOW))
    page = open_file(file)
    page.set_viewport_size({"width": width, "height": 900})
    assert page.get_by_text("scroll sideways").is_visible() is is_said
    hidden = page.eval_on_selector("#scroller", "box => box.scrollWidth > box.clientWidth")
    assert hidden is is_said


@pytest.mark.parametrize(("lang", "said"), [("en", "50 minutes ago"), ("pl", "50 minut temu")])
def test_a_status_that_no_run_writes_anew_counts_the_time_itself(
    open_file: Open, tmp_path: Path, lang: Any, said: str
) -> None:
    now, day = datetime.now(UTC), timedelta(days=1)
    good = (now - timedelta(minutes=50)).isoformat()
    found = [
        Standing("halls", "good", good, good, good_until=(now - timedelta(minutes=5)).isoformat()),
        Standing("faculties", "good", good, good, good_until=(now + day).isoformat()),
    ]
    file = tmp_path / "status.html"
    file.write_text(status_page(found, lang, now=now - timedelta(minutes=49), zone="UTC"), encoding="utf-8")
    page = open_file(file)
    assert page.locator("time").first.text_content() == said
    assert [row.locator(".stale").is_visible() for row in page.locator("tbody tr").all()] == [True, False]
    title = str(page.text_content("h1"))
    assert "halls" in title
    assert "faculties" not in title
    assert complaints(page) == []


def test_the_status_is_renewed_each_minute_unless_somebody_reads_it(open_file: Open, tmp_path: Path) -> None:
    file = tmp_path / "status.html"
    file.write_text(status_page(STANDING, "en", now=NOW, zone="Europe/Warsaw"), encoding="utf-8")
    page = open_file(file)
    page.clock.install()
    page.reload()
    newer = status_page([replace(STANDING[0], sync="halls")], "en", now=NOW, zone="Europe/Warsaw")
    file.write_text(newer, encoding="utf-8")
    page.get_by_label("Updated every minute").uncheck()
    page.clock.run_for(120_000)
    assert page.get_by_text("faculties").count()
    page.reload()
    assert not page.get_by_label("Updated every minute").is_checked(), "it stays as somebody wants it"
    file.write_text(status_page(STANDING, "en", now=NOW, zone="Europe/Warsaw"), encoding="utf-8")
    page.get_by_label("Updated every minute").check()
    with page.expect_navigation():
        page.clock.run_for(60_000)
    assert page.get_by_text("faculties").count()


def report_lines(outcomes: list[str]) -> Any:
    """Make a line report of a few lines with each outcome."""
    rows = (
        {
            "sync": "faculties",
            "line": at + 2,
            "owner": f"faculty {at % 3}",
            "action": "modify",
            "outcome": outcomes[at % len(outcomes)],
            "name_before": f"Sala {at}",
            "name_after": f"Sala {at}",
            "number_before": "22 999 01 01",
            "number_after": "22 999 01 02",
            "message": "Numer jest za długi" if at % 3 else "",
        }
        for at in range(60)
    )
    return table(Result, rows)
