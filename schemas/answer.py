"""What a service said to one write: a hint of what happened, which reading confirms or corrects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemas.errors import AccessRefused, RequestRefused, ServiceError

AnswerKind = Literal["confirmed", "refused", "denied", "uncertain"]


@dataclass(frozen=True)
class WriteAnswer:
    """What was said.

    Attributes:
        kind: confirmed; refused (understood, not done); denied (we may do nothing at all); uncertain (nobody knows).
        status: the HTTP status, 0 where there was none.
        attempts: how many requests it took.
        message: the service's own words, or ours where it had none.
        error: what was raised, if anything.
    """

    kind: AnswerKind
    status: int
    attempts: int
    message: str
    error: ServiceError | None = None

    @classmethod
    def of(cls, error: ServiceError) -> WriteAnswer:
        """Say what an error means for the write that raised it."""
        kind: AnswerKind = "uncertain"
        if isinstance(error, AccessRefused):
            kind = "denied"
        elif isinstance(error, RequestRefused):
            kind = "refused"
        return cls(kind, error.status or 0, error.attempts, error.details or error.message, error)

    def after(self, earlier: WriteAnswer | None) -> WriteAnswer:
        """Count the attempts of an earlier try in."""
        attempts = self.attempts + (earlier.attempts if earlier else 0)
        return WriteAnswer(self.kind, self.status, attempts, self.message, self.error)
