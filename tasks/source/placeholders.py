"""What stands in a cell instead of a value: a mark that repeats the line above, a word or a dash for nothing."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from schemas.problems import packed_values
from schemas.reasons import LineCode
from tasks.phone.parser import means_none
from tasks.phone.vocabulary import tidy
from tasks.text_columns import is_in, matching

DITTO: Final = LineCode.CELL_DITTO
OUTDATED: Final = LineCode.NUMBER_OUTDATED

_MARKS: Final = (
    r"""[-\u2013\u2014/ ]*(?:["\u201c-\u201f\u2033\u3003\u02ba]|''|,,|\u2019\u2019|//|/ ?/)[-\u2013\u2014/ ]*"""
)
_WORDS: Final = (
    r"(?i:j\. ?w\.?|j/w|jak (?:wy[zż]ej|powy[zż]ej)|to samo|tam[zż]e|idem|ditto|do\.|(?:same )?as above)|jw\.?"
)
_DITTO: Final = re.compile(f"(?:{_MARKS}|{_WORDS})")
# Whatever may be a ditto, for a whole column at once.
_PERHAPS: Final = (
    r"""^[\s"\x{201c}-\x{201f}\x{2033}\x{3003}\x{02ba}\x{2019}',/\x{2013}\x{2014}-]+$|"""
    r"(?i:^\s*(?:j|to samo|tam|idem|ditto|do\.|same|as above))"
)
_UNCHANGED: Final = re.compile(
    r"(?:bez|brak) zmian[ya]?|b\.? ?/? ?z\.?|nie zmieni[aać]\w*(?: si[eę])?|no change|unchanged", re.IGNORECASE
)
# A day, with or without its year; `15.00` and `7.30` are hours.
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])(?:[./-](?:\d\d)?\d\d)?(?: ?r\.)?"
# A street or a quarter is called old, too: then a capital letter follows.
_OUTDATED: Final = re.compile(
    r"\b(?:(?i:star[yea]|daw(?:ny|na|ne|niej)|by[łl][ayo]?|old|former)(?! [A-ZĄĆĘŁŃÓŚŹŻ])"
    r"|(?i:nieaktualn|nieaktywn|nieczynn|nie ?działa|zlikwidowan|wyłączon|odłączon|zawieszon|wygas|wycofan|skasowan"
    r"|usunięt|nieużywan|zastrzeżon|obsolete|disconnected|inactive)\w*"
    r"|(?i:nie dzwonić|nie podawać|do (?:likwidacji|usunięcia)|usunąć|do not (?:call|publish)|out of (?:order|use))"
    rf"|(?i:do|od|until|since)(?: dnia)? {_DAY})(?!\w)"
)


def outdated(source: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers beside which a word says that they are none any more, or only for a time, as `dittos` does."""
    some = source.loc[matching(source["number"], r"\d.*\pL{2}|\pL{2}.*\d"), ["line", "number"]]
    words = {text: found[0] for text in some["number"].unique() if (found := _OUTDATED.search(tidy(text)))}
    some = some[is_in(some["number"], words)]
    values = [packed_values({"word": words[text]}) for text in some["number"]]
    table = pd.DataFrame({"line": some["line"], "column": "number", "code": str(OUTDATED.value), "values": values})
    return table.astype({"line": "int64", "code": "str", "values": "str"})


def says_nothing(text: str) -> bool:
    """Tell whether a text that is not empty is a dash or another lone sign, or says in words that there is nothing.

    Dots alone may well be a name.
    """
    shown = tidy(text)
    if not shown:
        return False
    signs = not any(map(str.isalnum, shown)) and shown.strip(".") != ""
    return signs or means_none(shown) or _UNCHANGED.fullmatch(shown) is not None


def saying_nothing(texts: pd.Series[str]) -> pd.Series[bool]:
    """Tell which texts of a column stand there instead of a value; an empty one says nothing wrong."""
    perhaps = matching(texts, r"(?i)^[^\pL\pN]+$|^\W*(?:n|b)|^\W+$")
    found = [text for text in texts[perhaps].unique() if says_nothing(text)]
    return perhaps & is_in(texts, found)


def dittos(source: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of `Source` that only repeat the line above: `line`, `column` (ours), `code`, `values`.

    Nobody but the clerk knows how far up a mark reaches, so none is followed: `values` names the line above.
    """
    found = []
    above = source["line"].shift(fill_value=max(int(source["line"].min()) - 1, 0) if len(source) else 0)
    for column in ("owner", "name", "number", "type_id", "new_name"):
        perhaps = matching(source[column], _PERHAPS)
        some = source.loc[perhaps, column].map(lambda text: _DITTO.fullmatch(tidy(text)) is not None)
        at = some.index[some.astype("bool")]
        values = [packed_values({"line": str(line)}) for line in above[at]]
        found.append(
            pd.DataFrame(
                {"line": source.loc[at, "line"], "column": column, "code": str(DITTO.value), "values": values},
            )
        )
    return pd.concat(found, ignore_index=True).astype({"line": "int64", "code": "str", "values": "str"})
