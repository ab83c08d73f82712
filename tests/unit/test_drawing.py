from __future__ import annotations

import sys
from pathlib import Path

import pytest
from drawing import saw, sees, share
from hypothesis import given, settings
from hypothesis import strategies as st


def test_what_is_drawn_does_not_depend_on_the_modules_that_happen_to_be_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not settings().derandomize:
        pytest.skip("this run draws at random")
    drawn: list[list[str]] = [[], []]

    @share(8)
    @given(st.text())
    def law(text: str) -> None:
        drawn[-1].append(text)

    law()
    first = drawn.pop()
    folder = tmp_path.parent / "elsewhere"  # nothing below a folder of tests counts
    folder.mkdir()
    names = [f"'word {number}'" for number in range(99)]
    (folder / "many_constants.py").write_text(f"WORDS = [{', '.join(names)}, 123456, 98765]\n", encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    __import__("many_constants")
    law()
    sys.modules.pop("many_constants")
    assert drawn.pop() == first


def test_a_law_that_has_not_seen_its_case_fails() -> None:
    @sees("even", "odd")
    @given(st.sampled_from([1, 2, 3]))
    def sound(number: int) -> None:
        saw("odd" if number % 2 else "even")

    @sees("even", "odd")
    @given(st.sampled_from([1, 3]))
    def hollow(number: int) -> None:
        saw("odd" if number % 2 else "even")

    sound()
    if settings().max_examples < 50:
        pytest.skip("this run draws too few examples")
    with pytest.raises(AssertionError, match="no example had even; seen"):
        hollow()
