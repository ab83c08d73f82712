"""The batch endpoint: the page's own examples, then each setting that the page leaves open."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from sandbox_peer import Peer

TWO = "Name;Phone Number"
THREE = "Name;Phone Number;New Name"
DEAN, PORTER, ARCHIVE = "Dean;+48-225520001", "Porter;+48-225520002", "Archive;+48-225520003"


def stored(peer: Peer) -> dict[str, str]:
    return dict(peer.sandbox.apio.entries("chopin"))


def told(reply_json: Any) -> list[tuple[int | str, str, str]]:
    return [(row["line"], row["name"], row["message"]) for row in reply_json["results"]]


def test_added_modified_kept_and_deleted(peer: Peer) -> None:
    peer.login()
    answer = peer.batch(TWO, DEAN, "Porter;+48-1", '"New; one";+48-2')
    assert answer.status == 200
    assert told(answer.json) == [
        (1, "Dean", "Contact not modified"),
        (2, "Porter", "Contact modified"),
        (3, "New; one", "Contact added"),
        ("-", "Archive", "Contact deleted"),
    ]
    assert answer.json["results"][3] == {
        "line": "-",
        "name": "Archive",
        "phone_number": "+48-225520003",
        "status": "Success",
        "message": "Contact deleted",
    }
    assert stored(peer) == {"Dean": "+48-225520001", "Porter": "+48-1", "New; one": "+48-2"}


def test_ragged_rows_as_on_the_page(signed_in: Peer) -> None:
    answer = signed_in.batch(THREE, DEAN, PORTER + ";Gate", "Archive;+48-1", "New;+48-2")
    assert (answer.status, {row["status"] for row in answer.json["results"]}) == (200, {"Success"})
    assert stored(signed_in) == {"Dean": "+48-225520001", "Gate": "+48-225520002", "Archive": "+48-1", "New": "+48-2"}


@pytest.mark.parametrize("lines", [(), (TWO,), (THREE,)])
def test_an_empty_file_is_valid_and_wipes_the_list(signed_in: Peer, lines: tuple[str, ...]) -> None:
    answer = signed_in.batch(*lines)
    assert (answer.status, len(answer.json["results"]), stored(signed_in)) == (200, 3, {})
    assert signed_in.sandbox.calls[-1].changed


@pytest.mark.parametrize(
    "lines",
    [
        ("Name;Number", DEAN),
        ("name;phone number", DEAN),
        ("\ufeffName;Phone Number", DEAN),
        (DEAN, PORTER),
        (TWO, "Dean"),
        (TWO, "Dean;1;Boss"),
        (THREE, "Dean;1;Boss;x"),
        (TWO, DEAN, ""),
        (TWO, '"Dean;1'),
    ],
)
@pytest.mark.parametrize("status", [400, 422])
def test_a_bad_file_does_nothing(signed_in: Peer, lines: tuple[str, ...], status: int) -> None:
    signed_in.apio_options(bad_file_status=status)
    before = stored(signed_in)
    answer = signed_in.batch(*lines)
    assert (answer.status, "results" in answer.json, stored(signed_in)) == (status, False, before)


@pytest.mark.parametrize("text", ["not base64", b64encode("Name;Phone Number\nŻ;1".encode("cp1250")).decode()])
def test_bytes_that_are_no_file(signed_in: Peer, text: str) -> None:
    signed_in.apio_options(bad_file_status=422)
    assert signed_in.batch(csv=text).status == 422
    signed_in.apio_options(charset="cp1250")
    assert signed_in.batch(csv=b64encode("Name;Phone Number\nŻ;1".encode("cp1250")).decode()).status == 200
    assert stored(signed_in) == {"Ż": "1"}


@pytest.mark.parametrize(
    "fields", [{"csv": None}, {"csv": 1}, {"delimiter": ";;"}, {"quotechar": ""}, {"has_header": "true"}]
)
def test_bad_fields_come_before_the_file(signed_in: Peer, fields: dict[str, Any]) -> None:
    signed_in.apio_options(bad_file_status=422)
    assert signed_in.batch("nonsense", **fields).status == 400


def test_the_body_must_be_an_object(signed_in: Peer) -> None:
    assert signed_in.apio("POST", "batch/", []).status == 416


def test_delimiter_and_quotechar(signed_in: Peer) -> None:
    assert signed_in.batch("Name,Phone Number", "'a,b',1", delimiter=",", quotechar="'").status == 200
    assert stored(signed_in) == {"a,b": "1"}


def test_defaults_of_the_request(signed_in: Peer) -> None:
    assert signed_in.batch(TWO, DEAN, delimiter=None, quotechar=None, has_header=None).status == 200


def test_a_file_without_a_header(signed_in: Peer) -> None:
    assert told(signed_in.batch(DEAN, PORTER + ";Gate", has_header=False).json)[:2] == [
        (1, "Dean", "Contact not modified"),
        (2, "Gate", "Contact modified"),
    ]


def test_headers_are_project_specific(signed_in: Peer) -> None:
    signed_in.apio_options(default_header=("Nazwa", "Numer", "Nowa"), required_header=("Nazwa", "Numer"))
    assert signed_in.batch(TWO, DEAN).status == 400
    assert signed_in.batch("Nazwa;Numer", DEAN).status == 200
    assert signed_in.batch("Nazwa;Numer;Nowa", DEAN + ";Boss").status == 200
    assert list(stored(signed_in)) == ["Boss"]


def test_partial_success_is_207_and_full_failure_400(signed_in: Peer) -> None:
    signed_in.apio_options(delete_missing=False, failure_word="Error")
    partial = signed_in.batch(TWO, DEAN, "x;sip:1")
    assert (partial.status, [row["status"] for row in partial.json["results"]]) == (207, ["Success", "Error"])
    failed = signed_in.batch(TWO, f"{'x' * 51};1", "y;")
    assert (failed.status, [row["status"] for row in failed.json["results"]]) == (400, ["Error", "Error"])
    signed_in.apio_options(delete_missing=False, full_failure="error")
    assert set(signed_in.batch(TWO, "y;").json) == {"details"}
    assert len(stored(signed_in)) == 3


def test_delete_missing(signed_in: Peer) -> None:
    signed_in.apio_options(delete_missing=False)
    assert len(signed_in.batch(TWO, DEAN).json["results"]) == 1
    assert len(stored(signed_in)) == 3


def test_delete_order(signed_in: Peer) -> None:
    """A renaming row may take the name of a deleted entry only where that one is gone before."""
    rename = PORTER + ";Archive"
    assert [row["status"] for row in signed_in.batch(THREE, DEAN, rename).json["results"]][:2] == ["Success", "Failure"]
    signed_in.sandbox.apio.set_entries("chopin", None, [tuple(line.split(";")) for line in (DEAN, PORTER, ARCHIVE)])  # type: ignore[misc]
    signed_in.apio_options(delete_order="before", missing_judged_by="old_names")
    assert told(signed_in.batch(THREE, DEAN, rename).json)[0] == ("-", "Archive", "Contact deleted")
    assert stored(signed_in) == {"Dean": "+48-225520001", "Archive": "+48-225520002"}


@pytest.mark.parametrize(
    ("order", "judged", "left"),
    [
        ("after", "both", {"Dean", "Gate"}),
        ("after", "new_names", {"Dean", "Gate"}),
        ("after", "old_names", {"Dean"}),
        ("before", "both", {"Dean", "Gate"}),
        ("before", "old_names", {"Dean", "Gate"}),
        ("before", "new_names", {"Dean"}),
    ],
)
def test_what_missing_is_judged_by(signed_in: Peer, order: str, judged: str, left: set[str]) -> None:
    signed_in.apio_options(delete_order=order, missing_judged_by=judged)
    signed_in.batch(THREE, DEAN, PORTER + ";Gate")
    assert set(stored(signed_in)) == left


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize(("protect", "kept"), [(True, True), (False, False)])
def test_entries_of_failed_rows(signed_in: Peer, order: str, protect: bool, kept: bool) -> None:  # noqa: FBT001 - columns
    signed_in.apio_options(delete_order=order, protect_failed_rows=protect)
    assert signed_in.batch(TWO, DEAN, "Porter;sip:1").status == 207
    assert ("Porter" in stored(signed_in)) is kept


@pytest.mark.parametrize(
    ("rename_number", "number", "status"),
    [("applied", "+48-9", 200), ("checked", None, 207), ("ignored", "+48-225520002", 200)],
)
def test_number_of_a_renaming_row(signed_in: Peer, rename_number: str, number: str | None, status: int) -> None:
    signed_in.apio_options(rename_number=rename_number, delete_missing=False)
    assert signed_in.batch(THREE, DEAN, "Porter;+48-9;Gate").status == status
    assert stored(signed_in).get("Gate") == number


@pytest.mark.parametrize(("unknown", "added"), [("failed", set()), ("added", {"Old"}), ("added_as_new", {"New"})])
def test_renaming_row_of_an_unknown_name(signed_in: Peer, unknown: str, added: set[str]) -> None:
    signed_in.apio_options(rename_unknown=unknown, delete_missing=False)
    signed_in.batch(THREE, DEAN, "Old;+48-9;New")
    assert set(stored(signed_in)) - {"Dean", "Porter", "Archive"} == added


@pytest.mark.parametrize(
    ("processing", "left"),
    [
        ("sequential", {"Dean": "+48-225520001", "Porter": "+48-225520002"}),
        ("simultaneous", {"Dean": "+48-225520002", "Porter": "+48-225520001"}),
    ],
)
def test_swap_of_names(signed_in: Peer, processing: str, left: dict[str, str]) -> None:
    signed_in.apio_options(rename_processing=processing, protect_failed_rows=True)
    signed_in.batch(THREE, DEAN + ";Porter", PORTER + ";Dean")
    assert stored(signed_in) == left


@pytest.mark.parametrize("processing", ["sequential", "simultaneous"])
@pytest.mark.parametrize("rows", [("Porter", "Archive"), ("Archive", "Gate"), ("Archive", "Archive")])
def test_no_rename_makes_two_entries_of_one_name(signed_in: Peer, processing: str, rows: tuple[str, str]) -> None:
    signed_in.apio_options(rename_processing=processing, delete_missing=False)
    signed_in.batch(THREE, f"{DEAN};{rows[0]}", f"{PORTER};{rows[1]}")
    entries = signed_in.sandbox.apio.entries("chopin")
    assert (len(entries), len(dict(entries))) == (3, 3)


def test_row_order(signed_in: Peer) -> None:
    chain = (THREE, f"{DEAN};Porter", f"{PORTER};Gate", ARCHIVE)
    signed_in.apio_options(row_order="reversed")
    assert [line for line, _, _ in told(signed_in.batch(*chain).json)] == [3, 2, 1]
    assert set(stored(signed_in)) == {"Porter", "Gate", "Archive"}


@pytest.mark.parametrize(("duplicates", "statuses"), [("failed", 207), ("applied", 200)])
def test_duplicate_rows(signed_in: Peer, duplicates: str, statuses: int) -> None:
    signed_in.apio_options(duplicate_rows=duplicates)
    assert signed_in.batch(TWO, DEAN, "Dean;+48-9").status == statuses
    assert stored(signed_in) == {"Dean": "+48-225520001" if duplicates == "failed" else "+48-9"}


@pytest.mark.parametrize(("padded", "status"), [("ignored", 200), ("failed", 207)])
def test_padded_third_field(signed_in: Peer, padded: str, status: int) -> None:
    signed_in.apio_options(padded_new_name=padded, delete_missing=False)
    assert signed_in.batch(THREE, DEAN, PORTER + ";").status == status


@pytest.mark.parametrize(("result_name", "shown"), [("new", "Gate"), ("old", "Porter")])
def test_name_in_the_result_of_a_rename(signed_in: Peer, result_name: str, shown: str) -> None:
    signed_in.apio_options(result_name=result_name)
    assert told(signed_in.batch(THREE, PORTER + ";Gate").json)[0][1] == shown


def test_random_results_order(signed_in: Peer) -> None:
    signed_in.apio_options(results_order="random")
    lines = [f"{number};1" for number in range(20)]
    told_lines = [line for line, _, _ in told(signed_in.batch(TWO, *lines).json)]
    assert told_lines != sorted(told_lines, key=str)
    assert sorted(line for line in told_lines if isinstance(line, int)) == list(range(1, 21))


@pytest.mark.parametrize(("case", "left"), [("sensitive", {"DEAN"}), ("insensitive", {"Dean"})])
def test_case_of_names(signed_in: Peer, case: str, left: set[str]) -> None:
    signed_in.apio_options(name_case=case)
    signed_in.batch(TWO, "DEAN;+48-225520001")
    assert set(stored(signed_in)) == left


def test_a_rename_that_changes_the_case_alone(signed_in: Peer) -> None:
    signed_in.apio_options(name_case="insensitive")
    assert signed_in.batch(THREE, DEAN + ";DEAN").status == 200
    assert set(stored(signed_in)) == {"DEAN"}


def test_sending_a_rename_file_twice_is_not_the_same_as_once(signed_in: Peer) -> None:
    signed_in.apio_options(rename_unknown="added", missing_judged_by="old_names", delete_order="before")
    for expected in ({"Dean", "Gate"}, {"Dean", "Porter"}):
        signed_in.batch(THREE, DEAN, PORTER + ";Gate")
        assert set(stored(signed_in)) == expected


def test_numbers_are_reformatted_in_a_batch_too(signed_in: Peer) -> None:
    signed_in.apio_options(numbers="plus_digits")
    assert told(signed_in.batch(TWO, "Dean;+48 22 552 00 01").json)[0] == (1, "Dean", "Contact modified")
    assert told(signed_in.batch(TWO, "Dean;+48-22-552-00-01").json)[0] == (1, "Dean", "Contact not modified")
