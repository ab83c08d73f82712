"""The USOS side: which request means which method, and the checks before it, in the service's order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from ipaddress import ip_address
from random import Random
from typing import Final

from connectors.sandbox import oauth, usos_rows
from connectors.sandbox.formats import FORMATS, rendered
from connectors.sandbox.oauth import CheckContext, Consumer, Parameters
from connectors.sandbox.options import Fault, UsosOptions
from connectors.sandbox.replica import Replica
from connectors.sandbox.store import Store
from connectors.sandbox.usos_call import Method, MethodCall
from connectors.sandbox.usos_errors import UsosRefusedError, error_body, invalid, missing, refuse
from connectors.sandbox.usos_methods import METHODS
from connectors.sandbox.usos_rows import NumberRow, Phone
from connectors.sandbox.wire import Asked, Reply, answer_json, page, with_extra_keys

CLOCK_OFF_SECONDS: Final = 600.0
WRITES: Final = frozenset({"replace"})
KEYED_BY_IDS: Final = frozenset({"select", "faculties", "users"})
KNOWN_NONCES: Final = 50_000
_CALLBACK = re.compile(r"[A-Za-z_$][\w$.]*", re.ASCII)


class UsosService:
    """USOS's phones on a store; `options` and `faults` may be set at any time."""

    name = "usos"

    def __init__(self, store: Store, options: UsosOptions, clock: Callable[[], float]) -> None:
        self.options = options
        self.faults: list[Fault] = []
        self._store = store
        self._clock = clock
        self._random = Random()  # noqa: S311 - an order of numbers is no secret
        self._nonces: dict[tuple[str, str, str], None] = {}
        self._replica: Replica[Phone] = Replica()
        self._late: Replica[Phone] = Replica()  # of the methods about units and buildings

    def reset(self, options: UsosOptions, seed: int) -> None:
        """As freshly started: no fault, no used nonce."""
        self.options = options
        self.faults = []
        self._random.seed(seed)
        self._nonces.clear()
        self._replica.clear()
        self._late.clear()

    def numbers(self, entity_class: str, entity_id: str) -> list[NumberRow]:
        """The stored numbers of an entity, in the order they were stored; none for an unknown one."""
        return usos_rows.numbers(self._store, entity_class, entity_id)

    def set_numbers(self, entity_class: str, entity_id: str, rows: Iterable[NumberRow]) -> None:
        """Another writer: the entity has exactly these numbers from now on."""
        usos_rows.set_numbers(self._store, entity_class, entity_id, rows)

    def method_of(self, asked: Asked) -> str:
        """The method's short name, "" where the path or the verb means none."""
        method = METHODS.get(asked.path.removeprefix("/"))
        return method.name if method and asked.verb in {"GET", "POST"} else ""

    def answer(self, asked: Asked, fault: Fault | None) -> Reply:
        """What the service does and says; a read lets the fault's other writer in afterwards."""
        method = METHODS.get(asked.path.removeprefix("/"))
        if method is None or method.path in self.options.absent:
            if asked.path.startswith("/services/"):
                return answer_json(404, {"message": "There is no such method."})
            return page(404, "Not Found")
        if asked.verb not in {"GET", "POST"}:
            refusal = answer_json(405, {"message": "Use GET or POST."})
            return replace(refusal, headers=(("Allow", "GET, POST"),))
        try:
            answer = self._called(method, asked, fault)
        except UsosRefusedError as error:
            return answer_json(error.problem.status, error_body(error.problem, self.options.error_body))
        if method.name not in WRITES:
            self._let_another_write(fault)
        return answer

    def _called(self, method: Method, asked: Asked, fault: Fault | None) -> Reply:
        """TLS, then OAuth, then the right to this very method, then the format; the method checks the rest."""
        self._check_tls(method, asked)
        now = self._now(fault)
        if method.path in self.options.forbidden:
            raise refuse(403, "This method is not for you.", error="method_forbidden", method_name=method.path)
        signed = oauth.read(asked)
        consumer = self._signer(method, asked, signed, now)
        parameters = dict(signed.plain)
        form, callback = _checked_format(parameters)
        call = MethodCall(
            parameters=parameters,
            consumer=consumer,
            options=self.options,
            store=self._store,
            random=self._random,
            now=now,
            base_url=f"{asked.scheme}://{asked.host}",
            fault=fault,
            before_commit=lambda: self._let_another_write(fault),
            replica=self._replica,
            late=self._late,
        )
        done = method.run(call)
        value = _more(done.value, method) if fault and fault.kind == "extra_keys" else done.value
        body, media_type = rendered(value, form, callback)
        return Reply(200, body, media_type, changed=done.changed)

    def _check_tls(self, method: Method, asked: Asked) -> None:
        exempt = self.options.loopback_exempt and _is_loopback(asked.client)
        if method.ssl and asked.scheme != "https" and not exempt:
            raise refuse(
                403, "TLS is required.", error="method_forbidden", reason="secure_required", method_name=method.path
            )

    def _signer(self, method: Method, asked: Asked, signed: Parameters, now: float) -> Consumer | None:
        if method.consumer == "ignored" or (method.consumer == "optional" and not signed.protocol):
            return None
        context = CheckContext(now, self.options.skew_seconds, self._is_new if self.options.check_nonces else None)
        consumer = oauth.verified(asked, signed, self._consumer, context)
        if method.administrative and method.path not in consumer.administrative_methods:
            raise refuse(
                403,
                "This method is for administrative consumers only.",
                error="method_forbidden",
                reason="trusted_required",
                method_name=method.path,
            )
        return consumer

    def _consumer(self, key: str) -> Consumer | None:
        with self._store.transaction() as connection:
            return usos_rows.consumer(connection, key)

    def _is_new(self, nonce: tuple[str, str, str]) -> bool:
        if nonce in self._nonces:
            return False
        self._nonces[nonce] = None
        if len(self._nonces) > KNOWN_NONCES:
            del self._nonces[next(iter(self._nonces))]
        return True

    def _now(self, fault: Fault | None) -> float:
        now = self._clock() + self.options.clock_offset_seconds
        if fault and fault.kind == "clock_off":
            now += CLOCK_OFF_SECONDS if fault.seconds is None else fault.seconds
        return now

    def _let_another_write(self, fault: Fault | None) -> None:
        if fault and fault.mutation:
            fault.mutation(self)


def _checked_format(parameters: Mapping[str, str]) -> tuple[str, str]:
    form, callback = parameters.get("format") or "json", parameters.get("callback", "")
    if form not in FORMATS:
        raise invalid("format", "Unknown format.")
    if form == "jsonp" and not callback:
        raise missing("callback")
    if form == "jsonp" and not _CALLBACK.fullmatch(callback):
        raise invalid("callback", "The callback is no name of a function.")
    return form, callback


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _more(value: object, method: Method) -> object:
    """Extra keys in the answer's objects; keys that are ids stay just those asked for."""
    if method.name in KEYED_BY_IDS and isinstance(value, dict):
        return {entity_id: with_extra_keys(numbers) for entity_id, numbers in value.items()}
    return with_extra_keys(value)
