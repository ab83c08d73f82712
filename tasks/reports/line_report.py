"""Write down what became of every line: as a table, as CSV, as JSON, and as a page that people read.

Each function returns text; a connector writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from schemas.plan import TROUBLE, WRITES, Action, Outcome, count
from schemas.problems import CALLED, DRIFT, Problem, unpacked
from schemas.settings import Language
from tasks.messages.catalogue import figure, minute, moment, share, text
from tasks.messages.command_lines import PLAIN
from tasks.messages.guards import guard_sentence, percentage
from tasks.messages.pages import listing_words, phrases
from tasks.messages.rendering import owners_in, said_of_rows, sentences
from tasks.plain_text import json_text
from tasks.reports.csv_text import as_csv
from tasks.reports.headline import Tally, action_words, headline, next_steps, outcome_words
from tasks.reports.json_text import rows_as_json
from tasks.reports.masking import HIDDEN, mask_numbers, mask_texts, told_masked
from tasks.reports.page import embedded, integers, packed, render_around
from tasks.text_columns import looked_up

if TYPE_CHECKING:
    from tasks.reports.drift_rows import DriftRow

COLUMNS = [
    "sync",
    "line",
    "owner",
    "action",
    "outcome",
    "name_before",
    "number_before",
    "name_after",
    "number_after",
    "message",
    "http_status",
    "attempts",
    "at",
    "code",
    "id",
    "accepted",
    "owner_name",
    "entry_name",
]
_NUMBERS = ("number_before", "number_after")
_NAMES = ("name_before", "name_after", "entry_name")
_TEXTS = (*_NAMES, "message")
_OPTIONAL = (
    "continued_in",
    "plan",
    "fingerprint",
    "rejected",
    "requests",
    "drift",
    "left",
    "came_back",
    "approvals",
    "refusals",
)
_ALONE = (
    *("owner", "action", "outcome", "message", "http_status", "attempts", "at", "code", "id", "accepted"),
    "owner_name",
)
# Before and after share a pool: most values stand on both sides, and a column of the page sorts by either.
_POOLS = {
    **{column: (column,) for column in _ALONE},
    "name": ("name_after", "name_before", "entry_name"),
    "number": ("number_after", "number_before"),
}
_OF_SCRIPT = (
    *("js_was", "js_from", "js_before", "js_after", "js_wanted", "js_in_file", "js_http", "js_attempts", "js_id"),
    *("js_accepted", "js_time", "js_history", "js_known", "js_no_line", "js_all", "js_changes"),
    *("nothing", "copy", "copy_command", "owner", "name", "number", "message", "line", "tile_attention"),
)
_MOST_DRIFT = 50  # at the top of a page; the lines below have them all
_INTEGERS = ("line", "http_status", "attempts")
# An entry that stands in no line and a change that got no answer have no 0 to show.
_EMPTY_WHERE_0 = ("line", "http_status")


def with_names(result: pd.DataFrame, owner_names: Mapping[str, str]) -> pd.DataFrame:
    """Return the `Result` with two more columns: `owner_name` and `entry_name`, "" where there is none.

    What an entry is called is its name now or as it was; of one that does not stand there, what the file calls it.

    Args:
        result: a `Result`.
        owner_names: what owners are called.
    """
    name = result["name_after"].where(result["name_after"] != "", result["name_before"])
    silent = (name == "") & (result["problems"] != "")
    if silent.any():
        packed = result.loc[silent, "problems"]
        called = {text: _called(unpacked(text)[0]) for text in packed.unique()}
        name.loc[silent] = packed.map(called).astype("str")
    return result.assign(owner_name=looked_up(result["owner"], owner_names), entry_name=name)


def _called(problem: Problem) -> str:
    """Return what an entry is called that does not stand there: what others have removed is known by what it was."""
    values = dict(problem.values)
    names = ("name", "number") if problem.code in DRIFT else (CALLED,)
    return next(filter(None, map(values.get, names)), "")


def line_report(lines: pd.DataFrame, *, masked: bool, lang: Language = "en", command: str = PLAIN) -> pd.DataFrame:
    """Return the line report as text, in exactly `COLUMNS`, one row per row of `lines` in its order.

    Args:
        lines: a `Result`, perhaps with `with_names`, or a line report.
        masked: hide the names of owners, who are people, and numbers, also those that stand in names (columns are
            swapped by mistake) and in messages.
        lang: the language of the messages that a `Result` is given here.
        command: how phonesync is called, for the commands in those messages.

    Returns:
        Text columns; `line` and `http_status` are "" where they are 0.
    """
    if "owner_name" not in lines:
        lines = lines.assign(owner_name="", entry_name="")
    if "problems" in lines:
        said = said_of_rows(lines["problems"], lang, told_masked if masked else sentences, command)
        lines = lines.assign(message=said)
    elif not masked and lines.columns.to_list() == COLUMNS and (lines.dtypes == "str").all():
        return lines  # a line report already
    kinds = lines.dtypes
    texts = {column: lines[column].astype("str") for column in COLUMNS if kinds[column] != "str"}
    report = lines.assign(**texts)[COLUMNS].set_axis(range(len(lines)))
    if lang != "en":
        report["accepted"] = report["accepted"].str.replace(r"^until ", f"{phrases(lang)['until']} ", regex=True)
    for column in _EMPTY_WHERE_0:
        report[column] = report[column].where(report[column] != "0", "")
    if masked:
        for column in _NUMBERS:
            report[column] = mask_numbers(report[column])
        for column in _TEXTS if "problems" not in lines else _NAMES:
            report[column] = mask_texts(report[column])
        report["owner_name"] = ""
    return report


def report_csv(lines: pd.DataFrame) -> bytes:
    r"""Return the line report as CSV: UTF-8 without a byte order mark, commas, "\n", quotes only where needed.

    Numbers are never altered. A text that a spreadsheet would run as a formula (it begins with `=`, `@`, a tab, or with
    a sign that begins no number) gets an apostrophe in front, which is how spreadsheets themselves mark a text.
    """
    return as_csv(line_report(lines, masked=False))


def shows_the_same(report: bytes, earlier: bytes, moment: str) -> bool:
    """Tell whether two line reports as CSV differ in nothing but the moment at which their lines were seen at rest.

    Args:
        report: the newer one.
        earlier: the other one.
        moment: when the newer one's lines were seen.
    """
    now = moment.encode()
    place = report.find(now)
    before = earlier[place : place + len(now)] if place >= 0 else now
    return report.replace(now, before) == earlier if now else report == earlier


def report_json(summary: Mapping[str, Any], lines: pd.DataFrame) -> Iterator[bytes]:
    """Return `summary` with the line report under `lines`: one object a row, null where a number is missing.

    It comes piece by piece: a million rows are half a gigabyte.
    """
    yield json_text({**summary, "lines": []}).encode().removesuffix(b"[]}")
    yield from rows_as_json(line_report(lines, masked=False), numbers=_INTEGERS)
    yield b"}\n"


def report_html(  # noqa: PLR0913 - all but two are keywords
    summary: Mapping[str, Any],
    lines: pd.DataFrame,
    *,
    generated_at: datetime,
    drift: Sequence[DriftRow] = (),
    past: Mapping[int, Sequence[Mapping[str, str]]] = MappingProxyType({}),
    lang: Language = "en",
    command: str = PLAIN,
) -> bytes:
    """Return one self-contained page in UTF-8: it loads nothing, runs only its own script, and shows text as text.

    Args:
        summary: one element of `syncs` as `--json` prints it, with `run`, `title`, `target`, `source`, and `error`
            where the run stopped.
        lines: a `Result`, or a line report; show people's numbers only after masking.
        generated_at: when the page was made, with the time zone of all times in it.
        drift: what others have changed, masked where people's numbers are: it stands first.
        past: what has happened before to the entry of a line, by its position, the newest first; masked likewise.
        lang: the language of the page; messages and history come in it.
        command: how phonesync is called, for the commands on it.
    """
    report = line_report(lines, masked=False)
    report = report.assign(owner=owners_in(report["owner"], lang))
    order, folded = _by_need(report)
    shown_at = np.argsort(order)
    tally = Tally(len(report), count(report["action"], Action), count(report["outcome"], Outcome))
    zone = generated_at.tzinfo or UTC
    page = {
        "summary": {**dict.fromkeys(_OPTIONAL), **summary},
        "lang": lang,
        "t": lambda name: text(f"report.{name}", lang),
        "number": lambda number: figure(lang, number),
        "headline": headline(summary, tally, lang).with_commands(command),
        "drift": drift[:_MOST_DRIFT],
        "more_drift": max(0, len(drift) - _MOST_DRIFT),
        "guards": [_guard(guard, lang) for guard in summary.get("guards") or ()],
        "steps": [step.with_commands(command) for step in next_steps(summary, tally, lang)],
        "tally": tally,
        "tiles": _tiles(tally, lang),
        "bars": _bars(tally, lang),
        "masked": any(bool(report[column].str.startswith(HIDDEN[:3]).any()) for column in _NUMBERS),
        "generated_at": generated_at,
        "made": moment(lang, generated_at.isoformat(), generated_at.tzinfo),
        "when": lambda at: minute(at, zone),
    }
    data = {
        **_page_data(report, order, lang),
        "folded": folded,
        "command": command,
        "past": {
            int(shown_at[row]): [_event(event, lang, generated_at) for event in events] for row, events in past.items()
        },
    }
    return render_around(
        embedded(data, packed(report, _POOLS, order)),
        "report.html.j2",
        page,
        styles=["page.css", "report.css"],
        scripts=["listing.js", "report.js"],
    )


def _by_need(report: pd.DataFrame) -> tuple[npt.NDArray[np.int64], int]:
    """Return the positions of the lines as a page shows them, and from which on it folds them.

    What needs somebody comes first, then what changes; what is at rest is folded.
    """
    held = report["action"].eq(Action.HOLD) & report["outcome"].eq("")
    needs = (report["outcome"].isin(TROUBLE) | held) & report["accepted"].eq("")
    rank = np.select([needs, report["action"].isin(WRITES)], [0, 1], 2)
    return np.argsort(rank, kind="stable"), int((rank < 2).sum())


def _event(event: Mapping[str, str], lang: Language, made: datetime) -> list[str]:
    """Return what the script shows of an event: when, what, before, after, what was said, and the run."""
    before, after = ("  ".join(filter(None, (event[f"name_{i}"], event[f"number_{i}"]))) for i in ("before", "after"))
    yes = text("history.approved", lang).format(**event) if "approved_by" in event else ""
    said = "; ".join(filter(None, (event["message"], yes)))
    at = minute(event["at"], made.tzinfo or UTC)
    return [at, event["action"], event["outcome"], before, after, said, event["run"]]


def _page_data(report: pd.DataFrame, order: npt.NDArray[np.int64], lang: Language) -> dict[str, Any]:
    """Return what the script needs: the lines in their order, the words beside them, and the groups of a filter."""
    line = integers(report["line"].where(report["line"] != "", "0").astype("int64"), order)
    words = {
        "action": {str(action.value): words for action, words in action_words(lang).items()},
        "outcome": {str(outcome.value): words for outcome, words in outcome_words(lang).items()},
    }
    groups = {"changes": [action.value for action in WRITES], "attention": [outcome.value for outcome in TROUBLE]}
    texts = listing_words(lang, "row")
    said: dict[str, str] = {name: text(f"report.{name}", lang) for name in _OF_SCRIPT}
    more: dict[str, Any] = {"said": said, "language": "pl-PL" if lang == "pl" else "en-US"}
    return {
        "total": len(report),
        "line": line,
        "words": words,
        "groups": groups,
        "texts": texts,
        **more,
    }


@dataclass(frozen=True)
class Tile:
    """A count that stands large at the top; pressing it shows just its lines."""

    label: str
    count: int
    column: str = ""
    value: str = ""


@dataclass(frozen=True)
class Segment:
    """One word of a bar: how often it occurs, and how much of all lines that is."""

    column: str
    word: str
    label: str
    meaning: str
    start: int
    count: int
    share: str


@dataclass(frozen=True)
class Bar:
    """One stacked bar; its lengths are the counts themselves, the small ones not made larger."""

    title: str
    description: str
    segments: Sequence[Segment]


def _guard(guard: Mapping[str, Any], lang: Language) -> dict[str, str]:
    """Return a guard with its figures as people write them: shares as percentages, counts as they are."""
    name, value, limit = str(guard["guard"]), float(guard["value"]), float(guard["limit"])
    shown = percentage if name.endswith(("_share", "_drop")) else share
    return {
        "name": name,
        "message": guard_sentence(guard, lang),
        "value": shown(lang, value),
        "limit": shown(lang, limit),
    }


def _tiles(tally: Tally, lang: Language) -> list[Tile]:
    words = outcome_words(lang)
    held, applied, unchanged = (words[word][0] for word in (Outcome.HELD, Outcome.APPLIED, Outcome.UNCHANGED))
    if tally.is_plan:
        return [
            Tile(text("report.tile_lines_plan", lang), tally.lines),
            Tile(text("report.tile_changes", lang), tally.changes, "action", "changes"),
            Tile(text("report.tile_right", lang), tally.actions[Action.KEEP], "action", Action.KEEP),
            Tile(held, tally.actions[Action.HOLD], "action", Action.HOLD),
        ]
    return [
        Tile(text("report.tile_lines", lang), tally.lines),
        Tile(applied, tally.outcomes[Outcome.APPLIED], "outcome", Outcome.APPLIED),
        Tile(unchanged, tally.outcomes[Outcome.UNCHANGED], "outcome", Outcome.UNCHANGED),
        Tile(text("report.tile_attention", lang), tally.trouble, "outcome", "attention"),
    ]


def _bars(tally: Tally, lang: Language) -> list[Bar]:
    wanted = _segments("action", tally.actions, list(action_words(lang).items()), tally.lines, lang)
    happened = _segments("outcome", tally.outcomes, list(outcome_words(lang).items()), tally.lines, lang)
    bars = [Bar(text("report.bar_wanted", lang), _described(wanted, lang), wanted)]
    if tally.is_plan:
        return bars
    return [*bars, Bar(text("report.bar_happened", lang), _described(happened, lang), happened)]


def _segments(
    column: str,
    counts: Mapping[str, int],
    words: Sequence[tuple[Action | Outcome, tuple[str, str]]],
    lines: int,
    lang: Language,
) -> list[Segment]:
    starts = accumulate((counts[word] for word, _ in words), initial=0)
    return [
        Segment(column, word.value, label, meaning, start, counts[word], _share(counts[word], lines, lang))
        for start, (word, (label, meaning)) in zip(starts, words, strict=False)
    ]


def _described(segments: Sequence[Segment], lang: Language) -> str:
    said = (f"{one.label} {figure(lang, one.count)} ({one.share})" for one in segments if one.count)
    return ", ".join(said)


def _share(part: int, whole: int, lang: Language) -> str:
    """Return a percentage that never claims all or nothing where it is neither."""
    if not part or not whole:
        return "0 %"
    percent = 100 * part / whole
    if part < whole and percent > 99.9:
        return f"> {share(lang, 99.9)} %"
    return f"< {share(lang, 0.1)} %" if percent < 0.1 else f"{share(lang, percent)} %"
