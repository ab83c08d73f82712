"""Each story has a stage of its own, and is held against its file in the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from golden_stage import ENVIRONMENT, STATE, Stage
from golden_transcript import WRITE_THEM, Plain, Transcript

from connectors.sandbox.server import Sandbox, serve


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the stories write what is expected of them."""
    parser.addoption("--golden-write", action="store_true", help="write the expected outputs of tests/golden anew")


@pytest.fixture(scope="session")
def golden_services() -> Iterator[Sandbox]:
    with serve(STATE) as running:
        yield running


@pytest.fixture
def stage(
    request: pytest.FixtureRequest,
    golden_services: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Stage:
    """Return an empty folder, in which we stand, beside the services as they were at first."""
    golden_services.reset(STATE)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PHONESYNC_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    fixed = {
        str(tmp_path): "/FOLDER",
        golden_services.usos_url: "http://127.0.0.1:8701",
        golden_services.apio_url: "http://127.0.0.1:8702",
    }
    plain = Plain(fixed)
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_").lower()).strip("-")
    return Stage(tmp_path, golden_services, Transcript(name, plain), plain)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[object]:
    """Hold the story against its file once the test has told it: a difference is the test's failure."""
    result = yield
    stage = pyfuncitem.funcargs.get("stage")
    if isinstance(stage, Stage) and stage.story.parts:
        if pyfuncitem.config.getoption("--golden-write", default=False):
            stage.story.write()
        difference = stage.story.difference()
        if difference:
            pytest.fail(f"{difference}\n{WRITE_THEM}", pytrace=False)
    return result
