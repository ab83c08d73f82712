"""Headers as they are compared: what people vary without meaning anything by it does not count."""

from __future__ import annotations

import re


def header_key(name: str) -> str:
    """Return what two headers share that mean the same column: no case, no punctuation, single spaces.

    `Nr_telefonu`, `nr telefonu:` and a header broken over two lines are one.
    """
    return " ".join(re.sub(r"[\W_]+", " ", name).split()).casefold()
