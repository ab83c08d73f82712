"""Carry the steps of a run out: those that ask a service as Prefect tasks, with a bar while something is written.

A task leaves four kilobytes for ever, and forty for an hour; six syncs had 42 tasks on a night at rest, and most of
them took milliseconds. How long these took stands in the run's log, a line a sync.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Failed

from flows.orchestration.artifacts import ProgressArtifact
from flows.orchestration.final_states import loggable
from schemas import limits
from schemas.errors import Unreachable

T = TypeVar("T")
Spread = Callable[[Callable[..., Any]], Callable[..., Any]]

# Reading is tried again; nothing else is.
_DELAYS: Mapping[str, tuple[float, ...]] = MappingProxyType({"extract target": limits.UNREACHABLE_DELAYS_SECONDS})

# What waits for others, so that people watch it, and where trying again may help.
_TASKS = frozenset({"extract target", "write"})
_LAST = "report"

# Begin and end of every step, for whoever wants to watch a run; never more than the names of the step and its sync.
LOG = logging.getLogger("phonesync.steps")
BEGINS, ENDS, FAILS = "begins", "ends", "fails"


def carry_out(
    step: str, sync: str, work: Callable[[], T], *, told: Callable[[Exception], str], delays: Sequence[float] = ()
) -> T:
    """Return what `work` returns or raise what it raises; Prefect learns its name, its time and whether it went well.

    Prefect is given no parameters, no result and no exception, so that nobody's number can get into its database, its
    logs or its storage, whatever a server or a profile is set to keep.

    Args:
        step: the task's name.
        sync: whose step it is.
        work: what is to be done.
        told: says of an error what may be kept anywhere.
        delays: seconds to wait before each further attempt while a service cannot be reached. For reading only: a write
            is never begun again by Prefect, and has no time-out that could cut it in half.
    """
    results: list[T] = []
    errors: list[Exception] = []

    def attempt() -> State[Any] | None:
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - raised again below, when Prefect has been told what it may know
            errors.append(error)
            return Failed(message=told(error))
        return None

    def worthwhile(_task: object, _run: object, _state: object) -> bool:
        return isinstance(errors[-1], Unreachable)

    task(
        name=step,
        task_run_name=lambda: f"{sync}: {step}",  # a function: a name that holds braces is no template
        retries=len(delays),
        retry_delay_seconds=list(delays) or None,
        retry_condition_fn=worthwhile,
        cache_policy=NO_CACHE,
        persist_result=False,
    )(attempt)(return_state=True)
    if results:
        return results[0]
    raise errors[-1]


class Steps:
    """Carries the steps of a run out; tasks bear the name of their sync."""

    def __init__(self, progress: ProgressArtifact, seconds: Callable[[], float], spread: Spread | None = None) -> None:
        """Take what shows progress, a clock that never goes backwards, and what spreads writing over workers."""
        self._progress = progress
        self._seconds = seconds
        self._spread = spread
        self._took: dict[str, list[str]] = {}  # by sync: one that failed before its report says nothing of the next

    def __call__(self, name: str, sync: str, function: Callable[..., T], *args: Any) -> T:
        """Carry one step out."""
        work: Callable[..., Any] = function
        if name == "write":
            work = self._progress.around(sync, self._spread(function) if self._spread else function)
        LOG.info("%s: %s %s", sync, name, BEGINS)
        begun, end = self._seconds(), FAILS
        try:
            if name in _TASKS:
                done: T = carry_out(name, sync, lambda: work(*args), told=loggable, delays=_DELAYS.get(name, ()))
            else:
                done = work(*args)
            end = ENDS
        except Exception as error:
            if name not in _TASKS:
                get_run_logger().error("%s: %s: %s", sync, name, loggable(error))
            raise
        finally:
            LOG.info("%s: %s %s", sync, name, end)
            self._took.setdefault(sync, []).append(f"{name} {self._seconds() - begun:.1f} s")
            if name == _LAST:
                get_run_logger().info("%s: %s", sync, ", ".join(self._took.pop(sync)))
        return done
