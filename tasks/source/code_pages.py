"""The code pages that Polish text has been kept in, and how far a text reads as Polish."""

from __future__ import annotations

import codecs
import re
from typing import Final

POLISH: Final = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
MAZOVIA: Final = "mazovia"

# Mazovia is the code page of the first PCs with the Polish letters in other places; Python has no codec for it.
_MAZOVIA: Final = dict(
    zip(b"\x86\x8d\x91\x92\xa4\xa2\x9e\xa6\xa7\x8f\x95\x90\x9c\xa5\xa3\x98\xa0\xa1", POLISH, strict=True)
)
_MAZOVIA_TABLE: Final = "".join(_MAZOVIA.get(byte, bytes([byte]).decode("cp437")) for byte in range(256))
_MAZOVIA_BYTES: Final = codecs.charmap_build(_MAZOVIA_TABLE)

_POLISH: Final = re.compile(f"[{POLISH}]")
_FOREIGN: Final = re.compile(f"(?![{POLISH}])[^\\W\\d_\\x00-\\x7f]")
_LOWER: Final = "a-ząćęłńóśźżß-öø-ÿ"
_UPPER: Final = "A-ZĄĆĘŁŃÓŚŹŻÀ-ÖØ-Þ"
_LETTER: Final = f"[{_LOWER}{_UPPER}]"
# Signs that stand where a letter of another code page was. Some of them begin or end a word, and none is inside one.
_SIGNS: Final = "©¦¤¨˘˝†‡±¶¬ˇ¿§•£¥¯ˆ¼¾˛¸‰¢⌐½░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀≡≥≤⌠⌡÷≈∙√ⁿ■"
_EDGES: Final = "«»‘“”„¹³²"
_DOUBTFUL: Final = re.compile(
    rf"(?<={_LETTER})[{_SIGNS}]|[{_SIGNS.translate(dict.fromkeys(map(ord, '©§†•£¥¢±')))}](?={_LETTER})"
    rf"|(?<={_LETTER})[{_EDGES}’](?={_LETTER})(?<![dDlLnNsScCO]’)"
    rf"|[±£¥](?=[{_LOWER}]{{2}})"
    rf"|[\x80-\x9f]"
    # No word has a capital letter behind a small one, but names such as McKay, which have a plain one.
    rf"|(?<=[{_LOWER}])(?![A-Z])(?:[{_UPPER}]|[Ÿ\u0100-\u017f](?<=[ĀĂĈĊČĎĐĒĔĖĚĜĞĠĢĤĦĨĪĬĮĴĶĹĻĽĿŅŇŊŌŎŐŒŔŖŘŜŞŠŢŤŦŨŪŬŮŰŲŴŶŽŸ]))"
    # Letters that Polish has only behind certain others.
    rf"|(?<![aeiouyóźAEIOUYÓŹ])[ńŃ]|(?<![{_LOWER}{_UPPER}])[ąęĄĘ](?=[{_LOWER}])|[aeoyóąęAEOYÓĄĘ][ąęĄĘ]"
)


def decode_as(raw: bytes, encoding: str) -> str:
    """Return bytes as text; raises `UnicodeDecodeError` or `LookupError` as Python's own codecs do."""
    if encoding.casefold() == MAZOVIA:
        return codecs.charmap_decode(raw, "strict", _MAZOVIA_TABLE)[0]
    return raw.decode(encoding)


def encode_as(text: str, encoding: str, errors: str = "strict") -> bytes:
    """Return text as bytes; raises as Python's own codecs do."""
    if encoding.casefold() == MAZOVIA:
        return codecs.charmap_encode(text, errors, _MAZOVIA_BYTES)[0]
    return text.encode(encoding, errors=errors)


def doubtful(text: str) -> int:
    """Count the places where no Polish text has such a sign: what is left of a letter of another code page."""
    return len(_DOUBTFUL.findall(text))


def polish(text: str) -> int:
    """Count the Polish letters."""
    return len(_POLISH.findall(text))


def foreign(text: str) -> int:
    """Count the letters that are neither Polish nor plain."""
    return len(_FOREIGN.findall(text))
