"""What `phonesync.toml` may say. Declared here, read in `flows/config.py`; unknown keys are errors.

The text below a key is what docs/configuration.md says of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    SerializeAsAny,
    StrictBool,
    create_model,
    field_validator,
    model_validator,
)

from schemas.connections import Connection, Secret, is_loopback
from schemas.phrases import Phrase
from schemas.section import Address, FilePath, Language, Section, without_nul, wrong
from schemas.syncs import Columns, Schedule, Sync, Timezone
from schemas.target import TargetSpec, entries_of, wrong_with

__all__ = ["Change", "Language", "Notify", "Official", "Pages", "Reconcile", "Settings", "Smtp", "settings_model"]

# A key or a part of a value that brings a password along; `passfile` names a file.
_PASSWORD_KEY: Final = re.compile(r"(?i)(?:pass(?!file)|pwd|secret|token)[^=&;]*=")


def _url(value: str) -> str:
    """Return what names a database: a file's bare name is told here, and not only where the ledger is opened.

    That a password stands in it is more urgent than what else is wrong with it.
    """
    if re.match(r"[A-Za-z][\w+.-]*://", value) is None and not _has_password(value):
        raise wrong("ledger_url")
    return value


def _has_password(address: str) -> bool:
    """Tell whether a password stands in any part of an address, also where it cannot be read as an address.

    An unescaped `#`, `/` or `?` in a password would end the part of the address in which readers look for it.
    """
    said, before = unquote(address), ""
    while said != before:  # what is escaped twice is escaped all the same
        said, before = unquote(said), said
    account = said.partition(":")[2].rpartition("@")[0]
    named = not address.startswith("sqlite:///") and account.partition(":")[2] != ""  # an empty one is none
    return named or bool(_PASSWORD_KEY.search(said.partition("?")[2]))


Change = Literal["failed", "blocked", "recovered", "stale", "findings"]


_FILE_NAME: Final = re.compile(r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]*")


_LONGEST_NAME: Final = 200  # bytes; file systems allow some 255, with the ending


class Smtp(Section):
    """The server that takes mails. Nothing travels in clear except on this machine."""

    host: str
    """its name; the certificate has to be for it"""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """where it listens; 465 goes with `security = "tls"`"""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`"tls"` from the first byte, `"starttls"` before anything else is sent, `"none"` only to this machine"""
    username: str | None = None
    """the user who signs in; without it there is no sign-in"""
    password: Secret | None = None
    """with what"""
    ca_bundle: FilePath | None = None
    """certificates to trust instead of the system's"""

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            raise wrong("clear_mail")
        if (self.username is None) != (self.password is None):
            raise wrong("half_login")
        return self


class Notify(Section):
    """Who is told when a sync's state changes, and of which changes; addresses hold secrets.

    Under `phonesync serve` Prefect tells `apprise` and `webhook`; `sync`, `apply` and `resume` on the command line tell
    `mail_to` and `webhook` themselves.
    """

    on: tuple[Change, ...] = ("failed", "blocked", "recovered", "stale", "findings")
    """which changes are reported; `stale`: no successful run for too long, only under `phonesync serve`"""
    apprise: tuple[Secret, ...] = ()
    """addresses as Apprise has them: `mailtos://…`, `slack://…`, `msteams://…` and a hundred more"""
    webhook: tuple[Secret, ...] = ()
    """addresses that get one JSON object by POST"""
    mail_to: tuple[Address, ...] = ()
    """who gets a mail, on the command line; under Prefect give `mailtos://…` as an address of Apprise"""
    mail_from: Address | None = None
    """who sends it; `smtp` needs it, the machine's own mailer puts in the user's address"""
    sendmail: FilePath | None = None
    """the program that takes mails; without it `sendmail` where this machine has it"""
    smtp: Smtp | None = None
    """a server that takes mails instead, see below"""
    outbox: FilePath = Path(".phonesync/mails")
    """the folder in which messages to a sync's `contact` wait until they are sent"""

    @model_validator(mode="after")
    def _has_sender(self) -> Self:
        if self.smtp and not self.mail_from:
            raise wrong("smtp_sender")
        return self


class Pages(Section):
    """What Prefect's pages may wait for, and where the links in them lead."""

    wait_for_approval_minutes: Annotated[float, Field(ge=0, le=10080)] = 60.0
    """how long a blocked run waits for approval in the Prefect UI; 0 does not wait"""
    reports_url: str | None = None
    """where the reports folder is served with a sign-in of your own, such as
    `"https://intranet.example.edu.pl/phonesync"`: links in the Prefect UI lead there"""

    @field_validator("reports_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://unset.example")
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise wrong("whole_page_address")
        return value.rstrip("/") if value else None


class Reconcile(Section):
    """How a reconciliation looks at things: after how long it asks again, and which offices are the same."""

    stale_days: Annotated[int, Field(ge=1)] = 365
    """after how many days without a change an entry that agrees is stale"""
    mapping: FilePath | None = None
    """a CSV file that says which offices are the same in two systems"""
    schedule: Schedule | None = None
    """when `phonesync serve` starts it by itself: five fields as cron has them, such as `"0 6 * * 1"`"""
    timezone: Timezone = "Europe/Warsaw"
    """whose clock the schedule means"""
    unmanaged: bool = False
    """find owners with numbers that no sync manages, in places whose service lists its owners"""
    replica_hours: Annotated[float, Field(ge=0)] | None = None
    """find owners beside whose names such a service still shows other numbers than a sync wrote so many hours ago;
    without it this is not checked"""


class Official(Section):
    """People whose official numbers a reconciliation compares with a file and the phone lists, and nobody writes."""

    connection: str
    """the service that knows these people"""
    source: FilePath
    """a file as for users: their ids, and the number that is to be each one's official one; a line without a number
    only asks for the person"""
    columns: Columns = Columns.model_construct()
    """the file's own headers, as for a sync"""
    units: tuple[str, ...] = ()
    """ids of units: only people of the file who are employed in one of them; without it all"""
    full_numbers: StrictBool = False
    """these numbers in full in the report files"""


class Settings(Section):
    """The whole of `phonesync.toml`."""

    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "PL"
    """whose numbers come without a country code"""
    area_code: Annotated[str, Field(pattern="^[0-9]{1,5}$")] | None = None
    """what completes a seven-digit number, such as `"22"`"""
    switchboard: Annotated[str, Field(pattern=r"^[+(]?[0-9][0-9() -]{4,24}$")] | None = None
    """the number that extensions standing alone belong to, such as `"22 999 00 00"`; see [numbers](numbers.md)"""
    lang: Language | None = None
    """the language of terminal, pages and mails, `"pl"` or `"en"`; `--lang` comes first, and without both `LC_ALL`,
    `LC_MESSAGES` or `LANG` decide"""
    exit_known: Literal[0, 1] = 1
    """the exit code of a run that only [accepted](reconcile.md) problems trouble; `--exit-known` comes first"""
    reports: FilePath = Path("reports")
    """the folder of the reports"""
    ledger: Annotated[str, AfterValidator(without_nul), AfterValidator(_url)] = "sqlite:///phonesync.db"
    """the ledger, as an SQLAlchemy URL"""
    keep_days: Annotated[int, Field(ge=1, le=36500)] | None = None
    """how many days runs are kept, with plans, reports and Prefect's records; `phonesync serve` removes older ones
    daily, otherwise `phonesync purge` does; without it Prefect's records go after 90 days, and nothing else"""
    reconcile: Reconcile = Reconcile.model_construct()
    """settings of reconciliations, see below"""
    prefect: Pages = Pages.model_construct()
    """what the Prefect UI shows and waits for, see below"""
    connections: dict[str, SerializeAsAny[Connection]]
    """the services, one table each"""
    syncs: dict[str, SerializeAsAny[Sync]]
    """the syncs, one table each"""
    notify: Notify = Notify.model_construct()
    """who is notified of changes, see below"""
    systems: Mapping[str, Official] = {}
    """what a reconciliation compares besides the syncs, one table each, see below"""

    @field_validator("ledger")
    @classmethod
    def _no_password(cls, value: str) -> str:
        if _has_password(value):
            raise wrong("ledger_password")
        return value

    @property
    def ledger_file(self) -> Path | None:
        """The file of the ledger, None where it is no file."""
        driver, _, database = self.ledger.partition(":///")
        return Path(database.partition("?")[0]) if driver.startswith("sqlite") and database else None

    @cached_property
    def private_files(self) -> tuple[Path, ...]:
        """The files that nobody is shown a line of: those of the secrets, and the ledger."""
        files = (*(where.file for _, where in self.secrets()), self.ledger_file)
        return tuple(dict.fromkeys(file for file in files if file))

    def secrets(self) -> Iterator[tuple[str, Secret]]:
        """Give every secret that the file names, with its key, such as `connections.usos.consumer_key`."""
        yield from _secrets_in(self, "")

    def contradictions(self, specs: Mapping[str, TargetSpec]) -> list[tuple[str, Phrase]]:
        """Return what is wrong between the tables of the file, each with its place."""
        found = [("syncs.all", Phrase("setting.all_taken"))] if "all" in self.syncs else []
        for name, sync in self.syncs.items():
            place = f"syncs.{name}"
            if not _FILE_NAME.fullmatch(name) or len(name.encode()) > _LONGEST_NAME:
                found.append((place, Phrase("setting.sync_name")))
            connection = self.connections.get(sync.connection)
            if connection is None:
                known = {"name": repr(sync.connection), "known": ", ".join(self.connections) or "–"}
                found.append((f"{place}.connection", Phrase("setting.no_connection", known)))
            else:
                spec = specs[connection.kind]
                found += [(f"{place}.{key}", said) for key, said in wrong_with(sync, spec, specs)]
                if spec.sliceable and sync.slices > connection.concurrency:
                    allowed = {"connection": sync.connection, "n": connection.concurrency}
                    found.append((f"{place}.slices", Phrase("setting.slices_shared", allowed)))
            found += [
                (f"{place}.renamed_from", Phrase("setting.renamed_still", {"name": repr(old)}))
                for old in sync.renamed_from
                if old in self.syncs
            ]
            if sync.delimiter is not None and sync.delimiter == sync.quotechar:
                found.append((f"{place}.quotechar", Phrase("setting.quote_too")))
        found += [
            (f"systems.{name}.connection", wrong)
            for name in self.systems
            for wrong in self._wrong_with_system(name, specs)
        ]
        return found + self._lists_with_two_masters(specs)

    def _wrong_with_system(self, name: str, specs: Mapping[str, TargetSpec]) -> list[Phrase]:
        given = self.systems[name].connection
        connection = self.connections.get(given)
        found = [Phrase("setting.system_is_sync")] if name in self.syncs else []
        if connection is None:
            known = {"name": repr(given), "known": ", ".join(self.connections) or "–"}
            return [*found, Phrase("setting.no_connection", known)]
        spec = specs[connection.kind]
        return found if spec.people else [*found, Phrase("setting.no_people", {"service": entries_of([spec])})]

    def _lists_with_two_masters(self, specs: Mapping[str, TargetSpec]) -> list[tuple[str, Phrase]]:
        """A sync that deletes what its file does not mention would delete what another one has just added.

        Where all of them say that they share the list, none deletes what is another one's.
        """
        lists: dict[tuple[str, str, str], list[str]] = {}
        for name, sync in self.syncs.items():
            connection = self.connections.get(sync.connection)
            spec = specs[connection.kind] if connection else None
            if (
                connection
                and spec
                and spec.single_owner
                and all(getattr(sync, key) is not None for key in spec.required)
            ):
                lists.setdefault((connection.address, spec.place(sync), connection.kind), []).append(name)
        return [
            (f"syncs.{name}.delete_missing", Phrase("setting.two_masters", _shared(names, specs[kind])))
            for (_, _, kind), names in lists.items()
            for name in names
            if len(names) > 1 and self.syncs[name].delete_missing and not all(self.syncs[one].shared for one in names)
        ]


def _shared(names: Sequence[str], spec: TargetSpec) -> dict[str, object]:
    return {"syncs": ", ".join(names), "place": {"en": spec.wording.place, "pl": spec.wording.label["pl"]}}


def _secrets_in(value: object, place: str) -> Iterator[tuple[str, Secret]]:
    if value is None or isinstance(value, str | int | float):
        return
    if isinstance(value, Secret):
        yield place, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets_in(getattr(value, name), f"{place}.{name}".lstrip("."))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _secrets_in(item, f"{place}.{name}")
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _secrets_in(item, f"{place}.{number}")


def _columns_model(specs: Mapping[str, TargetSpec]) -> type[Columns]:
    """Return the headers that a file for any of these services may have under other names."""
    more = {key for spec in specs.values() for key in spec.column_keys} - {*Columns.model_fields}
    fields: Any = dict.fromkeys(sorted(more), (str | None, None))
    return create_model("Columns", __base__=Columns, **fields)


def settings_model(specs: Mapping[str, TargetSpec]) -> type[Settings]:
    """Return the settings of an installation with these services: each connection by its kind, every sync's keys."""
    kinds: Any = reduce(or_, (spec.connection for spec in specs.values()))
    connection: Any = Annotated[kinds, Field(discriminator="kind")] if len(specs) > 1 else kinds
    columns: Any = _columns_model(specs)
    headers: Any = (columns, columns.model_construct())
    sync: Any = create_model("Sync", __base__=tuple(spec.sync for spec in specs.values()), columns=headers)
    return create_model(
        "Settings", __base__=Settings, connections=(dict[str, connection], ...), syncs=(dict[str, sync], ...)
    )
