"""Behind a proxy that knows people by name, nobody goes by another one, however it is written into a request."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from flows.named import USER_HEADER, by_name
from flows.orchestration.home import Address
from flows.orchestration.serve import serve
from flows.orchestration.single_sign_on import Named
from flows.sandbox import SAMPLES
from schemas.errors import UsageError

RUN = "/api/deployments/3f/create_flow_run"
SIGNED_IN = {"X-User": "Zoë Żak".encode()}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what was asked, as Prefect would read it, or with settings of the pages."""
    request = Request(scope, receive)
    if scope["path"].endswith("/ui-settings"):
        await JSONResponse({"auth": "BASIC", "api_url": "/api"})(scope, receive, send)
        return
    assert len(await request.body()) == int(request.headers.get("content-length", 0))
    await Response(await request.body())(scope, receive, send)


def ask(place: str, said: Any = None, headers: Any = None, method: str = "POST") -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(Named(GZipMiddleware(echo, minimum_size=1), "X-User"))
        async with httpx.AsyncClient(transport=transport, base_url="http://there") as client:
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            return await client.request(method, place, content=content, headers=headers)

    return asyncio.run(asked())


@pytest.mark.parametrize(
    ("place", "said", "heard"),
    [
        (RUN, {"parameters": {"person": "Dean"}}, {"parameters": {"person": "Zoë Żak"}}),
        (RUN + "/bulk", [{"parameters": {"person": "Dean"}}], [{"parameters": {"person": "Zoë Żak"}}]),
        (RUN, b'{"person": "a", "per\\u0073on": "b"}', {"person": "Zoë Żak"}),
        ("/api/flow_runs/3f/resume", {"run_input": {"person": "Dean"}}, {"run_input": {"person": "Zoë Żak"}}),
        ("/api/automations/", {"actions": [{"parameters": {"person": "Dean"}}]}, None),
        (
            "/api/deployments/",
            {"properties": {"person": {"type": "string"}}},
            {"properties": {"person": {"type": "string"}}},
        ),
    ],
)
def test_the_proxys_name_stands_wherever_a_request_names_a_person(place: str, said: Any, heard: Any) -> None:
    answer = ask(place, said, SIGNED_IN)
    assert answer.json() == (heard or {"actions": [{"parameters": {"person": "Zoë Żak"}}]})


def test_an_answer_to_a_form_is_json_in_a_text() -> None:
    answer = ask("/api/flow_runs/3f/input", {"key": "k", "value": json.dumps({"person": "Dean"})}, SIGNED_IN)
    assert json.loads(answer.json()["value"]) == {"person": "Zoë Żak"}


def test_what_did_not_come_through_the_proxy_keeps_its_name_and_a_mark() -> None:
    assert ask(RUN, {"person": "Zoë Żak"}).json() == {"person": "Zoë Żak (Prefect)"}
    assert ask(RUN, {"person": "Zoë Żak (Prefect)"}).json() == {"person": "Zoë Żak (Prefect)"}


@pytest.mark.parametrize("kind", ["jinja", "json", "workspace_variable"])
def test_no_name_is_made_later(kind: str) -> None:
    for headers in (SIGNED_IN, {}):
        assert ask(RUN, {"parameters": {"__prefect_kind": kind, "value": "{}"}}, headers).status_code == 400


@pytest.mark.parametrize("said", [b"[" * 5000, b"{", b"\xff\xfe\x00"])
def test_what_is_no_json_is_refused(said: bytes) -> None:
    assert ask(RUN, said, SIGNED_IN).status_code == 400


def test_a_form_of_a_megabyte_is_refused_and_a_report_of_one_is_not() -> None:
    assert ask(RUN, {"person": "x" * (1 << 20)}).status_code == 413
    assert ask("/api/artifacts/", {"person": "x" * (1 << 20)}).status_code == 200


@pytest.mark.parametrize("names", [[("X-User", "a"), ("X-User", "b")], [("X-User", "")], [("X-User", "a" * 101)]])
def test_a_proxy_that_gives_no_one_name_is_not_believed(names: list[tuple[str, str]]) -> None:
    assert ask(RUN, {"person": "Dean"}, names).status_code == 400


def test_a_name_is_recorded_as_the_server_has_seen_to_it() -> None:
    assert by_name(" Zoë  Żak ", {USER_HEADER: "X-User"}) == "Zoë Żak"
    assert by_name("Zoë Żak", {USER_HEADER: ""}) == by_name("Zoë Żak", {}) == "Zoë Żak (Prefect)"


@pytest.mark.parametrize(("given", "signed_in"), [("http://127.0.0.1:4200/api", True), ("", False)])
def test_a_header_that_anybody_could_send_is_refused(tmp_path: Path, given: str, *, signed_in: bool) -> None:
    shutil.copy(SAMPLES / "phonesync.toml", tmp_path)
    with pytest.raises(UsageError, match="any name"):
        serve(
            str(tmp_path / "phonesync.toml"),
            {"PREFECT_API_URL": given},
            Address("127.0.0.1", 0),
            signed_in=signed_in,
            user_header="X-User",
        )


def test_the_pages_ask_for_no_password_where_the_proxy_has_asked() -> None:
    assert ask("/ui-settings", method="GET", headers={**SIGNED_IN, "Accept-Encoding": "gzip"}).json() == {
        "auth": None,
        "api_url": "/api",
    }
    assert ask("/ui-settings", method="GET").json() == {"auth": "BASIC", "api_url": "/api"}
