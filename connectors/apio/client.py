"""The client of the common phone list, of a tenant or of a group, and of the login that it stands behind."""

from __future__ import annotations

import base64
import csv
import io
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from http.cookiejar import CookieJar
from typing import Any, Final, Literal, Self, TypeVar
from urllib.parse import quote

import requests

from connectors.apio.models import (
    DIALECT,
    ApioEntry,
    BatchResult,
    BatchRow,
    Criteria,
    PhoneList,
    confirmed,
    entry_of,
    has_results,
    is_path_safe,
    listed_entry,
    object_of,
    row_of,
)
from connectors.apio.spec import ApioConnection
from connectors.http.client import Http
from connectors.http.rate_limit import Counter, Tools
from connectors.http.request import Call, Credentials, WriteReceipt
from connectors.http.response import HttpAnswer, NotPromised, is_ok, words_of
from schemas.errors import AccessRefused, RequestRefused
from schemas.phrases import Phrase
from tasks.messages.errors import error_of

__all__ = [
    "Apio",
    "ApioEntry",
    "BatchResult",
    "BatchRow",
    "Credentials",
    "Criteria",
    "PhoneList",
    "Tools",
    "WriteReceipt",
    "is_path_safe",
]

T = TypeVar("T")
Verb = Literal["GET", "POST", "PUT", "DELETE"]

_BROKEN: Final = re.compile("[\r\n\ud800-\udfff]")
_NO_LIST: Final = Phrase("http.no_list")
_MAY_BE_OVER: Final = frozenset({403, 301, 302, 303, 307, 308})


class Apio:
    """An APIO front end; signs in when first needed, and safe to share between threads.

    Attributes:
        requests: how many HTTP requests were sent, `.read` (logins included) and `.write`.
        user_level: the signed-in user's level, None before the login and where the service does not tell.
    """

    def __init__(
        self,
        name: str,
        connection: ApioConnection,
        credentials: Credentials,
        *,
        tools: Tools = Tools(),  # noqa: B008 - frozen, and holds nothing
    ) -> None:
        self._name = name
        self._connection = connection
        self._credentials = credentials
        self._dialect = DIALECT.keeping(credentials.key, credentials.secret)
        self._http = Http(name, connection, self._dialect, tools=tools, cookies=CookieJar())
        self._signing_in = threading.Lock()
        self._session = 0
        self._refused: AccessRefused | None = None
        self._permitted: set[tuple[int, object]] = set()  # sessions, and whether they have read or written
        self.requests: Counter = self._http.requests
        self.map_bounded = self._http.map_bounded
        self.user_level: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the kept connections."""
        self._http.close()

    def login(self) -> None:
        """Sign in, now. The other methods do so by themselves when it is needed."""
        with self._signing_in:
            self._login()

    def entries(self, where: PhoneList, criteria: Criteria | None = None) -> list[ApioEntry]:
        """All entries of the list in the service's order, or those that `criteria` describe.

        A list that is not there is `RequestRefused`, never an empty list. What is no text in an entry is "". Something
        on the way may drop the body of a GET, and with it the criteria: who relies on them filters the answer again.
        """
        body = criteria.to_body() if criteria else None

        def parse(answer: HttpAnswer) -> list[ApioEntry]:
            listed = object_of(answer).get("entries")
            if not isinstance(listed, list):
                raise NotPromised
            return [listed_entry(item) for item in listed]

        prepare = self._prepare("GET", self._path(where), body or None)
        call = Call("reading_the_phone_list", prepare, parse, remedy=_NO_LIST)
        return self._signed_in(self._http.read, lambda before: replace(call, sent_before=before))

    def create(self, where: PhoneList, entries: Sequence[ApioEntry]) -> WriteReceipt:
        """Add one entry or many, all or none of them. Sent once."""
        if not entries:
            raise self._refusal("no_create")
        body = {"entries": [entry.to_body() for entry in entries]}

        def check(answer: HttpAnswer) -> None:
            # One entry comes back as itself, several as they were given.
            answered = answer.json()
            listed = answered.get("entries", [answered]) if isinstance(answered, dict) else answered
            if not isinstance(listed, list) or len(listed) != len(entries):
                raise NotPromised
            for item in listed:
                entry_of(item)

        prepare = self._prepare("POST", self._path(where), body)
        return self._write("creating_entries", prepare, check, accepts=lambda answer: answer.status in {200, 201})

    def get(self, where: PhoneList, name: str) -> ApioEntry:
        """One entry; `RequestRefused` with status 404 where there is none of this name."""
        prepare = self._prepare("GET", self._path(where, name))
        call = Call("reading_an_entry", prepare, lambda answer: entry_of(answer.json()))
        return self._signed_in(self._http.read, lambda before: replace(call, sent_before=before))

    def put(self, where: PhoneList, name: str, entry: ApioEntry) -> WriteReceipt:
        """Give the entry of this name another number, or another name. Sent once."""
        prepare = self._prepare("PUT", self._path(where, name), entry.to_body())
        return self._write("updating_an_entry", prepare, confirmed)

    def delete(self, where: PhoneList, name: str) -> WriteReceipt:
        """Remove the entry of this name. Sent once."""
        return self._write("deleting_an_entry", self._prepare("DELETE", self._path(where, name)), confirmed)

    def delete_many(self, where: PhoneList, names: Sequence[str]) -> WriteReceipt:
        """Remove the entries of these names, whatever characters they hold. Sent once."""
        if not names:
            # Nobody knows what a service makes of a deletion that names nothing.
            raise self._refusal("no_delete")
        body = {"entries": [{"name": name} for name in names]}
        return self._write("deleting_entries", self._prepare("DELETE", self._path(where), body), confirmed)

    def batch(self, where: PhoneList, rows: Sequence[tuple[str, ...]]) -> BatchResult:
        """Upload the complete list; what is missing from it may be deleted. Sent once.

        A row is `(name, number)` or `(name, number, new_name)`. Whole, partial and full failure come back as results;
        a file that the service refuses as such is `RequestRefused`. A file that renames must not be sent twice.
        """
        body = {
            "csv": base64.b64encode(self._csv(rows).encode()).decode("ascii"),
            "delimiter": self._connection.csv_delimiter,
            "quotechar": self._connection.csv_quotechar,
            "has_header": True,
        }
        prepare = self._prepare("POST", self._path(where) + "batch/", body)

        def call(before: int) -> Call[BatchResult]:
            def parse(answer: HttpAnswer) -> BatchResult:
                results = object_of(answer).get("results")
                if not isinstance(results, list):
                    raise NotPromised
                message = words_of(answer, self._dialect)
                return BatchResult(answer.status, tuple(self._row(item) for item in results), before + 1, message)

            return Call("uploading_a_batch", prepare, parse, accepts=has_results, sent_before=before)

        return self._signed_in(self._http.write, call)

    def _write(
        self,
        operation: str,
        prepare: Callable[[], requests.PreparedRequest],
        check: Callable[[HttpAnswer], object],
        accepts: Callable[[HttpAnswer], bool] = is_ok,
    ) -> WriteReceipt:
        def call(before: int) -> Call[WriteReceipt]:
            def parse(answer: HttpAnswer) -> WriteReceipt:
                check(answer)
                return WriteReceipt(answer.status, before + 1, words_of(answer, self._dialect))

            return Call(operation, prepare, parse, accepts=accepts, remedy=_NO_LIST, sent_before=before)

        return self._signed_in(self._http.write, call)

    def _signed_in(self, send: Callable[[Call[T]], T], call: Callable[[int], Call[T]]) -> T:
        """Send under a session; where that has ended nothing was done, so sign in once more and send again."""
        session = self._ensure(0)
        try:
            value = send(call(0))
        except (AccessRefused, RequestRefused) as error:
            if not self._has_ended(error, (session, send)):
                raise
            before = error.attempts
        else:
            self._permitted.add((session, send))
            return value
        self._ensure(session)
        return send(call(before))

    def _has_ended(self, error: AccessRefused | RequestRefused, tried: tuple[int, object]) -> bool:
        """Tell whether a session is over: by 401, or by a refusal or another address for what it was good for before.

        The page does not say how a session ends, and a missing right is answered with 403: who has it, has it still.
        """
        if error.status == 401:
            return isinstance(error, AccessRefused)
        return tried in self._permitted and error.status in _MAY_BE_OVER

    def _ensure(self, ended: int) -> int:
        """The number of a session later than `ended`: of many threads that need one, the first signs in for all."""
        with self._signing_in:
            if self._session == ended:
                if self._refused:
                    # A second wrong password from the next thread could lock the account.
                    raise self._refused
                self._login()
            return self._session

    def _login(self) -> None:
        address = self._connection.base_url + self._connection.prefix + "login/"
        body = {"username": self._credentials.key, "password": self._credentials.secret}

        def parse(answer: HttpAnswer) -> int | None:
            profile = object_of(answer).get("profile")
            level = profile.get("user_level") if isinstance(profile, dict) else None
            return level if isinstance(level, int) else None

        try:
            self.user_level = self._http.read(Call("login", self._prepare("POST", address, body), parse))
        except AccessRefused as error:
            self._refused = error
            raise
        self._refused = None
        self._session += 1

    def _path(self, where: PhoneList, name: str | None = None) -> str:
        parts = [where.tenant, *([where.group] if where.group is not None else [])]
        if not all(part == "batch" or is_path_safe(part) for part in parts):
            raise self._refusal("no_address")
        if name is not None and not is_path_safe(name):
            raise self._refusal("no_name", "by_list")
        tenant, *group = (quote(part, safe="") for part in parts)
        level = f"tenants/{tenant}/" + "".join(f"groups/{part}/" for part in group)
        path = f"{self._connection.base_url}{self._connection.prefix}{level}services/common_phone_list/"
        return path if name is None else f"{path}{quote(name, safe='')}/"

    def _prepare(self, verb: Verb, address: str, body: object = None) -> Callable[[], requests.PreparedRequest]:
        return lambda: requests.Request(verb, address, json=body).prepare()

    def _csv(self, rows: Sequence[tuple[str, ...]]) -> str:
        """The file as the page shows it: a third column only where there is a new name, rows without one shorter."""
        if any(len(row) not in {2, 3} or _BROKEN.search("".join(row)) for row in rows):
            raise self._refusal("odd_row")
        trimmed = [row[:2] if row[2:] == ("",) else row for row in rows]
        width = max((len(row) for row in trimmed), default=2)
        text = io.StringIO()
        connection = self._connection
        writer = csv.writer(
            text, delimiter=connection.csv_delimiter, quotechar=connection.csv_quotechar, lineterminator="\n"
        )
        writer.writerows([connection.csv_header[:width], *trimmed])
        return text.getvalue()

    def _row(self, item: Any) -> BatchRow:
        row = row_of(item)
        return replace(row, message=self._dialect.hide(row.message)) if row.message else row

    def _refusal(self, reason: str, advice: str = "") -> RequestRefused:
        remedy = Phrase(f"say.apio_{advice}") if advice else ""
        values = {"connection": self._name, "reason": Phrase(f"say.apio_{reason}"), "remedy": remedy}
        return error_of(RequestRefused, "apio_unsent", values, service=self._name, attempts=0)
