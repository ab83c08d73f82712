"""Credentials as blocks of Prefect: typed in once in its pages, kept encrypted there, used by `{ block = "…" }`."""

# No postponed annotations in this module: Prefect reads them to make the form of a block.
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from prefect.blocks.core import Block
from prefect.blocks.system import Secret as SecretBlock
from pydantic import Field, SecretStr

from connectors.http.rate_limit import Tools
from connectors.registry import services, specs
from schemas.connections import Secret
from schemas.errors import ConfigurationError
from schemas.target import TargetSpec
from tasks.messages.errors import error_of, spoken

# A connection wants its secrets named; here they are in the block itself.
_HERE = Secret(block="this one")


class CredentialsBlock(Block):
    """Credentials of a service, and where to try them."""

    _kind: ClassVar[str] = ""
    base_url: str = Field(default="", description="Where to try it, such as https://service.example.edu.pl.")

    def test_connection(self) -> str:
        """Try the credentials against `base_url` without writing anything, and say what they are good for.

        Raises:
            ServiceError: the service is out of reach, or refuses them.
            ConfigurationError: there is no address to try them at.
        """
        service = services()[self._kind]
        spec = service.spec
        given = {key: getattr(self, key) for key in spec.block_keys}
        where: dict[str, Any] = dict.fromkeys(spec.secrets, _HERE)
        connection = spec.connection(kind=spec.kind, base_url=_address(self.base_url), **where, **given)
        secrets = {key: getattr(self, key).get_secret_value() for key in spec.secrets}
        client = service.connect(spec.kind, connection, secrets, Tools())
        try:
            return spoken(service.greet(client))
        finally:
            client.close()


def _block_of(spec: TargetSpec) -> type[CredentialsBlock]:
    """Return the type of block that holds a service's credentials."""
    fields: dict[str, Any] = {key: Field(description=said) for key, said in spec.secrets.items()}
    types: dict[str, Any] = dict.fromkeys(spec.secrets, SecretStr)
    for key, said in spec.block_keys.items():
        types[key], fields[key] = str, Field(default=spec.connection.model_fields[key].default, description=said)
    title = spec.wording.title
    return type(
        f"{title.capitalize()}Credentials",
        (CredentialsBlock,),
        {
            "__module__": __name__,
            "__doc__": f"Credentials for {title}.",
            "__annotations__": {**types, "_kind": ClassVar[str]},
            "_kind": spec.kind,
            "_block_type_name": f"{title} Credentials",
            "_block_type_slug": slug_of(spec),
            "_description": f"{' '.join(spec.secrets.values())} For phonesync.",
            **fields,
        },
    )


def slug_of(spec: TargetSpec) -> str:
    """Return by which name Prefect knows the type of block of a service."""
    return f"{spec.kind}-credentials"


BLOCKS: Mapping[str, type[CredentialsBlock]] = MappingProxyType(
    {spec.kind: _block_of(spec) for spec in specs().values() if spec.secrets}
)


def __getattr__(name: str) -> type[CredentialsBlock]:
    """Return the type of block of that name, such as `UsosCredentials`."""
    found = next((block for block in BLOCKS.values() if block.__name__ == name), None)
    if found is None:
        raise AttributeError(name)
    return found


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
    kinds = (
        [name]
        if "/" in name
        else [f"secret/{name}", *(f"{slug_of(spec)}/{name}" for spec in specs().values() if key in spec.secrets)]
    )
    for kind in kinds:
        block = _loaded(place, kind)
        if isinstance(block, SecretBlock):
            return str(block.get())
        if block is not None:
            value = getattr(block, key, None)
            if isinstance(value, SecretStr):
                return value.get_secret_value()
            raise error_of(ConfigurationError, "block_without_key", {"place": place, "kind": kind, "key": key})
    raise error_of(ConfigurationError, "no_block", {"place": place, "kinds": " and no block ".join(kinds)})


def _loaded(place: str, reference: str) -> Block | None:
    """Return the block of that type and name, None where there is none."""
    try:
        found: Any = Block.load(reference)
    except ValueError:
        return None
    except Exception as error:  # whatever Prefect's client raises, and it may quote an address
        raise error_of(
            ConfigurationError, "block_unread", {"place": place, "block": reference, "why": type(error).__name__}
        ) from error
    return found if isinstance(found, Block) else None


def _address(base_url: str) -> str:
    if not base_url:
        raise error_of(ConfigurationError, "block_without_address")
    return base_url
