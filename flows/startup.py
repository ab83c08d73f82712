"""How a process of phonesync begins."""

from __future__ import annotations

import gc
from typing import Final

_COLLECTED_AFTER: Final = 200_000  # objects


def tune_garbage_collection() -> None:
    """Let imports be: they make objects that stay, and looking for garbage after every 700 takes a fifth of a start."""
    gc.set_threshold(_COLLECTED_AFTER)
