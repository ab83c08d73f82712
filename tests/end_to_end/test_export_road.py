"""What stands in a place, written as a file: a plan with it is empty, whatever the service does."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args, get_type_hints

import pytest
from road_trip import READS, Road, apio_state, usos_state

from connectors.sandbox.options import ApioOptions, Fault, UsosOptions
from flows.reconciliation.export import Wanted, export
from schemas.errors import PhonesyncError, SourceError
from schemas.plan import WRITES

FACULTIES = {
    "1": [("Dziekanat", "22 999 01 00", "STA"), ("Dziekanat", "22 999 01 00", "STA"), ("", "(22) 999-01-01", "")],
    "2": [(" Portiernia ;  nocna", "portier", ""), ('"cudzysłów"', "22 999 02 00, 22 999 02 01", "FAX", "porter")],
    "3": [("=1+1", "22 999 03 00 wew. 12", "STA"), ("wiersz\ndrugi", "+49 30 23125 014", "")],
    "4": [("dom", "112", "")],
    "5": [],
}
ENTRIES = [
    ("Dziekanat", "+48-229990100"),
    ("dziekanat", "22 999 01 01"),
    ("Dziekanat; sekretariat", "(22) 999-01-00"),
    ("Portier", "portier"),
    ("=1+1", "22 999 03 00"),
    ('"Kadry"', "22 999 04 00 wew. 3"),
    ("Dom", "112"),
]


def variants(options: type[Any]) -> list[Any]:
    """Return the options as they are, and with each setting at each of its other values."""
    plain = options()
    others = [
        dataclasses.replace(plain, **{name: value})
        for name, hint in get_type_hints(options).items()
        for value in ((True, False) if hint is bool else get_args(hint))
        if isinstance(value, str | bool) and value != getattr(plain, name)
    ]
    return [plain, *others]


def label(options: Any) -> str:
    """Return what differs from the default."""
    plain = type(options)()
    return next((f"{k}={v}" for k, v in vars(options).items() if v != getattr(plain, k)), "plain")


def hold_still(road: Road, wanted: Wanted) -> dict[str, Any]:
    """Export, and prove that a plan with the file changes nothing and that nothing was written to the service."""
    before = len(road.sandbox.calls)
    made = export(road.context(), wanted)
    trip = road.plan()
    assert not any(trip.sync["actions"][action] for action in WRITES), trip.actions
    assert {call.method for call in road.sandbox.calls[before:]} <= READS
    return made


@pytest.mark.parametrize("options", variants(UsosOptions), ids=label)
def test_a_plan_after_an_export_from_usos_is_empty_under_every_setting(road: Road, options: UsosOptions) -> None:
    road.open(usos_state(FACULTIES), usos=options)
    road.configure({"entity_class": "faculty", "guard": {"max_deletes": 1000}})
    try:
        made = hold_still(road, Wanted("one", ids=("1", "2", "3", "4", "5")))
    except PhonesyncError as error:
        # Where USOS cannot be asked at all, there is no file.
        assert not options.loopback_exempt, error  # noqa: PT017 - what is raised depends on the setting
        return
    assert (made["entries"], made["owners_without_numbers"], made["english_comments"]) == (8, 1, 1)


@pytest.mark.parametrize("options", variants(ApioOptions), ids=label)
def test_a_plan_after_an_export_of_a_list_is_empty_under_every_setting(road: Road, options: ApioOptions) -> None:
    folds = options.name_case == "insensitive"
    road.open(apio_state(ENTRIES[:1] + ENTRIES[2:] if folds else ENTRIES), apio=options)
    road.configure({"tenant": "chopin", "delete_missing": True})
    made = hold_still(road, Wanted("one"))
    assert made["entries"] == len(ENTRIES) - folds


@pytest.mark.parametrize(
    "more",
    [
        {"allow_clear": True},
        {"allow_short_codes": True},
        {"delimiter": "|"},
        {"encoding": "windows-1250"},
        {"columns": {"entity_id": "Jednostka; id", "number": "Telefon", "comment": "Opis", "type_id": "Typ"}},
        {"write_format": "e164"},
        {"delete_missing": False},
        {"area_code": "22"},
    ],
    ids=str,
)
def test_a_plan_after_an_export_is_empty_however_the_sync_is_set(road: Road, more: dict[str, Any]) -> None:
    road.open(usos_state(FACULTIES))
    road.configure({"entity_class": "faculty", **more})
    hold_still(road, Wanted("one", ids=("1", "2", "3", "4", "5")))


def test_an_owner_whose_numbers_cannot_be_read_leaves_no_file(road: Road) -> None:
    road.open(usos_state(FACULTIES))
    road.configure({"entity_class": "faculty"})
    road.fault(Fault("select", "id_null", entity_id="2", times=1000))
    with pytest.raises(PhonesyncError, match="nothing was written"):
        export(road.context(), Wanted("one", ids=("1", "2")))
    assert not (road.folder / "source.csv").exists()


def test_a_letter_that_the_files_encoding_does_not_have_leaves_no_file(road: Road) -> None:
    road.open(usos_state({"1": [("電話", "22 999 01 00")]}))
    road.configure({"entity_class": "faculty", "encoding": "windows-1250"})
    with pytest.raises(SourceError, match="no character for"):
        export(road.context(), Wanted("one", ids=("1",)))
    assert not (road.folder / "source.csv").exists()
