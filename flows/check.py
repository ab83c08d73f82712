"""Check the CSV files of syncs without asking any service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.show import out, show_error, show_rows
from flows.source import extract_source, judge_source
from flows.world import World
from schemas.errors import PhonesyncError, SourceError
from tasks.mask import mask_texts


@dataclass(frozen=True)
class CheckedSources:
    """What was found in the files, as `--json` prints it, and the errors behind it."""

    summary: dict[str, Any]
    errors: list[PhonesyncError]
    exit_code: int


def check_sources(world: World, names: Sequence[str]) -> CheckedSources:
    """Read and judge the files of these syncs, of all where none is named; one bad file does not hide the others."""
    found: list[dict[str, Any]] = []
    errors: list[PhonesyncError] = []
    for name in names or world.settings.syncs:
        sync = world.sync(name)
        try:
            source = extract_source(world, sync)
        except SourceError as error:
            errors.append(error)
            found.append({"sync": name, "file": str(sync.source), "error": str(error), "problems": []})
            continue
        checked = judge_source(world, sync, source)
        problems = checked.rejected[["line", "column", "value", "reason"]]
        if sync.entity_class == "user":
            problems = problems.assign(value=mask_texts(problems["value"]))
        found.append(
            {
                "sync": name,
                "file": str(sync.source),
                "encoding": source.dialect.encoding,
                "delimiter": source.dialect.delimiter,
                "lines": checked.rows,
                "good": len(checked.desired),
                "rejected": int(checked.rejected["line"].nunique()),
                "problems": problems.to_dict("records"),
            }
        )
    rejected = any(item.get("rejected") for item in found)
    return CheckedSources({"syncs": found}, errors, 2 if errors else int(rejected))


def show_checked(checked: CheckedSources) -> None:
    """Show every problem with its place, and what is fine."""
    for item in checked.summary["syncs"]:
        if item["problems"]:
            show_rows(f"{item['sync']}: {item['file']}", item["problems"], ["line", "column", "value", "reason"])
    for item in checked.summary["syncs"]:
        if "error" not in item:
            form = f"{item['encoding']}, delimiter {item['delimiter']!r}"
            out().print(f"{item['sync']}: {item['lines']} lines, {item['rejected']} rejected ({form})")
    for error in checked.errors:
        show_error(error)
