"""What `phonesync.toml` may say. Declared here, read in `flows/world.py`; unknown keys are errors."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator, model_validator

from schemas.policy import Guard

EntityClass = Literal["faculty", "user", "building", "dormitory"]
WriteFormat = Literal["source", "apio", "e164", "international", "national"]


class Section(BaseModel):
    """A table of the file: immutable, and closed to keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(Section):
    """Where a secret is kept; never the secret itself. Exactly one of the three is given."""

    env: str | None = None
    file: Path | None = None
    block: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(value is not None for value in (self.env, self.file, self.block)) != 1:
            raise ValueError("give exactly one of env, file or block")
        return self


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Connection(Section):
    """What both services share: where they are, and how patiently they are asked."""

    base_url: str
    ca_bundle: Path | None = None
    proxy: str | None = None
    timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    attempts: Annotated[int, Field(ge=1, le=20)] = 5
    total_seconds: Annotated[float, Field(gt=0)] = 120.0
    concurrency: Annotated[int, Field(ge=1, le=64)] = 8
    max_requests_per_second: Annotated[float, Field(gt=0)] | None = None

    @field_validator("base_url")
    @classmethod
    def _secure(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("give a whole address, such as https://usosapps.example.edu.pl")
        if parts.query or parts.fragment or parts.username or parts.password:
            raise ValueError("give the address alone: no user name, no query, no fragment")
        if parts.scheme == "http" and not _is_loopback(parts.hostname):
            raise ValueError("https is required except to loopback: credentials and numbers would travel in clear")
        return value.rstrip("/")


class UsosConnection(Connection):
    """A USOS API installation and an administrative consumer."""

    kind: Literal["usos"]
    consumer_key: Secret
    consumer_secret: Secret
    ids_per_select: Annotated[int, Field(ge=1, le=1000)] = 100


class ApioConnection(Connection):
    """An APIO front end and somebody who may administer its phone lists."""

    kind: Literal["apio"]
    username: Secret
    password: Secret
    prefix: str = "/api/v1/"
    csv_header: tuple[str, str, str] = ("Name", "Phone Number", "New Name")
    csv_delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ";"
    csv_quotechar: Annotated[str, Field(min_length=1, max_length=1)] = '"'

    @field_validator("prefix")
    @classmethod
    def _slashes(cls, value: str) -> str:
        return "/" + value.strip("/") + "/" if value.strip("/") else "/"


AnyConnection = Annotated[UsosConnection | ApioConnection, Field(discriminator="kind")]


class Columns(Section):
    """The source's header names, where they differ from the default ones."""

    entity_id: str | None = None
    number: str | None = None
    comment: str | None = None
    type_id: str | None = None
    name: str | None = None
    new_name: str | None = None


class Sync(Section):
    """One CSV source kept in step with one target."""

    connection: str
    source: Path
    entity_class: EntityClass | None = None
    tenant: str | None = None
    group: str | None = None
    columns: Columns = Columns()
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    quotechar: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    area_code: Annotated[str, Field(pattern="^[0-9]{1,5}$")] | None = None
    delete_missing: StrictBool | None = None
    on_missing_owner: Literal["keep", "clear"] = "keep"
    allow_clear: StrictBool = False
    allow_short_codes: StrictBool = False
    write: Literal["batch", "entries"] = "batch"
    write_format: WriteFormat | None = None
    restore_unplanned: StrictBool = True
    full_numbers: StrictBool = False
    guard: Guard = Guard()


class Settings(Section):
    """The whole of `phonesync.toml`."""

    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "PL"
    area_code: Annotated[str, Field(pattern="^[0-9]{1,5}$")] | None = None
    reports: Path = Path("reports")
    ledger: str = "sqlite:///phonesync.db"
    connections: dict[str, AnyConnection]
    syncs: dict[str, Sync]

    def contradictions(self) -> list[str]:
        """Return what is wrong between the tables of the file, each with its place."""
        found = []
        for name, sync in self.syncs.items():
            place = f"syncs.{name}"
            connection = self.connections.get(sync.connection)
            if connection is None:
                known = ", ".join(self.connections) or "none"
                found.append(f"{place}.connection: there is no connection {sync.connection!r}; there are: {known}")
            elif connection.kind == "usos":
                found += [f"{place}.{wrong}" for wrong in _wrong_for_usos(sync)]
            else:
                found += [f"{place}.{wrong}" for wrong in _wrong_for_apio(sync)]
            if sync.delimiter is not None and sync.delimiter == sync.quotechar:
                found.append(f"{place}.quotechar: it cannot be the delimiter too")
        return found + self._lists_with_two_masters()

    def _lists_with_two_masters(self) -> list[str]:
        """A sync that deletes what its file does not mention would delete what another one has just added."""
        lists: dict[tuple[str, str | None, str | None], list[str]] = {}
        for name, sync in self.syncs.items():
            if sync.tenant:
                lists.setdefault((sync.connection, sync.tenant, sync.group), []).append(name)
        return [
            f"syncs.{name}.delete_missing: {', '.join(names)} share one phone list, so none of them may delete "
            "what the others bring: give the list one source"
            for names in lists.values()
            for name in names
            if len(names) > 1 and self.syncs[name].delete_missing
        ]


def _wrong_for_usos(sync: Sync) -> list[str]:
    wrong = []
    if sync.entity_class is None:
        wrong.append("entity_class: say whose numbers these are: faculty, user, building or dormitory")
    wrong += [
        f"{key}: this is for phone lists; the connection is a USOS one" for key in _given(sync, "tenant", "group")
    ]
    wrong += [f"columns.{key}: this is for phone lists" for key in _given(sync.columns, "name", "new_name")]
    return wrong


def _wrong_for_apio(sync: Sync) -> list[str]:
    wrong = []
    if sync.tenant is None:
        wrong.append("tenant: say which tenant's phone list this is")
    if sync.entity_class is not None:
        wrong.append("entity_class: this is for USOS; the connection is an APIO one")
    wrong += [f"columns.{key}: this is for USOS" for key in _given(sync.columns, "entity_id", "comment", "type_id")]
    return wrong


def _given(section: Section, *keys: str) -> list[str]:
    return [key for key in keys if getattr(section, key) is not None]
