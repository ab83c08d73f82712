"""A browser for the tests of pages: it opens files, and whatever a page complains about, or loads, fails the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield running
        running.close()


@pytest.fixture
def open_file(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a file's address; the page may load nothing else and say nothing on the console."""
    complaints: list[str] = []
    opened: list[Any] = []

    def opens(file: Path, address: str = "", **context: Any) -> Any:
        page = browser.new_page(viewport={"width": 1280, "height": 900}, **context)
        opened.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        local = ("file:", "blob:file:")
        page.on("request", lambda request: None if request.url.startswith(local) else complaints.append(request.url))
        page.goto(file.as_uri() + address)
        return page

    yield opens
    for page in opened:
        page.close()
    assert complaints == []
