"""Credentials as blocks of Prefect: typed in once in its pages, kept encrypted there, used by `{ block = "…" }`."""

# No postponed annotations in this module: Prefect reads them to make the form of a block.
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from prefect.blocks.core import Block
from prefect.blocks.system import Secret as SecretBlock
from pydantic import Field, SecretStr

from connectors.apio.client import Apio
from connectors.http.credentials import Credentials
from connectors.usos.client import Usos
from schemas.connections import ApioConnection, Secret, UsosConnection
from schemas.errors import ConfigurationError

# A connection wants its secrets named; here they are in the block itself.
_HERE = Secret(block="this one")
# Which type of block holds which key, where a configuration names a block without its type.
_SLUGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "consumer_key": ("usos-credentials",),
        "consumer_secret": ("usos-credentials",),
        "username": ("apio-credentials",),
        "password": ("apio-credentials",),
    }
)


class UsosCredentials(Block):
    """An administrative consumer of a USOS API."""

    _block_type_name = "USOS Credentials"
    _block_type_slug = "usos-credentials"
    _description = "The consumer key of a USOS API installation with its secret, for phonesync."

    consumer_key: SecretStr = Field(description="The consumer key.")
    consumer_secret: SecretStr = Field(description="The consumer secret that belongs to it.")
    base_url: str = Field(default="", description="Where to try it, such as https://usosapps.example.edu.pl.")

    def test_connection(self) -> str:
        """Try the credentials against `base_url` without writing anything, and say what they are good for.

        Raises:
            ServiceError: the service is out of reach, or refuses them.
            ConfigurationError: there is no address to try them at.
        """
        connection = UsosConnection(
            kind="usos", base_url=_address(self.base_url), consumer_key=_HERE, consumer_secret=_HERE
        )
        key, secret = self.consumer_key.get_secret_value(), self.consumer_secret.get_secret_value()
        client = Usos("usos", connection, Credentials(key, secret))
        try:
            granted = client.consumer()["administrative_methods"]
        finally:
            client.close()
        return f"Accepted. Granted to this consumer: {', '.join(sorted(granted)) or 'nothing'}."


class ApioCredentials(Block):
    """Somebody who may administer phone lists of an APIO installation."""

    _block_type_name = "APIO Credentials"
    _block_type_slug = "apio-credentials"
    _description = "The name and the password of a tenant administrator of APIO, for phonesync."

    username: SecretStr = Field(description="The user's name.")
    password: SecretStr = Field(description="The user's password.")
    base_url: str = Field(default="", description="Where to try it, such as https://apio.example.com.")
    prefix: str = Field(default="/api/v1/", description="What every path begins with, where a front end changes it.")

    def test_connection(self) -> str:
        """Sign in at `base_url` without writing anything, and say with which level.

        Raises:
            ServiceError: the service is out of reach, or refuses them.
            ConfigurationError: there is no address to try them at.
        """
        connection = ApioConnection(
            kind="apio", base_url=_address(self.base_url), prefix=self.prefix, username=_HERE, password=_HERE
        )
        name, password = self.username.get_secret_value(), self.password.get_secret_value()
        client = Apio("apio", connection, Credentials(name, password))
        try:
            client.login()
            level = client.user_level
        finally:
            client.close()
        return f"Signed in with level {'not told' if level is None else level}; writing needs 12."


def secret_from_block(place: str, name: str) -> str:
    """Return the secret that a block holds.

    Args:
        place: the key of the configuration that asks for it, such as `connections.usos.consumer_key`.
        name: the block's name: of a Secret block, else of a block of credentials, which has a field of the key's name;
            `TYPE/NAME`, such as `usos-credentials/main`, says which of them.

    Raises:
        ConfigurationError: there is no such block, it has no such field, or Prefect is out of reach.
    """
    key = place.rpartition(".")[2]
    kinds = [name] if "/" in name else [f"secret/{name}", *(f"{slug}/{name}" for slug in _SLUGS.get(key, ()))]
    for kind in kinds:
        block = _loaded(place, kind)
        if isinstance(block, SecretBlock):
            return str(block.get())
        if block is not None:
            value = getattr(block, key, None)
            if isinstance(value, SecretStr):
                return value.get_secret_value()
            raise ConfigurationError(f"{place}: Prefect's block {kind} has no {key}.", remedy="Name another block.")
    raise ConfigurationError(
        f"{place}: Prefect has no block {' and no block '.join(kinds)}.", remedy="Make it in Prefect's UI under Blocks."
    )


def _loaded(place: str, reference: str) -> Block | None:
    """Return the block of that type and name, None where there is none."""
    try:
        found: Any = Block.load(reference)
    except ValueError:
        return None
    except Exception as error:  # whatever Prefect's client raises, and it may quote an address
        raise ConfigurationError(
            f"{place}: Prefect cannot be asked for the block {reference} ({type(error).__name__}).",
            remedy="Is it running? PREFECT_API_URL says where.",
        ) from error
    return found if isinstance(found, Block) else None


def _address(base_url: str) -> str:
    if not base_url:
        raise ConfigurationError("The block has no address to try its credentials at.", remedy="Fill in base_url.")
    return base_url
