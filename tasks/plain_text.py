"""Other people's text, safe to show: control characters are seen, and do nothing."""

from __future__ import annotations

import re
from typing import Final

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


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 32:
        return chr(_PICTURES + code)
    return "␡" if code == _DELETE else f"<U+{code:04X}>"
