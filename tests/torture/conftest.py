"""The campaign stands on the road's tools."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("end_to_end", "standins")]
