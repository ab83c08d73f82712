"""What all tables of `phonesync.toml` have in common, and the kinds of values in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


def wrong(name: str, **values: object) -> PydanticCustomError:
    """Return what a validator raises, by its name among the settings' sentences in the catalogues (`setting.NAME`)."""
    return PydanticCustomError("setting", "{name}", {"name": name, "values": values})


class Section(BaseModel):
    """A table of the file: immutable, and closed to keys it does not know."""

    # What stands below a key is what docs/configuration.md says of it; pydantic would read the source for it each time.
    # Only the model of the whole file is ever asked, so only that one is built.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


def without_nul(value: Path | str) -> Path | str:
    """Return the value, which no file system would take with a NUL in it.

    Raises:
        PydanticCustomError: it has one.
    """
    if "\0" in str(value):
        raise wrong("file_name")
    return value


FilePath = Annotated[Path, AfterValidator(without_nul)]


Seconds = Annotated[float, Field(gt=0, le=86_400)]


Mark = Annotated[str, Field(pattern=r"^[^\r\n\x00]$")]


# No sign that begins an option or parts two addresses.
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\\\"-][^\s@<>,;:\\\"]*@[^\s@<>,;:\\\"]+")


def _mailable(value: str) -> str:
    if _ADDRESS.fullmatch(value) is None:
        raise wrong("mail_address")
    return value


Address = Annotated[str, AfterValidator(_mailable)]


Language = Literal["pl", "en"]
