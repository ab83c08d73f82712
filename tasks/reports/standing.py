"""How every sync stands, across all runs: as text for monitoring, and as a page to be left open on a screen."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from schemas.settings import Language
from tasks.messages.catalogue import counted, figure, text
from tasks.messages.command_lines import PLAIN, as_typed

FOUND: Final = ("waiting", "known", "left", "drift", "plans")
GONE: Final = "gone"  # the state of a sync that has run and is in the configuration no more
STOPPED: Final = "stopped"
BLOCKED: Final = "blocked"
REFUSED: Final = "refused"  # the state of a sync whose plan a guard has stopped, and somebody has said no to it
_STATES: Final = ("good", "known", "lines", BLOCKED, REFUSED, STOPPED, GONE)
_UNITS: Final = (
    ("days", 1440, 2880),
    ("hours", 60, 120),
    ("minutes", 1, 1),
    ("now", 1, 0),
)  # each in minutes, and the least


@dataclass(frozen=True)
class Standing:
    """How one sync stands.

    Attributes:
        sync: its name.
        state: how its last run ended (`tasks.reports.status_changes.SyncStatus`); "" before the first one, `GONE`
            where it has run and is in the configuration no more, `REFUSED` where somebody has said no to its plan.
        last_run: when that was, ISO 8601; "" likewise.
        last_good: when its place was last seen to be as its file wants it, but for lines that wait; "" where never.
        stale_after: how many hours that may be ago, None where only the schedule says.
        due: the last start of its schedule that should have ended well by now, ISO 8601; "" where it has none.
        stale: whether the last good run is older than that, or never was although it should have been.
        waiting: lines and entries that wait for somebody; what is known and accepted is not among them.
        known: lines and entries that wait and are accepted.
        left: owners' entries that stand although their owner has left the file.
        drift: entries that others had changed.
        plans: plans that wait for somebody to apply or refuse them.
        next_run: when its schedule starts it next, ISO 8601; "" where it has none.
        unfinished: whether a run was interrupted while it wrote, and none has gone on with it.
        good_until: when it is stale if nothing more is heard of it, ISO 8601; "" where never.
    """

    sync: str
    state: str = ""
    last_run: str = ""
    last_good: str = ""
    stale_after: float | None = None
    due: str = ""
    stale: bool = False
    waiting: int = 0
    known: int = 0
    left: int = 0
    drift: int = 0
    plans: int = 0
    next_run: str = ""
    good_until: str = ""
    unfinished: bool = False


def is_stale(last_good: str, stale_after: float | None, due: str, now: datetime) -> bool:
    """Tell whether a sync has been without a good run for too long; one that never had one is.

    Args:
        last_good: when it had one, ISO 8601, "" where never.
        stale_after: the hours that somebody has allowed; they come before the schedule.
        due: the last start that should have ended well by now, "" where there is none.
        now: the moment.
    """
    if stale_after is not None:
        return not last_good or now - datetime.fromisoformat(last_good) > timedelta(hours=stale_after)
    return due != "" and (not last_good or datetime.fromisoformat(last_good) < datetime.fromisoformat(due))


def prometheus(standings: Sequence[Standing]) -> str:
    """Return the figures in Prometheus's text format, a line a sync and figure; without times that are not known."""
    measured: Mapping[str, tuple[str, Callable[[Standing], float | None]]] = {
        "last_good_timestamp_seconds": (
            "When the place was last seen as its file wants it.",
            lambda s: _seconds(s.last_good),
        ),
        "last_run_timestamp_seconds": ("When the last run started.", lambda s: _seconds(s.last_run)),
        "next_run_timestamp_seconds": ("When the schedule starts it next.", lambda s: _seconds(s.next_run)),
        "stale": ("Whether the last successful run is longer ago than allowed.", lambda s: float(s.stale)),
        "lines_waiting": ("Lines that need attention.", lambda s: float(s.waiting)),
        "lines_known": ("Waiting lines that are accepted.", lambda s: float(s.known)),
        "entries_left": ("Entries of owners that are no longer in the file.", lambda s: float(s.left)),
        "entries_drifted": ("Entries changed outside phonesync.", lambda s: float(s.drift)),
        "plans_waiting": ("Plans waiting to be applied.", lambda s: float(s.plans)),
    }
    lines = []
    for name, (what, value) in measured.items():
        lines += [f"# HELP phonesync_{name} {what}", f"# TYPE phonesync_{name} gauge"]
        for one in standings:
            seen = value(one)
            if seen is not None:
                lines.append(f'phonesync_{name}{{sync="{_label(one.sync)}"}} {seen:.0f}')
    return "\n".join(lines) + "\n"


def status_page(
    standings: Sequence[Standing], lang: Language, *, now: datetime, zone: str, command: str = PLAIN
) -> str:
    """Return the page of all syncs; it loads itself anew each minute, and shows no entry of anybody.

    Where no run comes to write it anew, it counts the time itself, and says when a good run is too long ago.
    """
    from tasks.reports.page import render

    words = Words(lang, now, zone)
    page = {
        "lang": lang,
        "t": lambda name: said(name, lang),
        "kind": words.worst(standings),
        "title": words.title(standings),
        "stale_title": said("stale_syncs", lang, syncs="%s"),
        "at": f"{words.when(now.isoformat())} ({zone})",
        "found": used(standings),
        "rows": [words.cells(one) for one in standings],
        "steps": [as_typed(step, command) for step in (next_step(one, lang) for one in standings) if step],
    }
    return render("status.html.j2", page, styles=["page.css", "status.css"], scripts=["status.js"])


def used(standings: Sequence[Standing]) -> list[str]:
    """Return the counts that are not nothing for every sync."""
    return [name for name in FOUND if any(getattr(one, name) for one in standings)]


@dataclass(frozen=True)
class Words:
    """What is said of syncs: in a language, in a time zone, at a moment."""

    lang: Language
    now: datetime
    zone: str

    def title(self, standings: Sequence[Standing]) -> str:
        """Return in a sentence how all of them stand together: what is worst."""
        stale = [one.sync for one in standings if one.stale]
        failed = [one.sync for one in standings if one.state == "stopped"]
        if stale:
            return said("stale_syncs", self.lang, syncs=", ".join(stale))
        if failed:
            return said("failed_syncs", self.lang, syncs=", ".join(failed))
        if standings and not any(one.last_run or one.plans for one in standings):
            return said("nothing_yet", self.lang)
        return said("somebody" if self.worst(standings) == "warn" else "in_order", self.lang)

    def worst(self, standings: Sequence[Standing]) -> str:
        """Return the colour of all syncs together."""
        kinds = {self.kind(one) for one in standings}
        return next((kind for kind in ("bad", "warn") if kind in kinds), "good")

    def cells(self, one: Standing) -> dict[str, Any]:
        """Return what a table shows of a sync; "" for what is nothing."""
        counts = {name: getattr(one, name) for name in FOUND}
        return {
            "sync": one.sync,
            "kind": self.kind(one),
            "state": said(one.state if one.state in _STATES else "never", self.lang),
            "last_good": self.ago(one.last_good),
            "good_at": one.last_good,
            "good_until": one.good_until,
            "last_good_at": self.when(one.last_good),
            "stale": one.stale,
            "next_run": self.when(one.next_run),
            **{name: figure(self.lang, count) if count else "" for name, count in counts.items()},
        }

    @staticmethod
    def kind(one: Standing) -> str:
        """Return the colour of a sync."""
        if one.stale or one.state == "stopped":
            return "bad"
        if one.waiting or one.plans or one.state in {GONE, REFUSED}:
            return "warn"
        return "good" if one.last_good else "calm"

    def when(self, at: str) -> str:
        """Return a moment as it is on the clocks of the zone."""
        from babel.dates import format_datetime  # it reads the machine's time zone

        if not at:
            return ""
        there = datetime.fromisoformat(at).astimezone(ZoneInfo(self.zone))
        return format_datetime(there, "EEE d MMM HH:mm", locale=self.lang)

    def ago(self, at: str) -> str:
        """Return how long ago something was, "" for what never was."""
        return how_long_ago(at, self.now, self.lang) if at else ""


def next_step(one: Standing, lang: Language) -> str:
    """Return what to do about a sync, with the command; "" where nobody has to come."""
    command = {
        "next_gone": "",
        "next_unfinished": "phonesync resume",
        "next_stopped": "phonesync doctor",
        "next_plans": "phonesync plans",
        "next_refused": f"phonesync plan {shlex.quote(one.sync)}",
        "next_waiting": f"phonesync plan {shlex.quote(one.sync)}",
        "next_stale": f"phonesync sync {shlex.quote(one.sync)}",
    }
    refused = one.state == REFUSED
    needs = (one.state == GONE, one.unfinished, one.state == STOPPED, one.plans, refused, one.waiting, one.stale)
    first = next((name for name, is_so in zip(command, needs, strict=True) if is_so), "")
    return said(first, lang, sync=one.sync, command=command[first]) if first else ""


def how_long_ago(at: str, now: datetime, lang: Language) -> str:
    """Return how long ago a moment in ISO 8601 was: minutes, from two hours on hours, from two days on days."""
    minutes = max(int((now - datetime.fromisoformat(at)) / timedelta(minutes=1)), 0)
    unit, size = next((unit, size) for unit, size, least in _UNITS if minutes >= least)
    return counted(lang, f"status.{unit}", minutes // size)


def said(name: str, lang: Language, /, **values: object) -> str:
    """Return the words for what stands under a name of the catalogues' `status`."""
    return text(f"status.{name}", lang).format(**values)


def _seconds(at: str) -> float | None:
    return datetime.fromisoformat(at).timestamp() if at else None


def _label(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
