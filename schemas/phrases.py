"""What is to be said to people, before anybody knows in which language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Phrase:
    """A sentence or a part of one.

    Attributes:
        key: its key in the catalogues.
        values: what differs from case to case, by the names that the sentence has for it; a value may be a phrase too.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
