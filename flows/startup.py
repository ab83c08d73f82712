"""How a process of phonesync begins."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any, Final, cast

_COLLECTED_AFTER: Final = 200_000  # objects


def tune_garbage_collection() -> None:
    """Let imports be: they make objects that stay, and looking for garbage after every 700 takes a fifth of a start."""
    gc.set_threshold(_COLLECTED_AFTER)


def leave_unneeded_packages_out() -> None:
    """Keep libraries of this process from looking for what may be installed beside them and is not used here.

    Pydantic reads what every installed package says of itself, in search of plugins. Pandera brings Hypothesis along
    where it is installed, to invent tables for tests.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    sys.modules.setdefault("hypothesis", cast("Any", None))  # so an import says that there is none
