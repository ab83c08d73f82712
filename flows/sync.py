"""The flow that a schedule starts and that Prefect's pages offer as a form. The command line runs the same body."""

# No postponed annotations in this module: Prefect reads them to make the form, and does not resolve them everywhere.
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, TypeVar

from prefect import flow
from prefect.client.schemas.objects import State, StateType
from prefect.states import Completed, Failed

from flows.artifacts import Progress, show
from flows.open import open_world
from flows.problems import unexpected
from flows.run import Mode, Order, Ran, run
from flows.stop import ending_in_order
from flows.world import World
from schemas.errors import PhonesyncError
from schemas.plan import Action, Outcome
from tasks.headline import Tally, headline
from tasks.steps import carry_out

T = TypeVar("T")

_MODES: dict[str, Mode] = {"plan only": "plan", "sync": "sync"}
# The client has been patient already; this is for a service that is restarted at night. Nothing else is tried again.
_DELAYS = {"extract target": (10.0, 60.0)}


class NotInPlace(Exception):  # noqa: N818 - named by how things stand
    """A run ended and not all that is wanted is in place; `summary` is what `--json` prints."""

    def __init__(self, message: str, summary: dict[str, Any]) -> None:
        super().__init__(message)
        self.summary = summary


@flow(name="sync", persist_result=False)
def sync(
    config: str = "",
    syncs: list[str] = [],  # noqa: B006 - nobody changes it, and Prefect's form begins with it
    mode: Literal["plan only", "sync"] = "sync",
) -> Any:
    """Bring USOS and the APIO phone lists in step with their CSV files, and account for every line.

    Args:
        config: The configuration file, as the worker sees it. Left empty: PHONESYNC_CONFIG, else phonesync.toml in the
            worker's folder.
        syncs: The names of the syncs, in the order in which they are to run. Left empty: all of them.
        mode: "plan only" shows what would change and writes to no service; "sync" plans, writes, and reads again to
            prove it.

    Returns:
        The object that `phonesync sync --json` prints, as the result of a completed run; a failed or blocked run
        has it in its exception, `NotInPlace`. Numbers are in none of them.
    """
    progress = Progress()
    try:
        with open_world(config or None, os.environ, progress.told) as world, _ending_in_order(world, mode):
            ran = run(world, Order(_MODES[mode], syncs), _Steps(progress))
    except Exception as error:  # noqa: BLE001 - it is the caller's to see; Prefect is given a sentence to keep
        return Failed(message=_told(error), data=error)
    sentence = say(ran)
    show(ran, sentence, planned=mode == "plan only")
    return _state(ran, sentence)


def _ending_in_order(world: World, mode: str) -> AbstractContextManager[None]:
    """When Prefect cancels a run, or its machine shuts down, finish what is in flight and send nothing more.

    Signals reach the main thread alone; elsewhere, and where nothing is written, a run may end anywhere.
    """
    writes = _MODES[mode] == "sync" and threading.current_thread() is threading.main_thread()
    return ending_in_order(world.stopping) if writes else nullcontext()


class _Steps:
    """Carries the steps of a run out as Prefect tasks that bear the name of their sync."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(self, name: str, sync: str, function: Callable[..., T], *args: Any) -> T:
        work = self._progress.around(sync, function) if name == "write" else function
        return carry_out(name, sync, lambda: work(*args), told=_told, delays=_DELAYS.get(name, ()))


def _told(error: Exception) -> str:
    """Say what went wrong in words that may be kept anywhere: only errors of ours never quote a row."""
    return str(error) if isinstance(error, PhonesyncError) else unexpected(error)


def say(ran: Ran) -> str:
    """Return the run in a few sentences, the worst first, for people who look at a list of runs."""
    syncs = ran.summary["syncs"]
    fine = [sync for sync in syncs if "error" not in sync]
    parts = [_stopped(sync) for sync in syncs if "error" in sync]
    if fine:
        whole = {
            "verified": all(sync["verified"] for sync in fine),
            "guards": [guard for sync in fine for guard in sync["guards"]],
        }
        named = f"{', '.join(sync['sync'] for sync in fine)}: " if parts else ""
        parts.append(f"{named}{_figures(fine, whole)}")
    return " · ".join(parts)


def _stopped(sync: Mapping[str, Any]) -> str:
    """Say of a sync that ended early why, and how far it had come; there is nothing proven then."""
    named = str(sync["error"]) if sync["error"].startswith(sync["sync"]) else f"{sync['sync']}: {sync['error']}"
    return f"{named} ({_figures([sync], {})})" if any(sync["outcomes"].values()) else named


def _figures(syncs: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> str:
    actions = {str(word.value): sum(sync["actions"][word] for sync in syncs) for word in Action}
    outcomes = {str(word.value): sum(sync["outcomes"][word] for sync in syncs) for word in Outcome}
    rejected = sum(sync["rejected"] for sync in syncs)
    whole = headline(facts, Tally(max(sum(actions.values()), sum(outcomes.values())), actions, outcomes))
    lines = f"{rejected} CSV {'line was' if rejected == 1 else 'lines were'} rejected." if rejected else ""
    return " ".join(filter(None, [f"{whole.title}.", whole.detail, lines]))


def _state(ran: Ran, sentence: str) -> State[Any]:
    """Return the run's final state."""
    if ran.exit_code == 0:
        return Completed(message=sentence, data=ran.summary)
    ended = NotInPlace(sentence, ran.summary)
    if ran.exit_code == 3:
        # A guard did its work, and a person has to decide: that is no failure, and it is not done either. Of Prefect's
        # types only CANCELLED is final and neither red nor green, and its meaning is right: this plan was called off
        # before any of it was written. PAUSED would promise that the same run goes on, and keep it open for ever; the
        # plan waits in the ledger instead. The name is what lists, filters and automations see.
        return State(type=StateType.CANCELLED, name="Blocked", message=sentence, data=ended)
    return Failed(message=sentence, data=ended)
