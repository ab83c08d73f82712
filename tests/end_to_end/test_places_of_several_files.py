"""What an export writes and what can be released of a place that several files have. All data is invented."""

from __future__ import annotations

from collections import Counter

import pytest
from directory_nights import A, B, C, D, ListService, Nights, UsosService, later, of
from road_trip import Road

from connectors.ledger.store import Ledger
from connectors.sandbox.options import ApioOptions, NameCase
from flows.check import check_sources
from flows.claims import release
from flows.offline import before
from flows.reconciliation.export import Wanted, export
from flows.reconciliation.reading import read_syncs, side_of
from schemas.errors import UsageError
from schemas.exit_codes import ExitCode
from schemas.plan import WRITES


@pytest.mark.parametrize("forgotten", [False, True], ids=["read", "unreadable"])
def test_an_export_of_a_shared_list_leaves_out_what_is_of_other_files(shared: Nights, *, forgotten: bool) -> None:
    shared.hold(o1=[("Archive", A), ("Library", B), ("Hall", C), ("Guest", D)])
    if forgotten:
        (shared.road.folder / "north.csv").write_bytes(b"\x00\x01")
    made = export(shared.road.context(), Wanted("east", force=True))
    assert (made["entries"], made["of_other_syncs"]) == (3, 1)
    shared.file("north", [("", C, "Hall")])
    result = shared.night(mode="plan")
    assert result.exit_code == ExitCode.DONE, result.errors
    assert not any(of(result, name)["actions"][action] for name in ("east", "north") for action in WRITES)


@pytest.mark.parametrize(("case", "code"), [("sensitive", ExitCode.DONE), ("insensitive", ExitCode.INVALID)])
def test_names_in_two_files_are_one_where_the_list_says_so(road: Road, case: NameCase, code: ExitCode) -> None:
    road.ledger.close()
    road.ledger = Ledger.open(f"sqlite:///{road.folder / 'phonesync.db'}")
    nights = Nights(road, ListService())
    nights.hold(o1=[("Library", B)])
    assert road.sandbox.apio
    road.sandbox.apio.options = ApioOptions(name_case=case)
    nights.file("east", [("", B, "Library")])
    nights.file("north", [("", D, "LIBRARY")])
    nights.night()  # the list is asked, and what it says is remembered
    assert nights.night(mode="plan").exit_code == code
    context = road.context()
    assert check_sources(context, (), known=before(context.settings)).exit_code == code


def test_an_export_leaves_out_owners_of_another_file(road: Road) -> None:
    nights = Nights(road, UsosService())
    nights.hold(o1=[("Dean", A)], o2=[("Office", B)])
    nights.file("east", [("1", A, "Dean")])
    nights.file("north", [("2", B, "Office")])
    made = export(road.context(), Wanted("east", ids=("1", "2"), force=True))
    assert (made["entries"], made["owners"], made["of_other_syncs"]) == (1, 1, 1)
    assert nights.night(mode="plan").exit_code == ExitCode.DONE


def test_an_export_of_nothing_but_other_files_owners_says_so(road: Road) -> None:
    nights = Nights(road, UsosService())
    nights.hold(o2=[("Office", B)])
    nights.file("east", [])
    nights.file("north", [("2", B, "Office")])
    made = export(road.context(), Wanted("east", ids=("2",), force=True))
    assert (made["entries"], made["of_other_syncs"]) == (0, 1)


@pytest.mark.parametrize("unread", [False, True], ids=["read", "unreadable"])
def test_a_reconciliation_plans_with_what_other_files_claim_as_a_run_does(nights: Nights, *, unread: bool) -> None:
    nights.file("east", [("1", A, "Dean"), ("2", B, "Office")])
    nights.file("north", [("3", C, "Hall")])
    nights.night()
    later(nights.road)
    nights.file("east", [("1", A, "Dean")])
    nights.file("north", [("3", C, "Hall"), ("2", B, "Office")])
    if unread:
        (nights.road.folder / "north.csv").write_bytes(b"\x00\x01")
    context = nights.road.context()
    sides = [side for one in read_syncs(context) if (side := side_of(context, one))]
    result = nights.night(mode="plan")
    for side in sides:
        actions = of(result, side.sync)["actions"]
        assert {**dict.fromkeys(actions, 0), **Counter(side.plan["action"])} == actions
    assert len(sides) == 2 - unread


def test_a_list_cannot_be_released_while_a_sync_has_it(shared: Nights) -> None:
    with pytest.raises(UsageError, match="is the whole list of sync east"):
        release(shared.road.context(), "tenant chopin", "moved")
    shared.syncs = {"other": {**shared.syncs["east"], "tenant": "liszt"}}
    shared.configure()
    assert release(shared.road.context(), "tenant chopin", "moved")["syncs"] == ["east", "north"]
