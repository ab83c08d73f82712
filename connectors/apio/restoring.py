"""What a phone list's server removes by itself is put back, and told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from connectors.apio.client import ApioEntry
from connectors.apio.sending import Sender
from connectors.settling import LONGEST, Awaited, Settling
from schemas import limits
from schemas.execution import Job, WriteAnswer
from schemas.plan import Action
from schemas.problems import Code, Problem, packed
from tasks.execution.changes import lost
from tasks.execution.compare import in_place
from tasks.text_columns import is_in


class Restorer:
    """What was removed while one plan was carried out, and what came of putting it back.

    Attributes:
        intents: the ledger's notes of what was about to be put back last; they are open where reading failed then.
    """

    def __init__(
        self, owner: str, job: Job, sender: Sender, read: Callable[[], pd.DataFrame], settling: Settling
    ) -> None:
        self._settling = settling
        self.intents: list[int] = []
        self._owner = owner
        self._job = job
        self._fold = job.folds_names
        self._sender = sender
        self._read = read
        self._strangers: set[ApioEntry] = set()
        # What the service said to each entry that was put back; None where nobody was to try.
        self._restored: dict[ApioEntry, WriteAnswer | None] = {}

    def put_back(
        self, changes: pd.DataFrame, stood: pd.DataFrame, now: pd.DataFrame, kept: set[str], *, ended: bool = False
    ) -> pd.DataFrame:
        """Put back what the server removed and nobody had planned to remove; returns the list as it is then.

        Args:
            changes: `Plan` rows that change something.
            stood: `Current` before anything was sent.
            now: `Current` as it was just read.
            kept: tidied names of entries that the list has under a name of its own.
            ended: nothing more will be sent; until then, what is worked on may be between two names.
        """
        self._note_unplanned(changes, stood)
        for _ in range(limits.WRITE_ROUNDS if ended else 1):
            gone = [*self._lost(changes, stood, now, kept, ended=ended), *sorted(self._strangers, key=_by_name)]
            missing = [entry for entry in gone if entry.name not in set(now["name"]) and not self._given_up(entry)]
            if not self._job.restore_unplanned:
                # What this very plan was changing is put back all the same.
                ours = set(changes["name_before"])
                self._restored |= {entry: None for entry in missing if entry.name not in ours}
                missing = [entry for entry in missing if entry.name in ours]
            if not missing or self._sender.denied:
                break
            self.intents = [self._job.intend("restore", [self._owner])]
            self._restored |= {entry: self._sender.create(entry) for entry in missing}
            now = self._settling.read(self._read, partial(self._patience, set(missing)))
            self._job.record_outcomes([], self.intents)
        return now

    def keep_unplanned(self, changes: pd.DataFrame, stood: pd.DataFrame) -> None:
        """Put back blindly what the server says it has deleted: nobody else knows of an entry that came meanwhile."""
        self._note_unplanned(changes, stood)
        gone = sorted(self._strangers - set(self._restored), key=_by_name)
        allowed = self._job.restore_unplanned and not self._sender.denied
        if gone and allowed:
            self.intents.append(self._job.intend("restore", [self._owner]))
        self._restored |= {entry: self._sender.create(entry) if allowed else None for entry in gone}

    def unplanned(self, standing: set[str] | None) -> list[dict[str, str]]:
        """Return what the server removed by itself, as far as no row of the plan is about it or it is not back.

        Args:
            standing: the names on the list; None where that cannot be read.
        """
        told = []
        for entry, answer in self._restored.items():
            said_so = answer is not None and answer.kind == "confirmed"
            back = said_so if standing is None else entry.name in standing
            if entry in self._strangers or not back:
                why = {"said": answer.message} if answer else {"because": str(Code.RESTORING_IS_OFF.value)}
                problem = Problem(Code.DELETED_AND_PUT_BACK) if back else Problem(Code.DELETED_BY_SERVICE, why)
                row = {"owner": self._owner, "name": entry.name, "number": entry.number, "at": self._job.now()}
                told.append({**row, "problems": packed(problem), "code": str(problem.code.value)})
        return told

    def put_back_names(self) -> set[str]:
        """Return the names of what the service has taken back."""
        return {entry.name for entry, answer in self._restored.items() if answer and answer.kind == "confirmed"}

    def missing_entries(self) -> list[ApioEntry]:
        """Return what was gone when the list was last read, as far as nothing says that it is back."""
        return [entry for entry, answer in self._restored.items() if answer is None or answer.kind != "confirmed"]

    def doubtful(self) -> list[ApioEntry]:
        """Return the entries that may be gone, by what the service has said since the list was last read."""
        return [*self._sender.refused, *self._sender.removed]

    def _note_unplanned(self, changes: pd.DataFrame, stood: pd.DataFrame) -> None:
        sender, known = self._sender, {*stood["name"], *changes["name_after"]}
        self._strangers |= {entry for entry in sender.removed if entry.name not in known}
        sender.removed.clear()
        sender.refused.clear()

    def _patience(self, put_back: set[ApioEntry], now: pd.DataFrame) -> Awaited:
        """Wait for a reading that shows what the service says it has taken back."""
        said = {entry.name for entry in put_back if (answer := self._restored[entry]) and answer.kind == "confirmed"}
        absent = said - set(now["name"])
        return Awaited(LONGEST, frozenset(absent), frozenset({Action.ADD})) if absent else Awaited()

    def _lost(
        self, changes: pd.DataFrame, stood: pd.DataFrame, now: pd.DataFrame, kept: set[str], *, ended: bool
    ) -> list[ApioEntry]:
        staying = ~in_place(changes, now, fold_names=self._fold) if ended else changes.index.isin(self._sender.closed)
        # What the plan deletes is never put back, whatever was said of it.
        staying &= (changes["action"] != Action.DELETE).to_numpy()
        # Where the new name stands already, the old one would be a second entry for one telephone.
        staying &= ~is_in(changes["name_after"], now["tidy"]).to_numpy()
        missing = lost(stood, now, {*changes.loc[~staying, "name_before"], *kept}, fold_names=self._fold)
        # What no file of ours can have cost was taken away by somebody else, and stays away.
        missing = missing[is_in(missing["name"], self._sender.effects.at_risk)]
        return [ApioEntry(*pair) for pair in zip(missing["name"], missing["number"], strict=True)]

    def _given_up(self, entry: ApioEntry) -> bool:
        answer = self._restored.get(entry)
        return entry in self._restored and (answer is None or answer.kind == "refused")


def _by_name(entry: ApioEntry) -> str:
    return entry.name
