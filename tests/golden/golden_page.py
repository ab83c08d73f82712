"""What an HTML page shows and holds, without its markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

from page_data import with_integers

_INLINE = frozenset({"a", "abbr", "b", "button", "code", "em", "i", "kbd", "small", "span", "strong", "time", "wbr"})
_SAID = ("aria-label", "placeholder", "title", "alt")


class _Reader(HTMLParser):
    """Collects texts by line and the JSON that scripts hold."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.data: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "style"}:
            self._inside = "data" if given.get("type") == "application/json" else tag
            if self._inside == "data":
                self.data.append("")
        if tag not in _INLINE:
            self.lines.append("")
        for name in _SAID:
            if given.get(name):
                self.lines[-1] += f" [{name}: {given[name]}] "

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._inside = ""
        if tag not in _INLINE:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if self._inside == "data":
            self.data[-1] += data
        elif not self._inside:
            self.lines[-1] += data


def visible(page: str) -> str:
    """Return the texts of a page, one block a line, with what is said to people who do not see it."""
    lines = [" ".join(line.split()) for line in _read(page).lines]
    return "".join(f"{line}\n" for line in lines if line)


def embedded(page: str) -> list[Any]:
    """Return the JSON values that a page holds.

    Times and ids are left out: which rows share a time is chance, and so is the order of what a salt has made.
    """
    found = [with_integers(json.loads(text)) for text in _read(page).data]
    for value in found:
        if isinstance(value.get("ids"), str):  # of findings, one beside the other
            value["ids"] = [value["ids"][at : at + 12] for at in range(0, len(value["ids"]), 12)]
        for part in ("pools", "columns"):
            for column in ("at", "id"):
                value.get(part, {}).pop(column, None)
    return found


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader
