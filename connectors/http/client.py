"""One way to ask a service: every answer becomes a value or a typed error, and a write is sent once.

Reads are tried again, each attempt prepared (and signed) anew, until `attempts` or `total_seconds` is used up. A write
is sent once by a call: when its answer is lost only reading can tell what happened, and the error says so. A pause that
the service asks for counts for all threads.

| what came back | a read | a write |
|---|---|---|
| the promised answer | value | value |
| no connection, so nothing was sent | again, then `Unreachable` | `Unreachable` |
| no answer, 408, 429, 5xx, or not what the page promises | again, then `Unreachable` | `UnknownOutcome` |
| 3xx | `RequestRefused` | `UnknownOutcome` |
| credentials, rights or clock refused | `AccessRefused` | `AccessRefused` |
| any other 4xx | `RequestRefused` | `RequestRefused` |
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import MappingProxyType
from typing import Final, TypeVar
from urllib.parse import unquote

import requests
import urllib3.exceptions
from requests.cookies import extract_cookies_to_jar, get_cookie_header
from tenacity import Retrying, retry_if_result

from connectors.http.deadline import DeadlineAdapter
from connectors.http.rate_limit import Counter, Pacer, Purpose, Tools
from connectors.http.request import Call
from connectors.http.response import (
    Dialect,
    Failure,
    FailureKind,
    HttpAnswer,
    NotPromised,
    garbage,
    judge,
    values_of,
    without_answer,
    words_of,
)
from schemas import limits
from schemas.connections import Connection
from schemas.errors import (
    AccessRefused,
    ConfigurationError,
    Paused,
    RequestRefused,
    ServiceError,
    UnknownOutcome,
    Unreachable,
)
from schemas.phrases import Phrase
from tasks.messages.catalogue import known
from tasks.messages.errors import error_of
from tasks.reports.masking import mask_text

T = TypeVar("T")
R = TypeVar("R")

_LARGEST_BODY: Final = 128 * 1024 * 1024  # bytes; a million entries take some 100 MiB
_QUOTED: Final = 120  # characters of a service's words that a message quotes
_AGAIN: Final = frozenset({"unsent", "lost", "garbage", "later"})
_READ_ERRORS: Final[Mapping[FailureKind, type[ServiceError]]] = MappingProxyType(
    {"moved": RequestRefused, "access": AccessRefused, "refused": RequestRefused},
)
_WRITE_ERRORS: Final[Mapping[FailureKind, type[ServiceError]]] = MappingProxyType(
    {"unsent": Unreachable, "untrusted": Unreachable, "access": AccessRefused, "refused": RequestRefused},
)


class Http:
    """One service on one connection; safe to share between threads.

    The session underneath follows no redirect, reads no environment and keeps no cookies. The jar of a service that
    needs one is handed in: the standard library's jar locks itself, the one of `requests` is copied without a lock.
    """

    def __init__(
        self,
        name: str,
        connection: Connection,
        dialect: Dialect,
        *,
        tools: Tools,
        cookies: CookieJar | None = None,
    ) -> None:
        if connection.ca_bundle is not None and not connection.ca_bundle.is_file():
            raise error_of(ConfigurationError, "no_ca_bundle", {"connection": name})
        self.requests = Counter()
        self._name = name
        self._connection = connection
        self._dialect = dialect
        self._tools = tools
        self._cookies = cookies
        self._pacer = Pacer(connection.max_requests_per_second, tools)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.verify = str(connection.ca_bundle) if connection.ca_bundle else True
        if connection.proxy:
            self._session.proxies = {"http": connection.proxy, "https": connection.proxy}
        self._due = threading.local()  # when the call of each thread has to have its answer
        usual = DeadlineAdapter(connection.concurrency, lambda: self._due.at - tools.monotonic())
        adapter = tools.network or usual
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def close(self) -> None:
        """Let go of the kept connections."""
        self._session.close()

    def read(self, call: Call[T]) -> T:
        """The promised value; tried again while that may help and time is left."""
        self._wait_for_turn(call)
        deadline = self._tools.monotonic() + self._patience(call)
        most = 1 if call.optional else self._connection.attempts
        failures: list[Failure] = []

        def attempt() -> T | Failure:
            result = self._attempt(call, deadline, "read")
            if isinstance(result, Failure):
                failures.append(result)
            return result

        def rest(seconds: float) -> None:
            said = {"connection": self._name, "reason": failures[-1].why, "seconds": f"{seconds:.0f}"}
            self._rest(Phrase("progress.next_attempt", said), len(failures), seconds)

        outcome: T | Failure = Retrying(
            sleep=rest,
            wait=lambda _: self._wait(failures),
            stop=lambda state: (
                state.attempt_number >= most or self._tools.monotonic() + state.upcoming_sleep >= deadline
            ),
            retry=retry_if_result(lambda result: isinstance(result, Failure) and result.kind in _AGAIN),
            retry_error_callback=lambda _: failures[-1],
        )(attempt)
        if not isinstance(outcome, Failure):
            return outcome
        if call.last_resort and outcome.kind == "garbage" and outcome.answer and call.accepts(outcome.answer):
            try:
                return call.last_resort(outcome.answer)
            except (NotPromised, RecursionError):
                pass
        sent = call.sent_before + len(failures)
        error = _READ_ERRORS.get(outcome.kind, Unreachable)
        paused = self._too_long_a_pause(outcome, deadline)
        raise self._error(Paused if paused else error, call, paused or outcome, sent)

    def write(self, call: Call[T]) -> T:
        """The promised value; sent exactly once, whatever comes back."""
        self._wait_for_turn(call)
        deadline = self._tools.monotonic() + self._connection.total_seconds
        outcome = self._attempt(call, deadline, "write")
        if not isinstance(outcome, Failure):
            return outcome
        outcome = self._too_long_a_pause(outcome, deadline) or outcome
        error = _WRITE_ERRORS.get(outcome.kind, UnknownOutcome)
        raise self._error(error, call, outcome, call.sent_before + 1, unread="http_unsent")

    def map_bounded(
        self,
        function: Callable[[T], R],
        items: Iterable[T],
        on_done: Callable[[R], None] | None = None,
    ) -> list[R]:
        """Results in the order of `items`, with at most `concurrency` calls under way.

        The first error is raised as soon as the calls under way have ended; none is started after it. Who interrupts
        does not wait for them. `on_done` is called in the caller's thread with each result as it arrives.
        """
        pool, patient = ThreadPoolExecutor(max_workers=self._connection.concurrency), True
        futures = [pool.submit(function, item) for item in items]
        try:
            for future in as_completed(futures):
                result = future.result()
                if on_done:
                    on_done(result)
        except KeyboardInterrupt:
            patient = False
            raise
        finally:
            pool.shutdown(wait=patient, cancel_futures=True)
        return [future.result() for future in futures]

    def _too_long_a_pause(self, outcome: Failure, deadline: float) -> Failure | None:
        """Say that it was the service's own wish that no other attempt was made: nobody has to look for a fault."""
        asked = outcome.retry_after or 0.0
        if self._tools.monotonic() + asked < deadline:
            return None
        longest = float(self._connection.total_seconds)
        said = {"reason": outcome.why, "seconds": f"{asked:.0f}", "longest": longest}
        return replace(outcome, why=Phrase("http.pause_asked", said))

    def _patience(self, call: Call[T]) -> float:
        """Return how many seconds a call may take, its waits included."""
        longest = self._connection.total_seconds
        return min(longest, limits.OPTIONAL_SECONDS) if call.optional else longest

    def _wait_for_turn(self, call: Call[T]) -> None:
        """Wait as pacing, or a pause that the service has asked another thread for, wants it."""
        longest = self._patience(call)
        if not self._pacer.wait(longest):
            left = self._pacer.pause_left()
            asked = Failure(
                "unsent",
                Phrase("http.pause_left", {"seconds": f"{left:.0f}", "longest": float(longest)}),
                retry_after=left,
            )
            raise self._error(Paused, call, asked, call.sent_before, unread="http_unsent")

    def _rest(self, why: Phrase, made: int, seconds: float) -> None:
        most = self._connection.attempts
        self._tools.waiting(why, made, most)
        self._tools.sleep(seconds)
        self._tools.waiting(why, most, most)
        self._pacer.wait(self._connection.total_seconds)

    def _wait(self, failures: Sequence[Failure]) -> float:
        """Longer after each attempt, never less than the service asked for, never all threads at once."""
        longest: float = min(limits.LONGEST_WAIT_SECONDS, limits.FIRST_WAIT_SECONDS * 2 ** (len(failures) - 1))
        return max(longest * (1 + self._tools.random()) / 2, failures[-1].retry_after or 0.0)

    def _attempt(self, call: Call[T], deadline: float, purpose: Purpose) -> T | Failure:
        answer = self._send(self._prepare(call), deadline, purpose)
        if isinstance(answer, Failure):
            return answer
        if not call.accepts(answer):
            failure = judge(answer, self._dialect, self._tools.clock())
            # A pause that an optional call is asked for is no reason for what the run is for to wait.
            if failure.retry_after and not call.optional:
                self._pacer.pause(failure.retry_after)
            return failure
        try:
            return call.parse(answer)
        except (NotPromised, RecursionError):
            return garbage(answer)

    def _prepare(self, call: Call[T]) -> requests.PreparedRequest:
        try:
            prepared = call.prepare()
        except (requests.RequestException, ValueError):
            # The library's own message would quote what could not be sent.
            prepared = None
        if prepared is None:
            raise error_of(
                RequestRefused,
                "unsendable",
                {"connection": self._name, "operation": _called(call.operation)},
                service=self._name,
                attempts=call.sent_before,
            )
        prepared.headers.update({"Accept": "application/json", "User-Agent": "phonesync"})
        if self._cookies is not None:
            cookies = get_cookie_header(self._cookies, prepared)  # type: ignore[no-untyped-call] # not in the stubs
            prepared.headers.update({"Cookie": cookies} if cookies else {})
        return prepared

    def _send(
        self,
        prepared: requests.PreparedRequest,
        deadline: float,
        purpose: Purpose,
    ) -> HttpAnswer | Failure:
        left = max(deadline - self._tools.monotonic(), 0.001)
        timeout = min(self._connection.timeout_seconds, left)
        failure = None
        self._due.at = deadline
        try:
            response = self._session.send(prepared, timeout=timeout, stream=True, allow_redirects=False)
            # A refused session takes no cookie away: another thread may have signed in again meanwhile.
            if self._cookies is not None and response.status_code != 401:
                extract_cookies_to_jar(self._cookies, prepared, response.raw)  # type: ignore[no-untyped-call] # likewise
            body = b"" if response.is_redirect else self._body(response, deadline)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            failure = without_answer(error)
        if failure is None or failure.kind == "lost":
            self.requests.add(purpose)
        return failure or HttpAnswer(response.status_code, response.headers, body, _credentials_of(prepared))

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        """The whole body, unless it drips in past the deadline, or grows past what any directory can be."""
        pieces, size = [], 0
        while piece := response.raw.read1(65536, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if size > _LARGEST_BODY:
                response.close()
                raise requests.exceptions.ContentDecodingError
            if self._tools.monotonic() > deadline:
                response.close()
                raise requests.ReadTimeout
        return b"".join(pieces)

    def _error(
        self,
        error: type[ServiceError],
        call: Call[T],
        failure: Failure,
        attempts: int,
        unread: str = "http_unreached",
    ) -> ServiceError:
        """The error with its sentence and remedy; raised outside any `except`, so that it drags no address along."""
        by_error: dict[type[ServiceError], tuple[str, Phrase | str]] = {
            Unreachable: (unread, Phrase("http.do_network")),
            Paused: (unread, Phrase("http.do_pause")),
            AccessRefused: ("http_denied", self._dialect.access_remedy),
            RequestRefused: ("http_refused", call.remedy),
            UnknownOutcome: ("http_lost", Phrase("http.do_read")),
        }
        name, remedy = by_error[error]
        if error is Unreachable and failure.kind == "later":
            remedy = Phrase("http.do_later")
        if failure.kind == "untrusted":
            remedy = Phrase("http.do_certificate")
        if error is RequestRefused and failure.kind == "moved":
            remedy = Phrase("http.do_moved")
        answer = failure.answer
        words = words_of(answer, self._dialect) if answer else ""
        # Only the service's words tell a wrong key from a wrong secret; they may quote what was sent.
        short = mask_text(words if len(words) <= _QUOTED else f"{words[:_QUOTED]}…").rstrip(".")
        quoted = Phrase("http.says", {"words": short}) if short and error is AccessRefused else ""
        tried = Phrase("http.attempt" if attempts == 1 else "http.attempts", {"n": attempts})
        values = {"connection": self._name, "operation": _called(call.operation), "attempts": tried}
        return error_of(
            error,
            name,
            {**values, "reason": failure.why, "words": quoted, "remedy": remedy},
            service=self._name,
            status=answer.status if answer else None,
            attempts=attempts,
            details=words,
            retry_after=failure.retry_after,
            body=values_of(answer, self._dialect) if answer else None,
            late=failure.late,
        )


def _called(operation: str) -> Phrase | str:
    """Return what people call an operation by its code; what has no words, as a method of USOS, by its name."""
    key = f"http.{operation}"
    return Phrase(key) if known(key) else operation


def _credentials_of(prepared: requests.PreparedRequest) -> tuple[str, ...]:
    """What this very request proves itself with: the values of its signature, and its cookies."""
    authorization, cookies = (str(prepared.headers.get(name) or "") for name in ("Authorization", "Cookie"))
    signed = re.findall(r'oauth_(?:nonce|signature)="([^"]*)"', authorization)
    kept = [pair.partition("=")[2].strip() for pair in cookies.split(";")]
    return tuple(value for text in (*signed, *kept) for value in (text, unquote(text)) if value)
