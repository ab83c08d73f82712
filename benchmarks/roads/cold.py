"""Our road in one cold process, which begins as the command line does."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from flows.startup import tune_garbage_collection

if __name__ == "__main__":
    tune_garbage_collection()
    import_module("benchmarks.roads.ours").main(*map(Path, sys.argv[1:4]))
