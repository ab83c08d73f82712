"""A caller of the sandbox that shares no code with it: in process or over a socket, the same calls."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal
from urllib.parse import urlencode

import httpx
from oauthlib.oauth1 import SIGNATURE_TYPE_AUTH_HEADER, SIGNATURE_TYPE_BODY, SIGNATURE_TYPE_QUERY, Client

from connectors.sandbox.options import ApioOptions, UsosOptions
from connectors.sandbox.server import Sandbox

NOW = 1_718_000_000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PHONES = "/services/phones/"
LIST = "/api/v1/tenants/chopin/services/common_phone_list/"
PLACEMENTS = {"header": SIGNATURE_TYPE_AUTH_HEADER, "form": SIGNATURE_TYPE_BODY, "query": SIGNATURE_TYPE_QUERY}

# Invented: no such people, numbers or places.
STATE: dict[str, Any] = {
    "usos": {
        "consumers": [
            {
                "key": "testkey",
                "secret": "testsecret",
                "administrative_methods": ["services/phones/select", "services/phones/replace"],
            },
            {"key": "reader", "secret": "hush", "administrative_methods": ["services/phones/select"]},
            {
                "key": "odd",
                "secret": "a&b=c/d+e ż",
                "administrative_methods": ["services/phones/select"],
            },
        ],
        "phone_types": [
            {"id": "STA", "description": {"pl": "stacjonarny", "en": "landline"}},
            {"id": "KOM", "description": {"pl": "komórkowy", "en": "mobile"}},
            {"id": "FAX", "description": {"pl": "faks", "en": "fax"}},
        ],
        "entities": {
            "faculty": {
                "10000000": [
                    {"number": "(22) 55 20 000", "comment": {"pl": "Sekretariat", "en": "Office"}, "type_id": "STA"},
                    {"number": "600 000 001", "comment": {"pl": "", "en": None}, "type_id": "KOM"},
                    {"number": "22 55 20 001", "comment": None, "type_id": None},
                ],
                "10010000": [],
            },
            "user": {"123": [{"number": "22 55 20 123", "comment": {"pl": "Pokój 1", "en": None}, "type_id": "STA"}]},
            "building": {"B1": []},
            "dormitory": {"D1": []},
        },
    },
    "apio": {
        "users": [
            {"username": "admin", "password": "open", "user_level": 12},
            {"username": "guest", "password": "look", "user_level": 1},
        ],
        "tenants": {
            "chopin": {
                "entries": [
                    {"name": "Dean", "phoneNumber": "+48-225520001"},
                    {"name": "Porter", "phoneNumber": "+48-225520002"},
                    {"name": "Archive", "phoneNumber": "+48-225520003"},
                ],
                "groups": {"strings": {"entries": [{"name": "Violin", "phoneNumber": "+48-225520004"}]}, "brass": {}},
            },
            "bare": {},
        },
    },
}


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: httpx.Headers
    text: str

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.text)


@dataclass
class Peer:
    """One way to reach a sandbox, with the cookies it was given."""

    sandbox: Sandbox
    over_socket: bool
    cookies: dict[str, str] = field(default_factory=dict)
    timeout: float = 5.0
    _nonces: count[int] = field(default_factory=count)

    def usos_options(self, **changes: Any) -> None:
        """The strict defaults with these changes."""
        self.sandbox.usos.options = UsosOptions(**changes)

    def apio_options(self, **changes: Any) -> None:
        """The strict defaults with these changes."""
        self.sandbox.apio.options = ApioOptions(**changes)

    def send(self, service: str, verb: str, path: str, **request: Any) -> Reply:
        """One plain request."""
        if self.over_socket:
            base = self.sandbox.usos_url if service == "usos" else self.sandbox.apio_url
            with httpx.Client(trust_env=False, timeout=self.timeout) as client:
                answer = client.request(verb, base + path, **request)
        else:
            answer = asyncio.run(self._in_process(service, verb, path, request))
        return Reply(answer.status_code, answer.headers, answer.text)

    def usos(
        self,
        method: str,
        parameters: Mapping[str, str] | None = None,
        *,
        verb: Literal["GET", "POST"] = "POST",
        placement: str = "header",
        consumer: tuple[str, str] | None = ("testkey", "testsecret"),
        **protocol: str,
    ) -> Reply:
        """One call of a method, signed unless there is no consumer; `protocol` overrides nonce and timestamp."""
        path = method if method.startswith("/") else PHONES + method
        query, body, headers = "", None, {}
        if verb == "GET" or placement == "query":
            query = "?" + urlencode(parameters or {}) if parameters else ""
        else:
            body, headers = urlencode(parameters or {}), FORM
        if consumer is not None:
            base = self.sandbox.usos_url if self.over_socket else "http://127.0.0.1"
            signer = Client(
                consumer[0],
                client_secret=consumer[1],
                signature_type=PLACEMENTS[placement],
                nonce=protocol.get("nonce", f"nonce{next(self._nonces)}"),
                timestamp=protocol.get("timestamp", str(NOW)),
            )
            uri, headers, body = signer.sign(base + path + query, verb, body, headers)
            path, query = uri.removeprefix(base), ""
        return self.send("usos", verb, path + query, content=body, headers=headers)

    def login(self, username: str = "admin", password: str = "open", prefix: str = "/api/v1/") -> Reply:  # noqa: S107 - invented
        """Signs in and keeps every cookie."""
        answer = self.send("apio", "POST", f"{prefix}login/", json={"username": username, "password": password})
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def apio(self, verb: str, path: str, body: Any = None) -> Reply:
        """One call with the cookies; paths without a leading slash are within the tenant's list."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        path = path if path.startswith("/") else LIST + path
        content = None if body is None else json.dumps(body).encode()
        return self.send("apio", verb, path, content=content, headers={"Cookie": cookie} if cookie else {})

    def batch(self, *lines: str, **fields: Any) -> Reply:
        """A batch of these lines, each with its line end; a field of None is left out."""
        text = "".join(f"{line}\n" for line in lines)
        body = {"csv": b64encode(text.encode()).decode(), "delimiter": ";", "quotechar": '"', "has_header": True}
        body = {name: value for name, value in (body | fields).items() if value is not None}
        return self.apio("POST", "batch/", body)

    async def _in_process(self, service: str, verb: str, path: str, request: dict[str, Any]) -> httpx.Response:
        app = self.sandbox.usos_app if service == "usos" else self.sandbox.apio_app
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", trust_env=False) as client:
            return await client.request(verb, path, **request)
