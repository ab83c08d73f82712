"""No expected output is left behind by a story that is told no more."""

from __future__ import annotations

import re
from pathlib import Path

from golden_transcript import EXPECTED


def test_every_expected_file_has_its_story() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_golden_*.py"))
    stories = [name.replace("_", "-") for name in re.findall(r"^def test_(\w+)\(", text, re.MULTILINE)]
    left = [path.name for path in EXPECTED.glob("*.txt") if not any(path.name.startswith(name) for name in stories)]
    assert left == []
