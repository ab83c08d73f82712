"""Tables and sentences on the terminal, colours off where nobody sees them."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from flows.output import prose
from schemas.plan import WRITES
from tasks.messages.catalogue import known, render, text
from tasks.messages.owners import owner_in
from tasks.plain_text import plain

if TYPE_CHECKING:
    from schemas.settings import Language

_STYLES = {"failed": "red", "conflict": "red", "unknown": "red", "unplanned": "red", "held": "yellow"}
_MARKS = {"add": "+ ", "delete": "- "}


def out() -> Console:
    """Return the console for results."""
    return Console(highlight=False, soft_wrap=False)


def err() -> Console:
    """Return the console for everything that is not a result."""
    return Console(stderr=True, highlight=False)


def near(path: str | Path) -> str:
    """Return a path as short as it can be typed from here."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def shown(text: str) -> Unbroken:
    """Return a text that does nothing to the terminal, whoever has written it, and breaks no number."""
    return Unbroken(plain(text, lines=True))


def say(text: str, style: str = "") -> None:
    """Print a line of words; a command or a path in it is never cut, for it may be copied."""
    out().print(Text(prose(plain(text), sys.stdout), style=style), soft_wrap=True)


# A blank that belongs to a number: between its digits, which may be masked, and before an extension; or to a time.
_WITHIN_NUMBER = re.compile(
    r"(?<=[\d•)]) (?=[\d•(])|(?<=[\d•]) (?=(?:wew|ext)\.)|(?<=wew\.|ext\.) (?=\d)|(?<=\d:\d\d) (?=[A-Z])"
)
_WIDEST = 30  # characters of a number with its extension
_NARROWEST = 6  # columns: less shows nothing
_LONGEST_WORD = 24  # of a text that is broken only where a column cannot hold it: a path, an address
GAP = 2  # between columns
_FEW = 3  # columns: more of them are told in words where they have no room
_REST = "\ue001"  # the column of what is told in words
_GLUE = "\ue000"  # as wide as a blank, and nothing breaks a line at it


class Unbroken:
    """A text whose telephone numbers are never broken over two lines, however narrow its column is."""

    def __init__(self, text: str) -> None:
        """Take the text; its line breaks stay."""
        self._lines = [_glued(line) for line in text.split("\n")]

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        """Write it, at most so wide."""
        yield Text("\n".join(part for line in self._lines for part in _wrapped(line, options.max_width)))

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        """Say how wide it has to be, and would be."""
        words = [word for line in self._lines for word in line.split(" ")]
        return Measurement(max(cell_len(word) for word in words), self.widest).with_maximum(options.max_width)

    @property
    def widest(self) -> int:
        """How wide its widest line is."""
        return max(cell_len(line) for line in self._lines)

    @property
    def longest(self) -> int:
        """How wide its longest word is; one that no column could hold counts as one that a column can."""
        return min(max(cell_len(word) for line in self._lines for word in line.split(" ")), _LONGEST_WORD)

    @property
    def narrowest(self) -> int:
        """How wide its widest number is."""
        return max(cell_len(word) if _GLUE in word else 0 for line in self._lines for word in line.split(" "))


def _glued(line: str) -> str:
    """Return a line whose numbers are one word each; what is longer than any of them is several."""
    words = _WITHIN_NUMBER.sub(_GLUE, line).split(" ")
    return " ".join(word.replace(_GLUE, " ") if len(word) > _WIDEST else word for word in words)


def _wrapped(line: str, width: int) -> list[str]:
    """Return the lines of a text in a column; what is wider than the column by itself is cut there."""
    parts = textwrap.wrap(
        line, max(width, 1), break_on_hyphens=False, expand_tabs=False, replace_whitespace=False, tabsize=1
    )
    return [part.replace(_GLUE, " ") for part in parts] or [""]


def narrow_table() -> Table:
    """Return a table without a frame."""
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))


def show_titled(title: str, table: Table) -> None:
    """Show a table under its title."""
    out().print(Text(plain(title), style="bold"), soft_wrap=True)
    out().print(table)
    say("")


def word_of(value: str, lang: Language) -> str:
    """Return what an action or an outcome is called in a table; "" is nothing."""
    return text(f"say.{value}", lang) if value else ""


def show_lines(title: str, lines: Sequence[Mapping[str, str]], lang: Language = "en") -> None:
    """Show lines of a line report so that 80 columns do: where, what, and the entry before and after."""
    owners = {owner_in(line["owner"], lang) for line in lines if line["owner"]}
    several = len(owners) > 1
    rows = [(Text(line["line"]), Text(_what(line, lang)), _owner(line, lang), _entry(line, lang)) for line in lines]
    table = narrow_table()
    table.add_column(text("say.line", lang), justify="right", no_wrap=True)
    table.add_column(text("say.what", lang), no_wrap=True)
    if several:
        kept = 2 * _NARROWEST + max(entry.narrowest + what.cell_len for _, what, _, entry in rows)
        table.add_column(text("say.owner", lang), overflow="fold", max_width=max(out().width - kept, _NARROWEST))
    table.add_column(text("say.entry", lang), overflow="fold", ratio=1)
    for line, (where, what, owner, entry) in zip(lines, rows, strict=True):
        table.add_row(where, what, *([owner] if several else []), entry, style=_STYLES.get(line["outcome"]))
    show_titled(f"{title} ({', '.join(owners)})" if owners and not several else title, table)


def _owner(line: Mapping[str, str], lang: Language) -> Unbroken:
    return Unbroken("\n".join(filter(None, (plain(owner_in(line["owner"], lang)), plain(line.get("owner_name", ""))))))


def _what(line: Mapping[str, str], lang: Language) -> str:
    """Return the action, or what became of it: both where a change was wanted and something else came of it."""
    action, outcome = word_of(line["action"], lang), word_of(line["outcome"], lang)
    if not outcome:
        return action
    return f"{action}: {outcome}" if line["action"] in WRITES else outcome


def _entry(line: Mapping[str, str], lang: Language) -> Unbroken:
    # Line by line: a line break in a name is somebody else's, those between the lines are ours.
    before = plain("  ".join(filter(None, (line["name_before"], line["number_before"]))))
    after = plain("  ".join(filter(None, (line["name_after"], line["number_after"]))))
    if before == after:
        parts = [before or plain(line.get("entry_name", ""))]
    elif before and after:
        parts = [before, f"→ {after}"]
    else:
        parts = [_MARKS.get(line["action"], "") + (before or after)]
    accepted = plain(render("say.accepted", lang, accepted=line["accepted"])) if line["accepted"] else ""
    return Unbroken("\n".join(filter(None, (*parts, plain(line["message"]), accepted, _reference(line)))))


def _reference(line: Mapping[str, str]) -> str:
    """Return what `accept` takes, to let a line of the past stand or to have it told again."""
    return f"id {line['id']}" if line["id"] else ""


def show_rows(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Show a plain table; where it would be too narrow for its words, what follows the first cell is told in words."""
    cells = [[shown("" if row.get(column) is None else str(row[column])) for column in columns] for row in rows]
    heads = [shown(column) for column in columns]
    whole = [max((row[at].narrowest for row in cells), default=0) for at in range(len(columns))]
    wants = [max(one.widest for one in (head, *column)) for head, column in _by_column(heads, cells)]
    needs = [max(head.longest, *(one.longest for one in column)) for head, column in _by_column(heads, cells)]
    widths = widths_in(out().width, wants, needs)
    if widths is None and len(columns) > _FEW:
        show_rows(title, _in_words(rows, columns), [columns[0], _REST])
        return
    table = narrow_table()
    for at, column in enumerate(columns):
        # Where most is numbers, the other columns become narrower first.
        numbers = sum(row[at].widest <= whole[at] for row in cells) if whole[at] else 0
        width = widths[at] if widths and sum(widths) < sum(wants) else None
        head = "" if column == _REST else column
        table.add_column(head, overflow="fold", no_wrap=2 * numbers > len(cells), width=width)
    for row in cells:
        table.add_row(*row)
    if title:
        show_titled(title, table)
    else:
        out().print(table)


def _by_column(
    heads: Sequence[Unbroken], cells: Sequence[Sequence[Unbroken]]
) -> Iterator[tuple[Unbroken, list[Unbroken]]]:
    """Yield each heading with the cells below it."""
    for at, head in enumerate(heads):
        yield head, [row[at] for row in cells]


def _in_words(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows with all but their first cells as words in one cell."""
    first, *others = columns
    told = []
    for row in rows:
        said = [f"{other}: {' '.join(str(row[other]).split())}" for other in others if row.get(other) not in {None, ""}]
        told.append({first: str(row[first]), _REST: ", ".join(said)})
    return told


def widths_in(room: int, wants: Sequence[int], needs: Sequence[int]) -> list[int] | None:
    """Return the widths of columns that break no word; what is left goes to the narrowest first.

    Args:
        room: how wide all of them may be, with what is between them.
        wants: how wide each would be.
        needs: how wide its longest word is.

    Returns:
        None where there is not room for their words.
    """
    widths, left = list(needs), room - GAP * (len(needs) - 1) - sum(needs)
    if left < 0:
        return None
    while left > 0 and (narrow := [at for at, width in enumerate(widths) if width < wants[at]]):
        at = min(narrow, key=lambda each: widths[each])
        widths[at], left = widths[at] + 1, left - 1
    return widths


def show_numbers(read: Sequence[Mapping[str, Any]], lang: Language = "en") -> None:
    """Show how texts were read, each with its numbers, the words around them, or the reason why there is none."""
    names = [text(f"say.{name}", lang) for name in ("text", "read_as", "note")]
    told = [
        (plain(item["text"]), "\n".join(_spoken(part, lang) for part in item["numbers"]) or _not_read(item, lang), item)
        for item in read
    ]
    rows = [dict(zip(names, (text_, said, item["note"]), strict=True)) for text_, said, item in told]
    show_rows("", rows, names if any(item["note"] for item in read) else names[:2])


def _not_read(item: Mapping[str, Any], lang: Language) -> str:
    if not item["suggestion"]:
        return str(item["reason"])
    return f"{item['reason']}\n{render('say.do_you_mean', lang, text=item['suggestion'])}"


def _spoken(part: Mapping[str, str], lang: Language) -> str:
    key = f"say.kind_{part['kind']}"
    kind = text(key, lang) if known(key) else part["kind"].replace("_", " ")
    extension = render("say.extension", lang, number=part["extension"]) if part["extension"] else ""
    return f"{part['e164']}{extension} ({kind})"
