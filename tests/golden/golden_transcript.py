"""What one story on the command line said, as a text that is the same each time, and how it is held against a file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

EXPECTED = Path(__file__).parent / "expected"
WRITE_THEM = "If this is as it should be: make golden, and look at the difference before it is committed."
_RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")
# An instant, in the precision it was given with: how precise it is does not change by chance.
_SECOND = re.compile(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?")
_MINUTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d CES?T")
_IN_WORDS = re.compile(r"\d{1,2} \w+ 20\d\d, \d\d:\d\d CES?T")
_BEFORE = re.compile(r"(?<=uns before )\d{4}-\d\d-\d\d")
# Two clocks, to the second.
_APART = re.compile(r"(?:(?<=differ by )|(?<=difference ))(?:\d|59\d|60\d) s\b")
# Who holds a lock: a machine and a process.
_HOLDER = re.compile(r"\([\w.-]+:\d+\)")
# A plan's fingerprint holds the address of its service, and so the port.
_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}")
# Findings are named by a salt of their ledger.
_NAMED = re.compile(r'(?:\bid:? |"id": ")([0-9a-f]{12})(?![0-9a-f])')
_FINDING = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{12}(?![0-9a-zA-Z])")


@dataclass
class Plain:
    """What differs from run to run, replaced by what is as wide and always the same; one for each story.

    Attributes:
        fixed: texts that are known beforehand, such as the story's folder, and what stands for them.
        findings: the ids of findings that are known, and what stands for each; likewise runs and fingerprints.
        began: when the story began; its day and today's are one night.
    """

    fixed: dict[str, str]
    findings: dict[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    def name_finding(self, identity: str) -> None:
        """Take a finding's id for one from now on; it gets the next number."""
        self.findings.setdefault(identity, f"{len(self.findings) + 1:012d}")

    def __call__(self, text: str) -> str:
        """Return a text without anything that chance or the clock has put into it."""
        for found in _NAMED.finditer(text):
            self.name_finding(found[1])
        text = _FINDING.sub(lambda found: self.findings.get(found[0], found[0]), text)
        for real, shown in self.fixed.items():
            text = text.replace(real, shown)
        text = _RUN.sub(lambda found: self._run(found[0]), text)
        text = _FINGERPRINT.sub(lambda found: self._fingerprint(found[0]), text)
        text = _SECOND.sub(lambda found: f"2026-03-14{found[1]}02:00:00{_zeros(found[2])}{found[3] or ''}", text)
        text = _MINUTE.sub("2026-03-14 03:00 CET", text)
        text = _BEFORE.sub("2026-03-14", text)
        text = _APART.sub(lambda found: "600 s" if found[0][1].isdigit() else "0 s", text)
        text = _HOLDER.sub("(host:1)", text)
        text = _IN_WORDS.sub("14 March 2026, 03:00 CET", text)
        for day in {self.began.date(), datetime.now(UTC).date()}:
            text = text.replace(day.isoformat(), "2026-03-14")
        return text

    def _run(self, identity: str) -> str:
        return self.runs.setdefault(identity, f"20260314T020000Z-{len(self.runs) + 1:06d}")

    def _fingerprint(self, print_: str) -> str:
        return self.fingerprints.setdefault(print_, f"sha256:{len(self.fingerprints) + 1:064d}")


def _zeros(fraction: str | None) -> str:
    return "." + "0" * (len(fraction) - 1) if fraction else ""


@dataclass
class Transcript:
    """A story in sections: each command with its exit code and all that it said, each file with its text."""

    name: str
    plain: Callable[[str], str]
    parts: list[str] = field(default_factory=list)

    def add(self, title: str, text: str) -> None:
        """Add a section; a text of many lines is kept as it stands, but for what differs each time."""
        shown = self.plain(text).replace("\r", "␍").replace("\0", "␀")
        ended = shown if not shown or shown.endswith("\n") else shown + "␄\n"  # the last line has no end
        self.parts.append(f"━━━ {self.plain(title)}\n{ended}")

    @property
    def text(self) -> str:
        """The whole story."""
        return "\n".join(self.parts)

    def difference(self) -> str:
        """Return how the story differs from its file, as a unified diff; "" where it does not."""
        path = self.path
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        lines = difflib.unified_diff(
            before.split("\n"), self.text.split("\n"), f"expected/{path.name}", "said now", lineterm="", n=4
        )
        return "\n".join(lines)

    def write(self) -> None:
        """Make the story what is expected from now on."""
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_bytes(self.text.encode())

    @property
    def path(self) -> Path:
        """Where the expected story is kept."""
        return EXPECTED / f"{self.name}.txt"
