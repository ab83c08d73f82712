"""Reports are served to their owner, by a name of this machine, and nothing else is; all data is invented."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn

from flows.orchestration.reports_server import can_tell_owners, owner_of_peer, reports_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    reports = tmp_path / "reports"
    (reports / "r-1").mkdir(parents=True)
    for name in (
        "faculties.html",
        "faculties.csv",
        "faculties.json",
        "faculties.txt",
        ".hidden.html",
        "lista płac.html",
    ):
        (reports / "r-1" / name).write_text(f"<p>{name}</p>", encoding="utf-8")
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    (reports / "r-1" / "link.html").symlink_to(tmp_path / "secret.html")
    return reports


@dataclass
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)


Owner = Callable[[str, int], int | None]
Get = Callable[..., Answer]


@contextmanager
def listening(folder: Path, owner: Owner | None) -> Iterator[Get]:
    """Serve on a free port; yields what asks for a path exactly as it is written."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]
    app = reports_app(folder, port, owner_of=owner)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)

    def get(path: str, *, host: str = "", verb: str = "GET") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        named = host.replace("PORT", str(port)) or f"127.0.0.1:{port}"
        connection.putrequest(verb, path, skip_host=True)
        connection.putheader("Host", named)
        connection.endheaders()
        answer = connection.getresponse()
        read = Answer(
            answer.status, answer.read().decode(), {name.lower(): value for name, value in answer.getheaders()}
        )
        connection.close()
        return read

    yield get
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def get(folder: Path) -> Iterator[Get]:
    with listening(folder, lambda _host, _port: os.geteuid()) as get:
        yield get


@pytest.mark.parametrize("name", ["faculties.html", "faculties.csv", "faculties.json", "lista%20p%C5%82ac.html"])
def test_a_report_opens(get: Get, name: str) -> None:
    answer = get(f"/r-1/{name}", host="localhost:PORT")
    assert answer.status == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert ("attachment" in answer.headers.get("content-disposition", "")) == (not name.endswith(".html"))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/r-1",
        "/r-1/",
        "/r-1/faculties.txt",
        "/r-1/.hidden.html",
        "/r-1/link.html",
        "/r-1/none.html",
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/r-1/..%2f..%2fsecret.html",
        "/..%5csecret.html",
        "//secret.html",
        "/r-1/faculties.html/x",
        "/r-1/faculties%00.html",
    ],
)
def test_nothing_else_is_there(get: Get, path: str) -> None:
    answer = get(path)
    assert answer.status == 404
    assert "secret" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:PORT", "127.0.0.1", "127.0.0.1.evil.example:PORT"])
def test_another_name_is_refused_so_that_no_page_from_elsewhere_reaches_through_a_browser(get: Get, host: str) -> None:
    assert get("/r-1/faculties.html", host=host).status == 421


@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_is_ever_written(get: Get, verb: str) -> None:
    assert get("/r-1/faculties.html", verb=verb).status == 405


@pytest.mark.parametrize("owner", [None, os.geteuid() + 1])
def test_another_user_of_this_machine_is_refused(folder: Path, owner: int | None) -> None:
    with listening(folder, lambda *_: owner) as get:
        answer = get("/r-1/faculties.html")
    assert answer.status == 403
    assert "faculties" not in answer.text


@pytest.mark.skipif(not can_tell_owners(), reason="this system does not say whose a connection is")
def test_the_owner_of_a_real_connection_is_known(folder: Path) -> None:
    with listening(folder, None) as get:
        assert get("/r-1/faculties.html").status == 200
    assert owner_of_peer("192.0.2.1", 80) is None
    assert owner_of_peer("127.0.0.1", 1) is None
