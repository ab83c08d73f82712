from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.plain_text import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Żółć – „sala” 12", "Żółć – „sala” 12"),
        ("a\x1b[2A\x1b[2Kb", "a␛[2A␛[2Kb"),
        ("a\x9b2Ab", "a<U+009B>2Ab"),
        ("\u202egnp.exe", "<U+202E>gnp.exe"),
        ("a\r\nb\tc\x7f", "a␍␊b␉c␡"),
        ("a\u2028b\u200bc", "a<U+2028>b<U+200B>c"),
    ],
)
def test_what_would_move_a_cursor_is_seen(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_no_control_character_is_left_and_the_rest_stays(text: str) -> None:
    shown = plain(text)
    assert not any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in shown)
    assert not any(unicodedata.bidirectional(letter) in {"RLO", "LRO", "RLE", "LRE", "RLI", "LRI"} for letter in shown)
    assert plain(shown) == shown
    assert plain(text, lines=True).replace("\n", "␊") == shown
