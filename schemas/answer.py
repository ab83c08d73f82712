"""What a service said to one write: a hint of what happened, which reading confirms or corrects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemas.errors import AccessRefused, RequestRefused, ServiceError

Kind = Literal["confirmed", "refused", "denied", "uncertain"]


@dataclass(frozen=True)
class Answer:
    """What was said.

    Attributes:
        kind: confirmed; refused (understood, not done); denied (we may do nothing at all); uncertain (nobody knows).
        status: the HTTP status, 0 where there was none.
        attempts: how many requests it took.
        message: the service's own words, or ours where it had none.
        error: what was raised, if anything.
    """

    kind: Kind
    status: int
    attempts: int
    message: str
    error: ServiceError | None = None

    @classmethod
    def of(cls, error: ServiceError) -> Answer:
        """Say what an error means for the write that raised it."""
        kind: Kind = "uncertain"
        if isinstance(error, AccessRefused):
            kind = "denied"
        elif isinstance(error, RequestRefused):
            kind = "refused"
        return cls(kind, error.status or 0, error.attempts, error.details or error.message, error)

    def after(self, earlier: Answer | None) -> Answer:
        """Count the attempts of an earlier try in."""
        attempts = self.attempts + (earlier.attempts if earlier else 0)
        return Answer(self.kind, self.status, attempts, self.message, self.error)
