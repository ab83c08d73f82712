"""Write tables as TOML, with what is to be known of them as comments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tasks.plain_text import plain

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def as_toml(tables: Mapping[str, Any], comments: Mapping[tuple[str, ...], str], more: Mapping[str, str]) -> str:
    """Return a file with these tables.

    Args:
        tables: what it says; a table that holds tables alone has no heading of its own. Tables within
            `connections.NAME` and `syncs.NAME` stand on one line.
        comments: what stands above a table or a key, by its path; `()` is the whole file.
        more: keys that are not set, by the path of their table joined with dots, as they might be.
    """
    parts = [_comment(comments.get((), ""))]
    plain = {key: value for key, value in tables.items() if not isinstance(value, Mapping)}
    parts.append(_keys((), plain, comments))
    for group, named in tables.items():
        for name, table in named.items() if isinstance(named, Mapping) else ():
            place = (group, name)
            heading = ".".join(map(_key, place))
            section = f"[{heading}]\n" + _keys(place, table, comments) + more.get(".".join(place), "")
            parts.append(_comment(comments.get(place, "")) + section)
    return "\n".join(filter(None, parts))


def _comment(text: str) -> str:
    return "".join(f"# {plain(line)}\n" for line in text.splitlines())


def _keys(place: tuple[str, ...], table: Mapping[str, Any], comments: Mapping[tuple[str, ...], str]) -> str:
    return "".join(
        _comment(comments.get((*place, key), "")) + f"{_key(key)} = {_value(value)}\n" for key, value in table.items()
    )


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(value: str) -> str:
    # JSON escapes as TOML does, all but one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
