"""The usual pipeline with this project's rules for whole columns of numbers in the place of a call a row."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.roads import usual
from tasks.phone.canonical_keys import canonical_keys

if __name__ == "__main__":
    usual.canonical = canonical_keys
    usual.main(*map(Path, sys.argv[1:4]))
