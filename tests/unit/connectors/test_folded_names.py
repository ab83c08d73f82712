"""Whether a list takes two names for one is looked up where it matters, and only there; all data is invented."""

from __future__ import annotations

import pandas as pd
import pytest
from services_in_memory import MemoryApio

from connectors.apio.client import ApioEntry, PhoneList
from connectors.apio.common_list import CommonList
from connectors.apio.spec import ApioConnection
from connectors.apio.target import ApioTarget
from schemas.connections import Secret
from schemas.errors import RequestRefused, Unreachable
from schemas.execution import NumberingDefaults

SECRET = Secret(env="INVENTED")
READING = NumberingDefaults("PL", None)


class Folding(MemoryApio):
    """A list that finds a name in any case, as far as it looks."""

    def get(self, where: object, name: str) -> ApioEntry:
        """Return the entry of a name in any case."""
        self.called(f"get {name}")
        del where
        found = next((kept for kept in self.list if kept.casefold() == name.casefold()), None)
        if found is None:
            raise RequestRefused("there is none", status=404)
        return ApioEntry(found, self.list[found])


def folds(client: MemoryApio, *wanted: str) -> bool:
    connection = ApioConnection(kind="apio", base_url="https://a.example.com", username=SECRET, password=SECRET)
    listed = CommonList(client, connection, PhoneList("chopin"), READING, "auto")  # type: ignore[arg-type]
    stands = listed.entries_of(client.list.items())
    return ApioTarget(listed).folds_names(pd.Series(wanted, dtype="str"), stands)


@pytest.mark.parametrize(
    ("standing", "wanted", "asked"),
    [
        (["Dean"], ["DEAN"], ["get dEAN"]),
        (["Porter", "Dean"], ["DEAN"], ["get dEAN"]),
        (["12", "a/b", "Dean"], ["dean"], ["get dEAN"]),  # the first that has another case, and that an address carries
        (["Dean"], ["Dean"], []),
        (["Dean"], ["Office"], []),
        (["Dean", "DEAN"], ["dean"], []),  # both stand there: it does not
        (["12"], ["12"], []),
        ([], ["Dean"], []),
    ],
)
def test_an_entry_is_looked_up_in_another_case_only_where_the_question_is_open(
    standing: list[str], wanted: list[str], asked: list[str]
) -> None:
    for kind, answer in ((Folding, bool(asked)), (MemoryApio, False)):
        client = kind(list={name: f"22 552 00 0{at}" for at, name in enumerate(standing, start=1)})
        assert folds(client, *wanted) is answer
        assert client.calls == (asked if kind is Folding else ["get"] * len(asked))


def test_who_gives_no_answer_has_not_said_yes() -> None:
    client = Folding(list={"Dean": "22 552 00 01", "Office": "22 552 00 02"})
    client.fails = lambda _method, _before: Unreachable("no answer")
    assert folds(client, "DEAN") is False
    assert len(client.calls) == 1
