"""What an answer means, or its lack: the promised value's bytes, or one of eight kinds of failure. No I/O."""

from __future__ import annotations

import html
import json
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal

import requests
import urllib3.exceptions

Kind = Literal["unsent", "untrusted", "lost", "garbage", "later", "moved", "access", "refused"]

_DETAILS_LENGTH: Final = 300
_PAGE_LENGTH: Final = 65536
_NO_CONNECTION: Final = (
    requests.exceptions.InvalidURL,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ProxyError,
)


class NotPromised(Exception):  # noqa: N818 - named by what the answer is
    """The answer is not what the service's page promises; never leaves the connectors."""


@dataclass(frozen=True)
class Answer:
    """What came back, whole; its text never shows in a representation."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON, or `NotPromised`."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise NotPromised from None

    def json_or_none(self) -> Any:
        """The body as JSON, or None where it is none."""
        try:
            return self.json()
        except NotPromised:
            return None


def is_ok(answer: Answer) -> bool:
    """True for the one status that most methods promise."""
    return answer.status == 200


@dataclass(frozen=True)
class Dialect:
    """How a service says no.

    Attributes:
        words: the readable part of a parsed body, "" where there is none.
        refuses_access: whether a 4xx status and its parsed body speak of credentials, rights or the clock.
        access_remedy: what to check then.
    """

    words: Callable[[Any], str]
    refuses_access: Callable[[int, Any], bool]
    access_remedy: str


@dataclass(frozen=True)
class Failure:
    """An attempt without the promised answer; `reason` is fit for a message."""

    kind: Kind
    reason: str
    answer: Answer | None = None
    retry_after: float | None = None


def garbage(answer: Answer) -> Failure:
    """A success that is not the one the page promises."""
    return Failure("garbage", f"HTTP {answer.status}, not the answer its page promises", answer)


def judge(answer: Answer, dialect: Dialect, now: float) -> Failure:
    """What an answer other than the promised one means, by its status and the service's own words."""
    status = answer.status
    if status in {408, 429} or status >= 500:
        return Failure("later", f"HTTP {status}", answer, retry_after(answer.headers.get("Retry-After", ""), now))
    if 300 <= status < 400:
        return Failure("moved", f"HTTP {status}, another address", answer)
    if status < 400:
        return garbage(answer)
    access = dialect.refuses_access(status, answer.json_or_none())
    return Failure("access" if access else "refused", f"HTTP {status}", answer)


def without_answer(error: Exception) -> Failure:
    """What a broken exchange means: unsent only where it is certain that no connection carried the request."""
    chain = list(_chain(error))
    if any(isinstance(link, ssl.SSLCertVerificationError) for link in chain):
        return Failure("untrusted", "its certificate could not be verified")
    if any(isinstance(link, _NO_CONNECTION) for link in chain):
        return Failure("unsent", "no connection could be made")
    slow = any(isinstance(link, requests.Timeout | TimeoutError) for link in chain)
    return Failure("lost", "no answer in time" if slow else "the connection broke")


def retry_after(header: str, now: float) -> float | None:
    """Seconds to wait, from either form of the header; None where it says nothing that can be read."""
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        return float(header.strip())
    try:
        moment = parsedate_to_datetime(header)
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def words_of(answer: Answer, dialect: Dialect) -> str:
    """The service's own words on one line of at most 300 characters, whatever form they came in."""
    try:
        text = dialect.words(answer.json())
    except NotPromised:
        text = _text_of_page(answer.body[:_PAGE_LENGTH].decode("utf-8", "replace"))
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _DETAILS_LENGTH else line[: _DETAILS_LENGTH - 1] + "…"


def _text_of_page(page: str) -> str:
    title = re.search(r"<title[^>]*>(.*?)</title", page, re.IGNORECASE | re.DOTALL)
    if title and title[1].strip():
        return html.unescape(title[1])
    bare = re.sub(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", " ", page, flags=re.IGNORECASE | re.DOTALL)
    return html.unescape(bare)


def _chain(error: object) -> Iterator[BaseException]:
    """An error and what it wraps; the libraries wrap in `reason` and in the arguments."""
    while isinstance(error, BaseException):
        yield error
        inside = (getattr(error, "reason", None), *error.args)
        error = next((link for link in inside if isinstance(link, BaseException)), None)
