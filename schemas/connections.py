"""The services in `phonesync.toml`: where they are, how to sign in, how patiently they are asked."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Final, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, field_validator, model_validator

from schemas import limits
from schemas.section import FilePath, Seconds, Section, wrong

_PORTS: Final = {"http": 80, "https": 443}
_LAST_PORT: Final = 65535


class Secret(Section):
    """Where a secret is kept; never the secret itself. Exactly one of the three is given."""

    env: str | None = None
    """the name of an environment variable"""
    file: FilePath | None = None
    """a file that holds the secret and nothing else"""
    block: str | None = None
    """a Secret block of Prefect"""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(value is not None for value in (self.env, self.file, self.block)) != 1:
            raise wrong("one_place")
        return self


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Connection(Section):
    """What all services share: where they are, and how patiently they are asked."""

    kind: str
    """which service this is"""
    base_url: str
    """the address; `https`, except to this very machine"""
    ca_bundle: FilePath | None = None
    """a file with the certificates to trust, for an own authority"""
    proxy: str | None = None
    """the proxy to go through"""
    timeout_seconds: Seconds = limits.ANSWER_SECONDS
    """how long one answer may take"""
    attempts: Annotated[int, Field(ge=1, le=20)] = limits.READ_ATTEMPTS
    """how often a read is tried"""
    total_seconds: Seconds = limits.CALL_SECONDS
    """how long all attempts together may take"""
    concurrency: Annotated[int, Field(ge=1, le=64)] = 8
    """requests in flight"""
    max_requests_per_second: Annotated[float, Field(gt=0)] | None = None
    """a pace to keep"""

    @property
    def address(self) -> str:
        """The service's address in one spelling: what is known of a place is known under every name for it."""
        parts = urlsplit(self.base_url)
        host = str(parts.hostname).rstrip(".")
        host = "127.0.0.1" if is_loopback(host) else f"[{host}]" if ":" in host else host
        port = "" if parts.port in {None, _PORTS[parts.scheme]} else f":{parts.port}"
        return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"

    @field_validator("base_url")
    @classmethod
    def _secure(cls, value: str) -> str:
        # A `/`, `#` or `?` in a password ends the part of the address where a password is looked for.
        if "@" in unquote(value):
            raise wrong("bare_address")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise wrong("whole_address")
        if parts.query or parts.fragment:
            raise wrong("bare_address")
        if parts.port is not None and not 0 < parts.port <= _LAST_PORT:
            raise wrong("no_port")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise wrong("https")
        return value.rstrip("/")

    @field_validator("proxy")
    @classmethod
    def _open_proxy(cls, value: str | None) -> str | None:
        if "@" in unquote(value or ""):
            raise wrong("proxy_password")
        parts = urlsplit(value or "http://localhost")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise wrong("proxy_address")
        return value

    @model_validator(mode="after")
    def _clear_only_here(self) -> Self:
        to, through = urlsplit(self.base_url), urlsplit(self.proxy or self.base_url)
        if to.scheme == "http" and not is_loopback(str(through.hostname)):
            raise wrong("proxy_without_https")
        return self
