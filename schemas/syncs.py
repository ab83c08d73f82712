"""The syncs in `phonesync.toml`: a file, its place, and how far they may go: guards, deletions, renames, formats."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Annotated, Final, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    field_validator,
    model_validator,
)

from schemas.connections import Secret, is_loopback
from schemas.schedule import is_timezone, wrong_with_schedule
from schemas.section import Address, FilePath, Language, Mark, Section, wrong

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Guard(BaseModel):
    """Limits on what a plan may do before a person says yes. The defaults are the promise of the design."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    max_deletes: Count = 20
    """more deletions than this"""
    max_delete_share: Share = 0.2
    """a larger share of the target's entries; a single deletion passes, unless it is the last entry"""
    max_deletes_per_week: Count | None = None
    """more deletions than this within seven days, these included"""
    max_change_share: Share = 0.3
    """modifications and renames of a larger share of the entries, if there are ten or more"""
    max_changes: Count | None = None
    """more modifications and renames than this"""
    max_source_drop: Share = 0.3
    """a file that has lost a larger share of its lines since the last successful run; lines that are now in another
    sync's file do not count"""
    max_moved_share: Share = 0.2
    """in a file of ten lines or more, a larger share of them with numbers under another owner, emptied comments,
    comments without letters, or unreadable numbers"""
    max_drift_share: Share = 0.3
    """a larger share of the entries changed outside phonesync since the last run, if there were ten or more"""
    api_changed: StrictBool = True
    """a service that describes a method of the sync differently than before; `false` reports it once"""
    allow_empty: StrictBool = False
    """whether a file with a header and no lines may pass"""
    approval_expires_hours: Annotated[float, Field(gt=0)] = 24.0
    """how long an approval is valid, in hours; the run that it allows uses it up"""
    approvals: Annotated[int, Field(ge=1, le=9)] = 1
    """how many different people have to approve"""
    approvers: tuple[str, ...] = ()
    """who may approve, by the names in the ledger, such as `["anna", "Jan Kowalski (Prefect)"]`; without it everyone"""

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.approvers and len({name.casefold() for name in self.approvers}) < self.approvals:
            raise wrong("few_approvers")
        return self


WriteFormat = Literal["source", "apio", "e164", "international", "national"]


class NumberColumn(Section):
    """A further column of numbers: each of its cells is an entry of its own, or an extension of the line's number."""

    column: str
    """required: the header of the column"""
    type_id: str | None = None
    """USOS: the phone type of its numbers, where the line has none"""
    suffix: str = ""
    """what is added to the comment or the name, such as `"faks"`: names on a phone list have to differ"""
    extension: StrictBool = False
    """its cells are extensions of the line's number"""


class Ignore(Section):
    """What nobody reads, on purpose; whatever else is not read and holds a number is a finding."""

    columns: tuple[str, ...] = ()
    """columns, by their headers or patterns such as `"Pok*"`"""
    sheets: tuple[str, ...] = ()
    """sheets of a workbook, by their names or patterns such as `"Archiwum*"`"""
    rows: tuple[str, ...] = ()
    """rows whose cells, with spaces between them, hold one of these regular expressions, such as `"^Stan na dzień"`"""

    @field_validator("rows")
    @classmethod
    def _expressions(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            _expression(pattern)
        return value


def _read_by_cron(value: str) -> str:
    found = wrong_with_schedule(value)
    if found:
        raise wrong(found.key.removeprefix("setting."), **found.values)
    return value


def _known_zone(value: str) -> str:
    if not is_timezone(value):
        raise wrong("no_zone")
    return value


Schedule = Annotated[str, AfterValidator(_read_by_cron)]
Timezone = Annotated[str, AfterValidator(_known_zone)]


def _expression(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise wrong("no_expression", why=str(error)) from None
    return value


class Columns(Section):
    """The source's header names, where they differ from the default ones."""

    entity_id: str | None = None
    """USOS: the header of the ids"""
    owner_name: str | None = None
    """USOS: the header of the names of units or people, which reports show beside the ids and no service is sent"""
    number: str | None = None
    """the header of the numbers"""
    comment: str | None = None
    """USOS: the header of the comments"""
    type_id: str | None = None
    """USOS: the header of the phone types"""
    name: str | None = None
    """APIO: the header of the names"""
    new_name: str | None = None
    """APIO: the header of the new names"""
    link: str | None = None
    """USOS: the header of a column with the office's name on a phone list, for
    [reconciliations](reconcile.md#one-office-in-two-systems)"""
    also: tuple[NumberColumn, ...] = ()
    """further columns of numbers, see below; `columns` may be such a list itself"""


ContactKind = Literal["work", "mobile", "home", "main", "fax", "other"]
CONTACT_FIELDS: Final = ("name", "given", "family", "organization", "department", "title")
_SUFFIXES: Final[Mapping[ContactKind, str]] = {"mobile": "kom.", "home": "dom", "fax": "faks"}


class Contacts(Section):
    """How contacts become entries, one a number."""

    name: str = "{name}"
    """how an entry is called, of `{name}`, `{given}`, `{family}`, `{organization}`, `{department}` and `{title}`"""
    kinds: tuple[ContactKind, ...] = get_args(ContactKind)
    """which numbers become entries: `"work"`, `"mobile"`, `"home"`, `"main"`, `"fax"`, `"other"`; all of them"""
    suffixes: Mapping[ContactKind, str] = {}
    """what is added to the name, by kind; `{ mobile = "kom.", home = "dom", fax = "faks" }`"""

    @field_validator("name")
    @classmethod
    def _known_fields(cls, value: str) -> str:
        try:
            value.format(**dict.fromkeys(CONTACT_FIELDS, ""))
        except (KeyError, IndexError, ValueError, AttributeError):
            raise wrong("contact_fields", fields=", ".join(f"{{{name}}}" for name in CONTACT_FIELDS)) from None
        return value

    def suffix(self, kind: ContactKind) -> str:
        """Return what is added to the name of an entry of that kind."""
        return self.suffixes.get(kind, _SUFFIXES.get(kind, ""))


_SCHEMES: Final = ("http", "https", "sftp", "smb", "s3")


class Fetch(Section):
    """How a source is fetched whose `source` is an address."""

    address: str = ""
    """what `source` says"""
    username: Secret | None = None
    """where the name is kept; of S3, the access key"""
    password: Secret | None = None
    """where the password is kept; of S3, the secret key"""
    token: Secret | None = None
    """web: where a bearer token is kept"""
    host_key: str = ""
    """SFTP, required: the fingerprint of the server's key, as `ssh-keygen -lf` prints it, such as `"SHA256:…"`"""

    @model_validator(mode="after")
    def _safe(self) -> Self:
        parts = urlsplit(self.address)
        if self.address and (parts.scheme not in _SCHEMES or not parts.hostname):
            raise wrong("source_scheme", schemes=", ".join(f"{one}://" for one in _SCHEMES))
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise wrong("address_secret")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise wrong("https")
        if parts.scheme == "sftp" and not self.host_key.startswith("SHA256:"):
            raise wrong("host_key")
        return self


def _several(given: object) -> object:
    return (given,) if isinstance(given, str) else given


class Sync(Section):
    """One CSV source kept in step with one target."""

    connection: str
    """which service"""
    source: FilePath
    """the file: a path, or an address such as `"https://…"`, `"sftp://…"`, `"smb://…"` or `"s3://…"`"""
    fetch: Fetch = Fetch.model_construct()
    """how a source that is an address is fetched, see below"""
    renamed_from: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()
    """the name that this sync had before, or several: what the ledger knows under them is this sync's"""
    columns: Columns = Columns.model_construct()
    """the file's own headers, see below"""
    ignore: Ignore = Ignore.model_construct()
    """what is deliberately not read, see below"""
    contacts: Contacts | None = None
    """APIO: the file is an export of contacts: vCards (`.vcf`), or CSV of Outlook or Google; see below"""
    hidden_rows: Literal["hold", "skip", "read"] = "hold"
    """hidden, filtered or struck-through rows of a workbook: `"hold"` rejects them, `"skip"` leaves them out, `"read"`
    reads them"""
    encoding: str | None = None
    """detected; or for example `"windows-1250"`"""
    delimiter: Mark | None = None
    """detected; or one character"""
    quotechar: Mark | None = None
    """detected; or one character"""
    sheet: Annotated[str, Field(min_length=1)] | None = None
    """the one with such a header; or the name of a workbook's sheet, or a pattern such as `"Telefony*"`"""
    header_line: Annotated[int, Field(ge=1)] | None = None
    """detected; or the line of the column names"""
    comment_prefix: Annotated[str, Field(min_length=1, max_length=10)] | None = None
    """what a line of comment begins with, such as `"#"`"""
    id_pattern: str | None = None
    """USOS: a regular expression for a whole id, such as `"[0-9]{8}"`; any other text is rejected"""
    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    """the file's, where this sync differs"""
    area_code: Annotated[str, Field(pattern="^[0-9]{1,5}$")] | None = None
    """the file's, where this sync differs"""
    switchboard: Annotated[str, Field(pattern=r"^[+(]?[0-9][0-9() -]{4,24}$")] | None = None
    """the file's, where this sync differs"""
    delete_missing: StrictBool | None = None
    """delete entries that are not in the file; USOS `true`, APIO `false`"""
    shared: StrictBool = False
    """APIO: the list has several files, each with a sync that says so; none deletes what is not its own"""
    on_missing_owner: Literal["keep", "clear"] = "keep"
    """USOS: `"clear"` deletes the numbers of owners that this sync managed and that are no longer in the file"""
    on_drift: Literal["correct", "ask", "keep"] = "correct"
    """changes outside phonesync since the last run: `"correct"` undoes them, `"ask"` asks for approval first,
    `"keep"` keeps them"""
    ask: Literal["guard", "always"] = "guard"
    """when a plan needs approval before it is written: `"guard"` if a guard blocks it, `"always"` if it has any
    changes, see [approval](approval.md#asking-about-every-plan)"""
    allow_clear: StrictBool = False
    """USOS: a line with an id and no number clears its owner"""
    allow_short_codes: StrictBool = False
    """trust short and internal numbers such as `112`"""
    write: Literal["auto", "batch", "entries"] = "auto"
    """APIO: each change on its own while they are few, else a file, see
    [how a phone list is written](reliability.md#how-a-phone-list-is-written); `"batch"` the whole list in one
    request, `"entries"` each change on its own"""
    write_format: WriteFormat | None = None
    """how a new or changed number is written; USOS `"source"`, APIO `"apio"`"""
    restore_unplanned: StrictBool = True
    """APIO: restore an entry that the service deleted without a request"""
    full_numbers: StrictBool = False
    """users' numbers in full in the report files"""
    slices: Annotated[int, Field(ge=1, le=64)] = 1
    """USOS, with Prefect: in how many parts workers write a plan, see [scaling](scaling.md)"""
    schedule: Schedule | None = None
    """when `phonesync serve` starts it by itself: five fields as cron has them, such as `"15 2 * * *"`;
    a day that never occurs is refused"""
    stale_after: Annotated[float, Field(gt=0)] | None = None
    """hours without a good run after which the sync is stale; without it, three hours after a start of its schedule
    that did not end well"""
    timezone: Timezone = "Europe/Warsaw"
    """whose clock the schedule means"""
    contact: Annotated[tuple[Address, ...], BeforeValidator(_several)] = ()
    """who gets a mail when a run leaves new lines that need them: `["clerk@example.edu"]`, see
    [mails](nightly.md#mails-to-the-people-of-a-file)"""
    lang: Language | None = None
    """the language of these mails; the file's, where this sync differs"""
    guard: Guard = Guard.model_construct()
    """limits, see below"""

    @model_validator(mode="before")
    @classmethod
    def _fetched(cls, given: object) -> object:
        """Give a source that is an address the place of its copy, which is a file like any other."""
        source = given.get("source") if isinstance(given, Mapping) else None
        if not isinstance(given, Mapping) or not isinstance(source, str) or "://" not in source:
            return given
        name = PurePosixPath(urlsplit(source).path).name or "source"
        place = f".phonesync/sources/{sha256(source.encode()).hexdigest()[:12]}/{name}"
        fetch = given.get("fetch", {})
        return {
            **given,
            "source": place,
            "fetch": {**fetch, "address": source} if isinstance(fetch, Mapping) else fetch,
        }

    @field_validator("columns", mode="before")
    @classmethod
    def _list_of_columns(cls, value: object) -> object:
        return {"also": value} if isinstance(value, list) else value

    @field_validator("id_pattern")
    @classmethod
    def _pattern(cls, value: str | None) -> str | None:
        return value if value is None else _expression(value)
