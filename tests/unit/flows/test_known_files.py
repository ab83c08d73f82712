"""What a run has read of its files: each is judged once, and anew where it has changed since."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows.config import load
from flows.offline import OfflineContext
from flows.sources import KnownFiles, extract_source, judge_source
from schemas import limits
from tasks.source.validation import Checked
from tests.one_shelf import ONE_SHELF


@pytest.fixture
def context(tmp_path: Path) -> OfflineContext:
    """Return a configuration of one sync, with its file."""
    (tmp_path / "phonesync.toml").write_text(ONE_SHELF, encoding="utf-8")
    (tmp_path / "shelf.csv").write_text("id,number,name\n1,22 999 00 01,Porter\n", encoding="utf-8")
    return OfflineContext(load(tmp_path / "phonesync.toml"))


def kept(known: KnownFiles, context: OfflineContext) -> Checked:
    """Have the sync judge its file at its own turn."""
    source = extract_source(context, context.sync("shelf"))
    checked = judge_source(context, context.sync("shelf"), source)
    known.keep("shelf", source, checked)
    return checked


def test_a_file_that_was_judged_at_its_own_turn_is_not_judged_for_another(context: OfflineContext) -> None:
    known = KnownFiles()
    checked = kept(known, context)
    assert known.judged(context, "shelf") is checked
    assert known.take(context, "shelf") is None  # its turn is over


def test_a_file_that_was_judged_for_another_is_not_judged_at_its_own_turn(context: OfflineContext) -> None:
    known = KnownFiles()
    checked = known.judged(context, "shelf")
    taken = known.take(context, "shelf")
    assert taken is not None
    assert taken[1] is checked


def test_a_file_that_has_changed_since_is_judged_anew(context: OfflineContext) -> None:
    known = KnownFiles()
    checked = kept(known, context)
    context.sync("shelf").source.write_text("id,number,name\n1,22 999 00 02,Porter\n", encoding="utf-8")
    anew = known.judged(context, "shelf")
    assert anew.desired["key"].tolist() != checked.desired["key"].tolist()
    context.sync("shelf").source.write_text("id,number,name\n1,22 999 00 03,Porter\n", encoding="utf-8")
    assert known.take(context, "shelf") is None


def test_a_large_file_is_not_held_in_memory(context: OfflineContext) -> None:
    known = KnownFiles()
    source = extract_source(context, context.sync("shelf"))
    large = replace(judge_source(context, context.sync("shelf"), source), rows=limits.KEPT_LINES + 1)
    known.keep("shelf", source, large)
    assert known.judged(context, "shelf") is not large
