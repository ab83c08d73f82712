"""Every fault: what the caller sees, and what is stored afterwards."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any, get_args

import httpx
import pytest
from sandbox_peer import STATE, Peer, Reply
from waiting import eventually

from connectors.sandbox.options import Fault, FaultKind
from connectors.sandbox.usos_rows import NumberRow
from connectors.sandbox.wire import take

WANTED = json.dumps([{"number": "1", "comment": {"pl": "x", "en": None}}])
IN_FRONT = {
    "too_many_requests": 429,
    "server_error_before_commit": 503,
    "html_before_commit": 200,
    "null_before_commit": 200,
    "redirect": 302,
}
AFTERWARDS = {
    "server_error_after_commit": 503,
    "html_after_commit": 200,
    "null_after_commit": 200,
    "truncated_json": 200,
}
DROPPED = {"reset_before_commit": False, "lost_after_commit": True, "cut_off_after_commit": True}


def replace(peer: Peer) -> Any:
    return peer.usos("replace", {"fac_id": "10000000", "data": WANTED})


def numbers(peer: Peer) -> list[str]:
    return [row.number for row in peer.sandbox.usos.numbers("faculty", "10000000")]


def fault(peer: Peer, kind: Any, method: str = "replace", **rest: Any) -> None:
    peer.sandbox.usos.faults = [Fault(method, kind, **rest)]


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(("kind", "status"), IN_FRONT.items())
def test_before_the_commit_nothing_is_done(peer: Peer, kind: str, status: int) -> None:
    fault(peer, kind)
    answer = replace(peer)
    assert (answer.status, len(numbers(peer)), answer.text == "null") == (status, 3, kind == "null_before_commit")
    call = peer.sandbox.calls[-1]
    assert (call.method, call.status, call.changed, call.answered) == ("replace", status, False, True)
    assert replace(peer).json == {"success": True}


@pytest.mark.parametrize(("kind", "status"), AFTERWARDS.items())
def test_after_the_commit_all_is_done(peer: Peer, kind: str, status: int) -> None:
    fault(peer, kind)
    answer = replace(peer)
    assert (answer.status, numbers(peer)) == (status, ["1"])
    assert (is_json(answer.text), peer.sandbox.calls[-1].changed) == (kind == "null_after_commit", True)


@pytest.mark.parametrize(("kind", "done"), DROPPED.items())
def test_the_connection_is_really_dropped(peer: Peer, kind: str, done: bool) -> None:  # noqa: FBT001 - a column
    fault(peer, kind)
    with pytest.raises((httpx.TransportError, ConnectionResetError)):
        replace(peer)
    assert (numbers(peer) == ["1"]) is done
    call = peer.sandbox.calls[-1]
    assert (call.method, call.changed, call.answered) == ("replace", done, False)
    assert peer.usos("select", {"fac_ids": "1"}).status == 200


def test_a_kept_connection_is_dropped_alone(peer: Peer) -> None:
    """Another client's connection survives, and so does the server."""
    if not peer.over_socket:
        return
    with httpx.Client(trust_env=False, base_url=peer.sandbox.usos_url) as other:
        assert other.get("/services/apisrv/now").status_code == 200
        fault(peer, "lost_after_commit")
        with pytest.raises(httpx.RemoteProtocolError):
            replace(peer)
        assert other.get("/services/apisrv/now").status_code == 200


@pytest.mark.parametrize(
    ("wait", "header"), [(0, "0"), (2.5, "2.5"), ("Mon, 10 Jun 2024 06:13:21 GMT",) * 2, (None, None)]
)
def test_retry_after(near: Peer, wait: float | str | None, header: str | None) -> None:
    fault(near, "too_many_requests", retry_after=wait)
    assert replace(near).headers.get("retry-after") == header


def test_a_redirect_says_where_to(near: Peer) -> None:
    fault(near, "redirect", location="https://elsewhere.example.com/")
    assert replace(near).headers["location"] == "https://elsewhere.example.com/"


def test_the_status_of_a_server_error_is_a_setting(near: Peer) -> None:
    fault(near, "server_error_after_commit", status=504)
    assert replace(near).status == 504


def test_another_writer_before_a_replace_commits(peer: Peer) -> None:
    seen: list[list[str]] = []

    def write(usos: Any) -> None:
        usos.set_numbers("faculty", "10000000", [NumberRow("other")])
        seen.append(numbers(peer))

    fault(peer, "another_writer", mutation=write)
    assert replace(peer).status == 200
    assert (seen, numbers(peer)) == ([["other"]], ["1"])


def test_another_writer_right_after_a_read(peer: Peer) -> None:
    fault(peer, "another_writer", "select", mutation=lambda usos: usos.set_numbers("faculty", "10000000", []))
    assert len(peer.usos("select", {"fac_ids": "10000000"}).json["10000000"]) == 3
    assert numbers(peer) == []


def test_a_mutation_comes_with_another_kind_too(peer: Peer) -> None:
    written: list[bool] = []
    fault(peer, "lost_after_commit", mutation=lambda _: written.append(True))
    with pytest.raises((httpx.TransportError, ConnectionResetError)):
        replace(peer)
    assert (written, numbers(peer)) == ([True], ["1"])


def test_another_writer_does_not_write_where_the_call_is_refused(near: Peer) -> None:
    fault(near, "another_writer", mutation=lambda usos: usos.set_numbers("faculty", "10000000", []))
    assert near.usos("replace", {"fac_id": "10000000", "data": "{"}).status == 400
    assert len(numbers(near)) == 3


@pytest.mark.parametrize("method", ["select", "phone_type"])
def test_extra_keys(near: Peer, method: str) -> None:
    fault(near, "extra_keys", method)
    answer = near.usos(method, {"fac_ids": "10000000", "id": "STA"}).json
    assert next(iter(answer)) in {"10000000", "id"}
    assert "x_unknown" in (answer["10000000"][0] if method == "select" else answer)
    assert method == "phone_type" or list(answer) == ["10000000"]


@pytest.mark.parametrize(("entity_id", "victim"), [(None, "1"), ("2", "2"), ("3", None)])
def test_an_id_missing_or_null(near: Peer, entity_id: str | None, victim: str | None) -> None:
    for kind in ("id_missing", "id_null"):
        fault(near, kind, "select", entity_id=entity_id)
        answer = near.usos("select", {"fac_ids": "1|2"}).json
        expected: dict[str, Any] = {"1": [], "2": []}
        if victim and kind == "id_null":
            expected[victim] = None
        elif victim:
            del expected[victim]
        assert answer == expected


@pytest.mark.parametrize(
    ("kind", "comment"),
    [
        ("en_null", {"pl": "Sekretariat", "en": None}),
        ("en_empty", {"pl": "Sekretariat", "en": ""}),
        ("en_absent", {"pl": "Sekretariat"}),
    ],
)
def test_english_comments(near: Peer, kind: str, comment: dict[str, Any]) -> None:
    fault(near, kind, "select")
    assert comment in [row["comment"] for row in near.usos("select", {"fac_ids": "10000000"}).json["10000000"]]


def test_types_guessed_anew(near: Peer) -> None:
    sent = json.dumps([{"number": "600 000 001", "comment": None, "type_id": "FAX"}])
    fault(near, "type_guessed")
    near.usos("replace", {"fac_id": "10000000", "data": sent})
    assert near.sandbox.usos.numbers("faculty", "10000000")[0].type_id == "KOM"
    near.sandbox.usos.set_numbers("faculty", "10000000", [NumberRow("600 000 001", type_id="FAX")])
    fault(near, "type_guessed", "select")
    ask = {"fac_ids": "10000000", "fields": "type_id"}
    assert near.usos("select", ask).json["10000000"] == [{"type_id": "KOM"}]
    assert near.usos("select", ask).json["10000000"] == [{"type_id": "FAX"}]


def test_clock_off(near: Peer) -> None:
    fault(near, "clock_off", "*")
    assert replace(near).json == {"message": "Expired timestamp."}
    assert replace(near).status == 200
    fault(near, "clock_off", "now", seconds=-60.0)
    assert near.usos("/services/apisrv/now", consumer=None).json == "2024-06-10 08:12:20.000000"


def test_session_expiry(signed_in: Peer) -> None:
    signed_in.sandbox.apio.faults = [Fault("batch", "session_expired")]
    assert signed_in.apio("GET", "").status == 200
    assert signed_in.batch("Name;Phone Number").status == 401
    signed_in.login()
    assert signed_in.batch("Name;Phone Number").status == 200


@pytest.mark.parametrize(("kind", "early"), [("slow_before_commit", False), ("slow_after_commit", True)])
def test_a_slow_answer(peer: Peer, kind: str, early: bool) -> None:  # noqa: FBT001 - a column
    """A caller that stops waiting leaves the work to be done later, or done already."""
    fault(peer, kind, seconds=0.15)
    if not peer.over_socket:
        started = time.monotonic()
        assert replace(peer).status == 200
        assert time.monotonic() - started > 0.1
        return
    impatient = dataclasses.replace(peer, timeout=0.05)
    with pytest.raises(httpx.ReadTimeout):
        replace(impatient)
    assert (numbers(peer) == ["1"]) is early
    eventually(lambda: numbers(peer) == ["1"])


def test_the_batch_may_be_lost_and_find_another_writer(peer: Peer) -> None:
    peer.login()
    peer.sandbox.apio.faults = [
        Fault("batch", "another_writer", mutation=lambda apio: apio.set_entries("chopin", None, [("Late", "1")])),
        Fault("batch", "lost_after_commit"),
    ]
    answer = peer.batch("Name;Phone Number", "A;1")
    assert [row["message"] for row in answer.json["results"]] == ["Contact added", "Contact deleted"]
    with pytest.raises((httpx.TransportError, ConnectionResetError)):
        peer.batch("Name;Phone Number", "B;1")
    assert peer.sandbox.apio.entries("chopin") == [("B", "1")]


@pytest.mark.parametrize("kind", ["too_many_requests", "server_error_before_commit", "server_error_after_commit"])
def test_apio_faults_before_and_after(near: Peer, kind: Any) -> None:
    near.login()
    near.sandbox.apio.faults = [Fault("delete", kind)]
    assert near.apio("DELETE", "Dean/").status in {429, 503}
    assert (len(near.sandbox.apio.entries("chopin")) == 2) is (kind == "server_error_after_commit")


def test_apio_extra_keys(signed_in: Peer) -> None:
    signed_in.sandbox.apio.faults = [Fault("list", "extra_keys")]
    answer = signed_in.apio("GET", "").json
    assert ("x_unknown" in answer, "x_unknown" in answer["entries"][0]) == (True, True)


def test_faults_are_taken_in_order_one_a_call() -> None:
    """A fault counts the calls that no fault before it in the list has taken."""
    faults = [
        Fault("replace", "redirect", nth=2),
        Fault("*", "truncated_json"),
        Fault("select", "id_null", times=2),
    ]
    taken = [take(faults, method) for method in ("replace", "select", "replace", "select", "replace", "select")]
    kinds = [fault and fault.kind for fault in taken]
    assert kinds == ["truncated_json", "id_null", "redirect", "id_null", None, None]
    assert faults == []


@pytest.mark.parametrize("wrong", [{"nth": 0}, {"times": 0}, {"kind": "another_writer"}])
def test_faults_that_cannot_be_meant(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"fault's nth|needs a mutation"):
        Fault(**({"method": "select", "kind": "redirect"} | wrong))


@pytest.mark.parametrize("kind", sorted(get_args(FaultKind)))
def test_no_fault_outlives_a_reset_nor_breaks_the_next_call(near: Peer, kind: Any) -> None:
    near.sandbox.usos.faults = [Fault("*", kind, times=9, mutation=lambda _: None, seconds=0.001)]
    near.sandbox.apio.faults = [Fault("*", kind, times=9, mutation=lambda _: None, seconds=0.001)]
    calls: list[Callable[[], Reply]] = [lambda: near.usos("select", {"fac_ids": "1"}), near.login]
    for call in calls:
        try:
            assert call().status < 600
        except ConnectionResetError:
            assert kind in DROPPED
    near.sandbox.reset(STATE)
    assert (near.sandbox.usos.faults, near.sandbox.apio.faults, near.sandbox.calls) == ([], [], [])
    assert (near.usos("select", {"fac_ids": "1"}).status, near.login().status) == (200, 200)
