"""What a service says that its methods take and give, and what the client needs of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from schemas.problems import Problem

Asked = Literal["", "ignored", "optional", "required"]


@dataclass(frozen=True)
class MethodNeeds:
    """What the client needs of one method.

    Attributes:
        name: the method.
        sends: the arguments that every call gives.
        reads: the fields of the answer that are read.
        writing: whether a sync cannot do its work without the method.
        signed: whether the calls are signed.
        granted: whether the method is known to need an administrative right.
    """

    name: str
    sends: frozenset[str]
    reads: frozenset[str] = frozenset()
    writing: bool = False
    signed: bool = True
    granted: bool = False


@dataclass(frozen=True)
class MethodDescription:
    """What a service says of one method; what it leaves open is empty or None.

    Attributes:
        name: the method.
        arguments: whether each argument is required.
        deprecated: arguments that will go.
        fields: the fields of the answer.
        administrative: whether it needs an administrative right.
        consumer: whether a consumer's signature is wanted.
        token: whether a user's token is wanted.
    """

    name: str
    arguments: Mapping[str, bool] = field(default_factory=dict)
    deprecated: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    administrative: bool | None = None
    consumer: Asked = ""
    token: Asked = ""

    def as_json(self) -> dict[str, Any]:
        """Return the description as the ledger keeps it."""
        return {
            "name": self.name,
            "arguments": dict(sorted(self.arguments.items())),
            "deprecated": sorted(self.deprecated),
            "fields": sorted(self.fields),
            "administrative": self.administrative,
            "consumer": self.consumer,
            "token": self.token,
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return a description that was kept."""
        sets = {name: frozenset(kept[name]) for name in ("deprecated", "fields")}
        return cls(**{**kept, **sets})


@dataclass(frozen=True)
class Described:
    """What a service has said of itself.

    Attributes:
        version: its version, "" where it does not say.
        methods: the methods that it has described; none where it describes none.
    """

    version: str
    methods: tuple[MethodDescription, ...]


@dataclass(frozen=True)
class Interface:
    """How a service describes itself.

    Attributes:
        service: the address of the installation, which all its targets share.
        needs: what the client needs of each method.
        ask: asks the service. It never fails: what the service does not say, for whatever reason, is left out.
    """

    service: str
    needs: tuple[MethodNeeds, ...]
    ask: Callable[[], Described]


@dataclass(frozen=True)
class InterfaceChanges:
    """What has come of the comparison.

    Attributes:
        breaking: what the client needs, and the service does not say any more, or wants beyond it.
        news: what is otherwise than it was when the service was last asked, and breaks nothing; told once.
        described: whether the service has described any method.
        version: the service's version, "" where it is unknown.
        fresh: whether the service was asked just now.
    """

    breaking: tuple[Problem, ...] = ()
    news: tuple[Problem, ...] = ()
    described: bool = False
    version: str = ""
    fresh: bool = False
