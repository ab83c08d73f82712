"""One slice of a plan: who may write it, when it stops, and that all of them are the whole; all data is invented."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.ledger.locks import Lock
from connectors.sandbox.options import Fault
from connectors.sandbox.server import Sandbox, serve
from flows.context import RunContext, open_context
from flows.locking import this_process
from flows.run import run
from flows.slice_writing import (
    Slice,
    claims_of,
    ended_claim,
    has_ended,
    requests_of,
    shared_among,
    stop_lock,
    wait_for_orphans,
    write_slice,
)
from flows.sync_run import RunRequest, directly
from schemas.errors import TargetBusy
from schemas.limits import LOCK_STALE_SECONDS
from schemas.settings import Settings
from tasks.execution.remaining import cut, owners_to_write

FACULTIES = 9
IN_FLIGHT = 4
RUN = "r-1"
CONFIGURATION = """\
[connections.usos]
kind = "usos"
base_url = "{usos}"
consumer_key = {{ env = "KEY" }}
consumer_secret = {{ env = "SECRET" }}
ids_per_select = 1
concurrency = 4
max_requests_per_second = 1000

[syncs.one]
connection = "usos"
entity_class = "faculty"
source = "source.csv"
"""
STATE: dict[str, Any] = {
    "usos": {
        "consumers": [
            {
                "key": "k",
                "secret": "s",
                "administrative_methods": ["services/phones/select", "services/phones/replace"],
            }
        ],
        "entities": {"faculty": {f"f{each}": [] for each in range(FACULTIES)}},
    }
}


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["add", "keep", "hold", "delete"]))),
    st.integers(1, 12),
)
def test_law_slices_are_the_whole_and_share_no_owner(rows: list[tuple[str, str]], of: int) -> None:
    plan = pd.DataFrame(rows, columns=["owner", "action"])
    parts = [cut(plan, number, of) for number in range(1, of + 1)]
    changed = plan[plan["owner"].isin(owners_to_write(plan))]
    assert sorted(index for part in parts for index in part.index) == sorted(changed.index)
    owners = [owner for part in parts for owner in part["owner"].unique()]
    assert len(owners) == len(set(owners))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serve(STATE) as served:
        yield served


@pytest.fixture
def context(tmp_path: Path, sandbox: Sandbox) -> Iterator[RunContext]:
    (tmp_path / "phonesync.toml").write_text(CONFIGURATION.format(usos=sandbox.usos_url), encoding="utf-8")
    lines = [f"f{each},22 999 00 0{each}" for each in range(FACULTIES)]
    (tmp_path / "source.csv").write_text("\n".join(["entity_id,number", *lines, ""]), encoding="utf-8")
    with open_context(str(tmp_path / "phonesync.toml"), os.environ | {"KEY": "k", "SECRET": "s"}) as opened:
        yield opened


@pytest.fixture
def plan(context: RunContext) -> str:
    """Make a plan, and stand in for the run that is writing it."""
    made: str = run(context, RunRequest("plan")).summary["syncs"][0]["plan"]
    context.ledger.start_run(RUN, mode="sync", person="tester", at=context.now())
    context.ledger.begin_writing(made, RUN)
    hold(context, made)
    return made


def hold(context: RunContext, plan: str, *, by: str = RUN, age: float = 0.0) -> None:
    """Let a run hold the plan's target."""
    beat = context.clock().timestamp() - age
    context.ledger.locks.take(context.ledger.plan(plan).target, Lock(by, this_process(), beat), is_dead=lambda _: True)


def writes(sandbox: Sandbox) -> int:
    return sum(call.method == "replace" for call in sandbox.calls)


def test_all_slices_write_what_the_whole_would(context: RunContext, plan: str, sandbox: Sandbox) -> None:
    for number in (1, 2, 3):
        written = write_slice(fresh(context), Slice(plan, RUN, number, 3), directly)
        assert written is not None
        assert {item.outcome for item in written.known.values()} == {"applied"}
    assert writes(sandbox) == FACULTIES
    assert {item.outcome for item in context.ledger.outcomes(plan)} == {"applied"}
    claims = context.ledger.locks.held(claims_of(plan))
    assert len(claims) == 3
    assert all(has_ended(claim) for claim in claims.values())
    assert sum(requests_of(claim)["write"] for claim in claims.values()) == FACULTIES


def fresh(context: RunContext) -> RunContext:
    """Return the world as another process has it."""
    return replace(context, _clients={})


def test_a_slice_is_written_once(context: RunContext, plan: str, sandbox: Sandbox) -> None:
    assert write_slice(fresh(context), Slice(plan, RUN, 1, 3), directly) is not None
    assert write_slice(fresh(context), Slice(plan, RUN, 1, 3), directly) is None
    assert writes(sandbox) == 3


def test_a_slice_of_a_plan_whose_sync_has_another_name_now_is_written(
    context: RunContext, plan: str, sandbox: Sandbox
) -> None:
    section = context.settings.syncs["one"].model_copy(update={"renamed_from": ("one",)})
    settings = context.settings.model_copy(update={"syncs": {"units": section}})
    assert write_slice(replace(fresh(context), settings=settings), Slice(plan, RUN, 1, 3), directly) is not None
    assert writes(sandbox) == 3


@pytest.mark.parametrize(("by", "age"), [("another run", 0.0), (RUN, LOCK_STALE_SECONDS + 1)])
def test_a_slice_whose_run_has_ended_sends_nothing(
    context: RunContext, plan: str, sandbox: Sandbox, by: str, age: float
) -> None:
    hold(context, plan, by=by, age=age)
    assert write_slice(fresh(context), Slice(plan, RUN, 1, 3), directly) is None
    assert writes(sandbox) == 0
    assert context.ledger.locks.held(claims_of(plan)) == {}


def test_a_slice_stops_in_order_when_its_run_is_stopped(context: RunContext, plan: str, sandbox: Sandbox) -> None:
    mark = Lock(RUN, this_process(), 0.0)
    context.ledger.locks.take(stop_lock(plan), mark, is_dead=lambda _: False)
    written = write_slice(fresh(context), Slice(plan, RUN, 1, 3), directly)
    assert written is not None
    assert {item.outcome for item in written.known.values()} == {"skipped"}
    assert writes(sandbox) == 0


def test_a_slice_whose_run_dies_stops_by_itself_and_notes_nothing_more(
    context: RunContext, plan: str, sandbox: Sandbox
) -> None:
    def die(_service: Any) -> None:
        hold(context, plan, by="the next run")

    sandbox.usos.faults.append(Fault("replace", "another_writer", mutation=die))
    context.settings = shared_among(context.settings, "usos", IN_FLIGHT)  # one request at a time, so that they count
    # The slice looks into the ledger at most once a second; here that is before each request.
    with pytest.raises(TargetBusy):
        write_slice(hurried(context), Slice(plan, RUN, 1, 1), directly)
    assert writes(sandbox) == 1
    assert "skipped" not in {item.outcome for item in context.ledger.outcomes(plan)}
    assert context.ledger.locks.held(claims_of(plan)) == {}


def hurried(context: RunContext) -> RunContext:
    """Return a world in which more than a second passes between any two looks at the clock."""
    begun, looks = context.clock(), count()
    return replace(fresh(context), clock=lambda: begun + timedelta(seconds=1.1 * next(looks)))


def test_the_next_run_clears_what_slices_of_a_dead_one_left(context: RunContext, plan: str) -> None:
    locks = context.ledger.locks
    ended = ended_claim(RUN, {"read": 1, "write": 2}).holder
    for name, holder in (("1/3", ended), ("2/3", "elsewhere:1"), ("stop", this_process())):
        locks.take(claims_of(plan) + name, Lock(RUN, holder, 0.0), is_dead=lambda _: False)
    waited: list[float] = []
    wait_for_orphans(replace(context, sleep=waited.append), plan)
    assert locks.held(claims_of(plan)) == {}
    assert len(waited) == 1


def test_what_a_service_has_agreed_to_is_shared_and_never_multiplied(context: RunContext) -> None:
    for number in (1, 2, 3, 4):
        part: Settings = shared_among(context.settings, "usos", number)
        assert part.connections["usos"].concurrency * number <= IN_FLIGHT
        assert part.connections["usos"].max_requests_per_second == pytest.approx(1000 / number)
