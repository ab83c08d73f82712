"""Carry the steps of a run out as Prefect tasks, with a bar while something is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from flows.artifacts import Progress
from flows.front.states import told
from tasks.steps import carry_out

T = TypeVar("T")
Spread = Callable[[Callable[..., Any]], Callable[..., Any]]

# The client has been patient already; this is for a service that is restarted at night. Nothing else is tried again.
_DELAYS: Mapping[str, tuple[float, ...]] = MappingProxyType({"extract target": (10.0, 60.0)})


class Steps:
    """Carries the steps of a run out as Prefect tasks that bear the name of their sync."""

    def __init__(self, progress: Progress, spread: Spread | None = None) -> None:
        """Take what shows progress, and what spreads writing over several workers where there are any."""
        self._progress = progress
        self._spread = spread

    def __call__(self, name: str, sync: str, function: Callable[..., T], *args: Any) -> T:
        """Carry one step out."""
        work: Callable[..., Any] = function
        if name == "write":
            work = self._progress.around(sync, self._spread(function) if self._spread else function)
        done: T = carry_out(name, sync, lambda: work(*args), told=told, delays=_DELAYS.get(name, ()))
        return done
