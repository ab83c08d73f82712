"""Hide telephone numbers so that a person who knows them recognises them and nobody else learns them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.problems import Problem
from schemas.reasons import NO_ID
from schemas.settings import Language
from tasks.messages.rendering import sentence
from tasks.text_columns import arrow, looked_up, matching, series

# One length for all, so that the mask does not tell a short number from a long one, or one number from three.
HIDDEN = "••• ••• •••"
_ENDS_WITH = "••• ••• •"

# Fewer digits are a room, a year or an extension; and of those, the last two would be most of what there is.
_FEWEST_DIGITS = 5
_LONGEST = 200

# What people put between the digits of one number: spaces of every kind, invisible characters, brackets, dots, slashes,
# dashes, the same as pages write them, and the word for an extension; a comma only where digits stand close on both
# sides, since "lines 12, 13" is no number.
_SIGN = r"[\s()\[\]./\\_'’*+\u00ad\u200b-\u200f\u2060\ufeff\-‐-―−]"
_ENTITY = r"&(?:nbsp|ensp|emsp|thinsp|shy|ndash|mdash|minus|hyphen|lpar|rpar|period|sol|#\d{1,5}|#x[0-9a-f]{1,5});"
_WORD = r"wewn?\b|w\.|ext\b|int\b|x(?=\d)|#|<[^<>]{0,20}>"
_BETWEEN = rf"(?:{_SIGN}|{_ENTITY}|{_WORD})"
_RUN = re.compile(rf"(?<![+(&#])[+(]*+\d(?:(?:{_BETWEEN}{{0,4}}|,)\d){{{_FEWEST_DIGITS - 1},}}", re.IGNORECASE)


def mask_numbers(texts: pd.Series) -> pd.Series:
    """Mask a column of numbers: two last digits stay, "" stays "", everything else is hidden.

    A text with fewer than five digits is hidden whole: a short number is too small to show a part of, and words in a
    column of numbers may be somebody's name.
    """
    # Normal forms of longer texts may take the square of their length, and a number stands at the end.
    column = pc.utf8_slice_codeunits(arrow(texts), start=-_LONGEST)
    if not pc.all(pc.string_is_ascii(column)).as_py():
        column = pc.utf8_normalize(column, form="NFKC")
    digits = pc.replace_substring_regex(column, pattern="[^0-9]", replacement="")
    long = pc.greater_equal(pc.utf8_length(digits), _FEWEST_DIGITS)
    shown, hidden, nothing = (pa.scalar(text, pa.large_string()) for text in (_ENDS_WITH, HIDDEN, ""))
    ends = pc.binary_join_element_wise(shown, pc.utf8_slice_codeunits(digits, start=-2), nothing)
    masked = pc.if_else(pc.equal(column, nothing), nothing, pc.if_else(long, ends, hidden))
    return series(masked, texts)


# Values of a problem that are no numbers of anybody: owners, whom the column of owners shows as well, and lines.
_OWNERS = ("owner", "id")
_LINES = ("line", "lines", "first", "last")


def hide_cell(problem: Problem) -> Problem:
    """Hide the cell of a rejected line: it may hold anything.

    Somebody's name stands in the column of numbers sooner or later. Other numbers are left to `mask_texts`.
    """
    values = dict(problem.values)
    if "cell" in values:
        values["cell"] = "•••"
    if "hidden" in values:
        values["said"] = values["hidden"]
    return replace(problem, values=values)


def told_masked(problems: Iterable[Problem], lang: Language = "en") -> str:
    """Return what people read of problems with every number in it masked, and no owner: those are named by ids."""
    return "; ".join(
        filter(None, (mask_text(sentence(one, lang), readable=_readable(one)) for one in map(hide_cell, problems)))
    )


def _readable(problem: Problem) -> Iterable[str]:
    """Return what is said of a problem with digits that are no telephone number, though it may be as long as one."""
    values = dict(problem.values)
    yield str(problem.place)
    yield from (values[name] for name in _LINES if name in values)
    for owner in (owner for name in _OWNERS for owner in values.get(name, "").split(", ")):
        yield owner.partition(" ")[2] or owner


def mask_text(text: str, *, readable: Iterable[str] = ()) -> str:
    """Mask every run of five or more digits, with whatever people put between them; other words stay as they are.

    Args:
        text: what is to be shown.
        readable: what stays as it is, such as ids of owners and lines; not where it is a part of a longer run.
    """
    spans = [found.span() for name in set(readable) - {""} for found in re.finditer(re.escape(name), text)]

    def shown(run: re.Match[str]) -> str:
        begins = run.end() - len(run[0].lstrip("+("))
        stays = any(start <= begins and run.end() <= end for start, end in spans)
        return run[0] if stays else _hidden_run(run)

    return _RUN.sub(shown, text)


def mask_texts(texts: pd.Series) -> pd.Series:
    """Mask a column of sentences; each distinct sentence with digits enough is looked at once."""
    some = texts[matching(texts, rf"(?s)(?:\p{{Nd}}.*){{{_FEWEST_DIGITS}}}")]
    masked = {text: shown for text in some.unique() if (shown := mask_text(text)) != text}
    return looked_up(texts, masked, texts) if masked else texts


def mask_hint(hint: str, code: str) -> str:
    """Mask what is suggested for a cell; the id of a line above is no number."""
    return hint if code in NO_ID else mask_text(hint)


def _hidden_run(run: re.Match[str]) -> str:
    digits = [str(unicodedata.digit(character)) for character in run[0] if character.isdecimal()]
    return _ENDS_WITH + "".join(digits[-2:])


_NUMBERS = ("key", "number_csv", "number_there")
_TEXTS = ("name_csv", "name_there")


def mask_findings(
    findings: pd.DataFrame, private: Collection[str], place_names: Mapping[str, str], files: Collection[str] = ()
) -> pd.DataFrame:
    """Return `Finding` with the numbers of the private syncs masked; `what` holds none.

    The names of their owners are left out: they are people.

    Another place that holds the number is named, the entry there is not: its name would lead to the number.

    Args:
        findings: `Finding`.
        private: the syncs whose numbers are nobody else's business.
        place_names: the names of places by how their entries' labels begin.
        files: the names of files, which may hold a day.
    """
    rows = np.flatnonzero(findings["sync"].isin(private))
    if not len(rows):
        return findings
    shown = findings.copy()
    part = shown.iloc[rows]
    changed = {column: mask_numbers(part[column]) for column in _NUMBERS}
    changed |= {column: mask_texts(part[column]) for column in _TEXTS}
    # What is to be done names the line and the file, and what is to be typed the owner's own name or the finding's id.
    named = zip(part["fix"].tolist(), part["owner"].tolist(), part["id"].tolist(), part["line"].tolist(), strict=True)
    fixes = [mask_text(fix, readable=(owner, identity, str(line), *files)) for fix, owner, identity, line in named]
    changed["fix"] = pd.Series(fixes, index=part.index, dtype="str")
    changed["owner_name"] = pd.Series("", index=part.index, dtype="str")  # who is a person
    changed["where"] = part["where"].map(lambda where: _places(where, place_names)).astype("str")
    for column, values in changed.items():
        texts = shown[column].to_numpy(object).copy()
        texts[rows] = values.to_numpy(object)
        shown[column] = pd.Series(texts, index=shown.index, dtype="str")
    return shown


def _places(where: str, names: Mapping[str, str]) -> str:
    labels = where.split("; ") if where else []
    found = [name for start, name in names.items() if any(f"{label} ".startswith(start) for label in labels)]
    return "; ".join(dict.fromkeys(found))
