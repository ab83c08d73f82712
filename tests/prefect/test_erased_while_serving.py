"""A person is erased while `phonesync serve` runs; all data is invented."""

from __future__ import annotations

import re
from pathlib import Path

from connectors.sandbox.server import serve as serve_sandbox
from flows.sandbox import read_state
from tests.prefect.serving import Receiver, make_served

PERSON = re.compile(rb"user 900004(?!\d)")


def traces(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and PERSON.search(path.read_bytes())]


def test_nothing_of_the_person_is_left_beside_a_running_server(tmp_path: Path) -> None:
    with serve_sandbox(read_state(None)) as sandbox:
        served = make_served(tmp_path, sandbox, Receiver("127.0.0.1:9"))
        served.start()
        try:
            served.run("sync/users")
            assert traces(tmp_path / "reports")
            assert traces(tmp_path / ".phonesync")
            erased = served.command("erase", "--user", "900004")
            assert (erased.returncode, erased.stderr) == (0, "")
            assert traces(tmp_path) == []
            assert served.run("doctor/doctor").state_name == "Completed", "its server goes on"
        finally:
            served.stop()
