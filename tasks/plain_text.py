"""Other people's text, safe to show: control characters are seen, and do nothing."""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any, Final

# C0 and C1, soft hyphens and other invisible ones, line breaks of Unicode, and what turns the direction of writing.
UNSEEN: Final = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
UNSEEN_RE2: Final = re.sub(r"\\[xuU]([0-9a-f]+)", r"\\x{\1}", UNSEEN)  # the same, as Arrow reads it
_ANY: Final = re.compile(f"[{UNSEEN}]")
_BUT_LINES: Final = re.compile(rf"(?!\n)[{UNSEEN}]")
_PICTURES: Final = 0x2400  # where Unicode has a picture of each of the first 32
_DELETE: Final = 0x7F


def plain(text: str, *, lines: bool = False) -> str:
    """Return a text in which every control character is a visible sign: `␛`, or `<U+202E>` where there is no picture.

    Args:
        text: what somebody has written.
        lines: whether line breaks of our own stand in it, and stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return (_BUT_LINES if lines else _ANY).sub(_shown, text)


# A command as it stands in a sentence: with what is typed behind it, and nothing of the sentence.
_COMMAND: Final = re.compile(
    r"""\bphonesync(?:\ -c\ (?:'[^']*'|\S+))?\ [a-z]+
    (?:\ (?:--?[a-z][\w-]*|"[^"]*"|'[^']*'|[A-Z\d][\w:-]*(?:\.[\w:-]+)*))*""",
    re.VERBOSE,
)
_GLUE: Final = "\ue000"  # as wide as a blank, and nothing breaks a line at it


def wrapped(text: str, width: int) -> str:
    """Return a text whose lines end between words; a command in it stays whole, to be copied, however long it is."""
    return "\n".join(_wrapped(line, width) for line in text.split("\n"))


def _wrapped(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip(" "))]
    glued = _COMMAND.sub(lambda found: found[0].replace(" ", _GLUE), line.strip(" "))
    parts = textwrap.wrap(
        glued,
        max(width, 20),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(parts).replace(_GLUE, " ")


def json_text(value: Any, *, indent: int | None = None, ascii_only: bool = False) -> str:
    """Return JSON that means the value and does nothing to whoever shows it as text: control characters are escaped.

    Args:
        value: what `json.dumps` takes; anything else is written as `str` writes it.
        indent: spaces a level, all on one line without them.
        ascii_only: whether every letter beyond ASCII is escaped as well.
    """
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent, default=str)
    return _BUT_LINES.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 32:
        return chr(_PICTURES + code)
    return "␡" if code == _DELETE else f"<U+{code:04X}>"
