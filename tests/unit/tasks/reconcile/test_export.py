"""What stands in a place, as the file that would want it so; all data is invented."""

from __future__ import annotations

from tables import current

from tasks.reconcile.export import Form, source_table

ENTRIES = current(
    {"owner": "faculty 2", "name": "Kasa", "number": "22 2", "type_id": "3"},
    {"owner": "faculty 1", "name": "Sala; 9", "number": "22 9"},
    {"owner": "faculty 1", "name": "Biuro ", "tidy": "Biuro", "number": "22 1", "type_id": "1"},
    {"owner": "faculty 1", "name": "Biuro", "number": "22 1"},
)
IDS = {"faculty 1": "F1", "faculty 2": "F2", "faculty 3": "F3", "faculty 4": "F4"}


def test_every_entry_has_a_line_in_order_and_a_cleared_owner_one_of_its_own() -> None:
    headers = {"owner": "Wydział", "owner_name": "Nazwa", "name": "Opis", "number": "Telefon", "type_id": "Rodzaj"}
    text = source_table(ENTRIES, Form(headers), IDS, ["faculty 4", "faculty 3"], {"faculty 1": "Wydział Pierwszy"})
    assert text.split("\r\n") == [
        "Wydział;Nazwa;Opis;Telefon;Rodzaj",
        "F1;Wydział Pierwszy;Biuro;22 1;",
        "F1;Wydział Pierwszy;Biuro ;22 1;1",
        'F1;Wydział Pierwszy;"Sala; 9";22 9;',
        "F2;;Kasa;22 2;3",
        "F3;;;;",
        "F4;;;;",
        "",
    ]


def test_a_form_has_its_own_columns_and_signs() -> None:
    form = Form({"new_name": "Nowa", "number": "'Tel'"}, delimiter=",", quotechar="'")
    assert source_table(ENTRIES[:1], form, IDS) == "Nowa,'''Tel'''\r\n,22 2\r\n"
