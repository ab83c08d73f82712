"""What an answer means, or its lack: the promised value's bytes, or one of eight kinds of failure. No I/O."""

from __future__ import annotations

import html
import json
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal

import requests
import urllib3.exceptions

from schemas.phrases import Phrase
from tasks.messages.errors import spoken
from tasks.secret_text import hide, hide_by_place, spellings

FailureKind = Literal["unsent", "untrusted", "lost", "garbage", "later", "moved", "access", "refused"]

_LATE: Final = frozenset({408, 504})
_DETAILS_LENGTH: Final = 300
_PAGE_LENGTH: Final = 8192  # of somebody's error page; enough for its title or its sentence
_MOST_ITEMS: Final = 10_000_000  # of an answer; a million entries have some five million
_HALF: Final = re.compile(r"\\u[dD]")
_TITLE: Final = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
_NO_WORDS: Final = re.compile(
    r"<(script|style)\b.*?(?:</\1[^<>]*>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>", re.IGNORECASE | re.DOTALL
)
_NO_CONNECTION: Final = (
    requests.exceptions.InvalidURL,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ProxyError,
)


class NotPromised(Exception):  # noqa: N818 - named by what the answer is
    """The answer is not what the service's page promises; never leaves the connectors."""


@dataclass(frozen=True)
class HttpAnswer:
    """What came back, whole; its text never shows in a representation.

    Attributes:
        status: the HTTP status.
        headers: its headers.
        body: its body.
        sent: what the request alone has carried to prove who sends it, such as its signature and its cookies.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    sent: tuple[str, ...] = field(default=(), repr=False)

    def json(self) -> Any:
        """The body as JSON, or `NotPromised`."""
        try:
            text = self.body.decode(json.detect_encoding(self.body))
            if sum(map(text.count, "[{,")) > _MOST_ITEMS:  # each takes many times its own bytes
                raise NotPromised
            value = json.loads(text, object_pairs_hook=_each_once)
            if _HALF.search(text):
                json.dumps(value, ensure_ascii=False).encode()  # half a character can be neither stored nor compared
        except (ValueError, RecursionError):
            raise NotPromised from None
        return value

    def json_or_none(self) -> Any:
        """The body as JSON, or None where it is none."""
        try:
            return self.json()
        except NotPromised:
            return None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand in it once: of two, one reader takes the first and another the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotPromised
    return found


def is_ok(answer: HttpAnswer) -> bool:
    """True for the one status that most methods promise."""
    return answer.status == 200


@dataclass(frozen=True)
class Dialect:
    """How a service says no.

    Attributes:
        words: the readable part of a parsed body, "" where there is none.
        refuses_access: whether a 4xx status and its parsed body speak of credentials, rights or the clock.
        access_remedy: what to check then.
        had_before: whether a parsed body says that this very request has come before: a box on the way has delivered it
            twice, and what became of the first one only reading can tell.
        secrets: what words never show, even where a service repeats what it was sent.
    """

    words: Callable[[Any], str]
    refuses_access: Callable[[int, Any], bool]
    access_remedy: Phrase | str
    had_before: Callable[[Any], bool] = lambda _: False
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def keeping(self, *secrets: str) -> Dialect:
        """The same dialect, whose words never show these; shorter ones would hide half the words there are."""
        return replace(self, secrets=spellings(secrets))

    def hide(self, text: str) -> str:
        """The text without the secrets."""
        return hide_by_place(hide(text, self.secrets))


@dataclass(frozen=True)
class Failure:
    """An attempt without the promised answer.

    Attributes:
        kind: what it means for the caller.
        why: fit for a message.
        answer: what came back, if anything.
        retry_after: seconds that the service asks to wait.
        late: somebody gave up waiting, a gateway or we: the service itself may still be at it.
    """

    kind: FailureKind
    why: Phrase
    answer: HttpAnswer | None = None
    retry_after: float | None = None
    late: bool = False

    @property
    def reason(self) -> str:
        """Why, in English."""
        return spoken(self.why)


def _status(key: str, status: int) -> Phrase:
    return Phrase(f"http.{key}", {"status": status})


def garbage(answer: HttpAnswer) -> Failure:
    """A success that is not the one the page promises."""
    return Failure("garbage", _status("not_promised", answer.status), answer)


def judge(answer: HttpAnswer, dialect: Dialect, now: float) -> Failure:
    """What an answer other than the promised one means, by its status and the service's own words."""
    status = answer.status
    if status in {408, 429} or status >= 500:
        asked = retry_after(answer.headers.get("Retry-After", ""), now)
        return Failure("later", _status("status", status), answer, asked, late=status in _LATE)
    if 300 <= status < 400:
        return Failure("moved", _status("moved", status), answer)
    if status < 400:
        return garbage(answer)
    try:
        body = answer.json_or_none()
    except RecursionError:  # nested beyond any sense: it says nothing
        body = None
    if dialect.had_before(body):
        return Failure("lost", _status("had_before", status), answer)
    access = dialect.refuses_access(status, body)
    return Failure("access" if access else "refused", _status("status", status), answer)


def without_answer(error: Exception) -> Failure:
    """What a broken exchange means: unsent only where it is certain that no connection carried the request."""
    chain = list(_chain(error))
    if any(isinstance(link, ssl.SSLCertVerificationError) for link in chain):
        return Failure("untrusted", Phrase("http.certificate"))
    if any(isinstance(link, _NO_CONNECTION) for link in chain):
        return Failure("unsent", Phrase("http.no_connection"))
    if any(isinstance(link, requests.exceptions.ContentDecodingError) for link in chain):
        return Failure("lost", Phrase("http.too_long"))
    slow = any(isinstance(link, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError) for link in chain)
    return Failure("lost", Phrase("http.no_answer" if slow else "http.broke"), late=slow)


def retry_after(header: str, now: float) -> float | None:
    """Seconds to wait, from either form of the header; None where it says nothing that can be read."""
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        return float(header.strip())
    try:
        moment = parsedate_to_datetime(header)
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def words_of(answer: HttpAnswer, dialect: Dialect) -> str:
    """The service's own words on one line of at most 300 characters, whatever form they came in."""
    try:
        text = dialect.words(answer.json())[:_PAGE_LENGTH]
    except (NotPromised, RecursionError):
        text = _text_of_page(answer.body[:_PAGE_LENGTH].decode("utf-8", "replace"))
    hidden = dialect.hide(hide(text, spellings(answer.sent)))
    line = " ".join("".join(c if c.isprintable() else " " for c in hidden).split())
    return line if len(line) <= _DETAILS_LENGTH else line[: _DETAILS_LENGTH - 1] + "…"


def values_of(answer: HttpAnswer, dialect: Dialect) -> Any:
    """The answer's JSON without secrets in its texts, None where it is none."""
    sent = spellings(answer.sent)

    def shown(value: Any) -> Any:
        if isinstance(value, str):
            return dialect.hide(hide(value, sent))
        if isinstance(value, list):
            return [shown(item) for item in value]
        return {shown(key): shown(item) for key, item in value.items()} if isinstance(value, dict) else value

    try:
        return shown(answer.json_or_none())
    except RecursionError:
        return None


def _text_of_page(page: str) -> str:
    title = _TITLE.search(page)
    if title and title[1].strip():
        return html.unescape(title[1])
    return html.unescape(_NO_WORDS.sub(" ", page))


def _chain(error: object) -> Iterator[BaseException]:
    """An error and what it wraps; the libraries wrap in `reason` and in the arguments."""
    while isinstance(error, BaseException):
        yield error
        inside = (getattr(error, "reason", None), *error.args)
        error = next((link for link in inside if isinstance(link, BaseException)), None)
