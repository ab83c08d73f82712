"""How a CSV file is written: its delimiter, quote character and header, set by somebody or found out.

Found out means: told by evidence in the file. Where two readings are open, the file is refused, and the message names
the setting that decides.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from connectors.files.encoding import Evidence
from connectors.files.header import Record, Skipped, Wanted, above, checked_names, find_header, foreign_header
from schemas.errors import ConfigurationError, SourceError
from schemas.problems import Problem
from schemas.reasons import FileCode
from tasks.messages.rendering import file_error

_DELIMITERS = ";,\t|"
_QUOTES = "\"'"
_HEAD = 1 << 17  # characters looked at for a header: far more than any header has
_DEEPEST = 40  # records looked at for a header: no title is that long
_SEPARATOR_LINE = re.compile(r'(?i)"?sep=([^"\r\n])"?(?:\r\n|\r|\n|\Z)')


@dataclass(frozen=True)
class Dialect:
    """How a file is written, as it was found or set.

    A workbook has the encoding `xlsx`, a sheet, and neither delimiter nor quote character. `evidence` is what told the
    encoding, and `packed` whether the file was compressed.
    """

    encoding: str
    delimiter: str
    quotechar: str
    sheet: str = ""
    evidence: Evidence = field(default="set", compare=False)
    packed: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Given:
    """What the configuration sets; None is found out. `sheet` is for workbooks, `comment_prefix` for text files."""

    encoding: str | None = None
    delimiter: str | None = None
    quotechar: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    comment_prefix: str | None = None


@dataclass(frozen=True)
class Head:
    """The header and where the rows begin.

    Attributes:
        names: stripped of white space; unnamed columns at the end are left out, others are called by their place.
        body: the first character after the header.
        line: the physical line on which the rows begin; the file's first line is 1.
        at: the physical line of the header.
        comments: what a line of comment begins with, "" where nobody has said.
        skipped: what stands above the header.
    """

    dialect: Dialect
    names: tuple[str, ...]
    body: int
    line: int
    at: int = 1
    comments: str = ""
    skipped: tuple[Skipped, ...] = ()


def read_head(path: Path, text: str, wanted: Wanted, given: Given) -> Head:
    """Find the delimiter and the quote character under which most of the wanted names stand in one of the first rows.

    `given.encoding` is the one the text was decoded with. A first line such as `sep=;` sets the delimiter.

    Raises:
        SourceError: there is no header, none of its names is wanted, one name stands in it twice, two rows may be it,
            or data stands above it.
        ConfigurationError: the delimiter or the quote character cannot be one.
    """
    _refuse_impossible(path, given)
    declared = _SEPARATOR_LINE.match(text)
    start, line = (declared.end(), 2) if declared else (0, 1)
    delimiters = given.delimiter or (declared[1] if declared else _DELIMITERS)
    opening = list(io.StringIO(text[start : start + _HEAD], newline=""))
    tried = [
        (dialect, _opened(opening, dialect, (start, line), given.comment_prefix))
        for quotechar in given.quotechar or _QUOTES
        for delimiter in delimiters
        if delimiter != quotechar
        for dialect in [Dialect(given.encoding or "", delimiter, quotechar)]
    ]
    if not tried:  # one character cannot be both
        raise _unreadable(path, line)
    found = [(dialect, records, find_header(records, wanted, given.header_line)) for dialect, records in tried]
    dialect, records, at = _best(text, found, wanted)
    if at is None:
        raise _no_header(path, [records for _, records in tried], wanted, line, given.header_line)
    skipped = [Skipped(1, "separator")] if declared else []
    if given.comment_prefix:
        spans = {n for record in records[:at] for n in range(record.line, record.next_line)}
        skipped += [Skipped(n, "comment") for n in range(line, records[at].line) if n not in spans]
    header = records[at]
    names = checked_names(path, header, records, at, wanted if given.header_line is None else None)
    if given.quotechar is None and any(name[:1] in _QUOTES for name in names if name):
        # A quote left open would hide a column, and a hidden column reads as "no comment" in every row.
        raise _unreadable(path, header.line)
    skipped += above(records[:at])
    return Head(dialect, names, header.end, header.next_line, header.line, given.comment_prefix or "", tuple(skipped))


def _refuse_impossible(path: Path, given: Given) -> None:
    for key, sign in (("delimiter", given.delimiter), ("quotechar", given.quotechar)):
        if sign is not None and sign in "\r\n\0\ufeff":
            raise file_error(path, Problem(FileCode.SETTING_MARK, {"key": key}), "setting-mark", ConfigurationError)


def _opened(opening: list[str], dialect: Dialect, place: tuple[int, int], comments: str | None) -> list[Record]:
    """Return the first records under a dialect, as far as it can read them."""
    start, line = place
    kept = [(n, text) for n, text in enumerate(opening) if not (comments and text.startswith(comments))]
    ends = [0]
    for text in opening:
        ends.append(ends[-1] + len(text))
    reader = csv.reader(
        (text for _, text in kept), delimiter=dialect.delimiter, quotechar=dialect.quotechar, strict=True
    )
    records: list[Record] = []
    done = filled = 0
    try:
        for cells in reader:
            first, last = kept[done][0], kept[reader.line_num - 1][0]
            done = reader.line_num
            names = [cell.strip().strip("\ufeff").strip() for cell in cells]
            records.append(Record(names, line + first, line + last + 1, start + ends[last + 1]))
            filled = filled + 1 if any(names) else 0
            if filled == _DEEPEST:
                break
    except csv.Error:  # what was read so far may still hold the header
        pass
    return records


def _best(
    text: str, found: list[tuple[Dialect, list[Record], int | None]], wanted: Wanted
) -> tuple[Dialect, list[Record], int | None]:
    """Choose the dialect under which the header has most known names; the first one tried where several have."""
    headed = [
        (dialect, records, at, wanted.hits(records[at].cells)) for dialect, records, at in found if at is not None
    ]
    if not headed:
        return found[0][0], [], None
    most = max(hits for *_, hits in headed)
    best = [(dialect, records, at) for dialect, records, at, hits in headed if hits == most]
    best = [each for each in best if each[0].delimiter == best[0][0].delimiter]
    if len(best) > 1:  # the header says the same under both quote characters
        return best[1 if _single_quotes(text, best[0][0].delimiter) else 0]
    return best[0]


def _no_header(
    path: Path, tried: list[list[Record]], wanted: Wanted, line: int, header_line: int | None
) -> SourceError:
    if header_line is not None:
        return file_error(path, Problem(FileCode.HEADER_LINE, {"header": str(header_line)}), "header-line")
    firsts = [next((record for record in records if any(record.cells)), None) for records in tried]
    known = [record for record in firsts if record is not None]
    if not known:
        return _unreadable(path, line)
    return foreign_header(path, max(known, key=lambda record: len(record.cells)), wanted)


def _unreadable(path: Path, line: int) -> SourceError:
    return file_error(path, Problem(FileCode.HEADER_UNREADABLE, place=line), "header-quotes")


def _single_quotes(text: str, delimiter: str) -> bool:
    """Say whether `'` wraps cells: every cell that begins with it ends with it on its line, and more than with `"`.

    An apostrophe in a name wraps nothing.
    """
    single = _wrapped(text, delimiter, "'")
    return any(single) and all(single) and len(single) > sum(_wrapped(text, delimiter, '"'))


def _wrapped(text: str, delimiter: str, quote: str) -> list[bool]:
    """Say of every cell that begins with the quote character whether it ends with it on its line."""
    if quote not in text:
        return []
    edge = rf"[{re.escape(delimiter)}\r\n]"
    cells = re.finditer(rf"(?:\A|{edge}){quote}((?:[^{quote}\r\n]|{quote}{quote})*+{quote}(?={edge}|\Z))?", text)
    return [cell[1] is not None for cell in cells]
