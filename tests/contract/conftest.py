"""The contract suite takes the road of tests/road: the served sandbox for both services, and a directory in memory."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "road"))
