"""APIO, said as values: what a common phone list holds, what its files look like, and what may be configured."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, Literal, Self, cast

from pydantic import field_validator, model_validator

from schemas.connections import Connection, Secret
from schemas.problems import Problem, packed
from schemas.reasons import LineCode
from schemas.section import Mark, wrong
from schemas.syncs import Sync
from schemas.target import Column, LineRules, TargetSpec, Wording
from tasks.execution.ways import Way
from tasks.source.column_synonyms import NUMBER_SYNONYMS

if TYPE_CHECKING:
    import pandera.pandas as pa

NAME_LIMIT: Final = 50
NUMBER_LIMIT: Final = 30
BY_BODY: Final = "entries_by_body"
"""Entry by entry, and of some no address can carry the name: each of these is out of the list for a moment."""
COSTLY_CALLS: Final = frozenset({Way.LIST.value, Way.LINES.value, BY_BODY})


class ApioConnection(Connection):
    """An APIO front end and somebody who may administer its phone lists."""

    kind: Literal["apio"]
    username: Secret
    """where the user's name is kept"""
    password: Secret
    """where the password is kept"""
    prefix: str = "/api/v1/"
    """what every path begins with, where a front end changes it"""
    csv_header: tuple[str, str, str] = ("Name", "Phone Number", "New Name")
    """the header of the batch file, where the installation has its own"""
    csv_delimiter: Mark = ";"
    """the batch file's delimiter"""
    csv_quotechar: Mark = '"'
    """the batch file's quote character"""

    @field_validator("prefix")
    @classmethod
    def _slashes(cls, value: str) -> str:
        return "/" + value.strip("/") + "/" if value.strip("/") else "/"

    @model_validator(mode="after")
    def _two_marks(self) -> Self:
        if self.csv_delimiter == self.csv_quotechar:
            raise wrong("quote_delimiter")
        return self


class ApioSync(Sync):
    """A file with the entries of one phone list."""

    tenant: str | None = None
    """required: whose list"""
    group: str | None = None
    """the group of the tenant, where the list is a group's"""


def list_owner(tenant: str, group: str | None) -> str:
    """Name a phone list: `tenant chopin`, `group chopin/strings`."""
    return f"group {tenant}/{group}" if group else f"tenant {tenant}"


def list_of(sync: Sync) -> tuple[str, str | None]:
    """Return the tenant and the group whose list a sync is for."""
    mine = cast("ApioSync", sync)
    return str(mine.tenant), mine.group


@cache
def _cells() -> pa.DataFrameSchema:
    import pandera.pandas as pa

    too_long = packed(Problem(LineCode.NAME_LONG, {"n": str(NAME_LIMIT)}))
    fits = pa.Check.str_length(max_value=NAME_LIMIT, error=too_long)
    has_name = pa.Check(lambda names: names != "", error=LineCode.NAME_MISSING.value)
    return pa.DataFrameSchema(
        {"name": pa.Column(str, [has_name, fits]), "new_name": pa.Column(str, fits)}, strict=False
    )


_NAME_SYNONYMS: Final = (
    *("display name", "contact", "contact name", "nazwa", "nazwa wpisu", "nazwa kontaktu", "kontakt", "wpis"),
    *("imię i nazwisko", "nazwisko i imię", "abonent", "opis"),
)
_NEW_NAME_SYNONYMS: Final = ("renamed to", "nowa nazwa", "nazwa nowa", "zmień na", "zmiana nazwy na", "po zmianie")

SPEC: Final = TargetSpec(
    kind="apio",
    wording=Wording(
        title="APIO",
        entries="phone lists",
        connection="an APIO one",
        subject="The phone list",
        place="phone list",
        name="name",
        label={"en": "phone list", "pl": "lista telefonów"},
        entry="phone-list",
    ),
    connection=ApioConnection,
    secrets={"username": "The user's name.", "password": "The user's password."},
    block_keys={"prefix": "What every path begins with, where a front end changes it."},
    sync=ApioSync,
    required={"tenant": "say which tenant's phone list this is"},
    columns={
        "name": Column("Name", "name", _NAME_SYNONYMS, required=True),
        "number": Column("Phone Number", "number", NUMBER_SYNONYMS, required=True),
        "new_name": Column("New Name", "new_name", _NEW_NAME_SYNONYMS),
    },
    lines=LineRules(cells=_cells, number_limit=NUMBER_LIMIT, one_number=True, unique_names=True),
    names_are_keys=True,
    single_owner=True,
    deletes_missing=False,
    deleting_calls=COSTLY_CALLS,
    write_format="apio",
    place=lambda sync: list_owner(*list_of(sync)),
)
