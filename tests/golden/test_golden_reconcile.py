"""`reconcile`, `accept`, `find` and `export`: on the screen, as JSON, CSV, page and workbook, in both languages."""

from __future__ import annotations

import json

import pytest
from golden_stage import Stage

# The same office in two systems: two that are there, and one that is not.
LINKS = """\
owner;list;name
faculty 10060000;tenant chopin;Biblioteka
faculty 10010000;;Kasa biletowa
faculty 10010000;;Nikt
"""
BUILDINGS = """\
entity_id,number,comment,list
B01,22 999 50 00,Portiernia,Portiernia B01
B02,22 999 50 10,Portiernia,Szatnia B01
"""


def findings(stage: Stage, kind: str) -> list[str]:
    """Return the ids of the last reconciliation's findings of a kind."""
    path = stage.paths("reports/*/reconciliation.json")[-1]
    rows = json.loads(path.read_text(encoding="utf-8"))["lines"]
    return [str(row["id"]) for row in rows if row["kind"] == kind]


@pytest.mark.parametrize("lang", ["en", "pl"])
def test_reconcile(stage: Stage, lang: str) -> None:
    stage.samples()
    said = stage.quietly("reconcile", "--lang", lang)
    stage.learn_findings()
    stage.note(("reconcile", "--lang", lang), said)
    stage.rows_of("reports/*/reconciliation.csv")
    stage.page_of("reports/*/reconciliation.html")
    stage.cells_of("reports/*/reconciliation.xlsx")


@pytest.mark.parametrize("lang", ["en", "pl"])
def test_reconcile_later(stage: Stage, lang: str) -> None:
    """What has changed since, what was accepted, and the corrected copies."""
    stage.samples()
    stage.only("faculties", "users", "buildings", "dormitories", "strings-phones")
    stage.change("[syncs.faculties]", '[syncs.faculties]\narea_code = "22"')
    stage.quietly("reconcile", "--json")
    stage.learn_findings()
    first, second = findings(stage, "foreign")[:2]
    stage.run("accept", first, "--until", "2999-12-31", "--reason", "shared with the hotel")
    stage.plain.fixed[second[:8]] = "00000002"
    stage.run("accept", second[:8], "--until", "2999-01-31", "--reason", "until the office moves", "--json")
    stage.run("accept", "ffffffffffff", "--until", "2999-01-31", "--reason", "x")
    stage.run("accept", "f", "--until", "2999-01-31", "--reason", "x")
    stage.quietly("sync", "buildings", "strings-phones")
    stage.put("dormitories.csv", "entity_id,number,comment\nDS1,22 999 61 61,Recepcja\nDS1,22 999 61 61,Recepcja\n")
    said = stage.quietly("reconcile", "--suggest", "--lang", lang, "--json")
    stage.learn_findings()
    stage.note(("reconcile", "--suggest", "--lang", lang, "--json"), said)
    for path in stage.paths("*.20*Z-*.csv"):
        stage.story.add(path.name, path.read_bytes().decode("utf-8", "backslashreplace"))
    said = stage.quietly("reconcile", "--since", stage.plain.began.date().isoformat(), "--lang", lang)
    stage.note(("reconcile", "--since", "2026-03-14", "--lang", lang), said)


def test_reconcile_with_links(stage: Stage) -> None:
    """The same office in two systems, by a mapping and by a column of the file."""
    stage.samples()
    stage.only("faculties", "buildings", "desk-phones")
    stage.put("mapping.csv", LINKS)
    stage.put("buildings.csv", BUILDINGS)
    text = (stage.folder / "phonesync.toml").read_text(encoding="utf-8")
    text = text.replace('source = "buildings.csv"', 'source = "buildings.csv"\ncolumns = { link = "list" }')
    stage.configuration(text + '\n[reconcile]\nmapping = "mapping.csv"\n')
    said = stage.quietly("reconcile", "--json")
    stage.learn_findings()
    stage.note(("reconcile", "--json"), said)
    stage.rows_of("reports/*/reconciliation.csv", ordered=True)


def test_reconcile_as_json(stage: Stage) -> None:
    stage.samples()
    stage.only("faculties", "users", "strings-phones")
    stage.quietly("reconcile", "--json")
    stage.learn_findings()
    stage.json_of("reports/*/reconciliation.json")


def test_find(stage: Stage) -> None:
    stage.samples()
    stage.run("find", "22 999 00 01")
    stage.only("faculties", "users", "desk-phones")
    for text in ("999 00 0", "lutnik", "22 999 70 30", "żaden", "22 111 11 11"):
        stage.run("find", text)
    stage.run("find", "Lutnik", "--json")


def test_export(stage: Stage) -> None:
    stage.samples()
    stage.run("export", "faculties", "-o", "out.csv")
    stage.run("export", "faculties", "-o", "out.csv")
    stage.run("export", "strings-phones", "-o", "list.csv", "--json")
    stage.run("export", "buildings", "--ids", "B03", "--ids", "B99", "-o", "buildings-out.csv")
    stage.run("export", "users", "--force", "--json")
    for name in ("out.csv", "buildings-out.csv", "list.csv", "users.csv"):
        stage.story.add(name, (stage.folder / name).read_bytes().decode("utf-8-sig"))
