"""The reconciliation in a real browser, read by its roles as a screen reader reads it. All data is invented."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schemas.findings import ReconciliationView
from tasks.reports.reconciliation_page import page as page_of
from tests.institution import institution

Open = Callable[..., Any]
SIZE = 600
# What charts say: whether it is inside its card, how high its letters are, and the contrast to the card as WCAG has it.
_WORDS = """() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  return [...document.querySelectorAll(".chart text")].map((text) => {
    const card = text.closest(".card"), outer = card.getBoundingClientRect(), inner = text.getBoundingClientRect();
    const two = [light(getComputedStyle(text).fill), light(getComputedStyle(card).backgroundColor)];
    return {
      words: text.textContent,
      inside: inner.left > outer.left && inner.right < outer.right
        && inner.top > outer.top && inner.bottom < outer.bottom,
      pixels: parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getScreenCTM().a,
      contrast: Math.max(...two) / Math.min(...two),
    };
  });
}"""


@pytest.fixture(scope="module")
def view() -> ReconciliationView:
    return institution(SIZE)


@pytest.fixture
def open_page(open_file: Open, tmp_path: Path, view: ReconciliationView) -> Open:
    def opens(lang: Any = "en", address: str = "", made: ReconciliationView = view, **context: Any) -> Any:
        file = tmp_path / f"{lang}.html"
        file.write_bytes(page_of(made, lang))
        return open_file(file, address, **context)

    return opens


def waiting(view: ReconciliationView) -> int:
    """Count what needs attention, row by row and without the page's own functions."""
    rows = view.findings.to_dict("records")
    return sum(row["kind"] != "agree" and not row["accepted"] for row in rows)


def shown(page: Any, text: str) -> None:
    """Wait until the page says so."""
    page.get_by_role("status").get_by_text(text, exact=True).wait_for(timeout=5000)


def cells(page: Any, heading: str) -> list[str]:
    """Return what stands under a heading, for the rows in sight."""
    heads = [head.strip() for head in page.locator("#table thead th").all_inner_texts()]
    at = next(index for index, head in enumerate(heads) if head.startswith(heading))
    texts: list[str] = page.locator(f"#rows tr[data-position] td:nth-child({at + 1})").all_inner_texts()
    return texts


def polish(name: str) -> list[int]:
    """Return the places of a name's letters in the Polish alphabet, digits by their value."""
    order = " ()aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż"
    parts = re.findall(r"\d+|\D", name.lower())
    return [int(part) if part.isdigit() else 1000000 + order.index(part) for part in parts]


def test_the_headline_and_the_list_begin_with_what_needs_somebody(open_page: Open, view: ReconciliationView) -> None:
    page = open_page()
    assert page.get_by_role("heading", level=1).inner_text() == f"{waiting(view)} findings need attention"
    shown(page, f"Showing {waiting(view)} of {SIZE + len(view.resolved)} findings.")
    assert page.get_by_role("button", name="Need attention").get_attribute("aria-pressed") == "true"


def test_the_matrix_says_what_systems_share(open_page: Open, view: ReconciliationView) -> None:
    page = open_page()
    table = page.get_by_role("table", name="Systems", exact=True)
    for number, system in enumerate(view.systems):
        row = table.get_by_role("row").nth(number + 1)
        assert row.get_by_role("rowheader").inner_text().startswith(f"{number + 1}{system.name}")
        texts = row.get_by_role("cell").all_inner_texts()
        assert [int(text) for text in texts[:3]] == [system.entries, system.numbers, system.problems]
        for other, text in zip(view.systems, texts[3:], strict=True):
            pairs = zip(view.overlap["a"], view.overlap["b"], view.overlap["shared"], strict=True)
            shared = [n for a, b, n in pairs if {a, b} == {system.name, other.name}]
            assert text == (str(shared[0]) if shared else "–")
    assert page.get_by_role("columnheader", name="Shared with usos faculty").count() == 1


def test_charts_have_a_table_that_says_the_same(open_page: Open, view: ReconciliationView) -> None:
    page = open_page()
    page.get_by_text("As a table").first.click()
    rows = page.get_by_role("figure", name="Findings by kind").get_by_role("row").all_inner_texts()
    assert sum(int(row.split()[-2]) for row in rows[1:]) == waiting(view)
    assert page.get_by_role("figure").count() == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "pl"])
@pytest.mark.parametrize("width", [400, 1280])
def test_charts_are_legible(open_page: Open, lang: str, width: int, scheme: str) -> None:
    """Every word of a chart is inside its card, large enough and dark enough; nothing scrolls sideways."""
    page = open_page(lang, color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    words = page.evaluate(_WORDS)
    assert len(words) >= 40
    assert [word for word in words if not word["inside"] or word["pixels"] < 12 or word["contrast"] < 4.5] == []
    coloured = page.evaluate("[...document.querySelectorAll('.chart rect')].map((one) => getComputedStyle(one).fill)")
    assert coloured
    assert not {"rgb(0, 0, 0)", "none"} & set(coloured)


@pytest.mark.parametrize("kind", ["missing", "foreign", "differs", "elsewhere", "duplicate", "unreadable", "stale"])
def test_filters_count_as_the_data_do(open_page: Open, view: ReconciliationView, kind: str) -> None:
    page = open_page()
    page.get_by_label("Show").select_option("")
    page.get_by_label("Finding", exact=True).select_option(kind)
    both = [*view.findings["kind"], *view.resolved["kind"]]
    shown(page, f"Showing {both.count(kind)} of {len(both)} findings.")
    page.get_by_label("Show").select_option("new")
    rows = view.findings.to_dict("records")
    news = sum(row["kind"] == kind and row["trend"] == "new" and not row["accepted"] for row in rows)
    text = f"Showing {news} of {len(both)} findings." if news else "No finding matches."
    assert text in page.get_by_role("status").inner_text()


def test_search_forgives_case_accents_and_spelling_of_numbers(open_page: Open, view: ReconciliationView) -> None:
    page = open_page()
    page.get_by_label("Show").select_option("")
    names = [*zip(view.findings["name_csv"], view.findings["name_there"], strict=True)]
    names += [*zip(view.resolved["name_csv"], view.resolved["name_there"], strict=True)]
    expected = sum(any(name.startswith("Żółta sala") for name in pair) for pair in names)
    page.get_by_label("Search").fill("ZOLTA SALA")
    shown(page, f"Showing {expected} of {len(names)} findings.")
    number = view.findings["key"].iloc[41]
    page.get_by_label("Search").fill(f"{number[3:5]} {number[5:8]}-{number[8:]}")
    shown(page, f"Showing 1 of {len(names)} findings.")


def test_the_keyboard_sorts_reads_and_leaves(open_page: Open) -> None:
    page = open_page()
    head = page.get_by_role("columnheader", name="Name")
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    names = [text.split("\n")[0] for text in cells(page, "Name")]
    assert names == sorted(names, key=polish)
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    page.locator("#scroller").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert "phonesync accept" in dialog.inner_text()
    assert re.search(r"#finding=[0-9a-f]{12}", page.evaluate("location.hash"))
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_an_address_leads_to_one_finding(open_page: Open, view: ReconciliationView) -> None:
    agree = view.findings[view.findings["kind"] == "agree"].iloc[3]
    page = open_page(address=f"#finding={agree['id']}")
    dialog = page.get_by_role("dialog")
    assert agree["id"] in dialog.inner_text()
    assert agree["name_csv"] in dialog.inner_text()


def test_the_view_is_saved_as_it_is_seen(open_page: Open, view: ReconciliationView) -> None:
    findings = view.findings.copy()
    findings.loc[0, "name_csv"] = '=HYPERLINK("http://x.example";"a")'
    page = open_page("pl", made=replace(view, findings=findings))
    page.get_by_label("Pokaż").select_option("")
    page.get_by_label("Szukaj").fill("hyperlink")
    shown(page, f"Widać 1 z {SIZE + len(view.resolved)} pozycji.")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Zapisz jako CSV").click()
    content = Path(saved.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content), delimiter=";"))
    assert len(rows) == 1
    assert rows[0]["Nazwa w pliku"].startswith("'=HYPERLINK(")
    assert rows[0]["Numer w zapisie międzynarodowym"] == view.findings["key"].iloc[0], "a number is never altered"
    assert saved.value.suggested_filename == f"{view.run}-reconciliation.csv"


def test_both_languages_say_what_they_are(open_page: Open, view: ReconciliationView) -> None:
    page = open_page("pl")
    assert page.locator("html").get_attribute("lang") == "pl"
    assert "wymaga" in page.get_by_role("heading", level=1).inner_text()
    page.get_by_label("Pokaż").select_option("")
    shown(page, f"Widać wszystkie pozycje ({SIZE + len(view.resolved)}).")
    assert page.get_by_role("columnheader", name="Co zrobić").count() == 1


def test_nothing_to_do_is_said_at_once(open_page: Open) -> None:
    page = open_page("en", made=institution(50, agrees=True))
    assert page.get_by_role("heading", level=1).inner_text() == "Everything matches"
    assert page.get_by_text("No differences.").is_visible()
    shown(page, "Showing all 50 findings.")


def test_a_hundred_thousand_findings_draw_a_screenful(open_page: Open) -> None:
    big = institution(100_000)
    page = open_page("en", made=big)
    total = f"{100_000 + len(big.resolved):,}"
    assert page.locator("#rows tr").count() < 60
    page.get_by_label("Show").select_option("agree")
    shown(page, f"Showing {(big.findings['kind'] == 'agree').sum():,} of {total} findings.")
    assert page.locator("#rows tr").count() < 60
    page.get_by_label("Search").fill("biblioteka 7")
    names = zip(big.findings["kind"], big.findings["name_csv"].str.lower(), strict=True)
    expected = sum(kind == "agree" and "biblioteka 7" in name for kind, name in names)
    shown(page, f"Showing {expected:,} of {total} findings.")


def test_paper_gets_the_first_thousand_and_says_so(open_page: Open) -> None:
    page = open_page("en", made=institution(1500))
    page.get_by_label("Show").select_option("agree")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#rows tr[data-position]").count() == 1000
    assert page.get_by_role("status").inner_text().startswith("The first 1,000 of ")


def test_without_its_script_the_page_still_counts(open_page: Open, view: ReconciliationView) -> None:
    page = open_page(java_script_enabled=False)
    assert str(waiting(view)) in page.get_by_role("heading", level=1).inner_text()
    assert "needs its script" in page.locator("noscript").text_content()
