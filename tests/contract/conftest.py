"""The contract suite takes the road of the end-to-end tests: the served sandbox, and a directory in memory."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "end_to_end"))
