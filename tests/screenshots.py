"""Take the pictures of docs/images from invented data: `python -m tests.screenshots`.

Those of Prefect's pages are taken by the story that a test tells there, which needs minutes: `--prefect`.
It also says how long a page of 100,000 findings takes to open, to filter, to sort and to search: `--measure`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from schemas.tables import Result
from tasks.reports.line_report import report_html
from tasks.reports.reconciliation_page import page as reconcile_page
from tests.browser.conftest import CHROMIUM, QUIET
from tests.institution import institution
from tests.tables import table

IMAGES = Path(__file__).parent.parent / "docs" / "images"
_ROUNDS = 5
# Each returns how many milliseconds its work and the next drawing of the page took.
_TIMED = """async ([id, value, event]) => {
  const control = document.querySelector(id);
  const start = performance.now();
  if (event === "click") control.click();
  else {
    control.value = value;
    const shown = document.getElementById("shown");
    const said = new Promise((done) => new MutationObserver(done).observe(shown, { childList: true }));
    control.dispatchEvent(new Event(event, { bubbles: true }));
    await said;
  }
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""
_STEPS = {
    "show all": ("#state", "", "change"),
    "filter": ("#kind", "missing", "change"),
    "filter off": ("#kind", "", "change"),
    "sort by name": ("th[data-sort=name] button", "", "click"),
    "sort by number": ("th[data-sort=number] button", "", "click"),
    "search a name": ("#search", "zolta sala 12", "input"),
    "search a number": ("#search", "22 990 12", "input"),
}


def lines() -> Any:
    """Make the report of a run that had some trouble."""
    outcomes = ["unchanged"] * 17 + ["applied", "applied", "failed"]
    names = ["Sekretariat", "Dziekanat", "Portiernia", "Żółta sala", "Studio nagrań"]
    rows = []
    for at in range(214):
        outcome = outcomes[at * 7 % len(outcomes)]
        row = {
            "sync": "faculties",
            "line": at + 2,
            "owner": f"faculty {10000000 + at // 9}",
            "action": "keep" if outcome == "unchanged" else "modify",
            "outcome": outcome,
            "name_before": f"{names[at % 5]} {at // 5}",
            "name_after": f"{names[at % 5]} {at // 5}",
            "number_before": f"22 999 {at // 100:02d} {at % 100:02d}",
            "number_after": f"22 999 {at // 100:02d} {at % 100:02d}",
            "at": "2026-11-22T02:00:00+00:00",
        }
        if outcome != "unchanged":
            row["number_after"] = f"22 999 5{at // 100} {at % 100:02d}"
        if outcome == "failed":
            row["message"] = "Numer jest za długi. / The number is too long."
        rows.append(row)
    return table(Result, rows)


def report() -> bytes:
    """Return the page of that run."""
    summary = {
        "run": "20261122T020000Z-3fa2c1",
        "sync": "faculties",
        "title": "faculties",
        "target": "usos",
        "source": "faculties.csv",
        "verified": True,
        "requests": {"read": 3, "write": 3},
    }
    return report_html(summary, lines(), generated_at=datetime(2026, 11, 22, 2, tzinfo=UTC))


@contextmanager
def opening() -> Iterator[Callable[..., Any]]:
    """Yield a function that shows a page in a browser."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)

        def show(made: bytes, **context: Any) -> Any:
            file = Path(folder) / "page.html"
            file.write_bytes(made)
            page = browser.new_page(**context)
            page.goto(file.as_uri())
            return page

        yield show
        browser.close()


def take() -> None:
    """Write the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    pages = {
        "reconcile.png": (reconcile_page(institution(400), "en"), 1420, "light"),
        "reconcile-list.png": (reconcile_page(institution(400), "en"), 760, "dark"),
        "report.png": (report(), 1180, "light"),
    }
    with opening() as show:
        for name, (made, height, scheme) in pages.items():
            page = show(made, viewport={"width": 1280, "height": height}, color_scheme=scheme)
            if scheme == "dark":
                page.evaluate("document.getElementById('lines').scrollIntoView()")
            page.screenshot(path=IMAGES / name)
            page.close()


def take_from_prefect() -> None:
    """Let the test of the front door tell its story, and put its pictures in place."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        story = ["tests/browser/test_front_door.py", "--quiet", f"--basetemp={folder}/phonesync"]
        subprocess.run([sys.executable, "-m", "pytest", *story], check=True)  # noqa: S603 - our own command
        for picture in Path(folder).glob("phonesync/pictures*/*.png"):
            shutil.copy(picture, IMAGES)


def measure() -> None:
    """Say the best and the middle of some rounds, in milliseconds."""
    made = reconcile_page(institution(100_000), "en")
    seen: dict[str, list[float]] = {}
    with opening() as show:
        for _ in range(_ROUNDS):
            page = show(made, viewport={"width": 1280, "height": 900})
            ready = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
            seen.setdefault("open", []).append(page.evaluate(ready))
            page.wait_for_timeout(2000)
            for step, arguments in _STEPS.items():
                seen.setdefault(step, []).append(page.evaluate(_TIMED, arguments))
            page.close()
    sys.stdout.write(f"{len(made) / 1e6:.1f} MB\n")
    for step, times in seen.items():
        sys.stdout.write(f"{step:16} best {min(times):6.0f} ms, middle {sorted(times)[_ROUNDS // 2]:6.0f} ms\n")


if __name__ == "__main__":
    if "--measure" in sys.argv:
        measure()
    elif "--prefect" in sys.argv:
        take_from_prefect()
    else:
        take()
