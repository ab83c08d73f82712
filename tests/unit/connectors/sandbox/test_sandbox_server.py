"""The whole sandbox: start and stop, reset, databases, other threads."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sandbox_peer import NOW, STATE, Peer

from connectors.sandbox.options import ApioOptions, Fault, UsosOptions
from connectors.sandbox.server import Sandbox, Setup, serve
from connectors.sandbox.usos_rows import NumberRow


def ports(sandbox: Sandbox) -> tuple[int, int]:
    usos, apio = urlsplit(sandbox.usos_url).port, urlsplit(sandbox.apio_url).port
    assert usos
    assert apio
    return usos, apio


def test_the_ports_are_free_afterwards_and_can_be_chosen() -> None:
    with serve(STATE) as sandbox:
        chosen = ports(sandbox)
    for port in chosen:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    with serve(STATE, ports=chosen) as sandbox:
        assert ports(sandbox) == chosen
        assert httpx.get(sandbox.usos_url + "/services/apisrv/now", trust_env=False).status_code == 200


def test_a_taken_port_is_an_error_that_leaves_nothing_behind() -> None:
    with serve(STATE) as sandbox:
        taken = ports(sandbox)[0]
        with pytest.raises(OSError, match="in use"), serve(STATE, ports=(0, taken)):
            pass
        assert httpx.get(sandbox.usos_url + "/services/apisrv/now", trust_env=False).status_code == 200


def test_it_stops_though_a_client_keeps_its_connection() -> None:
    with httpx.Client(trust_env=False) as client:
        with serve(STATE) as sandbox:
            assert client.get(sandbox.usos_url + "/services/apisrv/now").status_code == 200
            started = time.monotonic()
        assert time.monotonic() - started < 2


def test_it_stops_after_an_error_in_the_block() -> None:
    seen: list[tuple[int, int]] = []

    def fail() -> None:
        with serve(STATE) as sandbox:
            seen.append(ports(sandbox))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with serve(STATE, ports=seen[0]):
        pass


def test_reset_goes_back_to_the_state_and_the_options_given() -> None:
    given = UsosOptions(check_nonces=False), ApioOptions(audit_key=True)
    sandbox = Sandbox(Setup(usos=given[0], apio=given[1], clock=lambda: float(NOW)))
    sandbox.reset(STATE)
    peer = Peer(sandbox, over_socket=False)
    before = sandbox.usos.numbers("faculty", "10000000")
    sandbox.usos.options = UsosOptions(types="ignored")
    sandbox.apio.options = ApioOptions(prefix="/")
    sandbox.usos.faults = [Fault("select", "redirect")]
    sandbox.usos.set_numbers("faculty", "new", [NumberRow("1")])
    sandbox.apio.set_entries("new", "group", [("a", "1")])
    peer.usos("replace", {"fac_id": "10000000", "data": "[]"})
    sandbox.reset(STATE)
    assert (sandbox.usos.options, sandbox.apio.options) == given
    assert (sandbox.usos.faults, sandbox.calls) == ([], [])
    assert sandbox.usos.numbers("faculty", "10000000") == before
    assert (sandbox.usos.numbers("faculty", "new"), sandbox.apio.entries("new", "group")) == ([], [])
    sandbox.close()


def test_an_empty_state_has_nobody_in_it(near: Peer) -> None:
    near.sandbox.reset({})
    assert near.usos("select", {"fac_ids": "1"}).json == {"message": "Invalid consumer."}
    assert near.login().status == 401
    assert near.usos("phone_type", {"id": "STA"}, consumer=None).status == 200


def test_another_writer_may_bring_a_new_entity_and_a_new_list(signed_in: Peer) -> None:
    signed_in.sandbox.usos.set_numbers("building", "B9", [NumberRow("1", "a", "b", "STA")])
    row = signed_in.sandbox.usos.numbers("building", "B9")[0]
    assert (row.number, row.comment_pl, row.comment_en, row.type_id) == ("1", "a", "b", "STA")
    assert signed_in.usos("replace", {"building_id": "B9", "data": "[]"}).status == 200
    signed_in.sandbox.apio.set_entries("bare", None, [("a", "1")])
    answer = signed_in.apio("GET", "/api/v1/tenants/bare/services/common_phone_list/")
    assert answer.json == {"entries": [{"name": "a", "phoneNumber": "1"}]}


def test_a_database_in_a_file(tmp_path: Path) -> None:
    with serve(STATE, database=f"sqlite:///{tmp_path / 'sandbox.db'}", clock=lambda: float(NOW)) as sandbox:
        peer = Peer(sandbox, over_socket=True)
        sent = json.dumps([{"number": "1", "comment": None}])
        assert peer.usos("replace", {"fac_id": "10000000", "data": sent}).status == 200
        assert [row.number for row in sandbox.usos.numbers("faculty", "10000000")] == ["1"]
    with serve(STATE, database=f"sqlite:///{tmp_path / 'sandbox.db'}") as sandbox:
        assert len(sandbox.usos.numbers("faculty", "10000000")) == 3


def test_many_threads_see_whole_changes(served: Sandbox) -> None:
    """A replace is seen as a whole or not at all, whoever reads."""
    served.reset(STATE)
    sets = [json.dumps([{"number": f"{mark}{n}", "comment": None} for n in range(9)]) for mark in "abcd"]

    def write(data: str) -> None:
        assert (
            Peer(served, over_socket=True).usos("replace", {"fac_id": "10010000", "data": data}, nonce=data).status
            == 200
        )

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(write, data) for data in sets]
        while not all(future.done() for future in running):
            rows = served.usos.numbers("faculty", "10010000")
            assert len(rows) in {0, 9}
            assert len({row.number[0] for row in rows}) <= 1
    for future in running:
        future.result()
    assert [call.changed for call in served.calls] == [True] * 4


def test_equal_numbers_are_no_change(near: Peer) -> None:
    near.sandbox.usos.set_numbers(
        "faculty", "10000000", [NumberRow("1", "x", "", "STA"), NumberRow("2", type_id="STA")]
    )
    same = json.dumps([{"number": "2", "comment": None}, {"number": "1", "comment": {"pl": "x"}, "type_id": "STA"}])
    near.usos("replace", {"fac_id": "10000000", "data": same})
    assert near.sandbox.calls[-1].changed is False
    near.usos("replace", {"fac_id": "10000000", "data": "[]"})
    assert near.sandbox.calls[-1].changed is True
