"""Check the CSV files of syncs without asking any service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.problems import show_errors
from flows.show import near, say, show_rows
from flows.source import extract_source, judge_source
from flows.world import World
from schemas.errors import ConfigurationError, PhonesyncError, SourceError
from tasks.mask import mask_texts


@dataclass(frozen=True)
class CheckedSources:
    """What was found in the files, as `--json` prints it, and the errors behind it."""

    summary: dict[str, Any]
    errors: list[PhonesyncError]
    exit_code: int


def check_sources(world: World, names: Sequence[str]) -> CheckedSources:
    """Read and judge the files of these syncs, of all where none is named; one bad file does not hide the others.

    Raises:
        UsageError: there is no sync of one of these names.
    """
    found: list[dict[str, Any]] = []
    errors: list[PhonesyncError] = []
    for name, sync in {name: world.sync(name) for name in names or world.settings.syncs}.items():
        try:
            source = extract_source(world, sync)
        except (SourceError, ConfigurationError) as error:
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
                "good": checked.rows - int(checked.rejected["line"].nunique()),
                "rejected": int(checked.rejected["line"].nunique()),
                "problems": problems.to_dict("records"),
            }
        )
    rejected = any(item.get("rejected") for item in found)
    return CheckedSources({"syncs": found}, errors, 2 if errors else int(rejected))


def show_checked(checked: CheckedSources) -> None:
    """Show every problem with its place, and what is fine."""
    syncs = checked.summary["syncs"]
    for item in syncs:
        if item["problems"]:
            show_rows(f"{item['sync']}: {near(item['file'])}", item["problems"], ["line", "column", "value", "reason"])
    for item in syncs:
        if "error" not in item:
            form = f"{item['encoding']}, delimiter {item['delimiter']!r}"
            lines = "1 line" if item["lines"] == 1 else f"{item['lines']} lines"
            say(f"{item['sync']}: {lines}, {item['rejected']} rejected ({form})")
    if any(item.get("rejected") for item in syncs):
        say("A run leaves alone whatever a rejected line may be about, and does the rest.")
    show_errors(checked.errors, syncs)
