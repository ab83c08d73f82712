"""The USOS client against scripted answers; numbers, names and keys are invented."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import pytest
import requests
from scripted import Reply, closed_port, playing

from connectors.http.rate_limit import Tools
from connectors.http.request import Credentials
from connectors.usos.client import Usos, UsosNumber, WriteReceipt, sign_with
from schemas.errors import AccessRefused, RequestRefused, ServiceError, UnknownOutcome, Unreachable

SELECT = "https://usosapps.example.edu.pl/services/phones/select"
REPLACE = "https://usosapps.example.edu.pl/services/phones/replace"
IDS_AND_FIELDS = [("fac_ids", "10000000|10010000"), ("fields", "number|comment|type_id")]
DATA = '[{"number":"(22) 55 20 000 wew. 12","comment":{"pl":"Sekretariat – ósme piętro","en":null}}]'
VECTOR_TOOLS = Tools(nonce=lambda: "n0nce123", clock=lambda: 1_718_000_000.0)
HTML = "<html><head><title>Bad &amp; gone</title></head><body>nginx</body></html>"


def signature(request: requests.PreparedRequest) -> str:
    header: Any = request.headers["Authorization"]
    header = header.decode() if isinstance(header, bytes) else header
    parts = dict(part.split("=", 1) for part in header.removeprefix("OAuth ").split(", "))
    return unquote(parts["oauth_signature"].strip('"'))


@pytest.mark.parametrize(
    ("verb", "url", "parameters", "secret", "expected"),
    [
        ("POST", SELECT, IDS_AND_FIELDS, "testsecret", "3MaTh7kqTF3cifMEB4E94mRwQhI="),
        ("GET", SELECT, IDS_AND_FIELDS, "testsecret", "wEEb3wvlzv8f8kvvo4JcSeGnsYU="),
        ("POST", REPLACE, [("fac_id", "10000000"), ("data", DATA)], "testsecret", "e+vvi9P3BhVov+58ghmXH3y7xWk="),
        ("POST", SELECT, [("fac_ids", ""), ("user_ids", "123")], "a&b=c/d+e ż", "ap1qZcYgMAHYH2GEu0yZ+yHjcRM="),
    ],
)
def test_signs_as_oauth_1_prescribes(
    verb: str, url: str, parameters: list[tuple[str, str]], secret: str, expected: str
) -> None:
    where = {"params": parameters} if verb == "GET" else {"data": parameters}
    auth = sign_with(Credentials("testkey", secret), VECTOR_TOOLS)
    assert signature(requests.Request(verb, url, auth=auth, **where).prepare()) == expected


def test_select_asks_for_one_class_by_its_plural_and_reads_every_form_of_a_comment(make_usos: Any) -> None:
    body = {
        "1": [
            {"number": "22 552 00 01", "comment": {"pl": "Dziekanat", "en": "Office"}, "type_id": "STA"},
            {"number": "22 552 00 01", "comment": {"pl": None, "en": ""}, "type_id": None},
            {"number": "ósmy – notatka", "comment": None},
            {"number": "4", "phone_id": 7},
        ],
        "2": [],
        "unasked": "ignored",
    }
    with playing(Reply(body=body)) as script:
        found = make_usos(script.url).select("building", ["1", "2", "1"])
    assert script.seen[0].verb == "POST"
    assert script.seen[0].path == "/services/phones/select"
    assert script.seen[0].form == [("building_ids", "1|2"), ("fields", "number|comment|type_id")]
    assert script.seen[0].headers["Authorization"].startswith("OAuth ")
    assert found == {
        "1": (
            UsosNumber("22 552 00 01", "Dziekanat", "Office", "STA"),
            UsosNumber("22 552 00 01"),
            UsosNumber("ósmy – notatka"),
            UsosNumber("4"),
        ),
        "2": (),
    }


@pytest.mark.parametrize(
    ("entity_class", "plural", "singular"),
    [
        ("faculty", "fac_ids", "fac_id"),
        ("user", "user_ids", "user_id"),
        ("building", "building_ids", "building_id"),
        ("dormitory", "dorm_ids", "dorm_id"),
    ],
)
def test_each_class_has_its_own_parameters(make_usos: Any, entity_class: Any, plural: str, singular: str) -> None:
    with playing(Reply(body={"5": [], "success": True})) as script:
        usos = make_usos(script.url)
        usos.select(entity_class, ["5"])
        usos.replace(entity_class, "5", [])
    assert [seen.form[0] for seen in script.seen] == [(plural, "5"), (singular, "5")]


@pytest.mark.parametrize(
    "bad", [None, "text", [1], [{"comment": None}], [{"number": 5}], [{"number": "1", "comment": "x"}]]
)
def test_an_id_without_a_trustworthy_list_is_asked_again_and_then_none(make_usos: Any, bad: object) -> None:
    """A list that cannot be read is never an empty list: an empty one could be taken for "has no numbers"."""
    good = [{"number": "1", "comment": {"pl": "a", "en": None}}]
    with playing(Reply(body={"1": good, "2": bad})) as script:
        usos = make_usos(script.url, attempts=3)
        assert usos.select("faculty", ["1", "2"]) == {"1": (UsosNumber("1", "a"),), "2": None}
        assert usos.requests.read == 3
    with playing(Reply(body={"1": good}), Reply(body={"1": good, "2": []})) as script:
        assert make_usos(script.url).select("faculty", ["1", "2"]) == {"1": (UsosNumber("1", "a"),), "2": ()}


def test_each_attempt_carries_its_own_nonce_and_the_wait_grows(make_usos: Any, fake_time: Any) -> None:
    with playing(Reply(503, HTML), Reply(200, HTML), Reply(breaks="drop"), Reply(body={"1": []})) as script:
        usos = make_usos(script.url)
        assert usos.select("user", ["1"]) == {"1": ()}
        assert (usos.requests.read, usos.requests.write) == (4, 0)
    assert len({seen.headers["Authorization"] for seen in script.seen}) == 4
    assert fake_time.waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, HTML),
        Reply(429, {"message": "slow down"}),
        Reply(408, ""),
        Reply(200, HTML),
        Reply(200, None),
        Reply(200, [1, 2]),
        Reply(200, '{"1": ['),
        Reply(200, b"\xff\xfe\xfa"),
        Reply(200, "[" * 100_000),
        Reply(204, ""),
        Reply(body={"1": []}, breaks="cut"),
        Reply(breaks="drop"),
        Reply(breaks="reset"),
    ],
)
def test_a_read_without_a_usable_answer_is_unreachable_after_every_attempt(make_usos: Any, reply: Reply) -> None:
    with playing(reply) as script:
        usos = make_usos(script.url, attempts=3)
        with pytest.raises(Unreachable) as caught:
            usos.select("faculty", ["1"])
    assert caught.value.attempts == usos.requests.read == len(script.seen) == 3
    assert caught.value.service == "usos"
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_nobody_listening_is_unreachable_for_reads_and_writes_and_counts_no_request(make_usos: Any) -> None:
    usos = make_usos(closed_port(), attempts=2)
    with pytest.raises(Unreachable) as read:
        usos.select("faculty", ["1"])
    with pytest.raises(Unreachable) as write:
        usos.replace("faculty", "1", [UsosNumber("2")])
    assert (read.value.attempts, write.value.attempts) == (2, 1)
    assert (usos.requests.read, usos.requests.write) == (0, 0)
    assert "not sent" in write.value.message


def test_replace_sends_the_numbers_as_one_value_and_exactly_once(make_usos: Any) -> None:
    numbers = [UsosNumber("(22) 55 20 000 | 1", "Sekretariat – ósme piętro"), UsosNumber("2", "", "Lab", "KOM")]
    with playing(Reply(body={"success": True, "extra": 1})) as script:
        usos = make_usos(script.url)
        assert usos.replace("faculty", "10000000", numbers) == WriteReceipt(200, 1)
        assert (usos.requests.read, usos.requests.write) == (0, 1)
    fields = dict(script.seen[0].form)
    assert fields["fac_id"] == "10000000"
    assert "–" in fields["data"]
    assert json.loads(fields["data"]) == [
        {"number": "(22) 55 20 000 | 1", "comment": {"pl": "Sekretariat – ósme piętro", "en": None}},
        {"number": "2", "comment": {"pl": "", "en": "Lab"}, "type_id": "KOM"},
    ]
    assert len(script.seen) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, HTML),
        Reply(429, {}, (("Retry-After", "7"),)),
        Reply(408, ""),
        Reply(200, HTML),
        Reply(200, None),
        Reply(200, {"success": "true"}),
        Reply(200, {"success": 1}),
        Reply(201, {"success": True}),
        Reply(302, "", (("Location", "https://elsewhere.example/"),)),
        Reply(302, "", (("Location", "http://["),)),
        Reply(body={"success": True}, breaks="cut"),
        Reply(breaks="drop"),
        Reply(breaks="reset"),
    ],
)
def test_a_write_without_its_promised_answer_is_unknown_and_never_sent_again(make_usos: Any, reply: Reply) -> None:
    with playing(reply) as script:
        usos = make_usos(script.url)
        with pytest.raises(UnknownOutcome) as caught:
            usos.replace("user", "77", [UsosNumber("601 000 001")])
    assert len(script.seen) == usos.requests.write == caught.value.attempts == 1
    assert caught.value.retry_after == (7.0 if reply.headers[:1] == (("Retry-After", "7"),) else None)
    assert "601" not in str(caught.value)
    assert "77" not in str(caught.value)


def test_a_refusal_of_access_quotes_the_service_and_nobodys_number(make_usos: Any) -> None:
    said = "Consumer unknown; user 22 999 70 33 asked."
    with playing(Reply(401, {"message": said})) as script, pytest.raises(AccessRefused) as caught:
        make_usos(script.url).select("user", ["1"])
    assert 'HTTP 401). The service says: "Consumer unknown; user ••• ••• •33 asked".' in caught.value.message


def test_a_write_that_says_itself_that_it_was_no_success_is_refused(make_usos: Any) -> None:
    with playing(Reply(200, {"success": False})) as script, pytest.raises(RequestRefused) as caught:
        make_usos(script.url).replace("user", "77", [UsosNumber("601 000 001")])
    assert (len(script.seen), caught.value.status) == (1, 200)
    assert caught.value.details == "the service answered: success is false"


def test_a_write_that_waits_too_long_for_its_answer_is_unknown(make_usos: Any) -> None:
    with playing(Reply(breaks="hang")) as script, pytest.raises(UnknownOutcome, match="no answer in time"):
        make_usos(script.url, timeout_seconds=0.1).replace("user", "1", [])


def test_a_request_that_was_delivered_twice_is_no_refusal(make_usos: Any) -> None:
    """No nonce of ours is used twice: what became of the first delivery only reading can tell."""
    repeated = Reply(400, {"message": "Nonce already used"})
    with playing(repeated) as script, pytest.raises(UnknownOutcome) as caught:
        make_usos(script.url).replace("user", "1", [])
    assert (len(script.seen), caught.value.details) == (1, "Nonce already used")
    with playing(repeated, Reply(200, {"1": []})) as script:
        assert make_usos(script.url).select("building", ["1"]) == {"1": ()}
    nonces = {seen.headers["Authorization"] for seen in script.seen}
    assert len(nonces) == len(script.seen) > 1


REFUSALS = [
    (401, {"message": "Invalid signature."}, AccessRefused),
    (400, {"message": "m", "error": "method_forbidden", "reason": "secure_required"}, AccessRefused),
    (403, {"message": "m", "error": "method_forbidden", "reason": "trusted_required"}, AccessRefused),
    (403, HTML, AccessRefused),
    (403, {"message": "m", "error": "object_forbidden"}, RequestRefused),
    (400, {"message": "m", "error": "param_invalid", "param_name": "data"}, RequestRefused),
    (400, {"message": "No consumer of this data", "error": "param_invalid"}, RequestRefused),
    (404, HTML, RequestRefused),
    (400, [], RequestRefused),
]


@pytest.mark.parametrize(("status", "body", "expected"), REFUSALS)
def test_a_refusal_is_told_by_what_can_be_done_and_never_asked_twice(
    make_usos: Any, status: int, body: object, expected: type[ServiceError]
) -> None:
    with playing(Reply(status, body)) as script:
        usos = make_usos(script.url)
        calls: list[Callable[[], object]] = [
            lambda: usos.select("faculty", ["1"]),
            lambda: usos.replace("faculty", "1", []),
        ]
        for refused in calls:
            with pytest.raises(expected) as caught:
                refused()
            assert type(caught.value) is expected
            assert (caught.value.status, caught.value.attempts) == (status, 1)
    assert len(script.seen) == 2


def test_a_moved_service_is_named_as_such_and_not_followed(make_usos: Any) -> None:
    with playing(Reply(301, "", (("Location", "/services/phones/select2"),))) as script:
        with pytest.raises(RequestRefused, match="base_url"):
            make_usos(script.url).select("faculty", ["1"])
        assert len(script.seen) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {
                "message": "technical",
                "user_messages": {
                    "generic_message": {"pl": "Popraw dane.", "en": "Correct the data."},
                    "fields": {"data": {"pl": "Zły znak", "en": "Bad character"}, "x": {"pl": "Y", "en": None}},
                },
            },
            "Popraw dane.; data: Zły znak; x: Y / Correct the data.; data: Bad character",
        ),
        ({"message": "technical", "user_messages": {"generic_message": {"pl": "Nie", "en": ""}}}, "Nie"),
        ({"message": "technical", "user_messages": {"fields": None}}, "technical"),
        ({"message": "technical", "user_messages": "odd"}, "technical"),
        ({"message": "two\nlines \x1b[31m"}, "two lines [31m"),
        ({}, ""),
        (HTML, "Bad & gone"),
        ("<p>Sorry,</p><script>x()</script> down", "Sorry, down"),
        ("x" * 1000, "x" * 299 + "…"),
    ],
)
def test_details_are_the_services_own_words(make_usos: Any, body: object, words: str) -> None:
    with playing(Reply(400, body)) as script, pytest.raises(RequestRefused) as caught:
        make_usos(script.url).replace("faculty", "1", [])
    assert caught.value.details == words
    assert not words or words not in str(caught.value)
    assert caught.value.body == (body if isinstance(body, dict) else None)


@pytest.mark.parametrize("bad", ["", "1|2", "x" * 33])
def test_an_impossible_id_is_refused_before_anything_is_sent(make_usos: Any, bad: str) -> None:
    usos = make_usos("http://127.0.0.1:9")
    calls: list[Callable[[], object]] = [
        lambda: usos.select("user", ["1", bad]),
        lambda: usos.select_all("user", ["1", bad]),
        lambda: usos.replace("user", bad, []),
    ]
    for call in calls:
        with pytest.raises(RequestRefused, match="usos: an id is empty, longer than 32 characters") as caught:
            call()
        assert caught.value.attempts == 0


def test_neither_key_nor_secret_is_ever_quoted(make_usos: Any) -> None:
    said = {"message": {"pl": "Podpis kluczem testkey i tajemnicą testsecret jest zły."}}
    with playing(Reply(400, said)) as script, pytest.raises(RequestRefused) as caught:
        make_usos(script.url).replace("faculty", "1", [])
    assert "Podpis" in caught.value.details
    assert "testkey" not in caught.value.details
    assert "testsecret" not in caught.value.details


def test_text_that_is_no_text_is_refused_without_being_quoted(make_usos: Any) -> None:
    usos = make_usos("http://127.0.0.1:9")
    with pytest.raises(RequestRefused) as caught:
        usos.replace("user", "1", [UsosNumber("601\ud800")])
    assert "601" not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_select_all_asks_in_chunks_several_at_once_and_keeps_the_order(make_usos: Any) -> None:
    under_way: list[int] = [0, 0]
    lock = threading.Lock()
    together = threading.Barrier(3, timeout=5)

    def answer(seen: Any) -> Reply:
        with lock:
            under_way[0] += 1
            under_way[1] = max(under_way)
        together.wait()
        with lock:
            under_way[0] -= 1
        ids = dict(seen.form)["fac_ids"].split("|")
        return Reply(body={entity_id: [{"number": entity_id}] for entity_id in reversed(ids)})

    ids = [str(number) for number in range(18)]
    steps: list[tuple[int, int]] = []
    with playing(answer=answer) as script:
        usos = make_usos(script.url, ids_per_select=2, concurrency=3)
        found = usos.select_all("faculty", [*ids, "3"], progress=lambda done, total: steps.append((done, total)))
    assert list(found) == ids
    assert all(found[entity_id] == (UsosNumber(entity_id),) for entity_id in ids)
    assert under_way[1] == 3
    assert steps == [(done, 18) for done in range(2, 19, 2)]
    assert usos.requests.read == 9


def test_select_all_of_nothing_asks_nothing(make_usos: Any) -> None:
    usos = make_usos("http://127.0.0.1:9")
    assert usos.select_all("faculty", []) == usos.select("faculty", []) == {}


def test_select_all_starts_nothing_after_the_first_failure(make_usos: Any) -> None:
    with playing(Reply(401, {"message": "Invalid consumer."})) as script:
        with pytest.raises(AccessRefused):
            make_usos(script.url, ids_per_select=1, concurrency=2).select_all("user", [str(n) for n in range(50)])
        assert len(script.seen) < 25


@pytest.mark.parametrize("error", ["object_forbidden", "object_not_found", "object_invalid", "param_invalid"])
def test_an_entity_that_is_refused_keeps_no_other_from_being_read(make_usos: Any, error: str) -> None:
    """The page says that ids are not validated, and names no limit of them: an installation may do both."""

    def answer(seen: Any) -> Reply:
        ids = dict(seen.form)["fac_ids"].split("|")
        if len(ids) > 3 or {"2", "3", "17"} & {*ids}:
            return Reply(403 if error == "object_forbidden" else 400, {"message": "m", "error": error})
        return Reply(body={entity_id: [{"number": entity_id}] for entity_id in ids})

    ids = [str(number) for number in range(1, 20)]
    with playing(answer=answer) as script:
        found = make_usos(script.url, ids_per_select=8, concurrency=2).select_all("faculty", ids)
    assert list(found) == ids
    assert found == {one: None if one in {"2", "3", "17"} else (UsosNumber(one),) for one in ids}


@pytest.mark.parametrize(("status", "limit"), [(400, 1), (413, 1), (413, 2)])
def test_as_many_ids_are_asked_for_as_the_service_takes(make_usos: Any, status: int, limit: int) -> None:
    def answer(seen: Any) -> Reply:
        ids = dict(seen.form)["user_ids"].split("|")
        if len(ids) > limit:
            return Reply(status, HTML if status == 413 else {"message": "m", "error": "param_invalid"})
        return Reply(body={entity_id: [] for entity_id in ids})

    ids = [str(number) for number in range(300)]
    with playing(answer=answer) as script:
        usos = make_usos(script.url, ids_per_select=100, concurrency=3)
        assert usos.select_all("user", ids) == dict.fromkeys(ids, ())
    assert len(script.seen) < 2 * len(ids)


def test_a_refusal_of_all_there_is_is_told_as_one_soon(make_usos: Any) -> None:
    with playing(Reply(403, {"message": "m", "error": "object_forbidden"})) as script:
        usos = make_usos(script.url, ids_per_select=100, concurrency=2)
        with pytest.raises(RequestRefused):
            usos.select_all("user", [str(number) for number in range(400)])
        with pytest.raises(RequestRefused):
            usos.select_all("user", ["1", "2", "3"])
    assert len(script.seen) < 100  # of the 800 that halving would take


def test_the_other_methods_ask_for_what_their_pages_name(make_usos: Any) -> None:
    answers: dict[str, object] = {
        "phone_number": {"number": "1", "comment": None},
        "phone_type": {"id": "STA", "description": {"pl": "stacjonarny"}},
        "consumer": {"administrative_methods": ["services/phones/select"]},
        "installation": {"version": "7.0.4.0-2", "base_url": "https://usosapps.example.edu.pl/"},
        "now": "2026-11-21 12:00:01.500000",
    }
    with playing(answer=lambda seen: Reply(body=json.dumps(answers[seen.path.rsplit("/", 1)[1]]))) as script:
        usos: Usos = make_usos(script.url)
        assert usos.phone_number("5") == answers["phone_number"]
        assert usos.phone_type("STA") == answers["phone_type"]
        assert usos.consumer() == answers["consumer"]
        assert usos.installation() == answers["installation"]
        assert usos.now() == datetime.fromisoformat("2026-11-21 12:00:01.500000")
    asked = [(seen.path, seen.form, "Authorization" in seen.headers) for seen in script.seen]
    assert asked == [
        ("/services/phones/phone_number", [("phone_id", "5"), ("fields", "number|comment")], True),
        ("/services/phones/phone_type", [("id", "STA")], False),
        ("/services/apisrv/consumer", [("fields", "administrative_methods")], True),
        ("/services/apisrv/installation", [], True),
        ("/services/apisrv/now", [], True),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"administrative_methods": None},
        {"administrative_methods": [1]},
        {"administrative_methods": ["a", 1]},
        {"administrative_methods": {"a": 1}},
        {"administrative_methods": "select"},
        "not a time",
        5,
    ],
)
def test_an_answer_of_the_wrong_type_is_no_answer(make_usos: Any, body: object) -> None:
    with playing(Reply(body=json.dumps(body))) as script:
        usos = make_usos(script.url, attempts=1)
        with pytest.raises(Unreachable):
            usos.consumer()
        with pytest.raises(Unreachable):
            usos.now()


def test_credentials_never_show() -> None:
    assert "invented" not in repr(Credentials("invented-key", "invented-secret"))
