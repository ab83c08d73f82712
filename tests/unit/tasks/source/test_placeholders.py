"""A column is told what says nothing as a text alone is."""

from __future__ import annotations

from itertools import product

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tasks.source.placeholders import saying_nothing, says_nothing

PHRASES = [
    *("brak", "brak numeru", "brak zmian", "brak zmiany", "nie ma", "nie posiada", "nie dotyczy", "nie zmienia się"),
    *("bez numeru", "bez zmian", "b.z.", "b/z", "bz", "b z", "B. / Z.", "none", "null", "nil", "n/a", "na", "n/d"),
    *("nd", "n.a", "n.d.", "no number", "no change", "not applicable", "unchanged", "-", "—", "...", "?", "---", "."),
]
AROUND = ["{}", " {} ", "({})", "[{}].", "\u200b{}", "{}\u00a0", "{} 12", "x{}", "{}ą"]
SIGNS = st.text(st.sampled_from([*"brakniedouz./- ()1ż", "\u200b", "\u00a0", "ｂ"]), max_size=10)


def test_each_phrase_in_any_dress_is_told_in_a_column_as_alone() -> None:
    texts = [dress.format(case(text)) for dress, text, case in product(AROUND, PHRASES, (str, str.upper, str.title))]
    assert saying_nothing(pd.Series(texts, dtype="str")).tolist() == [says_nothing(text) for text in texts]
    assert all(map(says_nothing, [text for text in PHRASES if text.strip(".")]))


@given(texts=st.lists(SIGNS, max_size=12))
def test_law_a_column_is_told_as_its_texts_are(texts: list[str]) -> None:
    assert saying_nothing(pd.Series(texts, dtype="str")).tolist() == [says_nothing(text) for text in texts]
