"""The report page in a real browser: every line can be reached, found, read and printed. All data is invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tasks.reports.line_report import COLUMNS, report_html

SUMMARY: dict[str, Any] = {
    "run": "r-1",
    "sync": "faculties",
    "title": "Faculties",
    "target": "usos",
    "source": "faculties.csv",
    "plan": "p-1",
    "verified": True,
}
Open = Callable[..., Any]


def lines(count: int) -> pd.DataFrame:
    """Make a report: every tenth line changed, every twentieth refused, one deletion without a line at the end."""
    rows = []
    for at in range(count):
        failed, changed = at % 20 == 3, at % 10 == 3
        rows.append(
            {
                "line": at + 2,
                "owner": f"faculty {at // 100}",
                "action": "modify" if changed else "keep",
                "outcome": "failed" if failed else "applied" if changed else "unchanged",
                "name_before": f"Pokój {at}",
                "name_after": f"Żółta sala {at}" if changed else f"Pokój {at}",
                "number_before": f"(22) 999-{at // 100 % 100:02d}-{at % 100:02d}",
                "number_after": f"(22) 999-{at // 100 % 100:02d}-{at % 100:02d}",
                "message": "Numer jest za długi" if failed else "",
            }
        )
    rows.append({"owner": "faculty 0", "action": "delete", "outcome": "applied", "name_before": "<b>Kiosk</b>"})
    frame = pd.DataFrame(rows, columns=COLUMNS)
    numbers = ["line", "http_status", "attempts"]
    texts = [column for column in COLUMNS if column not in numbers]
    frame[numbers] = frame[numbers].astype(object).fillna(0).astype("int64")
    frame[texts] = frame[texts].astype(object).fillna("").astype("str")
    return frame


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    made: dict[int, Path] = {}

    def page_of(count: int) -> Path:
        if count not in made:
            made[count] = tmp_path_factory.mktemp("report") / f"{count}.html"
            now = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
            made[count].write_bytes(report_html(SUMMARY, lines(count), generated_at=now))
        return made[count]

    return page_of


@pytest.fixture
def open_page(open_file: Callable[..., Any], pages: Callable[[int], Path]) -> Open:
    """Open a report of so many lines."""

    def opens(count: int = 213, address: str = "", **context: Any) -> Any:
        return open_file(pages(count), address, **context)

    return opens


def shown(page: Any) -> str:
    return str(page.text_content("#shown"))


def visible_lines(page: Any) -> list[str]:
    texts: list[str] = page.eval_on_selector_all("#rows tr:not(.gap) button", "all => all.map(one => one.textContent)")
    return texts


def wait_for(page: Any, text: str) -> None:
    page.wait_for_function("text => document.getElementById('shown').textContent.includes(text)", arg=text)


def test_the_first_thing_to_read_is_what_happened(open_page: Open) -> None:
    page = open_page()
    assert page.text_content("h1") == "11 of 214 rows failed"
    assert shown(page) == "Showing 22 of 214 rows."
    assert page.get_by_role("button", name="11 Need attention").is_visible()


def test_rows_with_nothing_to_do_are_folded_until_somebody_asks(open_page: Open) -> None:
    page = open_page()
    fold = page.locator("#fold")
    assert fold.text_content() == "Show 192 more rows that need no action"
    assert fold.get_attribute("aria-expanded") == "false"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(visible_lines(page)) == 22, "paper gets what is shown"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    fold.press("Enter")
    assert shown(page) == "Showing all 214 rows."
    assert fold.get_attribute("aria-expanded") == "true"
    fold.click()
    assert shown(page) == "Showing 22 of 214 rows."
    page.get_by_role("button", name="214 Rows in this report").click()
    assert shown(page) == "Showing all 214 rows."


def test_a_search_looks_into_folded_rows_too(open_page: Open) -> None:
    page = open_page()
    page.fill("#search", "Pokój 101")
    wait_for(page, "Showing 1 of 214 rows.")
    assert page.locator("#fold").is_hidden(), "nothing is folded then"
    page.fill("#search", "")
    wait_for(page, "Showing 22 of 214 rows.")
    page.fill("#line", "4")
    page.press("#line", "Enter")
    assert page.text_content("#details-title") == "Line 4"


def test_where_all_is_right_there_is_nothing_to_unfold(open_file: Callable[..., Any], tmp_path: Path) -> None:
    at_rest = lines(30).query("action == 'keep'")
    page_file = tmp_path / "idle.html"
    now = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
    page_file.write_bytes(report_html(SUMMARY, at_rest, generated_at=now))
    page = open_file(page_file)
    assert shown(page) == "Showing all 27 rows."
    assert page.locator("#fold").is_hidden()


def test_a_line_box_and_the_address_lead_to_line_214(open_page: Open) -> None:
    page = open_page(address="#line=214")
    assert page.text_content("#details-title") == "Line 214"
    assert "Pokój 212" in page.text_content("#details-facts")
    page.keyboard.press("Escape")
    page.fill("#line", "5")
    page.press("#line", "Enter")
    assert page.text_content("#details-title") == "Line 5"
    assert page.evaluate("location.hash") == "#line=5"
    facts = page.text_content("#details-facts")
    assert all(text in facts for text in ("Pokój 3", "Żółta sala 3", "Numer jest za długi"))
    assert "Name planned" in facts, "a change that failed is still a wish"
    page.get_by_role("button", name="Next").click()
    assert page.text_content("#details-title") == "Line 25", "the next one that needs somebody"


def test_a_line_that_filters_hide_is_found_all_the_same(open_page: Open) -> None:
    page = open_page()
    page.select_option("#outcome", "failed")
    assert shown(page) == "Showing 11 of 214 rows."
    page.fill("#line", "7")
    page.press("#line", "Enter")
    assert page.text_content("#details-title") == "Line 7"
    page.keyboard.press("Escape")
    assert shown(page) == "Showing all 214 rows."


def test_a_line_that_is_not_there_is_said_not_to_be(open_page: Open) -> None:
    page = open_page(address="#line=900")
    assert "Line 900 is not in this report" in shown(page)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ZOLTA SALA 13", "Showing 2 of 214 rows."),
        ("pokoj 101", "Showing 1 of 214 rows."),
        ("2299901 55", "Showing 1 of 214 rows."),
        ("+48", "Showing 0 of"),
        ("za długi", "Showing 11 of 214 rows."),
        ("<b>kiosk", "Showing 1 of 214 rows."),
    ],
)
def test_search_forgives_case_accents_and_spelling_of_numbers(open_page: Open, search: str, found: str) -> None:
    page = open_page()
    page.fill("#search", search)
    wait_for(page, found if "Showing 0" not in found else "No row matches")


def test_filters_combine_and_the_address_remembers_them(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="Modify").first.click()
    assert shown(page) == "Showing 21 of 214 rows."
    page.select_option("#outcome", "applied")
    assert shown(page) == "Showing 10 of 214 rows."
    page.fill("#owner", "faculty 0")
    wait_for(page, "Showing 5 of 214 rows.")
    again = open_page(address=page.evaluate("location.hash"))
    assert shown(again) == "Showing 5 of 214 rows."
    again.get_by_role("button", name="Clear").click()
    assert shown(again) == "Showing 22 of 214 rows.", "as the page opens"


def test_columns_sort_up_down_and_back(open_page: Open) -> None:
    page = open_page()
    page.locator("#fold").click()
    head = page.get_by_role("columnheader", name="Line")
    button = head.get_by_role("button")
    assert visible_lines(page)[:12] == [*map(str, range(5, 206, 20)), "15"], "what needs somebody, then what changed"
    button.click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert visible_lines(page)[0] == "2"
    button.click()
    assert head.get_attribute("aria-sort") == "descending"
    assert visible_lines(page)[0] == "214"
    button.click()
    assert head.get_attribute("aria-sort") is None
    page.get_by_role("columnheader", name="Name").get_by_role("button").click()
    assert "Kiosk" in page.text_content("#rows tr:not(.gap)"), "markup in a name sorts and shows as text"


def test_the_keyboard_reaches_every_line(open_page: Open) -> None:
    page = open_page()
    page.locator("#fold").press("Enter")
    page.get_by_role("columnheader", name="Line").get_by_role("button").click()
    page.focus("#scroller")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "2"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "3"
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == (
        "An entry that is not in the file, details"
    )
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.text_content("#details-title") == "Line 214"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "214", "focus comes back to the line"


def test_a_hundred_thousand_lines_draw_a_screenful(open_page: Open) -> None:
    page = open_page(100_000, "#line=77777")
    assert page.text_content("#details-title") == "Line 77777"
    page.keyboard.press("Escape")
    assert page.locator("#rows tr").count() < 60
    page.evaluate("document.getElementById('scroller').scrollTop = 1e9")
    page.wait_for_function("() => document.querySelector('#rows tr[aria-rowindex=\"100002\"]')")
    page.fill("#search", "sala 99993")
    wait_for(page, "Showing 1 of 100,001 rows.")
    page.fill("#search", "")
    wait_for(page, "Showing all")
    page.select_option("#outcome", "attention")
    wait_for(page, "Showing 5,000 of 100,001 rows.")


def test_paper_gets_all_the_lines(open_page: Open) -> None:
    page = open_page()
    page.locator("#fold").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(visible_lines(page)) == 214
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(visible_lines(page)) < 60


def test_without_its_script_the_page_still_says_what_happened(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    assert page.text_content("h1") == "11 of 214 rows failed"
    assert "This page needs its script" in page.text_content("noscript")


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (one) => { for (let at = one; at; at = at.parentElement) {
    const color = rgb(getComputedStyle(at).backgroundColor); if (color[3] === 255) return color; }
    return [255, 255, 255, 255]; };
  const low = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !one.checkVisibility() || one.closest("script, .unseen, .skip")) continue;
    const [a, b] = [light(rgb(getComputedStyle(one).color)), light(ground(one))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) low.push(`${one.className} ${one.textContent.trim().slice(0, 30)}`);
  }
  return low;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_contrast(open_page: Open, scheme: str) -> None:
    """WCAG AA, 1.4.3: at least 4.5 to 1, for every text on the page, by day and by night."""
    page = open_page(color_scheme=scheme)
    assert page.evaluate(CONTRAST) == []
    page.get_by_role("button", name="Need attention").click()
    assert page.evaluate(CONTRAST) == []


def test_every_control_has_a_name_and_the_page_its_landmarks(open_page: Open) -> None:
    page = open_page()
    for role in ("main", "banner", "contentinfo", "search"):
        assert page.get_by_role(role).count() == 1
    for label in ("Search", "Action", "Outcome", "Owner", "Go to line"):
        assert page.get_by_label(label, exact=True).count() == 1
    nameless = "all => all.filter(one => !one.textContent.trim() && !one.ariaLabel).length"
    assert page.eval_on_selector_all("button", nameless) == 0
    assert page.get_attribute("#shown", "aria-live") == "polite"
    assert page.get_attribute("#table", "aria-rowcount") == "23"
