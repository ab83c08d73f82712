"""What every page is made of: text that stays text, one stylesheet, one script, and tables packed for a browser.

Control characters of others are visible signs in it: one that turns the direction of writing would turn what stands
beside it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup

from schemas.settings import Language
from tasks.plain_text import plain
from tasks.reports.json_text import escaped
from tasks.text_columns import arrow, one_text, text_bytes

if TYPE_CHECKING:
    import jinja2

# Polish letters come right after their plain ones; `str` would put them behind z.
_MARKS = {"ą": "a", "ć": "c", "ę": "e", "ł": "l", "ń": "n", "ó": "o", "ś": "s", "ź": "z", "ż": "z"}
_ALPHABET = {letter: base + ("\uffff" if letter == "ż" else "\ufffe") for letter, base in _MARKS.items()}
PAGE_BEGINS: Final = 100  # bytes in which a page says its language
_BETWEEN: Final = (
    r"\n"  # a line break between the texts of a pool, as JSON writes it: `plain` leaves none of them with one
)
_DATA: Final = Markup("<!--data-->")  # no text of others can say so: it would be escaped
_ZEROS: Final = "(^|[^0-9])0+([0-9])"  # before a number
_AT_ONCE: Final = 1 << 16  # texts
_MOST_DIGITS: Final = 48  # whose count is a sign before all letters
# Pools that sort as they are spelled.
_SPELLED = frozenset({"number", "key"})


def render(template: str, context: Mapping[str, Any], *, styles: Sequence[str], scripts: Sequence[str]) -> str:
    """Return one self-contained page: it loads nothing, and runs its own style and script and no other.

    Args:
        template: a file of `tasks/reports/templates`.
        context: what it shows; every text in it is escaped.
        styles: files of `tasks/reports/templates` that make the one stylesheet.
        scripts: likewise the one script.
    """
    style, script = (Markup("\n".join(_part(name) for name in names)) for names in (styles, scripts))  # noqa: S704 - our own files
    parts = {"style": style, "script": script, "style_digest": _digest(style), "script_digest": _digest(script)}
    return _environment().get_template(template).render({**context, **parts})


def is_page_in(lang: Language, beginning: bytes) -> bool:
    """Tell by how a page begins, its first `PAGE_BEGINS` bytes, whether it is in a language."""
    return f'<html lang="{lang}">'.encode() in beginning


def render_around(
    data: bytes, template: str, context: Mapping[str, Any], *, styles: Sequence[str], scripts: Sequence[str]
) -> bytes:
    """Return a page in UTF-8 with data for its script, which may be long, where the template says `{{ data }}`.

    Args:
        data: what `embedded` has made.
        template: as for `render`, with what follows.
        context: likewise.
        styles: likewise.
        scripts: likewise.
    """
    page = render(template, {**context, "data": _DATA}, styles=styles, scripts=scripts)
    before, _, behind = page.partition(_DATA)
    return b"".join((before.encode(), data, behind.encode()))


def embedded(value: Mapping[str, Any], table: Mapping[str, Any]) -> bytes:
    """Return a JSON object in UTF-8 that cannot end the element it stands in: no `<`, `>` or `&` is left in it.

    Args:
        value: what it holds besides the table.
        table: what `packed` has made of one.
    """
    pools = (b'"%s":"%s"' % (name.encode(), _texts_in_script(texts)) for name, texts in table["pools"].items())
    columns = json.dumps(table["columns"], separators=(",", ":")).encode()
    rest = _in_script(json.dumps(_visible(value), ensure_ascii=False, separators=(",", ":"))).encode()
    return b"".join((rest[:-1], b',"columns":', columns, b',"pools":{', b",".join(pools), b"}}"))


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value, lines=True)
    if isinstance(value, Mapping):
        return {key: _visible(item) for key, item in value.items()}
    return [_visible(item) for item in value] if isinstance(value, list | tuple) else value


def _texts_in_script(texts: pa.LargeStringArray) -> bytes:
    """Return the texts of a pool as one JSON text without quotes."""
    shown = escaped(texts, lambda text: _in_script(json.dumps(plain(text), ensure_ascii=False)), "<>&")
    joined = pc.binary_join_element_wise(shown, one_text(_BETWEEN), one_text(""))
    return text_bytes(joined)[0].tobytes()[: -len(_BETWEEN)]


def _in_script(text: str) -> str:
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def packed(
    frame: pd.DataFrame, pools: Mapping[str, Sequence[str]], order: npt.NDArray[np.int64] | None = None
) -> dict[str, Any]:
    """Return columns as positions in sorted pools of distinct values, which is small, and sorts by comparing integers.

    Args:
        frame: text columns.
        pools: the columns that share a pool, by its name. Pools of numbers sort as they are spelled, others as people
            sort in Polish: without case, digits by their value, ą after a.
        order: the positions of the rows as the page shows them; none where they stand in their order.

    Returns:
        `pools`: values by pool; `columns`: the pool and `at`, one position a row, as `integers` have it.
    """
    values: dict[str, pa.LargeStringArray] = {}
    columns: dict[str, Any] = {}
    for pool, names in pools.items():
        first = frame[names[0]]
        # Before and after are mostly the same: only what is not is looked at once more.
        other = [(frame[name] != first).to_numpy() for name in names[1:]]
        parts = [first, *(frame.loc[rows, name] for name, rows in zip(names[1:], other, strict=True))]
        texts = pa.concat_arrays([arrow(part) for part in parts]).dictionary_encode()
        spelled = texts.dictionary
        by_value = pc.sort_indices(spelled if pool in _SPELLED else _sort_keys(spelled))
        places = np.empty(len(spelled), dtype=np.int64)
        places[by_value] = np.arange(len(spelled))
        of_first, *of_others = np.split(places[texts.indices], np.cumsum([len(part) for part in parts])[:-1])
        values[pool] = spelled.take(by_value)
        columns[names[0]] = {"pool": pool, "at": integers(of_first, order)}
        for name, rows, differing in zip(names[1:], other, of_others, strict=True):
            at = of_first.copy()
            at[rows] = differing
            columns[name] = {"pool": pool, "at": integers(at, order)}
    return {"pools": values, "columns": columns}


def integers(values: npt.ArrayLike, order: npt.NDArray[np.int64] | None = None) -> str:
    """Return whole numbers from 0 on as a page's script takes them: how many bytes each has, and these in Base64.

    "" where all of them are 0; in another order where one is given.
    """
    array = np.asarray(values, dtype=np.int64)
    array = array if order is None else array[order]
    most = int(array.max()) if len(array) else 0
    width = next(width for width in (1, 2, 4) if most < 1 << 8 * width)
    return f"{width}{base64.b64encode(array.astype(f'<u{width}').tobytes()).decode()}" if most else ""


def _sort_keys(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Return what texts are sorted by, made part by part: what it takes is many times the texts."""
    parts = [_keys(texts[at : at + _AT_ONCE]) for at in range(0, len(texts), _AT_ONCE)]
    return pa.concat_arrays(parts) if parts else texts


def _keys(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    plain_ones = pc.string_is_ascii(texts)
    keys = pc.utf8_lower(texts)
    if not pc.all(plain_ones).as_py():
        others = pc.utf8_lower(pc.utf8_normalize(texts.filter(pc.invert(plain_ones)), "NFC"))
        for letter, behind in _ALPHABET.items():
            others = pc.replace_substring(others, letter, behind)
        keys = pc.replace_with_mask(keys, pc.invert(plain_ones), others)
    zeros = pc.match_substring_regex(keys, _ZEROS)
    if pc.any(zeros).as_py():
        bare = pc.replace_substring_regex(keys.filter(zeros), _ZEROS, r"\1\2")
        keys = pc.replace_with_mask(keys, zeros, bare)
    return _by_value(keys)


def _by_value(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Put before each run of digits how many it has, so that the longer one is the larger one: in all texts at once.

    A number has no zeros before it, and a run of very many digits is no number: it sorts as it is spelled.
    """
    data, starts = text_bytes(texts)
    digit = (data >= ord("0")) & (data <= ord("9"))
    first = np.zeros(len(data) + 1, dtype=np.bool_)
    first[starts] = True
    begins, ends = digit.copy(), digit.copy()
    begins[1:] &= ~digit[:-1] | first[1:-1]
    ends[:-1] &= ~digit[1:] | first[1:-1]
    runs = np.flatnonzero(begins)
    many = np.minimum(np.flatnonzero(ends) - runs, _MOST_DIGITS - 1) + 1
    written = np.insert(data, runs, (ord("0") + many).astype(np.uint8))
    moved = starts + np.searchsorted(runs, starts)
    return pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(moved.astype(np.int64)), pa.py_buffer(written))


def _digest(text: str) -> str:
    """Return what the page's policy names: the browser takes the text with this digest and no other."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _part(name: str) -> str:
    return files("tasks.reports").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    """Compile a page once: it takes longer than filling it for a small sync."""
    import jinja2

    return jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda shown: plain(shown, lines=True) if type(shown) is str else shown,
        loader=jinja2.FunctionLoader(_part),
    )
