"""How a place rewrites the names and comments it stores: learnt by reading what was written, and then expected.

It may store them in capitals, without accents, with `?` for letters it does not know, cut, or with `&amp;` for `&`.
Without knowing it, every run would find the wanted name missing and another one in its place, and change them for ever;
and one that escapes what it is sent would let each text grow that is sent back as it stands there.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial, reduce
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd

from schemas.quirks import ESCAPES_NAMES, Quirk, QuirkCode
from tasks.pairing import codes, pair_equal, pair_unique
from tasks.phone.canonical_keys import tidy_text
from tasks.text_columns import casefolded, is_in

_SHORTEST_CUT: Final = 8
# Letters that Unicode does not take apart.
_WHOLE: Final = str.maketrans("łŁøØđĐ", "lLoOdD")


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.translate(_WHOLE))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _plain(text: str) -> str:
    return _without_accents(text).casefold()


_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def is_escaped(text: str) -> bool:
    """Tell whether a text has signs written as `&amp;`."""
    return bool(_ENTITY.search(text))


def _unescaped(text: str) -> str:
    """Take one layer of escaping off; a text that grew has several."""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def _letters(text: str) -> str:
    return "".join(letter for letter in _plain(unicodedata.normalize("NFKC", _bare(text))) if letter.isalnum())


# What a list may do to a name, and the form in which the wanted and the stored name are one.
_FORMS: Final[Mapping[QuirkCode, Callable[[str], str]]] = {
    QuirkCode.ESCAPES_NAMES: _unescaped,
    QuirkCode.CHANGES_CASE: str.casefold,
    QuirkCode.DROPS_ACCENTS: _plain,
    QuirkCode.REPLACES_BEYOND_LATIN_1: lambda text: text.encode("latin-1", "replace").decode("latin-1"),
    QuirkCode.REPLACES_BEYOND_ASCII: lambda text: text.encode("ascii", "replace").decode("ascii"),
    QuirkCode.REWRITES_SIGNS: _letters,
}


def name_quirks(rows: pd.DataFrame, found: pd.DataFrame, confirmed: Collection[int]) -> set[Quirk]:
    """Return what a place has been seen to do to names, from the `Plan` rows that were sent and `Current` read since.

    A habit is seen where a name is not there, and another stands with its number, once: one that was not there before,
    or one that the place shows although it has confirmed the name that was sent.

    Args:
        rows: the `Plan` rows.
        found: `Current` as it was read after writing.
        confirmed: the rows that the place has confirmed, whatever it shows.
    """
    wanted = rows[rows["key_after"] != ""]
    named = pd.DataFrame({"owner": wanted["owner"], "tidy": wanted["name_after"], "key": wanted["key_after"]})
    left, right = pair_equal(*codes(named, found, ["owner", "tidy", "key"]))
    if len(left) == len(wanted):
        return set()
    sent = wanted[["owner", "name_before", "name_after", "key_after"]].drop(index=wanted.index[left])
    sent = sent.drop_duplicates(["owner", "key_after"], keep=False)
    come = found[["owner", "name", "tidy", "key"]].drop(index=found.index[right])
    come = come.drop_duplicates(["owner", "key"], keep=False)
    if sent.empty or come.empty:
        return set()
    both = sent.reset_index(names="row").merge(come, left_on=["owner", "key_after"], right_on=["owner", "key"])
    before = set(zip(rows["owner"], rows["name_before"], strict=True))
    pairs = zip(both["owner"], both["name"], strict=True)
    new = np.fromiter((pair not in before for pair in pairs), dtype=np.bool_, count=len(both))
    seen = both[(new & (both["name_after"] != both["name_before"])) | both["row"].isin(list(confirmed))]
    cuts = _cut(list(zip(seen["name_after"], seen["name"], strict=True)))
    names = zip(seen["name_after"], seen["tidy"], strict=True)
    return cuts.union(*(_quirks(sent, is_, cuts) for sent, is_ in names))


def number_quirks(sent: pd.DataFrame, found: pd.DataFrame, types: Mapping[tuple[str, str], bool]) -> set[Quirk]:
    """Return what a place has been seen to do that is no difference anyway: it is told once, so that nobody wonders.

    Args:
        sent: the `Plan` rows that the place has confirmed.
        found: `Current` as it was read after writing.
        types: by owner and key, whether the type that was sent is the one that is shown.
    """
    changed = sent.loc[sent["number_after"] != sent["number_before"], ["owner", "key_after", "number_after"]]
    both = changed.drop_duplicates(["owner", "key_after"], keep=False).merge(
        found[["owner", "key", "number"]].drop_duplicates(["owner", "key"], keep=False),
        left_on=["owner", "key_after"],
        right_on=["owner", "key"],
    )
    rewritten = (both["number_after"] != both["number"]).any()
    seen = {Quirk(QuirkCode.REWRITES_NUMBERS)} if rewritten else set()
    return seen if all(types.values()) else {*seen, Quirk(QuirkCode.DROPS_TYPES)}


def as_stored(names: pd.Series[str], stored: Iterable[str], known: Collection[Quirk]) -> pd.Series[str]:
    """Return the wanted names as a list with known habits spells them; a name that could be two stays as it is.

    Names that become one there (cut, say) are given that one name: a plan holds lines that want the same.

    Args:
        names: the names that lines want.
        stored: the names that stand there, tidied.
        known: the habits that the list has been seen to have.
    """
    forms = _forms(known)
    if not forms and ESCAPES_NAMES not in known and not any(quirk.code in _IMAGES for quirk in known):
        return names
    standing = set(stored)
    names = _foreseen(names, standing, known)
    names = _as_one(names, standing, known)
    spelled: dict[str, str] = {}
    wanted = set(names)
    for form in forms:
        by_form = _once(standing - wanted, form)
        for shape, name in _once(wanted - standing - set(spelled), form).items():
            if by_form.get(shape, "") and name:
                spelled[name] = by_form[shape]
    return names.replace(spelled) if spelled else names


def as_commented(desired: pd.DataFrame, current: pd.DataFrame, known: Collection[Quirk]) -> pd.Series[str]:
    """Return the wanted comments as a place with known habits shows them, number by number.

    What stands there just as it is wanted is not looked at; two numbers that could be meant stay as they are.

    Args:
        desired: `Desired`.
        current: `Current`.
        known: the habits that the place has been seen to have.
    """
    forms = _forms(known)
    if not forms and ESCAPES_NAMES not in known:
        return desired["name"]
    names = _foreseen(desired["name"], set(current["tidy"]), known).to_numpy(object).copy()
    for form in forms:
        wanted = desired.assign(tidy=names)
        equal = pair_equal(*codes(wanted, current, ["owner", "tidy", "key"]))
        left = np.setdiff1d(np.arange(len(wanted)), equal[0])
        right = np.setdiff1d(np.arange(len(current)), equal[1])
        lines, there = (
            table.assign(form=table["tidy"].map(form)) for table in (wanted.iloc[left], current.iloc[right])
        )
        by_number = pair_equal(*codes(lines, there, ["owner", "key", "form"]))
        names[left[by_number[0]]] = current["tidy"].to_numpy(object)[right[by_number[1]]]
        rest = [np.setdiff1d(np.arange(len(side)), pair) for side, pair in zip((left, right), by_number, strict=True)]
        by_name = pair_unique(*codes(lines.iloc[rest[0]], there.iloc[rest[1]], ["owner", "form"]))
        names[left[rest[0][by_name[0]]]] = current["tidy"].to_numpy(object)[right[rest[1][by_name[1]]]]
    return pd.Series(names, index=desired.index, dtype="str")


def as_shown(
    rows: pd.DataFrame, found: pd.DataFrame, known: Collection[Quirk], confirmed: Collection[int] = ()
) -> pd.DataFrame:
    """Return `Plan` rows with the names they want as the place shows them, by the habits it has or has just shown.

    Args:
        rows: `Plan` rows.
        found: `Current` as it was read after writing.
        known: the habits that the place has been seen to have.
        confirmed: the rows that the place has confirmed and of which readings have caught up.
    """
    habits = {*known, *name_quirks(rows, found, confirmed)}
    if not any(map(_writes_names, habits)):
        return rows
    wants = rows.loc[rows["key_after"] != "", ["owner", "name_after", "key_after"]]
    wanted = pd.DataFrame({"owner": wants["owner"], "name": tidy_text(wants["name_after"]), "key": wants["key_after"]})
    names = as_commented(wanted, found, habits)
    other = names.index[is_in(names, set(found["tidy"])) & (names != wanted["name"])]
    shown = rows.copy()
    shown.loc[other, "name_after"] = names[other]
    return shown


def as_sent(stored: str, known: Collection[Quirk]) -> str:
    """Return what a place has to be sent so that this text stands there: one that escapes would escape it once more."""
    return _unescaped(stored) if ESCAPES_NAMES in known else stored


def _foreseen(names: pd.Series[str], standing: Collection[str], known: Collection[Quirk]) -> pd.Series[str]:
    """Return the wanted names as a place that escapes will show them, whether the file has them escaped or not."""
    if ESCAPES_NAMES not in known:
        return names
    seen = {name: name if name in standing else html.escape(_bare(name), quote=False) for name in names.unique()}
    return names.map(seen).astype("str")


def _as_one(names: pd.Series[str], standing: Collection[str], known: Collection[Quirk]) -> pd.Series[str]:
    """Return the wanted names, those that a list would store as one spelled as that one.

    Names that all stand there prove that they are several.
    """
    for image in [_IMAGES[quirk.code](quirk) for quirk in sorted(known, key=str) if quirk.code in _IMAGES]:
        images = names.map(image).astype("str")
        several = (names != images) | images.isin(set(names[names != images].map(image)))
        groups = names[several].groupby(casefolded(images[several]))
        alone = groups.transform("nunique") < 2
        proved = groups.transform(lambda some: set(some) <= set(standing)).astype("bool")
        clashing = alone.index[~alone & ~proved]
        names = names.mask(names.index.isin(clashing), images)
    return names


def _bare(name: str) -> str:
    """Return a name without any layer of escaping."""
    while (bare := _unescaped(name)) != name:
        name = bare
    return name


def _once(names: Iterable[str], form: Callable[[str], str]) -> dict[str, str]:
    """Return the names by their form, "" where several share one."""
    found: dict[str, str] = {}
    for name in names:
        shape = form(name)
        found[shape] = "" if shape in found else name
    return found


def _cut(names: Collection[tuple[str, str]]) -> set[Quirk]:
    """Return the length that names are cut to: the longest one seen, since a cut may end in a space.

    A short rest may be a name that somebody else has given meanwhile, so that it takes two of them.
    """
    rests = {
        (sent, is_)
        for sent, is_ in names
        if is_.strip()
        and sent not in {is_, _unescaped(is_)}
        and any(text.startswith(is_) for text in (sent, html.escape(sent), html.escape(sent, quote=False)))
    }
    longest = max((len(is_) for _, is_ in rests), default=0)
    sure = longest >= _SHORTEST_CUT or sum(len(is_) == longest for _, is_ in rests) > 1
    return {Quirk(QuirkCode.CUTS_NAMES, longest)} if longest and sure else set()


def _quirks(wanted: str, stored: str, cuts: Collection[Quirk]) -> set[Quirk]:
    """Return the fewest habits that make of a name that was sent the one that is shown; none where nothing does.

    Args:
        wanted: the name that was sent.
        stored: the name that is shown, tidied.
        cuts: how names have just been seen to be cut; a cut that ends in a space leaves one letter less.
    """
    is_cut = any(len(stored) in {cut.length, cut.length - 1} for cut in cuts)
    escaped = [(_unescaped(stored), {ESCAPES_NAMES})] if is_escaped(stored) else []
    for shown, besides in (*escaped, (stored, set[Quirk]())):
        for some in _SETS:
            forms = [_form(quirk) for quirk in some]
            sent, rest = _through(forms, wanted), _through(forms, shown)
            if sent == rest or (is_cut and rest and sent.startswith(rest)):
                return {*some, *besides}
    return set()


# The habits that may come together, the fewest first; escaping is looked at before them.
_SETS: Final = [
    tuple(Quirk(code) for code in some)
    for many in range(3)
    for some in combinations([code for code in _FORMS if code is not QuirkCode.ESCAPES_NAMES], many)
]


def _through(forms: Iterable[Callable[[str], str]], text: str) -> str:
    return reduce(lambda done, form: form(done), forms, text)


def _forms(known: Collection[Quirk]) -> list[Callable[[str], str]]:
    """Return what the known quirks make of a name, each, in an order that does not depend on when they were seen.

    The last one is what they make of it together; what is escaped and cut is cut in its escaped form.
    """
    written = sorted((quirk for quirk in known if _writes_names(quirk)), key=str)
    each = [_form(quirk) for quirk in written]
    if ESCAPES_NAMES in known:
        each += [partial(_escaped_and_cut, form=_form(quirk)) for quirk in written if quirk.length]
    cut_first = sorted(written, key=lambda quirk: (quirk.code is not QuirkCode.CUTS_NAMES, -quirk.length, str(quirk)))
    in_order = [_form(quirk) for quirk in cut_first]
    return [*each, lambda text: _through(in_order, text)] if len(written) > 1 else each


def _escaped_and_cut(text: str, form: Callable[[str], str]) -> str:
    return _unescaped(form(html.escape(_bare(text)))).rstrip()


def _writes_names(quirk: Quirk) -> bool:
    return quirk.code is QuirkCode.CUTS_NAMES or quirk.code in _FORMS


def _form(quirk: Quirk) -> Callable[[str], str]:
    if quirk.code is QuirkCode.CUTS_NAMES:
        return lambda text: text[: quirk.length].rstrip()
    return _FORMS[quirk.code]


# What a list with one of these habits stores: the same for several names that differ in what is lost.
_IMAGES: Final[Mapping[QuirkCode, Callable[[Quirk], Callable[[str], str]]]] = {
    QuirkCode.CUTS_NAMES: _form,
    QuirkCode.DROPS_ACCENTS: lambda _: _without_accents,
    QuirkCode.REPLACES_BEYOND_ASCII: _form,
    QuirkCode.REPLACES_BEYOND_LATIN_1: _form,
}
