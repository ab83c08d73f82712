from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.plain_text import plain, wrapped


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


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("Look at the report; if it is right, approve it.", ["Look at the report; if it is", "right, approve it."]),
        (
            "If it is right: phonesync -c 'a b.toml' apply 2026-x --approve \"THE REASON\" does it, and nothing else.",
            [
                "If it is right:",
                "phonesync -c 'a b.toml' apply 2026-x --approve \"THE REASON\"",
                "does it, and nothing else.",
            ],
        ),
        (
            "  ✗ what stands in front stays in front of all lines",
            ["  ✗ what stands in front stays", "  in front of all lines"],
        ),
        ("/a/path/that/is/longer/than/any/line/is", ["/a/path/that/is/longer/than/any/line/is"]),
        ("first line\nsecond line, which is a longer one", ["first line", "second line, which is a longer", "one"]),
    ],
)
def test_lines_end_between_words_and_no_command_is_cut(text: str, lines: list[str]) -> None:
    assert wrapped(text, 30).split("\n") == lines


@given(st.text(st.characters(exclude_characters="\ue000")), st.integers(20, 90))
def test_no_word_is_lost_where_lines_end(text: str, width: int) -> None:
    assert wrapped(text, width).split() == text.split()
