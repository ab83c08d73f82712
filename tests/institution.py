"""An invented institution of any size, as a reconciliation sees it. All names and numbers are invented."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pandas as pd

from connectors.registry import specs
from schemas.findings import FindingKind, ReconciliationView, System, tally
from schemas.tables import Finding, empty
from tests.tables import table

_ROOMS = (
    "Sekretariat",
    "Dziekanat",
    "Portiernia",
    "Żółta sala",
    "Łącznik",
    "Studio nagrań",
    "Ćwiczeniówka",
    "Biblioteka",
)
_SYNCS = {"faculties": "faculty", "buildings": "building", "desk-phones": "tenant chopin"}
_WEIGHTS = {
    FindingKind.AGREE: 900,
    FindingKind.MISSING: 20,
    FindingKind.FOREIGN: 16,
    FindingKind.DIFFERS: 30,
    FindingKind.ELSEWHERE: 8,
    FindingKind.DUPLICATE: 6,
    FindingKind.UNREADABLE: 5,
    FindingKind.STALE: 15,
}
_FIXES = {
    FindingKind.MISSING: "phonesync sync {sync} adds it. If it is wrong, correct line {line} of {sync}.csv.",
    FindingKind.FOREIGN: "No sync deletes it. Add a line to {sync}.csv, or delete it there.",
    FindingKind.DIFFERS: "phonesync sync {sync} writes what line {line} of {sync}.csv says.",
    FindingKind.ELSEWHERE: "phonesync sync {sync} adds it here.",
    FindingKind.DUPLICATE: "Line {line} of {sync}.csv repeats another line: delete it if it adds nothing.",
    FindingKind.UNREADABLE: "Correct line {line} of {sync}.csv.",
    FindingKind.STALE: "Ask whether it is still right.",
}


def institution(size: int, *, agrees: bool = False, seed: int = 7) -> ReconciliationView:
    """Make a reconciliation of so many findings; the same one for the same size. `agrees`: nothing is the matter."""
    chance = random.Random(seed)  # noqa: S311 - invented data, the same every time
    kinds = [FindingKind.AGREE] * size if agrees else chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()), k=size)
    rows = [_finding(at, kind, chance) for at, kind in enumerate(kinds)]
    gone = [] if agrees else [_finding(size + at, FindingKind.MISSING, chance) for at in range(size // 60)]
    findings, resolved = (
        table(Finding, rows) if rows else empty(Finding),
        table(Finding, gone) if gone else empty(Finding),
    )
    counts = tally(findings)
    history = [
        {"at": f"2026-{3 + month:02d}-01T02:00:00+00:00", "run": f"r-{month}", "findings": _earlier(counts, 8 - month)}
        for month in range(8)
    ]
    return ReconciliationView(
        run="20261122T020000Z-3fa2c1",
        at="2026-11-22T02:00:00+00:00",
        systems=_systems(findings),
        overlap=_overlap(findings),
        findings=findings,
        resolved=resolved,
        history=history,
        since="20261101T020000Z-1b7a90",
        labels={kind: spec.wording.label for kind, spec in specs().items()},
    )


def _finding(at: int, kind: FindingKind, chance: random.Random) -> dict[str, Any]:
    sync = chance.choice(list(_SYNCS))
    number = f"{99900000 + at % 100000:08d}"
    spelled = f"22 {number[-7:-4]} {number[-4:-2]} {number[-2:]}"
    line = 0 if kind is FindingKind.FOREIGN else at + 2
    name = f"{chance.choice(_ROOMS)} {at // 7}"
    row: dict[str, Any] = {
        "id": hashlib.sha256(f"{at}".encode()).hexdigest()[:12],
        "kind": kind.value,
        "sync": sync,
        "line": line,
        "owner": f"{_SYNCS[sync]} {10000000 + at // 40}" if sync != "desk-phones" else "tenant chopin",
        "key": f"+4822{number[-7:]}",
        "fix": _FIXES.get(kind, "").format(sync=sync, line=line),
    }
    if line:
        row |= {"number_csv": "pok. 12" if kind is FindingKind.UNREADABLE else spelled, "name_csv": name}
    if kind not in {FindingKind.MISSING, FindingKind.UNREADABLE}:
        row |= {"number_there": f"+48-22{number[-7:]}", "name_there": name}
    if kind is FindingKind.DIFFERS:
        row |= (
            {"name_there": f"{name} (dawniej)", "what": "name"}
            if at % 3
            else {"number_there": "+48-229990000", "what": "number"}
        )
    if kind is FindingKind.UNREADABLE:
        row |= {"what": "There is no number in this text.", "key": ""}
    if kind is FindingKind.ELSEWHERE:
        row |= {"where": "telephony tenant chopin: Dziekanat", "what": "owner"}
    if kind is not FindingKind.AGREE:
        row |= {"trend": "new" if chance.random() < 0.2 else "persisting", "since": "2026-09-01"}
        if chance.random() < 0.05:
            row["accepted"] = "until 2027-01-01: the office moves in winter (anna)"
    return row


def _systems(findings: pd.DataFrame) -> list[System]:
    systems = []
    for sync, place in _SYNCS.items():
        mine = findings[findings["sync"] == sync]
        file, there = mine[mine["number_csv"] != ""], mine[mine["number_there"] != ""]
        bad = int((mine["kind"] == FindingKind.UNREADABLE).sum())
        systems.append(System(sync, "csv", len(file), file.loc[file["key"] != "", "key"].nunique(), bad))
        kind: Any = "apio" if sync == "desk-phones" else "usos"
        name = f"telephony {place}" if kind == "apio" else f"usos {place}"
        systems.append(System(name, kind, len(there), there["key"].nunique(), 0))
    return systems


def _overlap(findings: pd.DataFrame) -> pd.DataFrame:
    """Count what stands in both of each pair, one pair after the other."""
    keys: dict[str, set[str]] = {}
    for sync, place in _SYNCS.items():
        mine = findings[(findings["sync"] == sync) & (findings["key"] != "")]
        keys[sync] = set(mine.loc[mine["number_csv"] != "", "key"])
        name = f"telephony {place}" if sync == "desk-phones" else f"usos {place}"
        keys[name] = set(mine.loc[mine["number_there"] != "", "key"])
    names = list(keys)
    rows = [(a, b, len(keys[a] & keys[b])) for at, a in enumerate(names) for b in names[at + 1 :]]
    return pd.DataFrame(rows, columns=["a", "b", "shared"]).astype({"a": "str", "b": "str", "shared": "int64"})


def _earlier(counts: dict[str, int], ago: int) -> dict[str, int]:
    """Invent what an earlier reconciliation found: a little more each time one goes back."""
    return {kind: int(n * (1 + (ago - 1) * 0.09 * (1 + at % 3))) for at, (kind, n) in enumerate(counts.items())}
