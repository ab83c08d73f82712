"""The APIO side's contract: sessions, the order of checks, entries and lists."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_peer import LIST, STATE, Peer

GROUP = "/api/v1/tenants/chopin/groups/strings/services/common_phone_list/"
DEAN = {"name": "Dean", "phoneNumber": "+48-225520001"}


def names(peer: Peer) -> list[str]:
    return [name for name, _ in peer.sandbox.apio.entries("chopin")]


def listed(peer: Peer, criteria: dict[str, Any] | None = None) -> list[str]:
    return [entry["name"] for entry in peer.apio("GET", "", criteria).json["entries"]]


def test_login_gives_a_session_and_the_level(peer: Peer) -> None:
    answer = peer.login()
    assert answer.status == 200
    assert answer.json == {"ids": {"username": "admin"}, "profile": {"user_level": 12}}
    assert set(peer.cookies) == {"sessionid", "SRVNAME"}
    assert peer.apio("GET", "").status == 200


def test_login_refusals(near: Peer) -> None:
    assert near.login(password="wrong").status == 401
    assert near.apio("POST", "/api/v1/login/", {"username": "admin"}).status == 400
    assert near.apio("POST", "/api/v1/login/", []).status == 416
    assert near.apio("GET", "/api/v1/login/").status == 405


def test_the_balancers_cookie_must_come_back(near: Peer) -> None:
    near.login()
    node = near.cookies.pop("SRVNAME")
    assert near.apio("GET", "").status == 401
    near.cookies["SRVNAME"] = node
    assert near.apio("GET", "").status == 200
    near.apio_options(second_cookie=False)
    near.cookies.clear()
    near.login()
    assert set(near.cookies) == {"sessionid"}
    assert near.apio("GET", "").status == 200


def test_checks_come_in_order(peer: Peer) -> None:
    nowhere, other = LIST.replace("chopin", "nobody"), "/api/v1/tenants/nobody/services/common_phone_list"
    assert peer.apio("POST", other).status == 404
    assert peer.apio("POST", nowhere).status == 401
    peer.login("guest", "look")
    assert peer.apio("POST", nowhere).status == 403
    assert peer.apio("GET", nowhere).status == 404
    peer.login()
    assert peer.apio("POST", nowhere).status == 404
    assert peer.apio("POST", "").status == 416
    assert peer.apio("POST", "", {"entries": [{"name": "Dean"}]}).status == 400
    assert peer.apio("POST", "", {"entries": [DEAN]}).status == 400


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [("POST", "", {}), ("DELETE", "", {}), ("PUT", "Dean/", {}), ("DELETE", "Dean/", None), ("POST", "batch/", {})],
)
def test_writing_needs_an_administrator_and_reading_does_not(near: Peer, verb: str, path: str, body: Any) -> None:
    near.login("guest", "look")
    assert near.apio(verb, path, body).status == 403
    assert (near.apio("GET", "").status, near.apio("GET", "Dean/").status) == (200, 200)


@pytest.mark.parametrize("path", ["", "Dean/", "batch/"])
def test_every_path_ends_with_a_slash(signed_in: Peer, path: str) -> None:
    assert signed_in.apio("GET", (LIST + path)[:-1]).status == 404


def test_a_list_that_is_not_assigned_is_no_empty_list(signed_in: Peer) -> None:
    for path in (LIST.replace("chopin", "bare"), GROUP.replace("strings", "brass"), GROUP.replace("strings", "x")):
        assert signed_in.apio("GET", path).status == 404


def test_a_group_has_a_list_of_its_own(peer: Peer) -> None:
    peer.login()
    assert peer.apio("GET", GROUP).json == {"entries": [{"name": "Violin", "phoneNumber": "+48-225520004"}]}
    assert peer.apio("DELETE", GROUP + "Violin/").status == 200
    assert (peer.sandbox.apio.entries("chopin", "strings"), len(names(peer))) == ([], 3)


def test_one_entry_read_changed_renamed_deleted(peer: Peer) -> None:
    peer.login()
    assert peer.apio("GET", "Dean/").json == DEAN
    assert peer.apio("PUT", "Dean/", DEAN | {"phoneNumber": "+48-1"}).json == {}
    assert peer.apio("PUT", "Dean/", {"name": "Dziekan Ż/1", "phoneNumber": "+48-1"}).status == 200
    assert peer.sandbox.apio.entries("chopin")[0] == ("Dziekan Ż/1", "+48-1")
    assert peer.apio("GET", "Dean/").status == 404
    assert peer.apio("DELETE", "", {"entries": [{"name": "Dziekan Ż/1"}]}).json == {}
    assert peer.apio("DELETE", "Porter/").json == {}
    assert names(peer) == ["Archive"]


def test_names_in_a_path_are_decoded_once(signed_in: Peer) -> None:
    signed_in.sandbox.apio.set_entries("chopin", None, [("50% ż ?", "1"), ("a/b", "2"), ("batch", "3")])
    assert signed_in.apio("GET", "50%25%20%C5%BC%20%3F/").status == 200
    assert signed_in.apio("GET", "a%2Fb/").status == 404
    assert signed_in.apio("GET", "batch/").status == 405


def test_put_checks_the_body_before_the_entry(signed_in: Peer) -> None:
    assert signed_in.apio("PUT", "nobody/", []).status == 416
    assert signed_in.apio("PUT", "nobody/", {"name": "x"}).status == 400
    assert signed_in.apio("PUT", "nobody/", {"name": "x", "phoneNumber": "1"}).status == 404
    assert signed_in.apio("PUT", "Dean/", {"name": "Porter", "phoneNumber": "1"}).status == 400


@pytest.mark.parametrize(
    ("rename", "status", "first"), [("applied", 200, "Boss"), ("refused", 400, "Dean"), ("ignored", 200, "Dean")]
)
def test_rename_by_put(signed_in: Peer, rename: str, status: int, first: str) -> None:
    signed_in.apio_options(rename_by_put=rename)
    assert signed_in.apio("PUT", "Dean/", {"name": "Boss", "phoneNumber": "1"}).status == status
    assert names(signed_in)[0] == first


def test_create_one_or_many(peer: Peer) -> None:
    peer.login()
    one = peer.apio("POST", "", {"entries": [{"name": " Two  Words ", "phoneNumber": "1"}]})
    assert (one.status, one.json) == (200, {"name": "Two Words", "phoneNumber": "1"})
    many = [{"name": "A", "phoneNumber": "1"}, {"name": "B", "phoneNumber": "1"}]
    assert peer.apio("POST", "", {"entries": many}).json == {"entries": many}
    assert names(peer)[-3:] == ["Two Words", "A", "B"]


@pytest.mark.parametrize(
    "second",
    [
        {"name": "Dean", "phoneNumber": "1"},
        {"name": "New", "phoneNumber": "1"},
        {"name": "", "phoneNumber": "1"},
        {"name": "x" * 51, "phoneNumber": "1"},
        {"name": "x", "phoneNumber": ""},
        {"name": "x", "phoneNumber": "1" * 31},
        {"name": "x", "phoneNumber": "a@example.com"},
        {"name": "x", "phoneNumber": "sip:1"},
        {"name": 1, "phoneNumber": "1"},
        {"name": "\ud800", "phoneNumber": "1"},
        {"name": "x", "phoneNumber": "1", "more": "\ud800"},
    ],
)
def test_create_is_all_or_nothing(signed_in: Peer, second: dict[str, Any]) -> None:
    entries = [{"name": "New", "phoneNumber": "1"}, second]
    assert signed_in.apio("POST", "", {"entries": entries}).status == 400
    assert names(signed_in) == ["Dean", "Porter", "Archive"]


@pytest.mark.parametrize("entries", [None, [], {}, ["Dean"]])
def test_entries_must_be_objects(signed_in: Peer, entries: Any) -> None:
    for verb in ("POST", "DELETE"):
        assert signed_in.apio(verb, "", {"entries": entries}).status == 400


@pytest.mark.parametrize(("unknown", "status", "left"), [("refused", 404, 3), ("ignored", 200, 2)])
def test_delete_of_a_list_with_an_unknown_name(signed_in: Peer, unknown: str, status: int, left: int) -> None:
    signed_in.apio_options(unknown_in_delete=unknown)
    answer = signed_in.apio("DELETE", "", {"entries": [{"name": "Dean"}, {"name": "nobody"}]})
    assert (answer.status, len(names(signed_in))) == (status, left)


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({}, ["Dean", "Porter", "Archive"]),
        ({"sensitiveNameStarts": "De"}, ["Dean"]),
        ({"sensitiveNameStarts": "de"}, []),
        ({"sensitiveNameContains": "r"}, ["Porter", "Archive"]),
        ({"sensitiveNameEquals": "Dean"}, ["Dean"]),
        ({"insensitiveNameStarts": "dE"}, ["Dean"]),
        ({"insensitiveNameContains": "A"}, ["Dean", "Archive"]),
        ({"insensitiveNameEquals": "porter"}, ["Porter"]),
        ({"insensitivePhoneNumberStarts": "+48"}, ["Dean", "Porter", "Archive"]),
        ({"insensitivePhoneNumberContains": "0003"}, ["Archive"]),
        ({"insensitivePhoneNumberEquals": "+48-225520001"}, ["Dean"]),
        ({"sensitiveNameContains": "r", "insensitivePhoneNumberContains": "0003"}, ["Archive"]),
        ({"combineWithOr": True, "sensitiveNameEquals": "Dean", "sensitiveNameStarts": "P"}, ["Dean", "Porter"]),
        ({"responseSizeLimit": 3}, ["Dean", "Porter", "Archive"]),
        ({"somethingElse": 1}, ["Dean", "Porter", "Archive"]),
    ],
)
def test_search_criteria(signed_in: Peer, criteria: dict[str, Any], expected: list[str]) -> None:
    assert listed(signed_in, criteria) == expected


@pytest.mark.parametrize(
    "criteria",
    [{"responseSizeLimit": 2}, {"responseSizeLimit": 0}, {"combineWithOr": 1}, {"sensitiveNameEquals": 1}],
)
def test_search_refusals(signed_in: Peer, criteria: dict[str, Any]) -> None:
    assert signed_in.apio("GET", "", criteria).status == 400


def test_a_proxy_may_drop_the_body_of_a_get(signed_in: Peer) -> None:
    assert signed_in.apio("GET", "", []).status == 416
    signed_in.apio_options(strip_get_bodies=True)
    assert len(listed(signed_in, {"sensitiveNameEquals": "Dean"})) == 3


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("insertion", ["Dean", "Porter", "Archive"]),
        ("reversed", ["Archive", "Porter", "Dean"]),
        ("sorted", ["Archive", "Dean", "Porter"]),
    ],
)
def test_list_order(signed_in: Peer, order: str, expected: list[str]) -> None:
    signed_in.apio_options(list_order=order)
    assert listed(signed_in) == expected


def test_random_list_order(signed_in: Peer) -> None:
    signed_in.apio_options(list_order="random")
    orders = {tuple(listed(signed_in)) for _ in range(20)}
    assert len(orders) > 1
    assert {frozenset(order) for order in orders} == {frozenset(names(signed_in))}


def test_error_shapes(signed_in: Peer) -> None:
    assert set(signed_in.apio("GET", "x/").json) == {"details"}
    signed_in.apio_options(error_shape="list")
    assert isinstance(signed_in.apio("GET", "x/").json[0]["code"], int)
    signed_in.apio_options(error_shape="html")
    answer = signed_in.apio("GET", "x/")
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_audit_key(signed_in: Peer) -> None:
    signed_in.apio_options(audit_key=True)
    for verb, path, body in (("GET", "", None), ("PUT", "Dean/", DEAN), ("DELETE", "Dean/", None)):
        assert "_internal_record_id" in signed_in.apio(verb, path, body).json


def test_prefix(near: Peer) -> None:
    near.apio_options(prefix="/api/v01/p1/")
    assert near.login().status == 404
    assert near.login(prefix="/api/v01/p1/").status == 200
    assert near.apio("GET", LIST.replace("v1", "v01/p1")).status == 200


def test_write_level(near: Peer) -> None:
    near.apio_options(write_level=13)
    near.login()
    assert near.apio("DELETE", "Dean/").status == 403


def test_name_case(signed_in: Peer) -> None:
    assert signed_in.apio("GET", "DEAN/").status == 404
    signed_in.apio_options(name_case="insensitive")
    assert signed_in.apio("GET", "DEAN/").json == DEAN
    assert signed_in.apio("POST", "", {"entries": [{"name": "DEAN", "phoneNumber": "1"}]}).status == 400
    assert signed_in.apio("PUT", "dean/", {"name": "DEAN", "phoneNumber": "1"}).status == 200
    assert names(signed_in)[0] == "DEAN"


@pytest.mark.parametrize(("text", "stored"), [("collapsed", "a b"), ("trimmed", "a  b"), ("exact", " a  b ")])
def test_white_space(signed_in: Peer, text: str, stored: str) -> None:
    signed_in.apio_options(text=text)
    signed_in.apio("POST", "", {"entries": [{"name": " a  b ", "phoneNumber": " a  b "}]})
    assert signed_in.sandbox.apio.entries("chopin")[-1] == (stored, stored)


@pytest.mark.parametrize(
    ("numbers", "stored"),
    [
        ("as_sent", ["+48 22 55-20", "22 55 20", "wew. 1"]),
        ("plus_digits", ["+48225520", "225520", "wew. 1"]),
        ("cc_nsn", ["+48-225520", "225520", "wew. 1"]),
    ],
)
def test_number_format(signed_in: Peer, numbers: str, stored: list[str]) -> None:
    signed_in.apio_options(numbers=numbers)
    sent = ["+48 22 55-20", "22 55 20", "wew. 1"]
    entries = [{"name": str(position), "phoneNumber": number} for position, number in enumerate(sent)]
    assert signed_in.apio("POST", "", {"entries": entries}).status == 200
    assert [number for _, number in signed_in.sandbox.apio.entries("chopin")[-3:]] == stored


def test_a_country_code_that_is_none_stays(signed_in: Peer) -> None:
    signed_in.apio_options(numbers="cc_nsn")
    signed_in.apio("POST", "", {"entries": [{"name": "a", "phoneNumber": "+999 1"}]})
    assert signed_in.sandbox.apio.entries("chopin")[-1] == ("a", "+9991")


def test_lengths_and_latin1_are_settings(signed_in: Peer) -> None:
    signed_in.apio_options(max_name_length=3, max_number_length=2, latin1_names=True)
    for name, number, status in (("abc", "12", 200), ("abcd", "1", 400), ("a", "123", 400), ("ą", "1", 400)):
        assert signed_in.apio("POST", "", {"entries": [{"name": name, "phoneNumber": number}]}).status == status


def test_calls_say_what_changed(signed_in: Peer) -> None:
    signed_in.apio("PUT", "Dean/", DEAN)
    signed_in.apio("PUT", "Dean/", DEAN | {"phoneNumber": "1"})
    signed_in.apio("PATCH", "Dean/", DEAN)
    calls = [(call.service, call.method, call.status, call.changed) for call in signed_in.sandbox.calls]
    assert calls == [
        ("apio", "login", 200, False),
        ("apio", "put", 200, False),
        ("apio", "put", 200, True),
        ("apio", "", 405, False),
    ]


def test_reset_signs_everybody_out(signed_in: Peer) -> None:
    signed_in.sandbox.reset(STATE)
    assert signed_in.apio("GET", "").status == 401
