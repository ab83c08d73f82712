"""What both targets make of refusals, lost answers and half-done work. All data is invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from services_in_memory import Desk, MemoryApio, MemoryUsos, desk
from tables import clears, desired, rejected, repeats

from connectors.apio.client import PhoneList
from connectors.apio.common_list import CommonList
from connectors.apio.spec import ApioConnection
from connectors.apio.target import ApioTarget
from connectors.execution import as_current
from connectors.usos.client import UsosNumber
from connectors.usos.spec import UsosConnection
from connectors.usos.target import UsosTarget
from schemas.connections import Secret
from schemas.errors import AccessRefused, Paused, RequestRefused, ServiceError, UnknownOutcome, Unreachable
from schemas.execution import ApplyResult, NumberingDefaults
from schemas.quirks import FOLDS_NAMES
from tasks.plan.draft import Inputs, Policy
from tasks.plan.rules import plan

SECRET = Secret(env="INVENTED")
READING = NumberingDefaults("PL", None)
LIST = "tenant chopin"
OLD, NEW = "22 552 00 0{}", "22 552 99 0{}"


@pytest.fixture
def table_desk(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def usos(client: MemoryUsos) -> UsosTarget:
    url = "https://usosapps.example.edu.pl"
    connection = UsosConnection(kind="usos", base_url=url, consumer_key=SECRET, consumer_secret=SECRET)
    return UsosTarget(client, connection, "faculty", READING)  # type: ignore[arg-type]


def three_faculties() -> MemoryUsos:
    return MemoryUsos(numbers={str(at): [UsosNumber(OLD.format(at))] for at in (1, 2, 3)})


def three_changes(target: UsosTarget) -> pd.DataFrame:
    """Return the plan that gives each faculty another number."""
    owners = [f"faculty {at}" for at in (1, 2, 3)]
    lines = [
        {"owner": owner, "number": NEW.format(at), "key": f"+4822552990{at}"}
        for at, owner in enumerate(owners, start=1)
    ]
    stands = target.read(owners, lambda *_: None).entries
    return plan(Inputs(desired(*lines), rejected(), clears(), repeats(), stands), Policy(False, delete_missing=True))  # noqa: FBT003 - USOS


def outcomes(written: ApplyResult) -> list[str]:
    return [str(written.known[row].outcome) for row in sorted(written.known)]


def failing(**errors: Callable[[int], Exception | None]) -> Callable[[str, int], Exception | None]:
    """Return what fails: for each method, the error of its call after so many others."""
    return lambda method, before: errors[method](before) if method in errors else None


def test_after_a_refusal_of_access_nothing_more_is_sent_to_usos(table_desk: Desk) -> None:
    """Every further request would be refused as well, hundreds of them each night."""
    client = three_faculties()
    rows = three_changes(usos(client))
    client.fails = failing(replace=lambda _: AccessRefused("no right to this method", status=403))
    written = usos(client).write(rows, table_desk.job(rows))
    assert client.calls.count("replace") == 1
    assert outcomes(written) == ["failed", "skipped", "skipped"]
    assert isinstance(written.stopped, AccessRefused)


@pytest.mark.parametrize(
    ("why", "refused", "told", "left_open"),
    [
        (Paused("come again", retry_after=900), {0, 1, 2}, ["failed", "failed", "failed"], 0),
        (Paused("come again", retry_after=900), {0, 2}, ["failed", "unknown", "failed"], 1),
        # Refused for being done already, perhaps: the request may have been delivered twice.
        (Unreachable("no answer"), {0, 1, 2}, ["unknown", "unknown", "unknown"], 1),
    ],
)
def test_an_intent_stays_open_as_long_as_one_owner_is_unknown(
    table_desk: Desk, why: ServiceError, refused: set[int], told: list[str], left_open: int
) -> None:
    client = three_faculties()
    rows = three_changes(usos(client))
    client.fails = failing(
        replace=lambda at: RequestRefused("no") if at in refused else UnknownOutcome("no answer"),
        select=lambda at: why if at == 2 else None,
    )
    written = usos(client).write(rows, table_desk.job(rows))
    assert outcomes(written) == told
    assert table_desk.open_intents() == left_open


def apio(client: MemoryApio, way: Any = "batch") -> ApioTarget:
    url = "https://apio.example.com"
    connection = ApioConnection(kind="apio", base_url=url, username=SECRET, password=SECRET)
    return ApioTarget(CommonList(client, connection, PhoneList("chopin"), READING, way))  # type: ignore[arg-type]


def listed(*entries: tuple[str, str]) -> pd.DataFrame:
    return as_current([(LIST, *entry, "", "") for entry in entries], READING)


def list_plan(client: MemoryApio, *lines: dict[str, Any], delete_missing: bool = False) -> pd.DataFrame:
    stands = listed(*client.list.items())
    wanted = desired(*({"owner": LIST, "key": "+48" + row["number"].replace(" ", ""), **row} for row in lines))
    policy = Policy(names_are_keys=True, delete_missing=delete_missing)
    return plan(Inputs(wanted, rejected(), clears(), repeats(), stands), policy)


def test_an_entry_at_rest_whose_row_was_refused_is_unknown_while_the_list_cannot_be_read(
    table_desk: Desk,
) -> None:
    """Some servers delete what a refused row names: the next run has to look after it."""
    client = MemoryApio(list={"Dean": OLD.format(1), "Ł": OLD.format(2)}, refuses=frozenset({"Ł"}))
    rows = list_plan(client, {"name": "Dean", "number": NEW.format(1)})
    client.fails = failing(list=lambda at: Unreachable("no answer") if at == 1 else None)
    written = apio(client).write(rows, table_desk.job(rows))
    about = dict(zip(rows["name_before"], rows.index, strict=True))
    assert str(written.known[about["Ł"]].outcome) == "unknown"
    assert str(written.known[about["Dean"]].outcome) == "unknown"


def test_an_entry_at_rest_whose_row_was_refused_is_put_back(table_desk: Desk) -> None:
    client = MemoryApio(list={"Dean": OLD.format(1), "Ł": OLD.format(2)}, refuses=frozenset({"Ł"}))
    rows = list_plan(client, {"name": "Dean", "number": NEW.format(1)})
    written = apio(client).write(rows, table_desk.job(rows))
    assert client.list == {"Dean": NEW.format(1), "Ł": OLD.format(2)}
    assert sorted(outcomes(written)) == ["applied", "unplanned"]
    assert table_desk.open_intents() == 0


@pytest.mark.parametrize("way", ["entries", "batch"])
@pytest.mark.parametrize(("stored", "folds"), [("Dekan", False), ("DEKAN", True)])
def test_half_a_rename_that_goes_no_further_does_not_bring_the_old_name_back(
    table_desk: Desk,
    way: str,
    stored: str,
    folds: bool,  # noqa: FBT001 - a column
) -> None:
    """The interrupted run had brought the new entry and removed the old one; only the number was still to change."""
    client = MemoryApio(list={"Dean": OLD.format(1), "Porter": OLD.format(2)})
    rows = list_plan(client, {"name": "Dekan", "number": NEW.format(1), "old_name": "Dean"})
    (row,) = rows.index[rows["action"] == "rename"]
    client.list = {stored: OLD.format(1), "Porter": OLD.format(2)}
    client.fails = failing(put=lambda _: RequestRefused("no"), batch=lambda _: RequestRefused("no"))
    apio(client, way).write(
        rows, table_desk.job(rows, sent=frozenset({int(row)}), quirks=frozenset({FOLDS_NAMES} if folds else ()))
    )
    assert client.list == {stored: OLD.format(1), "Porter": OLD.format(2)}
    assert "create" not in client.calls


def test_what_half_a_rename_has_cost_comes_back_where_the_new_name_does_not_stand(table_desk: Desk) -> None:
    client = MemoryApio(list={"Dean": OLD.format(1), "Porter": OLD.format(2)})
    rows = list_plan(client, {"name": "Dekan", "number": OLD.format(1), "old_name": "Dean"})
    (row,) = rows.index[rows["action"] == "rename"]
    del client.list["Dean"]
    client.fails = failing(
        create=lambda at: RequestRefused("no") if at == 0 else None, put=lambda _: RequestRefused("no")
    )
    apio(client, "entries").write(rows, table_desk.job(rows, sent=frozenset({int(row)})))
    assert client.list == {"Dean": OLD.format(1), "Porter": OLD.format(2)}


def test_a_list_that_cannot_be_read_before_is_not_written_and_every_change_says_so(table_desk: Desk) -> None:
    client = MemoryApio(list={"Dean": OLD.format(1), "Porter": OLD.format(2)})
    rows = list_plan(client, {"name": "Dean", "number": NEW.format(1)}, {"name": "Hall", "number": NEW.format(3)})
    client.fails = failing(list=lambda _: Unreachable("no answer"))
    written = apio(client).write(rows, table_desk.job(rows))
    assert outcomes(written) == ["skipped", "skipped"]
    assert isinstance(written.stopped, Unreachable)
    assert set(client.calls) == {"list"}
    assert [kept.outcome for kept in table_desk.ledger.outcomes("plan")] == ["skipped", "skipped"]


@pytest.mark.parametrize(
    ("error", "told", "status"),
    [
        (AccessRefused("no right to this method", status=403), "failed", 403),
        (Unreachable("no answer", status=503), "failed", 503),
    ],
)
def test_an_entry_that_cannot_be_looked_at_is_left_alone_with_what_was_said(
    table_desk: Desk, error: ServiceError, told: str, status: int
) -> None:
    client = MemoryApio(list={"Dean": OLD.format(1)})
    rows = list_plan(client, {"name": "Dean", "number": NEW.format(1)})
    client.fails = failing(get=lambda _: error)
    written = apio(client, "entries").write(rows, table_desk.job(rows))
    (known,) = written.known.values()
    assert (known.outcome, known.http_status, client.list) == (told, status, {"Dean": OLD.format(1)})
    assert "put" not in client.calls


class Losing(MemoryApio):
    """A list whose files cost an entry each time, and never get an answer."""

    def batch(self, _where: object, _rows: object) -> Any:
        """Lose it."""
        self.called("batch")
        self.list.pop("Dean", None)
        raise UnknownOutcome("no answer")


def test_what_our_files_have_cost_comes_back_when_nothing_more_is_sent(table_desk: Desk) -> None:
    client = Losing(list={"Dean": OLD.format(1), "Porter": OLD.format(2)})
    rows = list_plan(client, {"name": "Dean", "number": NEW.format(1)}, {"name": "Porter", "number": OLD.format(2)})
    written = apio(client).write(rows, table_desk.job(rows))
    assert client.list == {"Dean": OLD.format(1), "Porter": OLD.format(2)}
    assert client.calls.count("create") == 1
    assert client.calls[-1] == "list"
    assert table_desk.open_intents() == 0
    assert outcomes(written) == ["failed"]


@pytest.mark.parametrize("ends", ["denied", "stopped"])
def test_after_a_denial_or_a_stop_no_other_entry_is_begun(table_desk: Desk, ends: str) -> None:
    client = MemoryApio(list={name: OLD.format(at) for at, name in enumerate("ABC", start=1)})
    rows = list_plan(client, *({"name": name, "number": NEW.format(at)} for at, name in enumerate("ABC", start=1)))
    if ends == "denied":
        client.fails = failing(get=lambda _: AccessRefused("no right to this method", status=403))
    job = table_desk.job(rows, go_on=lambda: ends == "denied" or "put" not in client.calls)
    written = apio(client, "entries").write(rows, job)
    assert [client.calls.count(method) for method in ("get", "put")] == [1, 0 if ends == "denied" else 1]
    assert sorted(outcomes(written)) == sorted(["failed" if ends == "denied" else "applied", "skipped", "skipped"])
