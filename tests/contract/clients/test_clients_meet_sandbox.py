"""The clients and the sandbox, written apart from the same pages, understand each other; all data is invented."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from connectors.apio.client import Apio, ApioEntry, Criteria, PhoneList
from connectors.apio.spec import ApioConnection
from connectors.http.rate_limit import Tools
from connectors.http.request import Credentials
from connectors.sandbox.options import ApioOptions, ErrorShape, Fault, FaultKind, UsosOptions
from connectors.sandbox.server import Sandbox, serve
from connectors.usos.client import Usos, UsosNumber
from connectors.usos.directory import directories_of
from connectors.usos.reference import ask, needs_of
from connectors.usos.spec import EntityClass, UsosConnection
from schemas.connections import Secret
from schemas.directory import Unit
from schemas.errors import AccessRefused, RequestRefused, ServiceError, UnknownOutcome, Unreachable
from tasks.plan.interface import breaking

STATE: dict[str, Any] = {
    "usos": {
        "consumers": [
            {
                "key": "testkey",
                "secret": "a&b=c/d+e ż",
                "administrative_methods": ["services/phones/select", "services/phones/replace"],
            },
            {"key": "reader", "secret": "s", "administrative_methods": ["services/phones/select"]},
        ],
        "phone_types": [{"id": "STA", "description": {"pl": "stacjonarny", "en": "landline"}}],
        "entities": {
            "faculty": {
                "10000000": [
                    {"number": "(22) 55 20 000", "comment": {"pl": "Dziekanat", "en": None}, "type_id": "STA"}
                ],
                "10010000": [],
            },
            "user": {},
            "building": {},
            "dormitory": {},
        },
    },
    "apio": {
        "users": [
            {"username": "admin", "password": "pass-word", "user_level": 12},
            {"username": "reader", "password": "pass-word", "user_level": 1},
        ],
        "tenants": {
            "chopin": {
                "entries": [{"name": "Ada Przykładowa", "phoneNumber": "+48-225520001"}],
                "groups": {"strings": {"entries": []}},
            },
        },
    },
}
SECRET = Secret(env="INVENTED")
KEY_SECRET = "a&b=c/d+e ż"
CHOPIN = PhoneList("chopin")
SLOW_SECONDS = 3.0
NEW = [UsosNumber("22 552 00 02 | ósmy", "Sekretariat – piętro", "", "STA"), UsosNumber("22 552 00 03")]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with serve(STATE) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset(STATE)
    return running


def patience(sandbox: Sandbox) -> float:
    """Shorter than a slow answer, and long enough for a busy machine: the attempt after the slow one must succeed."""
    faults = [*sandbox.usos.faults, *sandbox.apio.faults]
    return SLOW_SECONDS / 2 if any(fault.kind.startswith("slow") for fault in faults) else 10


def connection_of(sandbox: Sandbox) -> UsosConnection:
    return UsosConnection(
        kind="usos",
        base_url=sandbox.usos_url,
        consumer_key=SECRET,
        consumer_secret=SECRET,
        attempts=2,
        timeout_seconds=patience(sandbox),
    )


def usos_of(sandbox: Sandbox, key: str = "testkey", secret: str = KEY_SECRET) -> Usos:
    return Usos("usos", connection_of(sandbox), Credentials(key, secret), tools=Tools(sleep=lambda _: None))


def apio_of(sandbox: Sandbox, username: str = "admin") -> Apio:
    connection = ApioConnection(
        kind="apio",
        base_url=sandbox.apio_url,
        username=SECRET,
        password=SECRET,
        attempts=2,
        timeout_seconds=patience(sandbox),
    )
    return Apio("telephony", connection, Credentials(username, "pass-word"), tools=Tools(sleep=lambda _: None))


def slow(kind: FaultKind) -> float | None:
    """How slow a slow answer is; what other kinds mean by seconds stays theirs."""
    return SLOW_SECONDS if kind.startswith("slow") else None


def let_it_end(sandbox: Sandbox, kind: FaultKind) -> None:
    """A commit that comes late must not fall into the next test."""
    give_up = time.monotonic() + 2 * SLOW_SECONDS
    while kind == "slow_before_commit" and time.monotonic() < give_up:
        if any(call.changed for call in sandbox.calls):
            return
        time.sleep(0.02)


def stored(sandbox: Sandbox) -> set[tuple[str, str]]:
    return {(row.number, row.comment_pl) for row in sandbox.usos.numbers("faculty", "10000000")}


def test_usos_reads_back_what_it_wrote(sandbox: Sandbox) -> None:
    with usos_of(sandbox) as usos:
        usos.replace("faculty", "10000000", NEW)
        found = usos.select_all("faculty", ["10010000", "10000000", "nobody"])
        assert list(found) == ["10010000", "10000000", "nobody"]
        assert (found["10010000"], found["nobody"]) == ((), ())
        numbers = found["10000000"] or ()
        assert {(number.number, number.comment_pl) for number in numbers} == stored(sandbox)
        assert usos.consumer()["administrative_methods"] == ["services/phones/select", "services/phones/replace"]
        assert usos.phone_type("STA")["id"] == "STA"
        phone_id = sandbox.usos.numbers("faculty", "10000000")[0].phone_id
        assert usos.phone_number(phone_id)["number"] == sandbox.usos.numbers("faculty", "10000000")[0].number
        assert usos.installation()["version"]
        assert usos.now().year >= 2024
        assert (usos.requests.read, usos.requests.write) == (6, 1)


@pytest.mark.parametrize("entity_class", get_args(EntityClass))
def test_the_client_needs_nothing_that_the_sandbox_does_not_have(sandbox: Sandbox, entity_class: EntityClass) -> None:
    needs = needs_of(entity_class)
    with usos_of(sandbox) as usos:
        described = ask(usos, needs)
        assert usos.requests.read == len(needs) + 1
    assert ([method.name for method in described.methods], bool(described.version)) == ([it.name for it in needs], True)
    assert [breaking(needs, described.methods, writing=writing) for writing in (True, False)] == [[], []]


DIRECTORY: dict[str, Any] = {
    "faculty": {
        "0": {"name": {"pl": "Uczelnia", "en": "University"}},
        "10000000": {"name": {"pl": "Wydział", "en": None}, "parent": "0"},
        "10010000": {"name": {"pl": "Ukryta"}, "parent": "0", "hidden": True},
    },
    "building": {"B": {"name": {"pl": "Gmach", "en": "Main"}}},
    "user": {
        "7": {"first_name": "Ada", "last_name": "Zmyślona", "official": ["22 552 00 07"], "employed": ["0", "10000000"]}
    },
}


def with_directory(sandbox: Sandbox) -> Sandbox:
    sandbox.reset({"usos": STATE["usos"] | {"directory": DIRECTORY}})
    return sandbox


def test_the_directory_of_the_sandbox_is_read_as_it_is(sandbox: Sandbox) -> None:
    with_directory(sandbox)
    with usos_of(sandbox) as usos:
        faculties = usos.faculties(["10000000", "10010000", "nobody"], ("id", "name", "phone_numbers"))
        assert faculties == {
            "10000000": Unit("10000000", {"pl": "Wydział"}, ("(22) 55 20 000",)),
            "10010000": Unit("10010000"),
            "nobody": Unit("nobody"),
        }
        assert usos.users(["7"]) == {"7": Unit("7", {"pl": "Ada Zmyślona", "en": "Ada Zmyślona"})}
        assert usos.buildings(("id", "name")) == [Unit("B", {"pl": "Gmach", "en": "Main"})]
        assert (usos.primary_faculty(), usos.subfaculties("0")) == ("0", ["10000000"])


@pytest.mark.parametrize("employed", [True, False])
def test_official_numbers_are_read_and_units_only_where_they_are_asked_for(sandbox: Sandbox, *, employed: bool) -> None:
    with_directory(sandbox).usos.options = UsosOptions(
        forbidden_fields=() if employed else ("services/users/users.employment_positions",)
    )
    with usos_of(sandbox) as usos:
        official = directories_of(connection_of(sandbox))["user"].official
        assert official is not None
        found = official(usos, ["7", "8"], employed)
    units = ("0", "10000000") if employed else ()
    assert found.units == {"7": Unit("7", {}, ("22 552 00 07",), units), "8": Unit("8")}
    assert found.error is None


@pytest.mark.parametrize("limit", [1, 2, None])
def test_units_are_asked_for_in_halves_where_the_service_takes_no_more(sandbox: Sandbox, limit: int | None) -> None:
    with_directory(sandbox).usos.options = UsosOptions(max_ids_per_select=limit)
    ids = ["0", "10000000", "10010000", "nobody"]
    with usos_of(sandbox) as usos:
        answered = directories_of(connection_of(sandbox))["faculty"].ask
        assert answered is not None
        found = answered(usos, ids)
    assert (sorted(found.units), found.error) == (ids, None)
    assert found.units["0"].names == {"pl": "Uczelnia", "en": "University"}


@pytest.mark.parametrize("place", ["faculty", "building", "user"])
@pytest.mark.parametrize("kind", [kind for kind in get_args(FaultKind) if kind != "another_writer"])
def test_a_question_for_names_is_asked_once_and_never_fails(sandbox: Sandbox, kind: FaultKind, place: str) -> None:
    with_directory(sandbox)
    method = {"faculty": "faculties", "building": "building_index", "user": "users"}[place]
    sandbox.usos.faults.append(Fault(method, kind, times=9, retry_after=3600, seconds=slow(kind)))
    with usos_of(sandbox) as usos:
        ask_names = directories_of(connection_of(sandbox))[place].ask
        assert ask_names is not None
        found = ask_names(usos, ["7"])
        assert usos.requests.read <= 1
    assert found.error is not None or set(found.units) >= {"7"}


@pytest.mark.parametrize("kind", [kind for kind in get_args(FaultKind) if kind != "another_writer"])
def test_a_question_that_nothing_depends_on_is_asked_once_and_never_fails(sandbox: Sandbox, kind: FaultKind) -> None:
    sandbox.usos.faults.append(Fault("method", kind, retry_after=3600, seconds=slow(kind)))
    with usos_of(sandbox) as usos:
        described = ask(usos, needs_of("faculty"))
        assert described.methods or usos.requests.read == 1
        assert usos.select("faculty", ["10010000"]) == {"10010000": ()}


def test_usos_refusals_are_typed_and_quoted(sandbox: Sandbox) -> None:
    with usos_of(sandbox) as usos, pytest.raises(RequestRefused) as caught:
        usos.replace("faculty", "nobody", NEW)
    assert caught.value.status == 400
    with usos_of(sandbox) as usos, pytest.raises(RequestRefused) as caught:
        usos.replace("faculty", "10000000", [UsosNumber("1" * 500)])
    assert " / " in caught.value.details
    for key, secret in [("unknown", "s"), ("testkey", "wrong"), ("reader", "s")]:
        with usos_of(sandbox, key, secret) as usos, pytest.raises(AccessRefused):
            usos.replace("faculty", "10000000", NEW)
    sandbox.usos.options = UsosOptions(clock_offset_seconds=3600)
    with usos_of(sandbox) as usos, pytest.raises(AccessRefused, match="clock"):
        usos.select("faculty", ["10000000"])
    assert stored(sandbox) == {("(22) 55 20 000", "Dziekanat")}


@pytest.mark.parametrize("kind", [kind for kind in get_args(FaultKind) if kind != "another_writer"])
def test_what_a_write_is_said_to_have_done_is_what_it_did(sandbox: Sandbox, kind: FaultKind) -> None:
    """Confirmed means done, refused or unreachable means not done, and each is sent once."""
    before = stored(sandbox)
    after = {(number.number, number.comment_pl) for number in NEW}
    sandbox.usos.faults.append(Fault("replace", kind, seconds=slow(kind)))
    with usos_of(sandbox) as usos:
        try:
            usos.replace("faculty", "10000000", NEW)
        except UnknownOutcome:
            assert stored(sandbox) in (before, after)
        except (RequestRefused, AccessRefused, Unreachable):
            assert stored(sandbox) == before
        else:
            assert stored(sandbox) == after
        assert usos.requests.write == 1
    let_it_end(sandbox, kind)


@pytest.mark.parametrize("kind", [kind for kind in get_args(FaultKind) if kind not in {"another_writer", "clock_off"}])
def test_a_read_meets_every_fault_once_and_gets_the_truth_or_says_so(sandbox: Sandbox, kind: FaultKind) -> None:
    sandbox.usos.faults.append(Fault("select", kind, seconds=slow(kind)))
    sandbox.apio.faults.append(Fault("list", kind, seconds=slow(kind)))
    truth = {"10000000": (UsosNumber("(22) 55 20 000", "Dziekanat", "", "STA"),), "10010000": ()}
    with usos_of(sandbox) as usos, apio_of(sandbox) as apio:
        if kind == "redirect":
            for read in (lambda: usos.select("faculty", list(truth)), lambda: apio.entries(CHOPIN)):
                with pytest.raises(RequestRefused, match="base_url"):
                    read()
            return
        found = usos.select("faculty", list(truth))
        if kind == "type_guessed":
            assert [number.number for number in found["10000000"] or ()] == ["(22) 55 20 000"]
        else:
            assert found == truth
        assert apio.entries(CHOPIN) == [ApioEntry("Ada Przykładowa", "+48-225520001")]


@pytest.mark.parametrize("shape", get_args(ErrorShape))
@pytest.mark.parametrize("audit_key", [False, True])
def test_apio_reads_back_what_it_wrote(sandbox: Sandbox, shape: ErrorShape, audit_key: bool) -> None:  # noqa: FBT001 - a case
    sandbox.apio.options = ApioOptions(error_shape=shape, audit_key=audit_key)
    group = PhoneList("chopin", "strings")
    one, two, odd = ApioEntry("A. B?#", "+48-1234567"), ApioEntry("ż", "+48-2234567"), ApioEntry("a/b", "+48-3234567")
    with apio_of(sandbox) as apio:
        apio.create(group, [one])
        apio.create(group, [two, odd])
        assert apio.user_level == 12
        assert apio.get(group, one.name) == one
        apio.put(group, one.name, one._replace(number="+48-9234567"))
        assert apio.entries(group, Criteria(sensitive_name_equals=one.name)) == [one._replace(number="+48-9234567")]
        apio.delete(group, two.name)
        apio.delete_many(group, [odd.name])
        assert sandbox.apio.entries("chopin", group="strings") == [(one.name, "+48-9234567")]
        with pytest.raises(RequestRefused) as caught:
            apio.get(group, "nobody")
        assert (caught.value.status, bool(caught.value.details)) == (404, True)
        with pytest.raises(RequestRefused):
            apio.entries(PhoneList("nowhere"))


def test_a_batch_is_answered_row_by_row(sandbox: Sandbox) -> None:
    rows = [("Ada Przykładowa", "+48-225520001", "Ada Nowa"), ("Łucja; L.", "+48-225520009")]
    with apio_of(sandbox) as apio:
        result = apio.batch(CHOPIN, rows)
        assert (result.status, [row.line for row in result.rows]) == (200, [1, 2])
        assert all(row.success for row in result.rows)
        assert set(sandbox.apio.entries("chopin", group=None)) == {
            ("Ada Nowa", "+48-225520001"),
            ("Łucja; L.", "+48-225520009"),
        }
        sandbox.apio.options = ApioOptions(delete_missing=False)
        failed = apio.batch(CHOPIN, [("x" * 60, "+48-1")])
        assert (failed.status, failed.rows[0].success) == (400, False)


@pytest.mark.parametrize("kind", [kind for kind in get_args(FaultKind) if kind != "another_writer"])
def test_what_a_batch_is_said_to_have_done_is_what_it_did(sandbox: Sandbox, kind: FaultKind) -> None:
    before = sandbox.apio.entries("chopin", group=None)
    after = [*before, ("Nowa Osoba", "+48-225520009")]
    sandbox.apio.faults.append(Fault("batch", kind, seconds=slow(kind)))
    with apio_of(sandbox) as apio:
        try:
            apio.batch(CHOPIN, after)
        except UnknownOutcome:
            assert sandbox.apio.entries("chopin", group=None) in (before, after)
        except ServiceError:
            assert sandbox.apio.entries("chopin", group=None) == before
        else:
            assert sandbox.apio.entries("chopin", group=None) == after
        assert apio.requests.write == (2 if kind == "session_expired" else 1)
    let_it_end(sandbox, kind)


def test_a_reader_may_read_and_not_write(sandbox: Sandbox) -> None:
    with apio_of(sandbox, "reader") as apio:
        assert apio.entries(CHOPIN)
        with pytest.raises(AccessRefused, match="Tenant Admin") as caught:
            apio.delete(CHOPIN, "Ada Przykładowa")
        assert (caught.value.status, apio.user_level) == (403, 1)
