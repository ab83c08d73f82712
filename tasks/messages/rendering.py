"""Say in Polish or in English what code says by a code and its values; nothing is ever left unsaid.

Sentences are made here and nowhere else, from the catalogues. An error carries its English one from the start: it is an
exception, and whoever prints it has nothing else to ask.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from schemas.errors import PhonesyncError, SourceError
from schemas.problems import Code, Problem, code_of, is_packed, unpacked, unpacked_values
from schemas.reasons import TO_BE_LOOKED_AT, FileCode, Level, LineCode
from tasks.messages.catalogue import known, render, text
from tasks.messages.command_lines import PLAIN, as_typed
from tasks.messages.owners import genitive_in, owner_in

if TYPE_CHECKING:
    import pandas as pd

    from schemas.settings import Language

_ORDER: Final[Mapping[str, int]] = {code: at for at, code in enumerate((*FileCode, *LineCode))}
# Values that are terms: what they are called stands in the catalogues too.
_TERMS: Final[Mapping[str, str]] = {"what": "kind", "key": "key", "why": "error", "entry": "entry"}

# The parts of an entry that may differ; what they are called stands on the page of a reconciliation too.
_PARTS: Final = ("name", "comment", "type", "number", "owner")
Error = TypeVar("Error", bound=PhonesyncError)


@dataclass(frozen=True)
class Rendered:
    """A sentence about a line or a file, in one language, with what to do."""

    code: str
    level: Level
    sentence: str
    advice: str


def sentence(problem: Problem, lang: Language = "en") -> str:
    """Return what people read of a problem; "" where a service has said nothing."""
    values = dict(problem.values)
    if because := values.pop("because", ""):
        values["said"] = sentence(Problem(code_of(because), values), lang)
    for name, kind in _TERMS.items():
        if name in values and known(f"term.{kind}-{values[name]}"):
            values[name] = text(f"term.{kind}-{values[name]}", lang)
    if "owner" in values:
        values["of_owner"] = genitive_in(str(values["owner"]), lang)
        values["owner"] = owner_in(str(values["owner"]), lang)
    said = render(str(problem.code.value), lang, place=problem.place, **values)
    if "of_column" in values:
        return render("rejected.column", lang, column=values["of_column"], said=part(said))
    if "cell" not in values:
        return said
    where = "rejected.cell" if values["column"] else "rejected.line"
    said = said if problem.code is Code.OTHER else part(said)  # what a service says is quoted as it is
    return render(where, lang, column=values["column"], cell=values["cell"], said=said)


def sentences(problems: Iterable[Problem], lang: Language = "en") -> str:
    """Return several problems as one text, "; " between them."""
    return "; ".join(filter(None, (sentence(problem, lang) for problem in problems)))


def said_of_rows(
    packed: pd.Series,
    lang: Language = "en",
    told_as: Callable[[Iterable[Problem], Language], str] = sentences,
    command: str = PLAIN,
) -> pd.Series:
    """Return what is said in a column of packed problems; each distinct one is looked at once.

    Args:
        packed: the column.
        lang: the language.
        told_as: makes the text of problems: `sentences`, or what may be shown of them.
        command: how phonesync is called, for the commands in what is said.
    """
    from tasks.text_columns import looked_up  # tables take long to import, and most of what is said is in none

    told = {}
    for each in packed.unique():
        told[each] = as_typed(told_as(unpacked(each), lang), command)
    return looked_up(packed, told)


def owners_in(owners: pd.Series, lang: Language) -> pd.Series:
    """Return a column of owners as people read them; each distinct one is looked at once."""
    from tasks.text_columns import looked_up  # tables take long to import

    return looked_up(owners, {owner: owner_in(owner, lang) for owner in owners.unique()})


def told_what(what: pd.Series, lang: Language = "en") -> pd.Series:
    """Return what a column of findings says of each: which parts differ, or what is wrong.

    A sentence that a release before codes has kept stays as it is.
    """
    parts = {part: text(f"reconciliation.{part}", lang).lower() for part in _PARTS}
    told = {}
    for said in what.unique():
        if is_packed(said):
            told[said] = sentences(unpacked(said), lang)
        else:
            pieces = said.split(", ")
            told[said] = ", ".join(parts[piece] for piece in pieces) if parts.keys() >= {*pieces} else said
    return what.map(told).astype("str")


def told_of_line(code: str, values: str, lang: Language) -> Rendered:
    """Return what is said of a line.

    Args:
        code: what is the matter (`LineCode`).
        values: what belongs to it, packed.
        lang: the language.
    """
    problem = Problem(code_of(code), unpacked_values(values))
    level: Level = "warning" if problem.code in TO_BE_LOOKED_AT else "error"
    return Rendered(str(problem.code.value), level, sentence(problem, lang), advice(code, lang))


def file_error(file: object, problem: Problem, advice: str, error: type[Error] = SourceError) -> Error:  # type: ignore[assignment]
    """Return the error that a file cannot be trusted as a whole, or that what is set for it cannot be.

    Args:
        file: the file, as people call it.
        problem: why (`FileCode`), and on which line.
        advice: what to do about it, by its name among the remedies.
        error: of which kind.
    """
    between = ", " if problem.place else ": "
    do = render(f"remedy.{advice}", "en", **problem.values)
    return error(f"{file}{between}{sentence(problem)}", remedy=do, problem=problem, advice=advice, where=str(file))


def of_the_kind(code: str, lang: Language) -> str:
    """Return what is said of every line with this code, with `…` for what differs from line to line."""
    said = text(code, lang).replace("{entry}", text("term.entry-entry", lang))
    return re.sub(r"\{\w+\}", "…", said)


def advice(code: str, lang: Language) -> str:
    """Return what to do about a line with this code, `""` where its sentence says so itself."""
    return text(f"{code}.advice", lang) if known(f"{code}.advice") else ""


def whole(sentence: str) -> str:
    """Return a reason as a sentence of its own: with a capital letter and a full stop."""
    return sentence[:1].upper() + sentence[1:] + ("" if sentence.endswith((".", "?", "!")) else ".")


def part(sentence: str) -> str:
    """Return a reason as the end of another sentence: a small letter first, and no full stop."""
    begins = sentence[:1].lower() if sentence[1:2].islower() or sentence[1:2] == " " else sentence[:1]
    return begins + sentence[1:].removesuffix(".")


def weight(code: str) -> int:
    """Return where a code stands among all: the worst first."""
    return _ORDER.get(code, len(_ORDER))
