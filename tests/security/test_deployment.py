"""The unit for systemd and the container leave the program nothing that it does not need."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
UNIT = ROOT / "docs" / "phonesync.service"
MOST_EXPOSED = 20  # tenths, as systemd-analyze counts; 100 is a service that nothing keeps in


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_itself_calls_the_unit_well_protected() -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", str(UNIT)]
    judged = subprocess.run(  # noqa: S603 - systemd's own
        command,
        capture_output=True,
        text=True,
        check=False,
    )
    if "unrecognized option" in judged.stderr or "Unknown command" in judged.stderr:
        pytest.skip("this systemd judges no files")
    assert judged.returncode == 0, judged.stdout[-2000:] + judged.stderr


def test_the_account_of_the_unit_cannot_rewrite_the_program() -> None:
    unit = RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign] # systemd's names have capitals
    unit.read_string(UNIT.read_text(encoding="utf-8"))
    service = unit["Service"]
    program = Path(service["ExecStart"].split()[0])
    data = Path("/var/lib") / service["StateDirectory"]
    assert service["ProtectSystem"] == "strict"
    assert "ReadWritePaths" not in service
    assert not program.is_relative_to(data)
    assert f"-c {data}/phonesync.toml" in service["ExecStart"]


def test_the_image_is_one_image_and_its_account_no_root() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    assert re.search(r"^ARG BASE=\S+@sha256:[0-9a-f]{64}$", text, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${BASE}"] * 2
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE) == ["10001"]
    assert "HEALTHCHECK" in text
    for said in ("--read-only", "--cap-drop ALL", "no-new-privileges"):
        assert said in text.partition("FROM")[0], f"the command that starts it has {said}"
