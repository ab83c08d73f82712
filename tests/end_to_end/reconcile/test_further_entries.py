"""Files with further columns of numbers, on both services: findings and corrections are about their own cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FAX = 'columns = [{ column = "Fax", suffix = "faks" }]'
INNER = 'columns = [{ column = "Wewn.", extension = true }]'
FREE = "guard = { max_delete_share = 1.0, max_change_share = 1.0, max_drift_share = 1.0, max_source_drop = 1.0 }"
Phonesync = Callable[..., Any]
Row = tuple[str, ...]


class Office:
    """A file of one sync, of either service: each line is a name and its numbers, and all belong together in USOS."""

    def __init__(self, phonesync: Phonesync, kind: str, columns: str, *further: str) -> None:
        self.phonesync, self.kind = phonesync, kind
        self.header = ("Kod;" if kind == "usos" else "") + ";".join(("Nazwa", "Nr tel.", *further))
        of = 'entity_class = "faculty"' if kind == "usos" else 'tenant = "chopin"\nshared = true'
        head = Path("phonesync.toml").read_text(encoding="utf-8").split("[syncs.")[0]
        connection = "usos" if kind == "usos" else "telephony"
        sync = [f'[syncs.s]\nconnection = "{connection}"', of, 'source = "s.csv"', "full_numbers = true", FREE]
        named = {"usos": '{ comment = "Nazwa", also = ', "apio": "{ also = "}[kind]
        text = columns.replace("columns = ", f"columns = {named}") + " }"
        Path("phonesync.toml").write_text(head + "\n".join([*sync, text]) + "\n", encoding="utf-8")

    def write(self, *rows: Row) -> None:
        code = "10080000;" if self.kind == "usos" else ""
        text = "".join(f"{code}{';'.join(row)}\n" for row in rows)
        Path("s.csv").write_text(f"{self.header}\n{text}", encoding="utf-8")


@pytest.fixture(params=["usos", "apio"])
def office(request: pytest.FixtureRequest, phonesync: Phonesync) -> Callable[..., Office]:
    return lambda columns, *further: Office(phonesync, request.param, columns, *further)


def digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))[-9:]


def suggested(phonesync: Phonesync) -> tuple[list[dict[str, Any]], str]:
    """Return the changes to lines that a corrected copy has, and its text."""
    written = phonesync("reconcile", "--suggest", "--json").json["suggestions"].get("s")
    if written is None:
        return [], Path("s.csv").read_text(encoding="utf-8")
    listed = csv.DictReader(io.StringIO(Path(written["list"]).read_text(encoding="utf-8-sig")))
    return [one for one in listed if one["line"] != "0"], Path(written["file"]).read_text(encoding="utf-8-sig")


def test_a_correction_goes_into_the_cell_that_it_is_about(office: Callable[..., Office]) -> None:
    it = office(FAX, "Fax")
    it.write(("Biuro A", "22 999 08 70", "22 999 08 79"), ("Biuro B", "22 999 08 71", ""))
    assert it.phonesync("sync", "s").code == 0
    it.write(("Biuro A", "22 999 08 70", "22 999 08 7x"), ("Biuro B", "22 999 08 71", ""))
    mine = [row for row in it.phonesync("reconcile", "--json").findings if row["line"] == 2]
    assert [(digits(row["number_csv"])[:8], digits(row["number_there"]), row["what"]) for row in mine] == [
        ("22999087", "229990879", "Fax: there are letters between the digits"),
        ("22999087", "229990870", "Fax: there are letters between the digits"),
    ]
    changes, text = suggested(it.phonesync)
    assert [(one["line"], one["column"], one["before"], digits(one["after"])) for one in changes] == [
        ("2", "Fax", "22 999 08 7x", "229990879")
    ]
    line = text.splitlines()[1].split(";")
    assert [line[-3], line[-2], digits(line[-1])] == ["Biuro A", "22 999 08 70", "229990879"]
    assert "faks" not in text.replace("Rektorat faks", "")


def test_a_bad_number_beside_a_good_one_of_a_further_column_is_corrected_in_its_cell(
    office: Callable[..., Office],
) -> None:
    it = office(FAX, "Fax")
    it.write(("Biuro A", "22 999 08 70", "22 999 08 79"))
    assert it.phonesync("sync", "s").code == 0
    it.write(("Biuro A", "22 999 08 7x", "22 999 08 78"))
    changes, text = suggested(it.phonesync)
    assert [(one["column"], digits(one["after"])) for one in changes] == [("Nr tel.", "229990870")]
    assert text.splitlines()[1].split(";")[-1] == "22 999 08 78"


def test_a_line_with_an_extension_of_its_own_column_is_left_to_a_person(phonesync: Phonesync) -> None:
    it = Office(phonesync, "usos", INNER, "Wewn.")
    it.write(("Biuro A", "22 999 08 70", "12"))
    assert phonesync("sync", "s").code == 0
    it.write(("Biuro A", "22 999 08 70", "sala 12"))
    assert suggested(phonesync)[0] == []
    it.write(("Biuro A", "22 999 08 7x", "12"))
    assert suggested(phonesync)[0] == []


@pytest.mark.parametrize("cell", ["?", "sala 12", "22 999 05 11", "12a", "j.w."])
def test_what_is_no_extension_is_never_published_and_its_number_stays(phonesync: Phonesync, cell: str) -> None:
    it = Office(phonesync, "usos", INNER, "Wewn.")
    it.write(("Biuro A", "22 999 08 70", "12"))
    assert phonesync("sync", "s").code == 0
    it.write(("Biuro A", "22 999 08 70", cell), ("Biuro B", "22 999 08 71", "brak"))
    said = phonesync("check", "s", "--json").json["syncs"][0]["problems"]
    assert [(one["line"], one["column"], one["value"], one["code"]) for one in said] == [
        (2, "Wewn.", cell, "extension-unread")
    ]
    assert phonesync("sync", "s").code == 1
    found = phonesync("find", "22 999 08 70", "--json").json["found"]
    assert {row["number"] for row in found if row["where"] != "s"} == {"22 999 08 70 wew. 12"}


def test_a_changed_number_of_a_further_column_stands_beside_its_own_entry(office: Callable[..., Office]) -> None:
    it = office(FAX, "Fax")
    it.write(("Biuro A", "22 999 08 70", "22 999 08 79"))
    assert it.phonesync("sync", "s").code == 0
    it.write(("Biuro A", "22 999 08 70", "22 999 08 78"))
    mine = [row for row in it.phonesync("reconcile", "--json").findings if row["name_there"].startswith("Biuro A")]
    kinds = {row["name_csv"]: (row["kind"], digits(row["number_csv"]), digits(row["number_there"])) for row in mine}
    assert kinds == {
        "Biuro A": ("agree", "229990870", "229990870"),
        "Biuro A faks": ("differs", "229990878", "229990879"),
    }
    (differs,) = [row for row in mine if row["kind"] == "differs"]
    assert differs["fix"].startswith("phonesync sync s writes what line 2 of s.csv says.")


def test_find_knows_the_number_of_a_further_column(office: Callable[..., Office]) -> None:
    it = office(FAX, "Fax")
    it.write(("Biuro A", "22 999 08 70", "22 999 08 79"), ("Biuro B", "", "22 999 08 78"))
    for number, name in (("22 999 08 70", "Biuro A"), ("229990879", "Biuro A faks"), ("22 999-08-78", "Biuro B faks")):
        found = it.phonesync("find", number, "--json").json["found"]
        assert [(row["where"], row["name"]) for row in found] == [("s", name)]


def test_an_export_says_what_the_columns_of_a_file_can(office: Callable[..., Office]) -> None:
    it = office(FAX, "Fax")
    it.write(("Biuro A", "22 999 08 70", "22 999 08 79"))
    assert it.phonesync("sync", "s").code == 0
    made = it.phonesync("export", "s", "--force", "--json")
    assert (made.code, made.json["kept"]) == (0, made.json["entries"])
    lines = Path("s.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].split(";")[-1] == "Fax"
    assert {line.split(";")[-1] for line in lines[1:]} == {""}
    assert it.phonesync("plan", "s", "--exit-code").code == 0
