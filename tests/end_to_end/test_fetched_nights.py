"""Nights whose source is an address: a file that has changed, one that has not, one that cannot be had."""

from __future__ import annotations

from road_trip import Road, usos_state
from served_file import served

HEADER = "entity_id,number,comment\n"
FIRST = f"{HEADER}1,22 552 00 01,Dean\n".encode()
SECOND = f"{HEADER}1,22 552 00 02,Dean\n".encode()


def test_a_source_on_the_web_is_synced_kept_and_never_missed(road: Road) -> None:
    road.open(usos_state({"1": [("Dean", "22 552 00 00")]}))
    with served(FIRST) as web:
        road.configure({"entity_class": "faculty", "source": web.address}, attempts=1)
        first = road.go()
        assert (first.exit_code, first.outcomes) == (0, {"applied": 1})
        asked = web.asked.count("GET")

        same = road.go()
        assert (same.exit_code, same.writes, same.outcomes) == (0, [], {"unchanged": 1})
        assert web.asked.count("GET") == asked  # its tag says that the copy is the file

        web.status = 503
        lost = road.go()
        assert (lost.exit_code, lost.calls) == (2, [])
        assert "source-unreached" in {error.problem.code for error in lost.errors if error.problem}
        assert road.numbers("1") == [("Dean", "22 552 00 01")]

        web.raw, web.tag, web.status = SECOND, '"2"', 200
        assert road.go().outcomes == {"applied": 1}
        assert road.numbers("1") == [("Dean", "22 552 00 02")]
    gone = road.go()
    assert (gone.exit_code, gone.calls) == (2, [])
