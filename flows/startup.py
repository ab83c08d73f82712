"""How a process of phonesync begins, and ends."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any, Final, cast

_COLLECTED_AFTER: Final = 500_000  # objects; the imports of a run and a small run itself make 270,000


def tune_garbage_collection() -> None:
    """Let imports be: they make objects that stay, and looking for garbage after every 700 takes a fifth of a start."""
    gc.set_threshold(_COLLECTED_AFTER)


def leave_memory_to_the_system() -> None:
    """Let a process end at once: Python would look through all modules for garbage, which takes a fifth of a command.

    What has to happen at the end still does: threads are waited for, files closed, and `atexit` called.
    """
    gc.freeze()


def leave_unneeded_packages_out() -> None:
    """Keep libraries of this process from looking for what may be installed beside them and is not used here.

    Pydantic reads what every installed package says of itself, in search of plugins. Pandera brings Hypothesis along
    where it is installed, to invent tables for tests.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    sys.modules.setdefault("hypothesis", cast("Any", None))  # so an import says that there is none
