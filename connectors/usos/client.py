"""The client of `services/phones`, and of the methods that say whether it may be used and what owners are called.

Each request is a form-encoded POST, signed anew for each attempt: OAuth 1.0a, HMAC-SHA1, a consumer key and no token.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Self, TypeVar

import requests
from requests_oauthlib import OAuth1

from connectors.http.client import Http
from connectors.http.rate_limit import Counter, Tools
from connectors.http.request import Call, Credentials, WriteReceipt
from connectors.http.response import HttpAnswer, NotPromised, words_of
from connectors.usos.models import DIALECT, UsosNumber, item_of, list_of, numbers_of, object_of, unit_of
from connectors.usos.spec import EntityClass, UsosConnection
from schemas.directory import Unit
from schemas.errors import RequestRefused, ServiceError
from tasks.messages.errors import error_of

__all__ = ["Credentials", "Tools", "Usos", "UsosNumber", "WriteReceipt", "sign_with"]

T = TypeVar("T")
V = TypeVar("V")
Fields = Sequence[str]
Numbers = dict[str, tuple[UsosNumber, ...] | None]

_FIELDS: Final = "number|comment"
_TYPE_FIELD: Final = "|type_id"  # obsolete, as its page says: an installation may not have it any more
_METHOD_FIELDS: Final = "name|auth_options|arguments|result_fields"
_USER_FIELDS: Final = ("id", "first_name", "last_name")
_LONGEST_ID: Final = 32
# The page names no limit of ids and says that none is checked; the service's other methods do refuse some.
_ABOUT_IDS: Final = frozenset({"param_invalid", "object_not_found", "object_forbidden", "object_invalid"})
_TOO_LONG: Final = 413
_MOST_SPLITS: Final = 20  # of one call, while nothing at all is answered


@dataclass(frozen=True)
class Parameters:
    """The names by which `select` (plural) and `replace` (singular) know one class of entities."""

    select: str
    replace: str


# The service ignores parameters it does not know, so a wrong name would ask about nothing: none is ever put together.
_PARAMETERS: Final[Mapping[EntityClass, Parameters]] = MappingProxyType(
    {
        "faculty": Parameters("fac_ids", "fac_id"),
        "user": Parameters("user_ids", "user_id"),
        "building": Parameters("building_ids", "building_id"),
        "dormitory": Parameters("dorm_ids", "dorm_id"),
    },
)


def parameters_of(entity_class: EntityClass) -> Parameters:
    """Return the names by which the methods know a class of entities."""
    return _PARAMETERS[entity_class]


class Usos:
    """A USOS API installation; safe to share between threads.

    Attributes:
        requests: how many HTTP requests were sent, `.read` and `.write`.
    """

    def __init__(
        self,
        name: str,
        connection: UsosConnection,
        credentials: Credentials,
        *,
        tools: Tools = Tools(),  # noqa: B008 - frozen, and holds nothing
    ) -> None:
        self._name = name
        self._connection = connection
        self._credentials = credentials
        self._tools = tools
        self._dialect = DIALECT.keeping(credentials.key, credentials.secret)
        self._http = Http(name, connection, self._dialect, tools=tools)
        self._has_types = True
        self.ids_per_select = connection.ids_per_select
        self.requests: Counter = self._http.requests
        self.map_bounded = self._http.map_bounded

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the kept connections."""
        self._http.close()

    def select(self, entity_class: EntityClass, ids: Sequence[str]) -> Numbers:
        """The numbers of each entity, in one call; None, never an empty tuple, where the answer cannot be trusted.

        An answer without an asked id, or with something else than a list of numbers for it, is asked for again; what
        the last attempt does not hold is None. An id that does not exist has an empty tuple
        (services/phones/select, Returned value).
        """
        asked = list(dict.fromkeys(ids))
        self._refuse_bad_ids(asked)
        if not asked:
            return {}
        named = (_PARAMETERS[entity_class].select, "|".join(asked))

        def partly(answer: HttpAnswer) -> Numbers:
            body = object_of(answer)
            return {entity_id: numbers_of(body.get(entity_id)) for entity_id in asked}

        def wholly(answer: HttpAnswer) -> Numbers:
            numbers = partly(answer)
            if None in numbers.values():
                raise NotPromised
            return numbers

        def answered(fields: str) -> Numbers:
            prepare = self._prepare(operation, [named, ("fields", fields)])
            return self._http.read(Call(operation, prepare, wholly, last_resort=partly))

        operation = "services/phones/select"
        if self._has_types:
            try:
                return answered(_FIELDS + _TYPE_FIELD)
            except RequestRefused as error:
                if code_of(error) != "field_not_found":
                    raise
                self._has_types = False
        return answered(_FIELDS)

    def select_all(
        self,
        entity_class: EntityClass,
        ids: Sequence[str],
        progress: Callable[[int, int], None] | None = None,
    ) -> Numbers:
        """Like `select`, for any number of ids: in chunks, several in flight, in the order of `ids`.

        What is refused for its ids is asked for in smaller parts, and an entity refused alone is None: one that may not
        be read keeps no other from being read. Where nothing is answered at all, the refusal is raised.

        `progress` is called in the caller's thread with the entities answered so far and all that were asked for.
        """
        asked = list(dict.fromkeys(ids))
        self._refuse_bad_ids(asked)
        size = self._connection.ids_per_select
        chunks = [asked[start : start + size] for start in range(0, len(asked), size)]
        answered: list[int] = []
        read: list[int] = []
        refusals: list[ServiceError] = []

        def in_parts(chunk: Sequence[str]) -> Numbers:
            left = [_MOST_SPLITS]

            def ask(some: Sequence[str]) -> Numbers:
                numbers = self.select(entity_class, some)
                read.append(len(numbers))
                return numbers

            def fewer(error: ServiceError, _: int) -> bool:
                about_ids = code_of(error) in _ABOUT_IDS or error.status == _TOO_LONG
                if not isinstance(error, RequestRefused) or not about_ids:
                    return False
                refusals.append(error)
                left[0] -= 1
                return bool(read) or left[0] >= 0

            return halved(chunk, ask, lambda _: None, fewer)

        def on_done(numbers: Numbers) -> None:
            answered.append(len(numbers))
            if progress:
                progress(sum(answered), len(asked))

        parts = self._http.map_bounded(in_parts, chunks, on_done)
        if refusals and not read:
            raise refusals[0]
        return {entity_id: numbers for part in parts for entity_id, numbers in part.items()}

    def replace(self, entity_class: EntityClass, entity_id: str, numbers: Sequence[UsosNumber]) -> WriteReceipt:
        """Give one entity exactly these numbers, or change nothing (services/phones/replace). Sent once.

        An answer that says itself that it was no success is `RequestRefused`.
        """
        self._refuse_bad_ids([entity_id])
        data = json.dumps([item_of(number) for number in numbers], ensure_ascii=False, separators=(",", ":"))
        parameters = [(_PARAMETERS[entity_class].replace, entity_id), ("data", data)]

        def parse(answer: HttpAnswer) -> WriteReceipt:
            succeeded = object_of(answer).get("success")
            if succeeded is False:
                raise error_of(
                    RequestRefused,
                    "success_false",
                    {"connection": self._name, "operation": operation},
                    service=self._name,
                    status=answer.status,
                    details=words_of(answer, self._dialect) or "the service answered: success is false",
                )
            if succeeded is not True:
                raise NotPromised
            return WriteReceipt(answer.status, attempts=1, message=words_of(answer, self._dialect))

        operation = "services/phones/replace"
        return self._http.write(Call(operation, self._prepare(operation, parameters), parse))

    def phone_number(self, phone_id: str, fields: str = "number|comment") -> dict[str, Any]:
        """The selected fields of one number by its own id (services/phones/phone_number)."""
        return self._read("services/phones/phone_number", [("phone_id", phone_id), ("fields", fields)], object_of)

    def phone_type(self, type_id: str) -> dict[str, Any]:
        """The `id` and `description` of a phone type; asked without a signature, which the method would ignore."""
        return self._read("services/phones/phone_type", [("id", type_id)], object_of, signed=False)

    def consumer(self) -> dict[str, Any]:
        """What the service grants this key: `administrative_methods`, a list of method names."""

        def parse(answer: HttpAnswer) -> dict[str, Any]:
            body = object_of(answer)
            methods = body.get("administrative_methods")
            if not isinstance(methods, list) or not all(isinstance(method, str) for method in methods):
                raise NotPromised
            return body

        return self._read("services/apisrv/consumer", [("fields", "administrative_methods")], parse)

    def installation(self, *, optional: bool = False) -> dict[str, Any]:
        """The installation's own description, among it `version` and `base_url`."""
        return self._read("services/apisrv/installation", [], object_of, optional=optional)

    def method(self, name: str) -> dict[str, Any]:
        """What the installation says of one of its methods (services/apiref/method); asked once, and not waited for."""
        parameters = [("name", name), ("fields", _METHOD_FIELDS)]
        return self._read("services/apiref/method", parameters, object_of, signed=False, optional=True)

    def faculties(self, ids: Sequence[str], fields: Fields, *, optional: bool = False) -> dict[str, Unit]:
        """What units are called, by their ids, in one call (services/fac/faculties)."""
        return self._units("services/fac/faculties", ("fac_ids", ids), fields, optional=optional)

    def users(self, ids: Sequence[str], fields: Fields = _USER_FIELDS, *, optional: bool = False) -> dict[str, Unit]:
        """What people are called, or their official numbers, by their ids, in one call (services/users/users)."""
        return self._units("services/users/users", ("user_ids", ids), fields, optional=optional)

    def buildings(self, fields: Fields, *, optional: bool = False) -> list[Unit]:
        """All buildings there are (services/geo/building_index)."""

        def parse(answer: HttpAnswer) -> list[Unit]:
            return [unit_of(item) for item in list_of(answer)]

        return self._read("services/geo/building_index", [("fields", "|".join(fields))], parse, optional=optional)

    def primary_faculty(self) -> str:
        """The id of the unit at the root of the tree, "" where the installation does not say."""
        said = self._read("services/apisrv/installation", [("fields", "institution[id]")], object_of)
        institution = said.get("institution")
        identifier = institution.get("id") if isinstance(institution, dict) else None
        return identifier if isinstance(identifier, str) else ""

    def subfaculties(self, identifier: str) -> list[str]:
        """The ids of all units below one, of every depth (services/fac/subfaculties_deep)."""
        self._refuse_bad_ids([identifier])

        def parse(answer: HttpAnswer) -> list[str]:
            ids = list_of(answer)
            if not all(isinstance(one, str) and one for one in ids):
                raise NotPromised
            return list(dict.fromkeys(ids))

        return self._read("services/fac/subfaculties_deep", [("fac_id", identifier)], parse)

    def _units(
        self, operation: str, asked: tuple[str, Sequence[str]], fields: Fields, *, optional: bool
    ) -> dict[str, Unit]:
        parameter, ids = asked
        self._refuse_bad_ids(ids)

        def parse(answer: HttpAnswer) -> dict[str, Unit]:
            body = object_of(answer)
            return {one: unit_of(body.get(one), one) for one in ids}

        parameters = [(parameter, "|".join(ids)), ("fields", "|".join(fields))]
        return self._read(operation, parameters, parse, optional=optional)

    def now(self) -> datetime:
        """The server's local time; the service names no zone."""

        def parse(answer: HttpAnswer) -> datetime:
            try:
                return datetime.fromisoformat(answer.json())
            except (TypeError, ValueError):
                raise NotPromised from None

        return self._read("services/apisrv/now", [], parse)

    def _read(
        self,
        operation: str,
        parameters: Sequence[tuple[str, str]],
        parse: Callable[[HttpAnswer], T],
        *,
        signed: bool = True,
        optional: bool = False,
    ) -> T:
        prepare = self._prepare(operation, parameters, signed=signed)
        return self._http.read(Call(operation, prepare, parse, optional=optional))

    def _prepare(
        self,
        operation: str,
        parameters: Sequence[tuple[str, str]],
        *,
        signed: bool = True,
    ) -> Callable[[], requests.PreparedRequest]:
        """Makes the request afresh each time it is called: the service refuses a nonce that it has seen."""
        url = f"{self._connection.base_url}/{operation}"

        def prepare() -> requests.PreparedRequest:
            auth = sign_with(self._credentials, self._tools) if signed else None
            return requests.Request("POST", url, data=list(parameters), auth=auth).prepare()

        return prepare

    def _refuse_bad_ids(self, ids: Sequence[str]) -> None:
        # A `|` would ask for two entities, and an empty id for none: neither may ever be sent.
        if all(entity_id and len(entity_id) <= _LONGEST_ID and "|" not in entity_id for entity_id in ids):
            return
        raise error_of(
            RequestRefused,
            "id_refused",
            {"connection": self._name, "longest": _LONGEST_ID},
            service=self._name,
            attempts=0,
        )


def halved(
    ids: Sequence[str],
    ask: Callable[[Sequence[str]], dict[str, V]],
    refused: Callable[[str], V],
    fewer: Callable[[ServiceError, int], bool],
) -> dict[str, V]:
    """Return what is answered for these ids, in smaller calls where the service does not take them all at once.

    Args:
        ids: what is asked for.
        ask: one call.
        refused: what stands for an id that is refused alone.
        fewer: whether a refusal, of so many ids, may be one of their number or of one among them.
    """
    try:
        return ask(ids)
    except ServiceError as error:
        if not fewer(error, len(ids)):
            raise
    if len(ids) == 1:
        return {ids[0]: refused(ids[0])}
    half = len(ids) // 2
    return {**halved(ids[:half], ask, refused, fewer), **halved(ids[half:], ask, refused, fewer)}


def code_of(error: ServiceError) -> str:
    """Return the service's own code of a refusal, "" where it gives none."""
    return str(error.body.get("error") or "") if isinstance(error.body, dict) else ""


def sign_with(credentials: Credentials, tools: Tools) -> OAuth1:
    """A signature for one request: consumer key alone, HMAC-SHA1, in the header, its nonce and time from `tools`."""
    return OAuth1(
        credentials.key,
        client_secret=credentials.secret,
        nonce=tools.nonce(),
        timestamp=str(int(tools.clock())),
    )
