"""The APIO client against scripted answers; names and numbers are invented."""

from __future__ import annotations

import base64
import inspect
import re
import threading
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any

import pytest
from scripted import Reply, Seen, playing

from connectors.apio import client
from connectors.apio.client import (
    Apio,
    ApioEntry,
    BatchResult,
    BatchRow,
    Criteria,
    PhoneList,
    WriteReceipt,
    is_path_safe,
)
from schemas.errors import AccessRefused, RequestRefused, UnknownOutcome, Unreachable
from tasks.messages.catalogue import LANGUAGES, text

CHOPIN = PhoneList("chopin")
P = "/api/v1/tenants/chopin/services/common_phone_list/"
LOGIN = Reply(
    body={"ids": {}, "profile": {"user_level": 12}},
    headers=(("Set-Cookie", "sessionid=s1; Path=/; HttpOnly"), ("Set-Cookie", "lb=node2; Path=/")),
)
ADA = ApioEntry("Ada Przykładowa", "+48-225520001")
AUDIT = {"_internal_record_id": "r-1"}
HTML = "<html><title>502 Bad Gateway</title></html>"


def behind_login(*replies: Reply) -> Callable[[Seen], Reply]:
    left = list(replies)

    def answer(seen: Seen) -> Reply:
        if seen.path.endswith("/login/"):
            return LOGIN
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


def cookies_of(seen: Seen) -> dict[str, str]:
    return {name: morsel.value for name, morsel in SimpleCookie(seen.headers.get("Cookie", "")).items()}


@pytest.mark.parametrize("number", [{}, {"phoneNumber": None}, {"phoneNumber": 229990001}, {"phoneNumber": ["1"]}])
def test_one_odd_entry_does_not_cost_the_list(make_apio: Any, number: dict[str, Any]) -> None:
    listed = [{"name": ADA.name, "phoneNumber": ADA.number, "extra": {}}, {"name": "Odd", **number}, {"name": None}]
    with playing(LOGIN, Reply(body={"entries": listed})) as script:
        entries = make_apio(script.url).entries(CHOPIN)
    assert entries == [ADA, ApioEntry("Odd", ""), ApioEntry("", "")]


def test_signs_in_once_when_first_needed_and_sends_every_cookie_back(make_apio: Any) -> None:
    body = {"entries": [{"name": ADA.name, "phoneNumber": ADA.number, **AUDIT}], **AUDIT}
    with playing(answer=behind_login(Reply(body=body))) as script:
        apio: Apio = make_apio(script.url)
        assert apio.entries(CHOPIN) == apio.entries(CHOPIN) == [ADA]
        assert apio.user_level == 12
        assert (apio.requests.read, apio.requests.write) == (3, 0)
    assert [(seen.verb, seen.path) for seen in script.seen] == [("POST", "/api/v1/login/"), ("GET", P), ("GET", P)]
    assert script.seen[0].json == {"username": "admin", "password": "pass-word"}
    assert cookies_of(script.seen[0]) == {}
    assert cookies_of(script.seen[1]) == cookies_of(script.seen[2]) == {"sessionid": "s1", "lb": "node2"}
    assert script.seen[1].body == b""


def test_every_criterion_of_the_page_can_be_asked_for(make_apio: Any) -> None:
    criteria = Criteria(*[True, *"abcdefghi", 7])
    with playing(answer=behind_login(Reply(body={"entries": []}))) as script:
        apio = make_apio(script.url)
        apio.entries(CHOPIN, criteria)
        apio.entries(CHOPIN, Criteria())
    names = ["sensitiveName", "insensitiveName", "insensitivePhoneNumber"]
    keys = [f"{name}{how}" for name in names for how in ("Starts", "Contains", "Equals")]
    assert script.seen[1].json == {
        "combineWithOr": True,
        **dict(zip(keys, "abcdefghi", strict=True)),
        "responseSizeLimit": 7,
    }
    assert script.seen[2].body == b""


def test_the_methods_ask_what_the_page_says(make_apio: Any) -> None:
    group = PhoneList("a b/c".replace("/", "-"), "smyczki ł")
    replies = [
        Reply(body={"name": ADA.name, "phoneNumber": ADA.number, **AUDIT}),
        Reply(body={"entries": [{"name": ADA.name, "phoneNumber": ADA.number}] * 2}),
        Reply(body={"name": ADA.name, "phoneNumber": ADA.number}),
        Reply(body=AUDIT),
        Reply(body={}),
        Reply(body={}),
    ]
    with playing(answer=behind_login(*replies)) as script:
        apio: Apio = make_apio(script.url, prefix="/api/v01/p1")
        assert apio.create(group, [ADA]) == WriteReceipt(200, 1)
        assert apio.create(group, [ADA, ADA]) == WriteReceipt(200, 1)
        assert apio.get(group, ADA.name) == ADA
        assert apio.put(group, "R&D? #1; ö+", ADA) == WriteReceipt(200, 1)
        assert apio.delete(group, "x.y") == WriteReceipt(200, 1)
        assert apio.delete_many(group, ["batch", "a/b"]) == WriteReceipt(200, 1)
        assert (apio.requests.read, apio.requests.write) == (2, 5)
    base = "/api/v01/p1/tenants/a%20b-c/groups/smyczki%20%C5%82/services/common_phone_list/"
    entry = {"name": ADA.name, "phoneNumber": ADA.number}
    asked = [(seen.verb, seen.path, seen.json if seen.body else None) for seen in script.seen[1:]]
    assert asked == [
        ("POST", base, {"entries": [entry]}),
        ("POST", base, {"entries": [entry, entry]}),
        ("GET", base + "Ada%20Przyk%C5%82adowa/", None),
        ("PUT", base + "R%26D%3F%20%231%3B%20%C3%B6%2B/", entry),
        ("DELETE", base + "x.y/", None),
        ("DELETE", base, {"entries": [{"name": "batch"}, {"name": "a/b"}]}),
    ]


@pytest.mark.parametrize("name", ["", "batch", ".", "..", "a/b", "50%", "a%2Fb", "x\ud800"])
def test_a_name_that_an_address_would_change_is_refused_before_sending(make_apio: Any, name: str) -> None:
    assert not is_path_safe(name)
    apio = make_apio("http://127.0.0.1:9")
    calls: list[Callable[[], object]] = [
        lambda: apio.get(CHOPIN, name),
        lambda: apio.put(CHOPIN, name, ADA),
        lambda: apio.delete(CHOPIN, name),
    ]
    for call in calls:
        with pytest.raises(RequestRefused) as caught:
            call()
        assert caught.value.attempts == 0
        assert not name or f" {name} " not in str(caught.value)
        # The sentence says what is wrong, the remedy what to do, and nobody confuses the two.
        assert caught.value.message == "telephony: this name cannot be part of an address; nothing was sent."
        assert caught.value.remedy == "Delete the entry with the list, and create it again."


@pytest.mark.parametrize("status", [200, 201])
def test_an_entry_is_created_whichever_success_the_service_calls_it(make_apio: Any, status: int) -> None:
    body = {"name": ADA.name, "phoneNumber": ADA.number}
    with playing(answer=behind_login(Reply(status, body))) as script:
        assert make_apio(script.url).create(CHOPIN, [ADA]) == WriteReceipt(status, 1)


@pytest.mark.parametrize("name", ["Batch", "batch 2", "...", "dr. Nowak", "a?b#c", "x\\y", "ż"])
def test_all_other_names_are_safe(name: str) -> None:
    assert is_path_safe(name)


def test_what_names_nothing_or_no_list_is_refused_before_sending(make_apio: Any) -> None:
    apio = make_apio("http://127.0.0.1:9")
    no_list = "this tenant or group cannot be part of an address"
    calls: list[tuple[Callable[[], object], str | None]] = [
        (lambda: apio.delete_many(CHOPIN, []), None),
        (lambda: apio.create(CHOPIN, []), None),
        (lambda: apio.entries(PhoneList("")), no_list),
        (lambda: apio.entries(PhoneList("a", "../b")), no_list),
        (lambda: apio.batch(CHOPIN, [("a",)]), None),
        (lambda: apio.batch(CHOPIN, [("a\nb", "1")]), None),
    ]
    for call, said in calls:
        with pytest.raises(RequestRefused, match=said) as caught:
            call()
        assert caught.value.attempts == 0


def uploaded(seen: Seen) -> str:
    return base64.b64decode(seen.json["csv"], validate=True).decode()


@pytest.mark.parametrize(
    ("rows", "settings", "text"),
    [
        ([("Ada", "+48-1"), ("Łucja; L.", '2"3')], {}, 'Name;Phone Number\nAda;+48-1\n"Łucja; L.";"2""3"\n'),
        ([("A", "1"), ("B", "2", "C")], {}, "Name;Phone Number;New Name\nA;1\nB;2;C\n"),
        ([("A", "1", ""), ("B", "2")], {}, "Name;Phone Number\nA;1\nB;2\n"),
        ([], {}, "Name;Phone Number\n"),
        (
            [("A,B", "1")],
            {"csv_header": ("Nazwa", "Numer", "Nowa"), "csv_delimiter": ",", "csv_quotechar": "'"},
            "Nazwa,Numer\n'A,B',1\n",
        ),
    ],
)
def test_the_file_is_the_one_the_page_shows(make_apio: Any, rows: Any, settings: Any, text: str) -> None:
    with playing(answer=behind_login(Reply(body={"results": []}))) as script:
        apio = make_apio(script.url, **settings)
        assert apio.batch(CHOPIN, rows) == BatchResult(200, ())
    sent = script.seen[1]
    assert (sent.verb, sent.path, uploaded(sent)) == ("POST", P + "batch/", text)
    assert sent.json["delimiter"] == settings.get("csv_delimiter", ";")
    assert sent.json["quotechar"] == settings.get("csv_quotechar", '"')
    assert sent.json["has_header"] is True


@pytest.mark.parametrize("status", [200, 207, 400, 422])
def test_results_come_back_row_by_row_whatever_the_status(make_apio: Any, status: int) -> None:
    results = [
        {"line": 1, "name": "A", "phone_number": "1", "status": "Success", "message": "Contact added"},
        {"line": "-", "name": "B", "phone_number": "2", "status": "Success", "message": "Contact deleted"},
        {"line": "2", "name": "C", "phone_number": None, "status": "Failure", "message": "Bad number"},
        {"line": 3, "name": "D", "status": None},
    ]
    body = {"results": results, "details": "Some rows", **AUDIT}
    with playing(answer=behind_login(Reply(status, body))) as script:
        result = make_apio(script.url).batch(CHOPIN, [("A", "1")])
        assert len(script.seen) == 2
    assert result == BatchResult(
        status,
        (
            BatchRow(1, "A", "1", "Success", "Contact added"),
            BatchRow(None, "B", "2", "Success", "Contact deleted"),
            BatchRow(2, "C", "", "Failure", "Bad number"),
            BatchRow(3, "D", "", "", ""),
        ),
        message="Some rows",
    )
    assert [row.success for row in result.rows] == [True, True, False, False]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {}),
        Reply(200, {"results": None}),
        Reply(207, {"results": ["text"]}),
        Reply(200, {"results": [{"line": "first", "name": "A"}]}),
        Reply(200, {"results": [{"line": True, "name": "A"}]}),
        Reply(201, {"results": []}),
        Reply(200, HTML),
        Reply(502, HTML),
        Reply(429, {"details": "slow down"}, (("Retry-After", "3"),)),
        Reply(302, "", (("Location", "/login"),)),
        Reply(breaks="drop"),
        Reply(breaks="reset"),
        Reply(body={"results": []}, breaks="cut"),
    ],
)
def test_a_batch_without_its_promised_answer_is_unknown_and_never_sent_again(make_apio: Any, reply: Reply) -> None:
    with playing(answer=behind_login(reply)) as script:
        apio = make_apio(script.url)
        with pytest.raises(UnknownOutcome) as caught:
            apio.batch(CHOPIN, [("A", "1")])
        assert (apio.requests.read, apio.requests.write, len(script.seen)) == (1, 1, 2)
    assert caught.value.retry_after == (3.0 if reply.status == 429 else None)


@pytest.mark.parametrize("body", [{"details": "wrong header", **AUDIT}, {"results": "none"}, HTML])
@pytest.mark.parametrize("status", [400, 422, 404])
def test_a_file_that_is_refused_as_such_has_no_results(make_apio: Any, status: int, body: object) -> None:
    with playing(answer=behind_login(Reply(status, body))) as script, pytest.raises(RequestRefused) as caught:
        make_apio(script.url).batch(CHOPIN, [("A", "1")])
    assert caught.value.status == status


@pytest.mark.parametrize("body", [None, [], {"details": "failed"}, {"error": "failed"}, HTML])
def test_a_change_that_nothing_confirms_is_unknown(make_apio: Any, body: object) -> None:
    with playing(answer=behind_login(Reply(200, body))) as script:
        apio = make_apio(script.url)
        calls: list[Callable[[], object]] = [
            lambda: apio.create(CHOPIN, [ADA]),
            lambda: apio.put(CHOPIN, "A", ADA),
            lambda: apio.delete(CHOPIN, "A"),
            lambda: apio.delete_many(CHOPIN, ["A"]),
        ]
        for call in calls:
            with pytest.raises(UnknownOutcome):
                call()
        assert apio.requests.write == len(script.seen) - 1 == 4


def test_fewer_entries_than_were_given_confirm_nothing(make_apio: Any) -> None:
    body = {"entries": [{"name": "A", "phoneNumber": "1"}]}
    with playing(answer=behind_login(Reply(body=body))) as script, pytest.raises(UnknownOutcome):
        make_apio(script.url).create(CHOPIN, [ADA, ADA])


def test_a_list_that_is_not_there_is_an_error_and_never_empty(make_apio: Any) -> None:
    with playing(answer=behind_login(Reply(404, {"details": "no service"}))) as script:
        with pytest.raises(RequestRefused, match="common phone list is assigned") as caught:
            make_apio(script.url).entries(CHOPIN)
        assert (caught.value.details, len(script.seen)) == ("no service", 2)


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"entries": None}, {"entries": {}}, {"entries": [None]}, {"entries": ["A"]}, HTML],
)
def test_a_list_that_cannot_be_read_is_unreachable_and_never_empty(make_apio: Any, body: object) -> None:
    with playing(answer=behind_login(Reply(200, body))) as script:
        apio = make_apio(script.url, attempts=3)
        with pytest.raises(Unreachable) as caught:
            apio.entries(CHOPIN)
        assert (caught.value.attempts, apio.requests.read) == (3, 4)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"details": "Name too long"}, "Name too long"),
        ({"details": {"name": ["too long", "odd"]}}, "name: too long; odd"),
        (
            [{"code": 1201, "message": "Bad name"}, {"code": "E2", "details": "Bad number"}],
            "1201: Bad name; E2: Bad number",
        ),
        ({"name": ["too long"], **AUDIT}, "name: too long"),
        (AUDIT, ""),
        (HTML, "502 Bad Gateway"),
    ],
)
def test_details_are_readable_in_every_form(make_apio: Any, body: object, words: str) -> None:
    with playing(answer=behind_login(Reply(400, body))) as script, pytest.raises(RequestRefused) as caught:
        make_apio(script.url).put(CHOPIN, "A", ADA)
    assert caught.value.details == words
    assert not words or words not in str(caught.value)


def test_a_session_that_ended_is_renewed_once_for_reads_and_writes(make_apio: Any) -> None:
    """401 means that nothing was done, so this is the one case in which a write goes out again."""
    ended = Reply(401, {"details": "expired"}, (("Set-Cookie", "sessionid=; Max-Age=0; Path=/"),))
    with playing(answer=behind_login(ended, Reply(body={"entries": []}), ended, Reply(body={}))) as script:
        apio = make_apio(script.url)
        assert apio.entries(CHOPIN) == []
        assert apio.delete(CHOPIN, "A") == WriteReceipt(200, 2)
        assert (apio.requests.read, apio.requests.write) == (5, 2)
    assert [seen.path for seen in script.seen].count("/api/v1/login/") == 3


def test_a_session_that_is_refused_twice_is_access_refused(make_apio: Any) -> None:
    with playing(answer=behind_login(Reply(401, {}))) as script:
        with pytest.raises(AccessRefused) as caught:
            make_apio(script.url).delete(CHOPIN, "A")
        assert (caught.value.attempts, len(script.seen)) == (2, 4)


def test_a_right_that_is_missing_is_no_reason_to_sign_in_again(make_apio: Any) -> None:
    with playing(answer=behind_login(Reply(403, {"details": "level"}))) as script:
        with pytest.raises(AccessRefused, match="Tenant Admin"):
            make_apio(script.url).delete(CHOPIN, "A")
        assert len(script.seen) == 2


@pytest.mark.parametrize(("status", "where"), [(403, ()), (302, (("Location", "/api/v1/login/"),))])
def test_a_session_that_has_read_and_may_not_any_more_has_ended(
    make_apio: Any, status: int, where: tuple[tuple[str, str], ...]
) -> None:
    """The page does not say how a session ends: some send to the login, some answer as if a right were missing."""
    ended, listed = Reply(status, "", where), Reply(body={"entries": []})
    with playing(answer=behind_login(listed, ended, listed, Reply(body={}), ended)) as script:
        apio = make_apio(script.url)
        assert apio.entries(CHOPIN) == apio.entries(CHOPIN) == []
        apio.delete(CHOPIN, "A")
        with pytest.raises(UnknownOutcome if status == 302 else AccessRefused) as caught:
            apio.delete(CHOPIN, "B")
        # Of a write that was sent elsewhere nobody knows what became; one that was refused was not done.
        assert caught.value.attempts == (1 if status == 302 else 2)
    assert [seen.path for seen in script.seen].count("/api/v1/login/") == (2 if status == 302 else 3)


def test_a_right_to_write_that_is_missing_is_no_session_that_has_ended(make_apio: Any) -> None:
    with playing(answer=behind_login(Reply(body={"entries": []}), Reply(403, {"details": "level"}))) as script:
        apio = make_apio(script.url)
        apio.entries(CHOPIN)
        with pytest.raises(AccessRefused):
            apio.delete(CHOPIN, "A")
        assert len(script.seen) == 3


def test_a_wrong_password_is_sent_once_however_many_threads_need_a_session(make_apio: Any) -> None:
    with playing(Reply(401, {"details": "wrong"})) as script:
        apio = make_apio(script.url)

        def refused(name: str) -> bool:
            try:
                apio.get(CHOPIN, name)
            except AccessRefused as error:
                return error.status == 401 and "pass-word" not in str(error)
            return False

        assert all(apio.map_bounded(refused, [f"n{number}" for number in range(20)]))
        assert len(script.seen) == 1
        with pytest.raises(AccessRefused):
            apio.login()
        assert len(script.seen) == 2


def test_many_threads_share_one_session_and_renew_it_once(make_apio: Any) -> None:
    lock = threading.Lock()
    sessions: list[str] = []

    def answer(seen: Seen) -> Reply:
        with lock:
            if seen.path.endswith("/login/"):
                sessions.append(f"s{len(sessions)}")
                return Reply(body={}, headers=(("Set-Cookie", f"sessionid={sessions[-1]}; Path=/"),))
            if cookies_of(seen).get("sessionid") != sessions[-1] or sessions == ["s0"]:
                return Reply(401, {}, (("Set-Cookie", "sessionid=; Max-Age=0; Path=/"),))
        return Reply(body={"name": seen.path.rsplit("/", 2)[1], "phoneNumber": "1"})

    names = [f"n{number}" for number in range(60)]
    with playing(answer=answer) as script:
        apio = make_apio(script.url, concurrency=8)
        found = apio.map_bounded(lambda name: apio.get(CHOPIN, name), names)
    assert [entry.name for entry in found] == names
    assert sessions == ["s0", "s1"]


def test_a_login_that_answers_something_else_is_tried_again(make_apio: Any) -> None:
    with playing(Reply(502, HTML), Reply(200, HTML), Reply(200, {"profile": {"user_level": "x"}})) as script:
        apio = make_apio(script.url)
        apio.login()
        assert (apio.requests.read, apio.user_level) == (3, None)
        assert len(script.seen) == 3


def test_every_call_is_told_in_both_languages() -> None:
    operations = re.findall(r'(?:Call|self\._write)\("(\w+)"', inspect.getsource(client))
    assert len({*operations}) == 8
    told = {lang: [text(f"http.{operation}", lang) for operation in operations] for lang in LANGUAGES}
    assert not {*told["pl"]} & {*told["en"]}
    assert not [said for said in told["en"] if said.startswith("http.")]


def test_what_failed_is_called_by_words_and_by_no_code(make_apio: Any) -> None:
    with playing(LOGIN, Reply(404, "")) as script, pytest.raises(RequestRefused, match="reading the phone list"):
        make_apio(script.url).entries(CHOPIN)
