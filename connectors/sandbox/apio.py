"""The APIO side: routes, sessions, rights, and the checks before each method, in the service's order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType
from typing import Any, Final

from connectors.sandbox import apio_lists, apio_rows
from connectors.sandbox.apio_lists import Done, Task
from connectors.sandbox.apio_rows import Contact, PhoneList
from connectors.sandbox.apio_rules import ApioRefusedError, error_answer
from connectors.sandbox.options import ApioOptions, Fault
from connectors.sandbox.replica import Replica
from connectors.sandbox.store import Store
from connectors.sandbox.wire import Asked, Reply, answer_json, is_unicode, with_extra_keys

SESSION_COOKIE: Final = "sessionid"
BALANCER_COOKIE: Final = "SRVNAME"
METHODS: Final[Mapping[str, Callable[[Task], Done]]] = MappingProxyType(
    {
        "list": apio_lists.list_entries,
        "create": apio_lists.create,
        "delete_many": apio_lists.delete_many,
        "get": apio_lists.get,
        "put": apio_lists.put,
        "delete": apio_lists.delete,
        "batch": apio_lists.batch,
    }
)
READS: Final = frozenset({"list", "get"})
WITHOUT_BODY: Final = frozenset({"get", "delete"})


@dataclass(frozen=True)
class Session:
    """Somebody who signed in, and the node that knows it."""

    level: int
    node: str


class ApioService:
    """APIO's common phone lists on a store; `options` and `faults` may be set at any time."""

    name = "apio"

    def __init__(self, store: Store, options: ApioOptions) -> None:
        self.options = options
        self.faults: list[Fault] = []
        self._store = store
        self._random = Random()  # noqa: S311 - these sessions guard invented data on loopback
        self._sessions: dict[str, Session] = {}
        self._replica: Replica[Contact] = Replica()

    def reset(self, options: ApioOptions, seed: int) -> None:
        """As freshly started: no fault, nobody signed in."""
        self.options = options
        self.faults = []
        self._random.seed(seed)
        self._replica.clear()
        self.expire_sessions()

    def expire_sessions(self) -> None:
        """Everybody has to sign in again."""
        self._sessions.clear()

    def entries(self, tenant: str, group: str | None = None) -> list[tuple[str, str]]:
        """The stored names and numbers of a list, in the order they were added."""
        return apio_rows.entries(self._store, PhoneList(tenant, group))

    def set_entries(self, tenant: str, group: str | None, entries: Iterable[tuple[str, str]]) -> None:
        """Another writer: the list has exactly these entries from now on."""
        apio_rows.set_entries(self._store, PhoneList(tenant, group), entries)

    def method_of(self, asked: Asked) -> str:
        """The method's name, "" where the path or the verb means none."""
        found = route(asked.path, self.options.prefix)
        return found.methods.get(asked.verb, "") if found else ""

    def answer(self, asked: Asked, fault: Fault | None) -> Reply:
        """What the service does and says; a read lets the fault's other writer in afterwards."""
        if fault and fault.kind == "session_expired":
            self.expire_sessions()
        try:
            found, method = self._routed(asked)
            if method == "login":
                return self._login(asked)
            done = self._called(method, found, asked, fault)
        except ApioRefusedError as error:
            return error_answer(error, self.options.error_shape)
        if method in READS:
            self._let_another_write(fault)
        value = with_extra_keys(done.value) if fault and fault.kind == "extra_keys" else done.value
        return answer_json(done.status, self._audited(value), changed=done.changed)

    def _routed(self, asked: Asked) -> tuple[Route, str]:
        found = route(asked.path, self.options.prefix)
        if found is None:
            raise ApioRefusedError(404, "Not found")
        if asked.verb not in found.methods:
            raise ApioRefusedError(405, "Method not allowed")
        return found, found.methods[asked.verb]

    def _called(self, method: str, found: Route, asked: Asked, fault: Fault | None) -> Done:
        """The session, then the right, then the list, then the body; the method checks the rest."""
        level = self._level(asked)
        if method not in READS and level < self.options.write_level:
            raise ApioRefusedError(403, "Not authorized")
        with self._store.transaction() as connection:
            if not apio_rows.is_assigned(connection, found.where):
                raise ApioRefusedError(404, "The service is not assigned")
            lags = self.options.read_lag and method not in READS
            before = apio_rows.contacts(connection, found.where) if lags else []
        task = Task(
            where=found.where,
            name=found.name,
            body=self._body(method, asked),
            options=self.options,
            store=self._store,
            random=self._random,
            before_commit=lambda: self._let_another_write(fault),
            replica=self._replica,
        )
        done = METHODS[method](task)
        if done.changed:
            self._replica.written(found.where, before, self.options.read_lag)
        return done

    def _login(self, asked: Asked) -> Reply:
        body = _object(asked.body)
        username, password = body.get("username"), body.get("password")
        if not isinstance(username, str) or not isinstance(password, str):
            raise ApioRefusedError(400, "username and password must be strings")
        with self._store.transaction() as connection:
            user = apio_rows.user(connection, username)
        if user is None or user.password != password:
            raise ApioRefusedError(401, "Authentication failed")
        token, node = f"{self._random.getrandbits(128):032x}", f"node-{self._random.randint(1, 9)}"
        self._sessions[token] = Session(user.level, node)
        cookies = [("Set-Cookie", f"{SESSION_COOKIE}={token}; Path=/; HttpOnly")]
        if self.options.second_cookie:
            cookies.append(("Set-Cookie", f"{BALANCER_COOKIE}={node}; Path=/"))
        value = {"ids": {"username": username}, "profile": {"user_level": user.level}}
        return replace(answer_json(200, self._audited(value)), headers=tuple(cookies))

    def _level(self, asked: Asked) -> int:
        cookies = _cookies(asked.headers.get("cookie", ""))
        session = self._sessions.get(cookies.get(SESSION_COOKIE, ""))
        if session is None or (self.options.second_cookie and cookies.get(BALANCER_COOKIE) != session.node):
            raise ApioRefusedError(401, "Authentication required")
        return session.level

    def _body(self, method: str, asked: Asked) -> Mapping[str, Any]:
        if method in WITHOUT_BODY:
            return {}
        if method == "list" and (self.options.strip_get_bodies or not asked.body):
            return {}
        return _object(asked.body)

    def _audited(self, value: Any) -> Any:
        if not self.options.audit_key or not isinstance(value, dict):
            return value
        return value | {"_internal_record_id": f"{self._random.getrandbits(96):024x}"}

    def _let_another_write(self, fault: Fault | None) -> None:
        if fault and fault.mutation:
            fault.mutation(self)


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ApioRefusedError(416, "The body must be a JSON object")
    if not is_unicode(value):
        raise ApioRefusedError(400, "The body is not valid Unicode")
    return value


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: value for name, _, value in pairs if name}


ON_LIST: Final[Mapping[str, str]] = MappingProxyType({"GET": "list", "POST": "create", "DELETE": "delete_many"})
ON_ENTRY: Final[Mapping[str, str]] = MappingProxyType({"GET": "get", "PUT": "put", "DELETE": "delete"})
ON_BATCH: Final[Mapping[str, str]] = MappingProxyType({"POST": "batch"})
ON_LOGIN: Final[Mapping[str, str]] = MappingProxyType({"POST": "login"})


@dataclass(frozen=True)
class Route:
    """A path that exists: the methods by verb, the list, and the entry's name."""

    methods: Mapping[str, str]
    where: PhoneList
    name: str = ""


def route(path: str, prefix: str) -> Route | None:
    """What a decoded path leads to; None without the final slash, or where there is nothing.

    An entry named `batch` cannot be reached: that path is the batch's own.
    """
    if not path.startswith(prefix) or not path.endswith("/"):
        return None
    match path[len(prefix) : -1].split("/"):
        case ["login"]:
            return Route(ON_LOGIN, PhoneList(""))
        case ["tenants", tenant, "services", "common_phone_list", *rest]:
            return _on_list(PhoneList(tenant), rest)
        case ["tenants", tenant, "groups", group, "services", "common_phone_list", *rest] if group:
            return _on_list(PhoneList(tenant, group), rest)
        case _:
            return None


def _on_list(where: PhoneList, rest: list[str]) -> Route | None:
    match rest:
        case []:
            return Route(ON_LIST, where)
        case ["batch"]:
            return Route(ON_BATCH, where)
        case [name] if name:
            return Route(ON_ENTRY, where, name)
        case _:
            return None
