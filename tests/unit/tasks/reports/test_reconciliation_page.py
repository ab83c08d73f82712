"""What the reconciliation's page and workbook hold: every finding, the right counts, nothing that runs."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from typing import Any
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from page_data import embedded, with_integers

from schemas import problems
from schemas.findings import FindingKind, ReconciliationView, System
from schemas.problems import Problem
from schemas.reasons import LineCode
from schemas.tables import Finding, empty
from tasks.messages.catalogue import LANGUAGES, figure, moment, plural
from tasks.messages.owners import owner_in
from tasks.messages.pages import kind_words, listing_words, state_words
from tasks.plain_text import plain
from tasks.reports.csv_text import as_csv
from tasks.reports.page import integers, packed
from tasks.reports.reconciliation_page import headings, headline, page
from tasks.reports.reconciliation_rows import readable_rows
from tasks.reports.reconciliation_workbook import workbook
from tests.institution import institution

HOSTILE = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>&amp;\u2028{{ 7*7 }}'\""


@pytest.fixture(scope="module")
def view() -> ReconciliationView:
    return institution(700)


def column(data: Any, name: str) -> list[str]:
    values = data["pools"][data["columns"][name]["pool"]]
    return [values[at] for at in data["columns"][name]["at"]]


def state_of(row: dict[str, Any]) -> str:
    """Tell a finding's state from its cells, without the page's own function."""
    if row["kind"] == "agree":
        return "agree"
    if row["accepted"]:
        return "accepted"
    return "new" if row["trend"] == "new" else "open"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_holds_every_finding_and_its_counts_add_up(view: ReconciliationView, lang: Any) -> None:
    text = page(view, lang).decode()
    data = embedded(text)
    shown = ("kind", "sync", "owner", "key", "number_csv", "name_there", "fix")
    readable_rows = zip(
        [data["ids"][at : at + 12] for at in range(0, len(data["ids"]), 12)],
        data["line"],
        *(column(data, name) for name in ("state", *shown)),
        strict=True,
    )
    expected = [
        (row["id"], row["line"], state, *({**row, "owner": owner_in(row["owner"], lang)}[name] for name in shown))
        for frame, resolved in ((view.findings, False), (view.resolved, True))
        for row in frame.to_dict("records")
        for state in ["resolved" if resolved else state_of(row)]
    ]
    assert Counter(readable_rows) == Counter(expected)
    states = Counter(row[2] for row in expected)
    tiles = [int(tile) for tile in re.findall(r'<span class="number">(\d+)</span>', text)]
    waiting = states["new"] + states["open"]
    assert tiles == [waiting, states["new"], states["resolved"], states["accepted"], states["agree"]]


def test_the_page_loads_nothing_and_runs_its_own_script_only(view: ReconciliationView) -> None:
    text = page(view, "pl").decode()
    outside = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r'(?:src|href)\s*=\s*(?!"#)|@import|url\((?!#)|\sstyle=|\son\w+=', outside)
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)
    for element in ("script", "style"):
        found = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
        assert len(found) == 1
        digest = base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text
    assert "unsafe" not in text


def test_no_text_can_become_markup(view: ReconciliationView) -> None:
    texts = [name for name in view.findings if name not in {"id", "kind", "line", "trend"}]
    system = System(HOSTILE, "usos", 3, 2, 1, HOSTILE)
    other = System("b", "csv", 3, 2, 1)
    hostile = replace(
        view,
        run=HOSTILE,
        at=HOSTILE,
        since=HOSTILE,
        systems=[system, other],
        findings=view.findings.assign(**dict.fromkeys(texts, HOSTILE)),
        overlap=pd.DataFrame({"a": [HOSTILE], "b": ["b"], "shared": [2]}),
        history=[{"at": HOSTILE, "run": "", "findings": {"missing": n}} for n in (1, 2)],
    )
    for lang in LANGUAGES:
        text = page(hostile, lang).decode()
        assert text.count("<script") == 2
        assert text.count("</script>") == 2
        assert "<img" not in text
        assert "<!--" not in text
        assert plain(HOSTILE) in embedded(text)["pools"]["fix"]
    assert load_workbook(io.BytesIO(workbook(hostile, "pl"))).worksheets[2]["G2"].value == plain(HOSTILE)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "1 rozbieżność wymaga uwagi"),
        (2, "2 rozbieżności wymagają uwagi"),
        (5, "5 rozbieżności wymaga uwagi"),
        (12, "12 rozbieżności wymaga uwagi"),
        (22, "22 rozbieżności wymagają uwagi"),
        (112, "112 rozbieżności wymaga uwagi"),
        (1234, "1234 rozbieżności wymagają uwagi"),
        (12345, "12\u00a0345 rozbieżności wymaga uwagi"),
    ],
)
def test_polish_numbers_have_polish_forms(number: int, said: str) -> None:
    assert plural("pl", "attention", number) == said


def test_english_numbers_have_english_forms() -> None:
    assert plural("en", "attention", 1) == "1 finding needs attention"
    assert plural("en", "attention", 1234) == "1,234 findings need attention"
    assert figure("en", 10_000) == "10,000"


def test_both_languages_have_every_word() -> None:
    assert set(kind_words("pl")) == set(kind_words("en")) == set(FindingKind)
    assert list(state_words("pl")) == list(state_words("en"))
    assert listing_words("pl").keys() == listing_words("en").keys()
    assert headings("pl").keys() == headings("en").keys()


def test_reasons_are_told_in_the_readers_language(view: ReconciliationView) -> None:
    findings = view.findings.assign(what=problems.packed(Problem(LineCode.NUMBER_LOCAL)))
    assert set(readable_rows(replace(view, findings=findings), "pl")["what"][: len(findings)]) >= {
        "Brakuje numeru kierunkowego."
    }
    assert "The area code is missing." in set(readable_rows(replace(view, findings=findings), "en")["what"])


def test_a_moment_that_is_none_is_shown_as_it_is() -> None:
    assert moment("pl", "2026-11-22T02:00:00+00:00") == "22 listopada 2026, 02:00 UTC"
    assert moment("en", "yesterday") == "yesterday"


def test_the_headline_says_the_worst_that_is_true(view: ReconciliationView) -> None:
    agreed = institution(20, agrees=True)
    assert (headline(agreed, "pl").title, headline(agreed, "pl").tone) == ("Wszystko się zgadza", "good")
    unread = replace(agreed, systems=[System("usos faculty", "usos", 0, 0, 0, "USOS got no usable answer.")])
    assert headline(unread, "en").title == "Everything that could be read matches"
    assert "1 system could not be read completely." in headline(unread, "en").detail
    nothing = replace(agreed, findings=empty(Finding), systems=[])
    assert headline(nothing, "en").title == "There was nothing to compare"
    waiting = view.findings[(view.findings["kind"] != "agree") & (view.findings["accepted"] == "")]
    assert headline(view, "en").title == f"{len(waiting)} findings need attention"
    assert headline(replace(view, findings=waiting.head(1)), "pl").title == "1 rozbieżność wymaga uwagi"


def test_a_page_with_nothing_in_it_is_a_page() -> None:
    blank = pd.DataFrame({"a": [], "b": [], "shared": []})
    view = ReconciliationView("r", "2026-11-22", [], blank, empty(Finding), empty(Finding))
    for lang in LANGUAGES:
        text = page(view, lang).decode()
        assert "<script" not in text
        assert workbook(view, lang)


def test_pools_sort_as_people_do() -> None:
    names = ["żaba", "Zebra", "łącznik", "lutnia", "Ławka", "ąb", "az", "", "sala 10", "Sala 9", "ćma", "czyn"]
    found = packed(pd.DataFrame({"name": names}), {"name": ("name",)})
    assert found["pools"]["name"].to_pylist() == [
        "", "az", "ąb", "czyn", "ćma", "lutnia", "Ławka", "łącznik", "Sala 9", "sala 10", "Zebra", "żaba",
    ]  # fmt: skip


@given(st.lists(st.text(st.sampled_from("0019aąB "), max_size=30), max_size=8))
def test_law_digits_of_a_pool_sort_by_their_value_however_many_zeros_stand_before_them(texts: list[str]) -> None:
    shown = packed(pd.DataFrame({"name": texts}, dtype="str"), {"name": ("name",)})["pools"]["name"].to_pylist()

    def sorts_by(text: str) -> str:
        key = text.lower().replace("ą", "a\ufffe")
        return re.sub(
            "[0-9]+", lambda run: run[0].zfill(12) if len(run[0]) <= 12 else run[0].lstrip("0").zfill(12), key
        )

    assert [sorts_by(text) for text in shown] == sorted(map(sorts_by, set(texts)))


@given(st.lists(st.integers(0, 70_000), max_size=8), st.randoms())
def test_law_whole_numbers_reach_the_script_as_they_are_and_in_the_order_asked_for(numbers: list[int], by: Any) -> None:
    order = by.sample(range(len(numbers)), len(numbers))
    data = {
        "total": len(numbers),
        "line": integers(numbers, np.array(order, dtype=np.int64)),
        "columns": {},
        "pools": {},
    }
    assert with_integers(data)["line"] == [numbers[at] for at in order]


def test_a_table_as_csv_runs_nothing() -> None:
    table = pd.DataFrame({"a": ["=1+1", "+48 22", 'say "x"'], "b": [1, 2, 3]})
    assert as_csv(table).decode() == 'a,b\n\'=1+1,1\n+48 22,2\n"say ""x""",3\n'


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_holds_every_finding_as_text(view: ReconciliationView, lang: Any) -> None:
    book = load_workbook(io.BytesIO(workbook(view, lang)))
    summary, *lists = book.worksheets
    assert summary["A1"].value == headline(view, lang).title
    rows = view.findings.to_dict("records")
    states = Counter("attention" if state_of(row) in {"new", "open"} else state_of(row) for row in rows)
    expected = [states["attention"], states["accepted"], len(view.resolved), states["agree"]]
    assert [sheet.max_row - 1 for sheet in lists] == expected
    heads = list(headings(lang))
    at = {name: heads.index(name) for name in heads}
    held = Counter()
    for sheet in lists:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        for cells in sheet.iter_rows(min_row=2):
            texts = [cell for cell in cells if cell.value is not None and cell.column != at["line"] + 1]
            assert all((cell.data_type, cell.number_format) == ("s", "@") for cell in texts)
            held[tuple(cells[at[name]].value or "" for name in ("id", "number_there", "name_csv", "fix"))] += 1
    both = rows + view.resolved.to_dict("records")
    assert held == Counter(tuple(row[name] for name in ("id", "number_there", "name_csv", "fix")) for row in both)


def test_no_formula_gets_into_a_workbook(view: ReconciliationView) -> None:
    findings = view.findings.assign(
        name_csv='=HYPERLINK("x")', fix="#N/A", where="bell\x07 and \ufffe", number_csv="+48 22"
    )
    book = load_workbook(io.BytesIO(workbook(replace(view, findings=findings, run="=1+1"), "en")))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n"}


def test_the_same_view_makes_the_same_workbook(view: ReconciliationView) -> None:
    assert workbook(view, "pl") == workbook(view, "pl")
    assert b"2026-11-22T02:00:00Z" in _core(workbook(view, "pl"))


def _core(content: bytes) -> bytes:
    return ZipFile(io.BytesIO(content)).read("docProps/core.xml")


def test_long_lists_are_split(view: ReconciliationView) -> None:
    titles = load_workbook(io.BytesIO(workbook(view, "en", rows_per_sheet=250))).sheetnames
    assert titles[-3:] == ["Matching 1", "Matching 2", "Matching 3"]


def test_every_kind_and_state_has_a_colour() -> None:
    style = files("tasks.reports").joinpath("templates", "reconcile.css").read_text(encoding="utf-8")
    for word in (*kind_words("en"), *state_words("en")):
        assert f".is-{word} {{" in style, word
