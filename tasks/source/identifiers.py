"""Ids as files have them: what a spreadsheet has added and nothing is lost by is taken off, what is no id is told.

An id names whose numbers are replaced, so a text that only resembles one is never an owner.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from schemas.problems import Problem, packed
from schemas.reasons import LineCode
from tasks.source.name_checks import as_meant
from tasks.source.placeholders import says_nothing
from tasks.text_columns import is_in, looked_up, matching

# Whatever a spreadsheet or a hand may have made of an id, for a whole column at once.
_PLAIN: Final = r"^[A-Za-z0-9_/-]*[0-9][A-Za-z0-9_/-]*$"
_AS_TEXT: Final = re.compile(r"""="([^"]*)"|'([^']+)""")
_WHOLE: Final = re.compile(r"(\d{3,15})[.,]0+")
_EXPONENT: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]\d{1,3}")
_QUOTED: Final = re.compile("""["'`´=“-‟‘-‛«»″′〃]""")
_OTHER_ALPHABET: Final = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_TWINS: Final = str.maketrans("OoIl", "0011")
_ALIKE: Final = 3  # other ids of the file that have the form which an id would have with digits for its letters
_FORM_OF: Final = 5  # ids that a file has to have before one of them is unlike the others
_MOST: Final = 100_000  # distinct ids whose forms are compared


@dataclass(frozen=True)
class Identified:
    """A column of ids.

    Attributes:
        ids: as the service has them; where there is none, the text as it stands.
        problems: why a text is no id, packed, "" where it may be one.
        undone: whether something was taken off that a spreadsheet had added.
        unlike: whether an id has another form than all others of the file, which have one.
    """

    ids: pd.Series[str]
    problems: pd.Series[str]
    undone: pd.Series[bool]
    unlike: pd.Series[bool]


def identified(texts: pd.Series[str], pattern: str | None) -> Identified:
    """Return the ids of a column of tidied texts.

    Args:
        texts: what stands in the file.
        pattern: what an id has to look like; what fits it is an id, whatever else it may resemble.
    """
    odd = texts[texts != ""] if pattern is not None else texts[~matching(texts, _PLAIN) & (texts != "")]
    read = {text: _read(text, pattern) for text in odd.unique()}
    ids = looked_up(texts, {text: found for text, (found, _) in read.items()}, texts)
    wrong = {text: problem for text, (_, problem) in read.items() if problem}
    sound = [*ids[(ids != "") & ~is_in(texts, wrong)].unique()]
    alike, unlike = {}, set()
    if pattern is None and len(sound) <= _MOST:
        alike = _look_alikes(sound)
        unlike = _unlike([text for text in sound if text not in alike])
    problems = looked_up(texts, _packed(wrong), looked_up(ids, _packed(alike)))
    return Identified(ids, problems, (ids != texts) & (problems == ""), is_in(ids, unlike) & (problems == ""))


def undone(text: str) -> str:
    """Return an id without what a spreadsheet adds to a text or to a whole number, and nothing is lost by."""
    if found := _AS_TEXT.fullmatch(text):
        return (found[1] or found[2] or "").strip()
    found = _WHOLE.fullmatch(text)
    return found[1] if found else text


def meant_id(text: str) -> str:
    """Return what an id was probably meant to be: without quotes and blanks, look-alikes as digits; for a person."""
    bare = re.sub(r"\s", "", _QUOTED.sub("", as_meant(text)))
    return bare.translate(_TWINS) if any(map(str.isdigit, bare)) else bare


def _read(text: str, pattern: str | None) -> tuple[str, Problem | None]:
    """Return the id that a text is, or the text and why it is none."""
    found = undone(text)
    if pattern is not None:
        fitting = next((each for each in (text, found) if re.fullmatch(pattern, each)), None)
        return (fitting, None) if fitting is not None else (text, Problem(LineCode.ID_PATTERN))
    if says_nothing(found) or not found:
        return text, Problem(LineCode.ID_MISSING)
    if _EXPONENT.fullmatch(found):
        return text, Problem(LineCode.SHEET_EXPONENT)
    if _QUOTED.search(found):
        return text, Problem(LineCode.ID_FORM)
    if _OTHER_ALPHABET.search(found):
        return text, Problem(LineCode.ID_LETTERS, {"letters": "".join(sorted({*_OTHER_ALPHABET.findall(found)}))})
    return found, None


def _packed(problems: Mapping[str, Problem]) -> dict[str, str]:
    return {text: packed(problem) for text, problem in problems.items()}


def _look_alikes(ids: Collection[str]) -> dict[str, Problem]:
    """Tell ids in which a letter stands for the digit that it looks like, as the other ids of the file show.

    `BO2` is one beside `B02`, and among three others of the form `B99`; where others have its own form it is none.
    """
    known = {*ids}
    mixed = [text for text in ids if text.translate(_TWINS) != text and any(map(str.isdigit, text.translate(_TWINS)))]
    if not mixed:
        return {}
    forms = Counter(map(_form, ids))
    found = {}
    for text in mixed:
        digits = text.translate(_TWINS)
        lonely = forms[_form(text)] == 1
        if digits in known or (lonely and forms[_form(digits)] >= _ALIKE):
            letters = "".join(sorted({*text} - {*digits}))
            found[text] = Problem(LineCode.ID_LETTERS, {"letters": letters})
    return found


def _unlike(ids: Collection[str]) -> set[str]:
    """Return the one id whose form no other has, where all others have one."""
    forms: dict[str, list[str]] = {}
    for text in ids:
        forms.setdefault(re.sub(r"(.)\1+", r"\1", _form(text)), []).append(text)
    if len(forms) != 2 or len(ids) < _FORM_OF:
        return set()
    alone = min(forms.values(), key=len)
    return {*alone} if len(alone) == 1 else set()


def _form(text: str) -> str:
    return "".join("9" if sign.isdigit() else "A" if sign.isalpha() else sign for sign in text)
