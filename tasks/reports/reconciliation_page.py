"""Show a reconciliation as one self-contained page: what to look at first, side by side, and line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import partial
from typing import Any

import pandas as pd

from schemas.findings import FindingKind, ReconciliationView, System
from schemas.settings import Language
from tasks.messages.catalogue import figure, moment, plural, text
from tasks.messages.command_lines import PLAIN
from tasks.messages.owners import place_in
from tasks.messages.pages import kind_words, listing_words, phrases, state_words
from tasks.messages.rendering import owners_in
from tasks.reports import charts
from tasks.reports.headline import Headline
from tasks.reports.masking import HIDDEN
from tasks.reports.page import embedded, integers, packed, render_around
from tasks.reports.reconciliation_rows import readable_rows

_POOLS = {
    **{column: (column,) for column in ("kind", "state", "sync", "owner", "key", "where", "what", "fix", "since")},
    "accepted": ("accepted",),
    "owner_name": ("owner_name",),
    "name": ("name_csv", "name_there"),
    "number": ("number_csv", "number_there"),
    "type": ("type_csv", "type_there"),
}
_MOST_PAIRS = 6
_MOST_RUNS = 12


@dataclass(frozen=True)
class Tile:
    """A count that stands large at the top; pressing it shows just its rows."""

    label: str
    count: int
    column: str = ""
    value: str = ""


@dataclass(frozen=True)
class Chart:
    """A drawing with the table that says the same; `empty` is said where there is nothing to draw."""

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    drawing: charts.Drawing
    empty: str
    key: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Cell:
    """How many numbers of its row's system stand in its column's; `depth` from 0 to 4 is how dark that is shown."""

    shared: int
    depth: int
    own: bool


@dataclass(frozen=True)
class Row:
    """One system, and what it shares with each."""

    system: System
    cells: Sequence[Cell]


def page(view: ReconciliationView, lang: Language, zone: tzinfo = UTC, command: str = PLAIN) -> bytes:
    """Return the page in UTF-8: it loads nothing, runs only its own script, and shows text as text.

    Args:
        view: what was found; people's numbers are masked in it already.
        lang: `pl` or `en`.
        zone: on whose clocks times are told.
        command: how phonesync is called, for the commands on it.
    """
    rows = readable_rows(view, lang)
    view = _in_language(view, lang)
    t = phrases(lang)
    context = {
        "view": view,
        "lang": lang,
        "t": t,
        "rows": len(rows),
        "made": moment(lang, view.at, zone),
        "headline": headline(view, lang),
        "tiles": _tiles(rows, t, lang),
        "charts": [_kinds_chart(rows, t, lang), _overlap_chart(view, t), _history_chart(view, t, lang, zone)],
        "matrix": _matrix(view),
        "labels": {"csv": t["csv"], **{kind: label[lang] for kind, label in view.labels.items()}},
        "kinds": {kind.value: words for kind, words in kind_words(lang).items()},
        "states": state_words(lang),
        "masked": any(bool(rows[c].str.startswith(HIDDEN[:3]).any()) for c in ("number_csv", "number_there")),
        "figure": partial(figure, lang),
        "plural": partial(plural, lang),
    }
    return render_around(
        embedded(
            {**_page_data(view, rows, lang), "command": command},
            packed(rows.assign(owner=owners_in(rows["owner"], lang)), _POOLS),
        ),
        "reconcile.html.j2",
        context,
        styles=["page.css", "reconcile.css"],
        scripts=["listing.js", "reconcile.js"],
    )


def _in_language(view: ReconciliationView, lang: Language) -> ReconciliationView:
    """Return the view with its places named as people read them."""
    systems = [replace(system, name=place_in(system.name, lang)) for system in view.systems]
    pairs = {side: view.overlap[side].map(lambda name: place_in(name, lang)).astype("str") for side in ("a", "b")}
    return replace(view, systems=systems, overlap=view.overlap.assign(**pairs))


def headline(view: ReconciliationView, lang: Language) -> Headline:
    """Return the sentence that is true of this reconciliation, and below it what is most and what has moved."""
    t, say = phrases(lang), partial(plural, lang)
    kinds = view.findings["kind"]
    accepted = view.findings["accepted"] != ""
    attention = (kinds != FindingKind.AGREE) & ~accepted
    waiting, agree = int(attention.sum()), int((kinds == FindingKind.AGREE).sum())
    unread = sum(bool(system.note) for system in view.systems)
    details = []
    if waiting:
        counts = kinds[attention].value_counts()
        words = [(int(counts.get(kind, 0)), label) for kind, (label, _) in kind_words(lang).items()]
        most = sorted((pair for pair in words if pair[0]), key=lambda pair: -pair[0])[:3]
        details.append(f"{t['most']}: " + ", ".join(f"{label.lower()} ({figure(lang, n)})" for n, label in most) + ".")
    if agree:
        details.append(say("agree", agree))
    if view.since:
        new = int((attention & (view.findings["trend"] == "new")).sum())
        details.append(f"{t['since_then']}: {say('new', new)}, {say('resolved', len(view.resolved))}.")
    if accepted.any():
        details.append(say("accepted", int(accepted.sum())))
    if unread:
        details.append(say("unread", unread))
    if view.meanwhile:
        details.append(text("say.meanwhile", lang).format(runs=", ".join(view.meanwhile)))
    detail = " ".join(details)
    if waiting:
        return Headline("bad" if unread else "warn", say("attention", waiting), detail)
    if unread:
        return Headline("warn", t["read_agrees"] if len(view.findings) else t["nothing"], detail)
    return Headline("good", t["all_agree"], detail) if len(view.findings) else Headline("calm", t["nothing"], detail)


def _tiles(rows: pd.DataFrame, t: Mapping[str, str], lang: Language) -> list[Tile]:
    counts = rows["state"].value_counts()
    words = state_words(lang)
    new, known = int(counts.get("new", 0)), int(counts.get("open", 0))
    agree = kind_words(lang)[FindingKind.AGREE][0]
    return [
        Tile(t["attention"], new + known, "state", "attention"),
        Tile(words["new"][0], new, "state", "new"),
        Tile(words["resolved"][0], int(counts.get("resolved", 0)), "state", "resolved"),
        Tile(words["accepted"][0], int(counts.get("accepted", 0)), "state", "accepted"),
        Tile(agree, int(counts.get("agree", 0)), "state", "agree"),
    ]


def _kinds_chart(rows: pd.DataFrame, t: Mapping[str, str], lang: Language) -> Chart:
    """Show what needs attention by kind, with what is news; what agrees would dwarf all the rest."""
    waiting = rows[rows["state"].isin(["new", "open"])]
    counts = waiting["kind"].value_counts()
    new = waiting.loc[waiting["state"] == "new", "kind"].value_counts()
    table: list[tuple[str, int, int]] = []
    bars: list[tuple[str, str, int, str]] = []
    for kind, (label, _) in kind_words(lang).items():
        n, news = int(counts.get(kind, 0)), int(new.get(kind, 0))
        if n:
            table.append((label, n, news))
            says = figure(lang, n) + (f"  (+{plural(lang, 'new', news)})" if news else "")
            bars.append((label, kind.value, n, says))
    heads = (t["kind"], t["total"], state_words(lang)["new"][0])
    return Chart("by-kind", t["by_kind"], heads, table, charts.bars(bars), t["no_findings"])


def _overlap_chart(view: ReconciliationView, t: Mapping[str, str]) -> Chart:
    """Show the pairs that share most, each divided into what stands in one, in both, and in the other."""
    numbers = {system.name: system.numbers for system in view.systems}
    pairs = view.overlap[view.overlap["shared"] > 0]
    pairs = pairs.sort_values(["shared", "a", "b"], ascending=[False, True, True], kind="stable").head(_MOST_PAIRS)
    table = []
    for a, b, shared in zip(pairs["a"], pairs["b"], pairs["shared"].astype(int), strict=True):
        alone = [max(numbers.get(system, 0) - shared, 0) for system in (a, b)]
        table.append((f"{a} – {b}", alone[0], shared, alone[1]))
    parts = [(t["only_first"], "first"), (t["in_both"], "both"), (t["only_second"], "second")]
    rows = [(pair, " · ".join(str(count) for count in counts), counts) for pair, *counts in table]
    drawing = charts.shares(rows, [colour for _, colour in parts])
    heads = (t["pair"], t["only_first"], t["in_both"], t["only_second"])
    return Chart(
        "overlap", t["overlap"], heads, table, drawing, t["no_overlap"], [(colour, label) for label, colour in parts]
    )


def _history_chart(view: ReconciliationView, t: Mapping[str, str], lang: Language, zone: tzinfo) -> Chart:
    """Show how many findings of each kind there were each time, without what agreed."""
    kinds = [(kind.value, label) for kind, (label, _) in kind_words(lang).items() if kind is not FindingKind.AGREE]
    history = view.history[-_MOST_RUNS:]
    labels = _distinct([_day(moment(lang, str(one["at"]), zone)) for one in history])
    counts = [{kind: int(one["findings"].get(kind, 0)) for kind, _ in kinds} for one in history]
    seen = [(kind, label) for kind, label in kinds if any(one[kind] for one in counts)]
    table: list[tuple[str | int, ...]] = [
        (moment(lang, str(one["at"]), zone), *(row[kind] for kind, _ in seen), sum(row.values()))
        for one, row in zip(history, counts, strict=True)
    ]
    drawing = charts.columns(list(zip(labels, counts, strict=True)), [kind for kind, _ in seen])
    worth = len(history) > 1
    heads = (t["when"], *(label for _, label in seen), t["total"])
    return Chart("history", t["history"], heads, table if worth else [], drawing, t["no_history"], seen)


def _day(at: str) -> str:
    """Return day and month of a moment, short enough for the foot of a column."""
    day, month = at.split()[:2] if " " in at else (at, "")
    return f"{day} {month[:3]}".strip()


def _distinct(labels: Sequence[str]) -> list[str]:
    """Tell columns of one day apart: the second one is `21 Nov (2)`."""
    times = [labels[: at + 1].count(label) for at, label in enumerate(labels)]
    return [label if time == 1 else f"{label} ({time})" for label, time in zip(labels, times, strict=True)]


def _matrix(view: ReconciliationView) -> list[Row]:
    shared = view.shared()
    return [
        Row(row, [Cell(n := shared.get((row.name, other.name), 0), _depth(n, row.numbers), row.name == other.name)
                  for other in view.systems])
        for row in view.systems
    ]  # fmt: skip


def _depth(part: int, whole: int) -> int:
    """Return how dark a share is shown: 0 for nothing, then a quarter each."""
    return min(1 + 4 * part // whole, 4) if part and whole else 0


def _page_data(view: ReconciliationView, rows: pd.DataFrame, lang: Language) -> dict[str, Any]:
    """Return what the script needs. A finding's name has twelve letters, so all of them are one text."""
    t = phrases(lang)
    waits = bool(rows["state"].isin(["new", "open"]).any())
    return {
        "run": view.run,
        "language": lang,
        "delimiter": ";" if lang == "pl" else ",",
        "initial": {"state": "attention"} if waits else {},
        "total": len(rows),
        "line": integers(rows["line"]),
        "ids": "".join(rows["id"]),
        "words": {
            "kind": {kind.value: words for kind, words in kind_words(lang).items()},
            "state": state_words(lang),
        },
        "texts": listing_words(lang, "finding"),
        "phrases": t,
        "headings": headings(lang),
    }


def headings(lang: Language) -> dict[str, str]:
    """Return what stands above each column of a table of findings, on the page, in its CSV and in the workbook."""
    t = phrases(lang)
    sides = {
        f"{column}_{side}": f"{t[column]} {t[place]}"
        for column in ("number", "name", "type")
        for side, place in (("csv", "in_file"), ("there", "there"))
    }
    plain = ("sync", "line", "owner")
    rest = ("what", "where", "fix", "since", "accepted", "key", "id", "owner_name")
    return (
        {"kind": t["kind"], "state": t["state_of"]}
        | {name: t[name] for name in plain}
        | sides
        | {name: t[name] for name in rest}
    )
