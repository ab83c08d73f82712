"""The USOS side's contract: its pages, and the order of its checks."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Literal
from xml.etree import ElementTree as ET

import httpx
import pytest
from sandbox_peer import FORM, NOW, PHONES, STATE, Peer

from connectors.sandbox.oauth import signature
from connectors.sandbox.server import Sandbox
from connectors.sandbox.usos_rows import NumberRow

BASE = "https://usosapps.example.edu.pl/services/phones/"
OAUTH = [
    ("oauth_consumer_key", "testkey"),
    ("oauth_nonce", "n0nce123"),
    ("oauth_timestamp", str(NOW)),
    ("oauth_signature_method", "HMAC-SHA1"),
    ("oauth_version", "1.0"),
]
TWO = [("fac_ids", "10000000|10010000"), ("fields", "number|comment|type_id")]
DATA = '[{"number":"(22) 55 20 000 wew. 12","comment":{"pl":"Sekretariat – ósme piętro","en":null}}]'
VECTORS: list[tuple[Literal["GET", "POST"], str, list[tuple[str, str]], str, str]] = [
    ("POST", "select", TWO, "testsecret", "3MaTh7kqTF3cifMEB4E94mRwQhI="),
    ("GET", "select", TWO, "testsecret", "wEEb3wvlzv8f8kvvo4JcSeGnsYU="),
    ("POST", "replace", [("fac_id", "10000000"), ("data", DATA)], "testsecret", "e+vvi9P3BhVov+58ghmXH3y7xWk="),
    ("POST", "select", [("fac_ids", ""), ("user_ids", "123")], "a&b=c/d+e ż", "ap1qZcYgMAHYH2GEu0yZ+yHjcRM="),
]


def data(*items: Any) -> str:
    return json.dumps(list(items), ensure_ascii=False)


def item(number: Any = "22 55 20 999", comment: Any = None, **rest: Any) -> dict[str, Any]:
    return {"number": number, "comment": comment, **rest}


@pytest.mark.parametrize(("verb", "method", "parameters", "secret", "expected"), VECTORS)
def test_signature_of_known_requests(
    verb: Literal["GET", "POST"], method: str, parameters: list[tuple[str, str]], secret: str, expected: str
) -> None:
    assert signature(verb, BASE + method, [*parameters, *OAUTH], secret) == expected


@pytest.mark.parametrize(("verb", "method", "parameters", "secret", "expected"), VECTORS)
def test_known_requests_are_accepted_over_tls(  # noqa: PLR0917 - one column each
    near: Peer,
    verb: Literal["GET", "POST"],
    method: str,
    parameters: list[tuple[str, str]],
    secret: str,
    expected: str,
) -> None:
    near.sandbox.reset(
        {"usos": STATE["usos"] | {"consumers": [STATE["usos"]["consumers"][0] | {"secret": secret}]}},
    )
    header = "OAuth " + ", ".join(f'{k}="{v}"' for k, v in [*OAUTH, ("oauth_signature", expected.replace("=", "%3D"))])
    answer = asyncio.run(_over_tls(near.sandbox, verb, method, parameters, header))
    assert answer.status_code == 200, answer.text


async def _over_tls(
    sandbox: Sandbox, verb: str, method: str, parameters: list[tuple[str, str]], header: str
) -> httpx.Response:
    transport = httpx.ASGITransport(sandbox.usos_app, client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=transport) as client:
        where: dict[str, Any] = {"params": parameters} if verb == "GET" else {"data": dict(parameters)}
        return await client.request(verb, BASE + method, headers={"Authorization": header}, **where)


def test_plain_http_from_elsewhere_is_refused_before_the_signature(near: Peer) -> None:
    async def ask(method: str) -> httpx.Response:
        transport = httpx.ASGITransport(near.sandbox.usos_app, client=("192.0.2.1", 1))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get("http://usosapps.example.edu.pl" + method)

    for method in ("select", "replace", "phone_type"):
        answer = asyncio.run(ask(PHONES + method))
        assert (answer.status_code, answer.json()["reason"]) == (403, "secure_required")
    assert asyncio.run(ask("/services/apisrv/now")).status_code == 200


def test_loopback_is_exempt_from_tls_only_where_the_setting_says_so(near: Peer) -> None:
    assert near.usos("select", {"fac_ids": "1"}).status == 200
    near.usos_options(loopback_exempt=False)
    answer = near.usos("select", {"fac_ids": "1"})
    assert (answer.status, answer.json["error"], answer.json["reason"]) == (403, "method_forbidden", "secure_required")


def test_paths_and_verbs(peer: Peer) -> None:
    unknown = peer.send("usos", "GET", "/services/phones/nothing")
    assert (unknown.status, "message" in unknown.json) == (404, True)
    elsewhere = peer.send("usos", "GET", "/nothing")
    assert (elsewhere.status, elsewhere.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert peer.send("usos", "PUT", PHONES + "select").status == 405
    assert peer.send("usos", "PUT", PHONES + "nothing").status == 404


@pytest.mark.parametrize("placement", ["header", "form", "query"])
def test_signature_in_every_place(peer: Peer, placement: str) -> None:
    parameters = {"fac_ids": "10000000|x ż"}
    assert list(peer.usos("select", parameters, placement=placement).json) == ["10000000", "x ż"]


def test_get_and_post_say_the_same(peer: Peer) -> None:
    answers = [peer.usos("select", {"user_ids": "123"}, verb=verb).json for verb in ("GET", "POST")]
    assert answers[0] == answers[1] == {"123": [{"number": "22 55 20 123", "comment": {"pl": "Pokój 1", "en": None}}]}


def test_oauth_checks_come_in_order(near: Peer) -> None:
    def ask(**changes: str | None) -> tuple[int, str]:
        pairs = dict(OAUTH) | {"oauth_signature": "wrong"}
        pairs |= {f"oauth_{name}": value for name, value in changes.items() if value is not None}
        for name in [name for name, value in changes.items() if value is None]:
            del pairs[f"oauth_{name}"]
        answer = near.send("usos", "POST", PHONES + "select", data=pairs)
        return answer.status, answer.json["message"]

    assert ask(consumer_key=None, nonce=None) == (401, "A consumer key is required.")
    assert ask(nonce=None, consumer_key="nobody")[0] == 400
    assert ask(version="2.0", consumer_key="nobody")[0] == 400
    assert ask(signature_method="PLAINTEXT", consumer_key="nobody")[0] == 400
    assert ask(timestamp="soon", consumer_key="nobody")[0] == 400
    assert ask(consumer_key="nobody", timestamp="1") == (401, "Invalid consumer.")
    assert ask(timestamp=str(NOW - 301)) == (400, "Expired timestamp.")
    assert ask(timestamp=str(NOW - 300)) == (401, "Invalid signature.")


def test_arguments_in_two_places_or_twice_are_refused(near: Peer) -> None:
    twice = near.send(
        "usos",
        "POST",
        PHONES + "select",
        content="oauth_nonce=1&oauth_nonce=2&oauth_consumer_key=testkey",
        headers=FORM,
    )
    assert twice.status == 400
    both = near.send(
        "usos", "POST", PHONES + "select?oauth_nonce=1", content="oauth_consumer_key=testkey", headers=FORM
    )
    assert both.status == 400


def test_a_header_that_cannot_be_read_holds_no_key(near: Peer) -> None:
    broken = {"Authorization": "OAuth nonsense"}
    assert near.send("usos", "POST", PHONES + "select", headers=broken).json["reason"] == "consumer_missing"
    assert near.send("usos", "GET", PHONES + "phone_type?id=STA", headers=broken).status == 200


def test_a_nonce_is_good_for_one_request(peer: Peer) -> None:
    first = peer.usos("select", {"fac_ids": "1"}, nonce="again")
    second = peer.usos("select", {"fac_ids": "1"}, nonce="again")
    assert (first.status, second.status, second.json) == (200, 400, {"message": "Nonce already used"})
    peer.usos_options(check_nonces=False)
    assert peer.usos("select", {"fac_ids": "1"}, nonce="again").status == 200


def test_a_wrong_signature_does_not_use_the_nonce_up(near: Peer) -> None:
    assert near.usos("select", {"fac_ids": "1"}, nonce="once", consumer=("testkey", "wrong")).status == 401
    assert near.usos("select", {"fac_ids": "1"}, nonce="once").status == 200


def test_clock_and_window_are_settings(near: Peer) -> None:
    near.usos_options(clock_offset_seconds=600)
    assert near.usos("select", {"fac_ids": "1"}).json == {"message": "Expired timestamp."}
    assert near.usos("/services/apisrv/now", consumer=None).json == "2024-06-10 08:23:20.000000"
    near.usos_options(clock_offset_seconds=600, skew_seconds=600)
    assert near.usos("select", {"fac_ids": "1"}).status == 200


def test_the_right_is_for_the_very_method_and_comes_before_the_parameters(peer: Peer) -> None:
    assert peer.usos("select", {"fac_ids": "1"}, consumer=("reader", "hush")).status == 200
    answer = peer.usos("replace", {"format": "nonsense"}, consumer=("reader", "hush"))
    assert answer.status == 403
    assert answer.json == {
        "message": "This method is for administrative consumers only.",
        "error": "method_forbidden",
        "reason": "trusted_required",
        "method_name": "services/phones/replace",
    }


def test_format_comes_before_parameters_and_parameters_before_fields(near: Peer) -> None:
    assert near.usos("select", {"format": "yaml", "fields": "x"}).json["param_name"] == "format"
    assert near.usos("select", {"format": "jsonp", "fields": "x"}).json["param_name"] == "callback"
    assert near.usos("select", {"format": "jsonp", "callback": "f(", "fac_ids": "1"}).json["param_name"] == "callback"
    assert near.usos("select", {"fields": "x"}).json["error"] == "param_missing"
    assert near.usos("select", {"fields": "x", "fac_ids": "1"}).json["error"] == "field_not_found"


def test_select_answers_just_the_asked_ids(peer: Peer) -> None:
    answer = peer.usos("select", {"fac_ids": "10000000||nobody|10000000", "fields": "number|type_id"})
    assert list(answer.json) == ["10000000", "nobody"]
    assert answer.json["nobody"] == []
    assert {row["number"]: row["type_id"] for row in answer.json["10000000"]} == {
        "(22) 55 20 000": "STA",
        "600 000 001": "KOM",
        "22 55 20 001": None,
    }


def test_select_answers_in_random_order_that_the_seed_decides(near: Peer) -> None:
    def orders() -> list[tuple[str, ...]]:
        answers = [near.usos("select", {"fac_ids": "10000000"}).json["10000000"] for _ in range(12)]
        return [tuple(row["number"] for row in rows) for rows in answers]

    first = orders()
    near.sandbox.reset(STATE)
    assert len(set(first)) > 1
    assert orders() == first


def test_select_needs_one_class_of_entities(near: Peer) -> None:
    assert near.usos("select", {"fac_id": "10000000"}).json["error"] == "param_missing"
    assert near.usos("select", {"fac_ids": "||"}).json["error"] == "param_missing"
    assert near.usos("select", {"fac_ids": "1", "dorm_ids": "1"}).json["error"] == "param_invalid"
    assert near.usos("select", {"fac_ids": "", "building_ids": "B1"}).json == {"B1": []}


def test_select_refuses_more_ids_than_the_setting(near: Peer) -> None:
    near.usos_options(max_ids_per_select=2)
    assert near.usos("select", {"fac_ids": "1|2|2"}).status == 200
    assert near.usos("select", {"fac_ids": "1|2|3"}).json["param_name"] == "fac_ids"
    near.usos_options(max_ids_per_select=None)
    assert len(near.usos("select", {"fac_ids": "|".join(map(str, range(500)))}).json) == 500


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ("number|nothing", "field_not_found"),
        ("number|", "field_invalid"),
        ("number|comment[pl", "field_invalid"),
        ("comment[pl]", "field_invalid"),
        ("number]", "field_invalid"),
    ],
)
def test_bad_selectors(near: Peer, fields: str, error: str) -> None:
    answer = near.usos("select", {"fac_ids": "1", "fields": fields})
    assert (answer.status, answer.json["error"], answer.json["param_name"]) == (400, error, "fields")


def test_phone_number_with_subfields(peer: Peer) -> None:
    phone_id = peer.sandbox.usos.numbers("faculty", "10000000")[0].phone_id
    ask = {"phone_id": phone_id, "fields": "number|phone_type[id]"}
    assert peer.usos("phone_number", ask).json == {"number": "(22) 55 20 000", "phone_type": {"id": "STA"}}
    whole = peer.usos("phone_number", {"phone_id": phone_id, "fields": "phone_type"}, consumer=None).json
    assert whole == {"phone_type": {"id": "STA", "description": {"pl": "stacjonarny", "en": "landline"}}}
    assert peer.usos("phone_number", {"phone_id": phone_id}, consumer=("testkey", "wrong")).status == 401
    assert peer.usos("phone_number", {"phone_id": "0"}, consumer=None).json["error"] == "object_not_found"
    assert peer.usos("phone_number", consumer=None).json["error"] == "param_missing"


def test_phone_type_ignores_the_signature(peer: Peer) -> None:
    answer = peer.usos("phone_type", {"id": "KOM"}, consumer=("nobody", "wrong"))
    assert answer.json == {"id": "KOM", "description": {"pl": "komórkowy", "en": "mobile"}}
    assert peer.usos("phone_type", {"id": "X"}, consumer=None).json["error"] == "object_not_found"


def test_replace_swaps_everything_and_keeps_polish_alone(peer: Peer) -> None:
    before = {row.phone_id for row in peer.sandbox.usos.numbers("faculty", "10000000")}
    sent = data(item("22 1|2 – ósme", {"pl": "ś", "en": "lost"}, type_id="FAX"), item("600 000 002", {"pl": None}))
    answer = peer.usos("replace", {"fac_id": "10000000", "data": sent, "unknown": "ignored"})
    assert (answer.status, answer.json) == (200, {"success": True})
    rows = peer.sandbox.usos.numbers("faculty", "10000000")
    assert [(row.number, row.comment_pl, row.comment_en, row.type_id) for row in rows] == [
        ("22 1|2 – ósme", "ś", "", "FAX"),
        ("600 000 002", "", "", "KOM"),
    ]
    assert before.isdisjoint(row.phone_id for row in rows)


@pytest.mark.parametrize(
    ("entity_class", "parameter", "entity_id"),
    [("user", "user_id", "123"), ("building", "building_id", "B1"), ("dormitory", "dorm_id", "D1")],
)
def test_replace_for_every_class(near: Peer, entity_class: str, parameter: str, entity_id: str) -> None:
    assert near.usos("replace", {parameter: entity_id, "data": data(item("1"))}).status == 200
    assert [row.number for row in near.sandbox.usos.numbers(entity_class, entity_id)] == ["1"]


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "{",
        "{}",
        "[1]",
        data({"number": "1"}),
        data({"comment": None}),
        data(item(1)),
        data(item("1", "text")),
        data(item("1", {"pl": 1})),
        data(item("1", type_id=1)),
        data(item("1", type_id="ZZZ")),
        data(item(" ")),
        data(item("1\n2")),
        data(item("1" * 101)),
        data(item("1", {"pl": "x" * 201})),
        '[{"number": "\\ud800", "comment": null}]',
        '[{"number": "1", "comment": null, "type_id": "\\udfff"}]',
        data(item("1"), item("")),
    ],
)
def test_replace_checks_everything_first_and_stores_nothing(near: Peer, bad: str) -> None:
    before = near.sandbox.usos.numbers("faculty", "10000000")
    answer = near.usos("replace", {"fac_id": "10000000", "data": bad})
    assert (answer.status, answer.json["error"], answer.json["param_name"]) == (400, "param_invalid", "data")
    assert set(answer.json["user_messages"]["fields"]["data"]) == {"pl", "en"}
    assert near.sandbox.usos.numbers("faculty", "10000000") == before
    assert near.sandbox.calls[-1].changed is False


def test_replace_needs_one_known_entity(near: Peer) -> None:
    sent = data(item("1"))
    assert near.usos("replace", {"fac_ids": "10000000", "data": sent}).json["error"] == "param_missing"
    assert near.usos("replace", {"fac_id": "1", "user_id": "2", "data": sent}).json["error"] == "param_invalid"
    assert near.usos("replace", {"fac_id": "nobody", "data": "{"}).json["error"] == "param_invalid"
    answer = near.usos("replace", {"fac_id": "nobody", "data": sent})
    assert (answer.status, answer.json["error"], answer.json["reason"]) == (400, "object_not_found", "faculty")


def test_a_json_body_is_not_read(near: Peer) -> None:
    answer = near.send("usos", "POST", PHONES + "phone_type", json={"id": "STA"})
    assert answer.json["error"] == "param_missing"


def test_jsonp(peer: Peer) -> None:
    answer = peer.usos("phone_type", {"id": "STA", "fields": "id", "format": "jsonp", "callback": "a.b"}, consumer=None)
    assert answer.text == 'a.b({"id":"STA"});'


def test_xmlmap2(peer: Peer) -> None:
    peer.sandbox.usos.set_numbers("faculty", "a&b", [NumberRow("1 < 2", "ż", type_id="STA")])
    answer = peer.usos("select", {"fac_ids": "a&b|none", "format": "xmlmap2", "fields": "number|comment"})
    root = ET.fromstring(answer.text)  # noqa: S314 - our own sandbox wrote it
    assert (root.tag, root[0].tag, [child.get("key") for child in root[0]]) == ("xmlmap2", "object", ["a&b", "none"])
    number, comment = root[0][0][0]
    assert (number.tag, number.get("key"), number.text) == ("string", "number", "1 < 2")
    assert [(child.tag, child.get("key"), child.text) for child in comment] == [
        ("string", "pl", "ż"),
        ("null", "en", None),
    ]
    assert (root[0][1].tag, len(root[0][1])) == ("array", 0)


def test_xmlmap2_of_a_truth_value(near: Peer) -> None:
    answer = near.usos("replace", {"fac_id": "10000000", "data": "[]", "format": "xmlmap2"})
    assert '<object><boolean key="success">true</boolean></object>' in answer.text


def test_consumer_installation_now_and_method(peer: Peer) -> None:
    consumer = peer.usos("/services/apisrv/consumer", {"fields": "administrative_methods"}, consumer=("reader", "hush"))
    assert consumer.json == {"administrative_methods": ["services/phones/select"]}
    assert peer.usos("/services/apisrv/consumer", consumer=None).json["reason"] == "consumer_missing"
    installation = peer.usos("/services/apisrv/installation", consumer=None).json
    assert installation["base_url"].startswith("http://127.0.0.1")
    assert peer.usos("/services/apisrv/now", consumer=None).json == "2024-06-10 08:13:20.000000"
    method = peer.usos("/services/apiref/method", {"name": "services/phones/replace"}, consumer=None).json
    assert method["auth_options"]["administrative_only"] is True
    assert [argument["name"] for argument in method["arguments"] if argument["is_required"]] == ["data"]
    assert peer.usos("/services/apiref/method", {"name": "x"}, consumer=None).json["error"] == "object_not_found"


@pytest.mark.parametrize(
    ("types", "stored"),
    [("stored", ["FAX", "KOM"]), ("guessed", ["STA", "KOM"]), ("ignored", ["", ""])],
)
def test_type_handling(near: Peer, types: str, stored: list[str]) -> None:
    near.usos_options(types=types)
    sent = data(item("22 55 20 000", type_id="FAX"), item("+48 600 000 000"))
    assert near.usos("replace", {"fac_id": "10000000", "data": sent}).status == 200
    assert [row.type_id for row in near.sandbox.usos.numbers("faculty", "10000000")] == stored


def test_an_unknown_type_is_stored_only_where_the_setting_says_so(near: Peer) -> None:
    near.usos_options(unknown_type="stored")
    near.usos("replace", {"fac_id": "10000000", "data": data(item("1", type_id="ZZZ"))})
    assert [row.type_id for row in near.sandbox.usos.numbers("faculty", "10000000")] == ["ZZZ"]


@pytest.mark.parametrize(("keep", "left"), [(True, 2), (False, 1)])
def test_duplicates(near: Peer, keep: bool, left: int) -> None:  # noqa: FBT001 - a column
    near.usos_options(keep_duplicates=keep)
    near.usos("replace", {"fac_id": "10000000", "data": data(item("1"), item("1"))})
    assert len(near.sandbox.usos.numbers("faculty", "10000000")) == left


@pytest.mark.parametrize(("allowed", "status", "left"), [(True, 200, 0), (False, 400, 3)])
def test_empty_replace(near: Peer, allowed: bool, status: int, left: int) -> None:  # noqa: FBT001 - a column
    near.usos_options(allow_empty_replace=allowed)
    assert near.usos("replace", {"fac_id": "10000000", "data": "[]"}).status == status
    assert len(near.sandbox.usos.numbers("faculty", "10000000")) == left


@pytest.mark.parametrize(("text", "stored"), [("exact", " 1  2 "), ("trimmed", "1  2"), ("collapsed", "1 2")])
def test_text_handling(near: Peer, text: str, stored: str) -> None:
    near.usos_options(text=text)
    near.usos("replace", {"fac_id": "10000000", "data": data(item(" 1  2 ", {"pl": " 1  2 "}))})
    row = near.sandbox.usos.numbers("faculty", "10000000")[0]
    assert (row.number, row.comment_pl) == (stored, stored)


def test_hidden_limits_are_settings(near: Peer) -> None:
    sent = {"fac_id": "10000000", "data": data(item("1\t" + "2" * 200, {"pl": "x" * 300}), item(""))}
    near.usos_options(max_number_length=None, max_comment_length=None, forbidden_in_number="", allow_empty_number=True)
    assert near.usos("replace", sent).status == 200
    near.usos_options(forbidden_in_number="/")
    assert near.usos("replace", {"fac_id": "10000000", "data": data(item("1/2"))}).status == 400


def test_error_body_variants(near: Peer) -> None:
    bodies = {}
    for variant in ("full", "generic_message", "bare"):
        near.usos_options(error_body=variant)
        bodies[variant] = near.usos("replace", {"fac_id": "10000000", "data": "{"}).json
    assert set(bodies["full"]["user_messages"]) == {"fields"}
    assert set(bodies["generic_message"]["user_messages"]) == {"generic_message"}
    assert set(bodies["bare"]) == {"message"}


@pytest.mark.parametrize(("empty", "expected"), [("object", {"pl": None, "en": None}), ("null", None)])
def test_a_comment_without_text(near: Peer, empty: str, expected: Any) -> None:
    near.usos_options(empty_comment=empty)
    rows = near.usos("select", {"fac_ids": "10000000"}).json["10000000"]
    assert [row["comment"] for row in rows if row["number"] == "22 55 20 001"] == [expected]
