"""Hide secrets in whatever is shown: by their place, and in every spelling that services and libraries make of them."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote, quote_plus

HIDDEN: Final = "•••"
SHORTEST: Final = 4  # shorter ones would hide half the words there are
_SHORTEST_CORE: Final = 6  # letters of base64
# What belongs to one session or one request stands beside its name; a value ends where a quote, a comma or a blank is.
_NAMES: Final = r"oauth_(?:signature|nonce|token|verifier)|csrf\w*token|x-csrf-?token|csrf_token|session_?id|sessionid"
_BY_NAME: Final = re.compile(rf"(?i)((?:{_NAMES})[\"'\\]*\s*[=:]\s*[\"'\\]*)[^\"'\\,;&\s]+")
_HEADERS: Final = re.compile(r"(?i)\b((?:set-)?cookie|authorization)([\"'\\]*\s*:\s*[\"'\\]*)[^\"'\\\r\n]+")


def spellings(secrets: Iterable[str]) -> tuple[str, ...]:
    """Return every spelling of these secrets, the longest first: one that holds another has to be hidden before it."""
    found = {text for secret in secrets for text in _spelled(secret) if len(text) >= SHORTEST}
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def hide(text: str, spelled: Sequence[str]) -> str:
    """Return a text without these spellings."""
    for secret in spelled:
        if secret in text:
            text = text.replace(secret, HIDDEN)
    return text


def hide_by_place(text: str) -> str:
    """Return a text without session cookies, CSRF tokens, signatures and nonces, told by the names before them."""
    text = _BY_NAME.sub(rf"\1{HIDDEN}", text)
    return _HEADERS.sub(rf"\1\2{HIDDEN}", text)


def _spelled(secret: str) -> Iterator[str]:
    if len(secret) < SHORTEST:
        return
    yield secret
    yield repr(secret)[1:-1]
    for escaped in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        yield escaped
        yield re.sub(r"\\u[0-9a-f]{4}", lambda code: "\\u" + code[0][2:].upper(), escaped)
        yield escaped.replace("/", "\\/")
    for encoded in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield encoded
        yield re.sub(r"%[0-9A-F]{2}", lambda code: code[0].lower(), encoded)
        yield quote(encoded, safe="")  # a signature's base string has it twice
    escaped = html.escape(secret)
    yield from (escaped, html.escape(secret, quote=False), escaped.replace("&#x27;", "&#39;"))
    yield "".join(f"&#{ord(letter)};" for letter in secret)
    yield "".join(f"&#x{ord(letter):x};" for letter in secret)
    yield from _in_base64(secret.encode("utf-8", "surrogatepass"))


def _in_base64(secret: bytes) -> Iterator[str]:
    """Yield what is the same of a secret in base64, whatever stands before and after it."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret).decode().rstrip("=")
        whole = encoded[(0, 2, 3)[before] :]  # letters that the bytes before have a part in are left out
        core = whole if (before + len(secret)) % 3 == 0 else whole[:-1]
        for text in (whole, core):
            if len(text) >= _SHORTEST_CORE:
                yield text
                yield text.replace("+", "-").replace("/", "_")
                yield quote(text, safe="")
