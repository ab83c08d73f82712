"""Field selectors: `number|comment`, `number|phone_type[id]` (USOS API, "Result fields")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Selection = Mapping[str, "Selection | None"]
Shape = Mapping[str, "Shape | None"]

_NAME = re.compile(r"[A-Za-z0-9_]+")


class SelectorError(Exception):
    """A selector that cannot be read (`field` is "") or that names a field which is not there."""

    def __init__(self, message: str, *, field: str = "", unknown: bool = False) -> None:
        super().__init__(message)
        self.field = field
        self.unknown = unknown


def chosen(text: str, shape: Shape) -> Selection:
    """The selection that a selector means, each field of it known to the shape.

    Raises:
        SelectorError: the text is no selector, or a field is unknown or has no subfields.
    """
    selection, end = _level(text, 0)
    if end != len(text):
        raise SelectorError("The selector ends too early.")
    return _checked(selection, shape)


def pick(value: Mapping[str, Any], selection: Selection) -> dict[str, Any]:
    """The selected fields of a value, in the selector's order, of each item where it is a list; null stays null."""
    return {name: value[name] if inner is None else _inside(value[name], inner) for name, inner in selection.items()}


def _inside(value: Any, selection: Selection) -> Any:
    if isinstance(value, list):
        return [pick(item, selection) for item in value]
    return None if value is None else pick(value, selection)


def _level(text: str, start: int) -> tuple[dict[str, Selection | None], int]:
    selection: dict[str, Selection | None] = {}
    position = start
    while True:
        name = _NAME.match(text, position)
        if name is None:
            raise SelectorError("The selector lacks a field's name.")
        position, inner = name.end(), None
        if text.startswith("[", position):
            inner, position = _level(text, position + 1)
            if not text.startswith("]", position):
                raise SelectorError("The selector lacks a closing bracket.")
            position += 1
        selection[name.group()] = inner
        if not text.startswith("|", position):
            return selection, position
        position += 1


def _checked(selection: Selection, shape: Shape) -> Selection:
    checked: dict[str, Selection | None] = {}
    for name, inner in selection.items():
        if name not in shape:
            raise SelectorError("Unknown field.", field=name, unknown=True)
        below = shape[name]
        if below is None and inner is not None:
            raise SelectorError("This field has no subfields.", field=name)
        checked[name] = None if below is None else _checked(inner if inner is not None else dict.fromkeys(below), below)
    return checked
