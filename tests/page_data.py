"""Read what a page holds for its script, as the script reads it."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import numpy as np


def embedded(page: str) -> Any:
    """Return the one JSON value of a page, whole numbers as lists."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return with_integers(json.loads(found[1]))


def with_integers(data: Any) -> Any:
    """Return the value of a page's JSON with whole numbers as lists, one a row, and pools as lists of texts."""
    if "columns" not in data:
        return data
    columns = {name: {**column, "at": _integers(column["at"], data)} for name, column in data["columns"].items()}
    pools = {name: texts.split("\n") for name, texts in data["pools"].items()}
    return {**data, "pools": pools, "line": _integers(data["line"], data), "columns": columns}


def _integers(packed: str, data: Any) -> list[int]:
    if not packed:
        return [0] * int(data["total"])
    return np.frombuffer(base64.b64decode(packed[1:]), f"<u{packed[0]}").tolist()  # type: ignore[no-any-return]
