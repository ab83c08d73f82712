"""What is written is read as it was meant, whatever its texts hold, and comments change nothing."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tasks.setup.configuration_text import as_toml

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_VALUES = st.recursive(
    _TEXTS | st.booleans() | st.integers(-(2**60), 2**60),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=5,
)
_SECTION = st.dictionaries(_TEXTS, _VALUES, max_size=4)


@given(
    st.dictionaries(_TEXTS.filter(lambda key: key not in {"connections", "syncs"}), _TEXTS, max_size=3),
    st.dictionaries(_TEXTS, _SECTION, min_size=1, max_size=3),
    _TEXTS,
)
def test_a_file_says_what_it_was_made_of(top: dict[str, str], syncs: dict[str, Any], comment: str) -> None:
    comments: dict[tuple[str, ...], str] = {(): comment, ("syncs", next(iter(syncs))): "one\ntwo"}
    text = as_toml({**top, "syncs": syncs}, comments, {})
    assert tomllib.loads(text) == {**top, "syncs": syncs}


def test_each_table_has_its_comment_above_and_what_it_might_say_below() -> None:
    text = as_toml(
        {"lang": "pl", "syncs": {"a b": {"source": "x.csv"}}},
        {(): "The head.", ("syncs", "a b"): "A file."},
        {"syncs.a b": '# schedule = "1 2 * * *"\n'},
    )
    assert text == (
        '# The head.\n\nlang = "pl"\n\n# A file.\n[syncs."a b"]\nsource = "x.csv"\n# schedule = "1 2 * * *"\n'
    )
