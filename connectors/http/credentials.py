"""Who signs in to a service."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """A consumer's key and secret, or a user's name and password; neither is ever shown."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
