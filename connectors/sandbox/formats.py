"""The output formats `json`, `jsonp` and `xmlmap2` (USOS API, "Supported output formats")."""

from __future__ import annotations

from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from connectors.sandbox.wire import JSON_TYPE, dump

FORMATS: Final = ("json", "jsonp", "xmlmap2")


def rendered(value: Any, form: str, callback: str) -> tuple[bytes, str]:
    """The bytes and the media type of a value in one of `FORMATS`."""
    match form:
        case "jsonp":
            return callback.encode() + b"(" + dump(value) + b");", "text/javascript; charset=utf-8"
        case "xmlmap2":
            text = f'<?xml version="1.0" encoding="utf-8"?>\n<xmlmap2>{_element(value)}</xmlmap2>'
            return text.encode(), "text/xml; charset=utf-8"
        case _:
            return dump(value), JSON_TYPE


def _element(value: Any, key: str | None = None) -> str:
    attribute = "" if key is None else f" key={quoteattr(key)}"
    if value is None:
        return f"<null{attribute}/>"
    tag, inner = _content(value)
    return f"<{tag}{attribute}>{inner}</{tag}>"


def _content(value: Any) -> tuple[str, str]:
    match value:
        case bool():
            return "boolean", "true" if value else "false"
        case int() | float():
            return "number", str(value)
        case str():
            return "string", escape(value)
        case dict():
            return "object", "".join(_element(inner, key) for key, inner in value.items())
        case _:
            return "array", "".join(_element(inner) for inner in value)
