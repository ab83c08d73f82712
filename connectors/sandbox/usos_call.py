"""What one call of a USOS method is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from connectors.sandbox.fields import Selection, SelectorError, Shape, chosen
from connectors.sandbox.oauth import Consumer
from connectors.sandbox.options import Fault, UsosOptions
from connectors.sandbox.replica import Replica
from connectors.sandbox.store import Store
from connectors.sandbox.usos_errors import missing, refuse
from connectors.sandbox.usos_rows import Phone


@dataclass(frozen=True)
class MethodCall:
    """Everything that one call of a method is given; `before_commit` lets another writer go first."""

    parameters: Mapping[str, str]
    consumer: Consumer | None
    options: UsosOptions
    store: Store
    random: Random
    now: float
    base_url: str
    fault: Fault | None
    before_commit: Callable[[], None]
    replica: Replica[Phone]
    late: Replica[Phone]

    @property
    def fault_kind(self) -> str:
        """The kind of the fault that hits this call, "" where none does."""
        return self.fault.kind if self.fault else ""

    def required(self, parameter: str) -> str:
        """A parameter's value, or a refusal where it is absent or empty."""
        value = self.parameters.get(parameter, "")
        if not value:
            raise missing(parameter)
        return value

    def selected(self, shape: Shape, default: str) -> Selection:
        """The selection that `fields` asks for, or a refusal."""
        try:
            return chosen(self.parameters.get("fields") or default, shape)
        except SelectorError as error:
            code = "field_not_found" if error.unknown else "field_invalid"
            raise refuse(400, str(error), error=code, param_name="fields", field_name=error.field) from None


@dataclass(frozen=True)
class Done:
    """What a method gives back, and whether the stored truth is another one now."""

    value: Any
    changed: bool = False


@dataclass(frozen=True)
class Method:
    """How a method is called, as the head of its page says."""

    path: str
    consumer: Literal["required", "optional", "ignored"]
    ssl: bool
    required: tuple[str, ...]
    optional: tuple[str, ...]
    run: Callable[[MethodCall], Done]
    administrative: bool = False
    result: Shape | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]
