"""Every way in for text that somebody else wrote. A target takes bytes, and only a typed error may come out of it.

The suite feeds them a little, `make fuzz` a lot. All data is invented.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pandas as pd
import requests
import urllib3
from requests.adapters import BaseAdapter

from connectors.apio.client import Apio, ApioEntry, Criteria, PhoneList
from connectors.apio.spec import SPEC as APIO
from connectors.apio.spec import ApioConnection
from connectors.files.container import unpack
from connectors.files.dialect import Given
from connectors.files.header import Wanted
from connectors.files.reading import read_csv
from connectors.files.workbook import cells_as_text, read_workbook
from connectors.http.rate_limit import Tools
from connectors.http.request import Credentials
from connectors.ledger.store import Ledger
from connectors.usos.client import Usos, UsosNumber
from connectors.usos.spec import SPEC as USOS
from connectors.usos.spec import UsosConnection
from flows.config import load
from flows.sources import configured_columns
from schemas.connections import Secret
from schemas.errors import PhonesyncError
from tasks.phone.canonical_keys import readings, tidy_text, with_canonical_numbers
from tasks.phone.formats import written
from tasks.phone.parser import read_number
from tasks.phone.vocabulary import tidy
from tasks.reports.masking import mask_numbers, mask_text
from tasks.source.columns import Reading, Records, arrange, expected_headers
from tasks.source.validation import Rules, validate

KEY, SECRET = "an-invented-key", "an-invented-secret"
_NOWHERE: Final = "http://127.0.0.1:9"
_STATUSES: Final = (200, 200, 200, 201, 207, 301, 400, 400, 401, 403, 404, 408, 422, 429, 500, 503)
_ENCODINGS: Final = (
    *(None, None, None, "utf-8", "utf-16", "utf-16-le", "utf-32", "windows-1250", "iso-8859-2", "utf-7", "idna"),
    *("punycode", "unicode_escape", "raw_unicode_escape", "undefined", "rot13", "base64", "nobody", "utf-8\0"),
)
_MARKS: Final = (None, None, ";", ",", "\t", "'", '"', " ", "ł", "\n", "\0", "a")
_FORMATS: Final = ("source", "apio", "e164", "international", "national")


def csv_file(data: bytes) -> None:
    """Read a file as any sync would, and judge its lines: each is wanted, rejected, a clearing or a repeat."""
    choice, raw = _choice(data, 4)
    given = Given(_pick(_ENCODINGS, choice[0]), _pick(_MARKS, choice[1]), _pick(_MARKS, choice[2]))
    spec = (USOS, APIO)[choice[3] % 2]
    expected = expected_headers(spec, {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "numbers.csv")
        path.write_bytes(raw)
        table = read_csv(path, expected=list(expected.values()), given=given)
    assert len(table.frame) == len(table.lines) == len(table.problems) == len(table.widths)
    assert pd.Series(table.lines).is_monotonic_increasing
    records = Records("numbers.csv", table.header, table.frame, table.lines, table.problems, table.widths)
    sync = spec.sync.model_validate(
        {"connection": "any", "source": path, "entity_class": "user"}
        if spec is USOS
        else {"connection": "any", "source": path, "tenant": "chopin"}
    )
    arranged = arrange(records, spec, Reading(configured_columns(sync, spec)))
    checked = validate(
        arranged.source, Rules(spec, spec.place(sync), arranged.headers, allow_clear=bool(choice[3] & 2))
    )
    parts = (checked.desired, checked.rejected.drop_duplicates("line"), checked.clears, checked.repeats)
    assert sum(map(len, parts)) == checked.rows == len(arranged.source)


def workbook(data: bytes) -> None:
    """Read a workbook as any sync would; what can be read can be written down as text as well."""
    csv_file(data)
    choice, raw = _choice(data, 4)
    content, form, _ = unpack(Path("numbers.xlsx"), raw)
    if form == "xlsx":
        expected = expected_headers((USOS, APIO)[choice[3] % 2], {})
        table = read_workbook(Path("numbers.xlsx"), (content, "xlsx"), Wanted(list(expected.values())), Given())
        rows = dict(cells_as_text(content, "xlsx", table.dialect.sheet))
        assert {table.at, *table.lines} <= rows.keys()


def packed(data: bytes) -> None:
    """Read a packed file as any sync would."""
    csv_file(data)


def number(data: bytes) -> None:
    """Read a text as a number: columns say what the reader says, and what is written means what was read."""
    choice, raw = _choice(data, 2)
    text = raw.decode("utf-8", "replace")
    region = _pick(("PL", "PL", "PL", "DE", "US", "GB", "XX"), choice[0])
    area = _pick((None, "22", "12", "00000"), choice[0] >> 4)
    reading = read_number(text, region=region, area_code=area)
    assert bool(reading.numbers) != bool(reading.reason)
    column = pd.Series([text], dtype="str")
    found = readings(column, region=region, area_code=area).iloc[0]
    assert found["count"] == len(reading.numbers)
    kept = written(column, _pick(_FORMATS, choice[1]), region=region, area_code=area)
    if found["count"] and kept.iloc[0]:
        assert readings(kept, region=region, area_code=area)["key"].iloc[0] == found["key"]
    assert tidy(tidy(text)) == tidy(text) == tidy_text(column).iloc[0]
    assert mask_text(mask_text(text)) == mask_text(text)
    assert len(re.findall(r"\d", mask_numbers(column).iloc[0])) <= 2


def usos_answer(data: bytes) -> None:
    """Whatever USOS answers to a method is its promised value or a typed error."""
    choice, plug = _answering(data)
    connection = UsosConnection(
        kind="usos", base_url=_NOWHERE, consumer_key=Secret(env="A"), consumer_secret=Secret(env="B"), attempts=2
    )
    with Usos("usos", connection, Credentials(KEY, SECRET), tools=_tools(plug)) as usos:
        calls: tuple[Callable[[], Any], ...] = (
            lambda: _recognised(usos.select("user", ["1", "2"])),
            lambda: usos.replace("user", "1", [UsosNumber("+48 22 999 00 01")]),
            lambda: usos.phone_number("1"),
            lambda: usos.phone_type("1"),
            usos.consumer,
            usos.installation,
            usos.now,
        )
        _careful(_pick(calls, choice))


def apio_answer(data: bytes) -> None:
    """Whatever APIO answers to a method, or to the login before it, is its promised value or a typed error."""
    choice, plug = _answering(data, login=b'{"profile": {"user_level": 3}}')
    connection = ApioConnection(
        kind="apio", base_url=_NOWHERE, username=Secret(env="A"), password=Secret(env="B"), attempts=2
    )
    where, entry = PhoneList("chopin"), ApioEntry("Portiernia", "+48-229990001")
    with Apio("lists", connection, Credentials(KEY, SECRET), tools=_tools(plug)) as apio:
        calls: tuple[Callable[[], Any], ...] = (
            lambda: _listed(apio.entries(where, Criteria(response_size_limit=5))),
            lambda: _rows(apio.batch(where, [("Portiernia", "+48-229990001")])),
            lambda: apio.create(where, [entry]),
            lambda: apio.create(where, [entry, entry]),
            lambda: apio.get(where, "Portiernia"),
            lambda: apio.put(where, "Portiernia", entry),
            lambda: apio.delete(where, "Portiernia"),
            lambda: apio.delete_many(where, ["Portiernia"]),
            apio.login,
        )
        _careful(_pick(calls, choice))


def configuration(data: bytes) -> None:
    """Whatever stands in `phonesync.toml` is settings or one error with all problems."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "phonesync.toml")
        path.write_bytes(data)
        settings = load(path)
    assert settings.reports.is_absolute()
    assert all(sync.source.is_absolute() for sync in settings.syncs.values())


def ledger_file(data: bytes) -> None:
    """Whatever the ledger's file holds, it is a ledger or an error that says so; nobody's file is overwritten."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "phonesync.db")
        path.write_bytes(data)
        ledger = Ledger.open(f"sqlite:///{path}")
        try:
            ledger.runs(5)
            ledger.unfinished()
        finally:
            ledger.close()


_ALL: Final = (csv_file, workbook, packed, number, usos_answer, apio_answer, configuration, ledger_file)
TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = MappingProxyType({target.__name__: target for target in _ALL})
PACKED: Final = frozenset({"workbook", "packed"})  # changed inside what is packed


def attack(target: Callable[[bytes], None], data: bytes) -> None:
    """Feed a target; a typed error is an answer, and anything else is a bug."""
    with suppress(PhonesyncError):
        target(data)


class Plug(BaseAdapter):
    """A network that gives the same answer to everything but the login."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, login: bytes | None) -> None:
        super().__init__()
        self._status, self._headers, self._body, self._login = status, headers, body, login

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        """The answer, as the library would hand it over."""
        ours = self._login is not None and str(request.url).endswith("/login/")
        body, status = (self._login or b"", 200) if ours else (self._body, self._status)
        headers = {} if ours else dict(self._headers)
        raw = urllib3.HTTPResponse(io.BytesIO(body), headers=headers, status=status, preload_content=False)
        response = requests.Response()
        response.raw, response.status_code, response.request = raw, status, request
        response.headers = requests.structures.CaseInsensitiveDict(headers)
        return response

    def close(self) -> None:
        """Nothing is kept."""


def _answering(data: bytes, login: bytes | None = None) -> tuple[int, Plug]:
    choice, body = _choice(data, 3)
    headers = {"Content-Type": "application/json"}
    if choice[2] & 1:
        line, _, body = body.partition(b"\n")
        headers["Retry-After"] = line.decode("latin-1")
    if choice[2] & 2:
        headers["Content-Encoding"] = _pick(("gzip", "deflate", "gzip, gzip", "br", "zstd", "nothing"), choice[2] >> 2)
    wrong_login = body if choice[2] & 64 else login
    return choice[0], Plug(_pick(_STATUSES, choice[1]), headers, body, wrong_login)


def _careful(call: Callable[[], Any]) -> None:
    """Call; an error shows neither the secret nor what the service said, in any form that people get to see."""
    try:
        call()
    except PhonesyncError as error:
        caught = error
    else:
        return
    assert SECRET not in f"{caught!s}{caught!r}"
    assert len(str(caught)) < 500


def _recognised(found: Mapping[str, tuple[UsosNumber, ...] | None]) -> None:
    rows = [("user 1", n.comment_pl, n.number, n.type_id, n.comment_en) for some in found.values() for n in some or ()]
    _current(rows)


def _listed(found: list[ApioEntry]) -> None:
    _current([("tenant chopin", entry.name, entry.number, "", "") for entry in found])


def _rows(found: Any) -> None:
    """What is kept of a batch can be kept: as text, in UTF-8."""
    for row in found.rows:
        f"{row.name}{row.number}{row.status}{row.message}".encode()


def _current(rows: list[tuple[str, str, str, str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["owner", "name", "number", "type_id", "name_en"], dtype="str")
    assert len(with_canonical_numbers(frame, region="PL", area_code=None)) == len(rows)


def _tools(plug: Plug) -> Tools:
    ticks: Iterator[float] = iter(range(1_000_000))
    return Tools(
        sleep=lambda _: None, clock=lambda: 1.7e9, monotonic=lambda: next(ticks) / 1e3, random=lambda: 1.0, network=plug
    )


def _choice(data: bytes, count: int) -> tuple[bytes, bytes]:
    return data[:count].ljust(count, b"\0"), data[count:]


def _pick(options: Any, choice: int) -> Any:
    return options[choice % len(options)]
