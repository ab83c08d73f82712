"""What a command ends with: each exit code with its meaning, and which of several counts.

docs/cli.md is written from it. Everything that ends with a code asks here.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """How a command ended. A code's docstring is its meaning, as `--help`, `show` and docs/cli.md say it."""

    DONE = 0, "success: the target matches the source; for plan: the plan was saved"
    LINES_FAILED = 1, "finished, but some lines were rejected or some changes failed"
    INVALID = 2, "the command, the configuration or a source file is invalid"
    APPROVAL_NEEDED = 3, "blocked by a guard: nothing was written, the plan needs approval"
    UNAVAILABLE = 4, "a service is unreachable or denies access, or another run is writing to the target"
    UNSETTLED = 5, "interrupted, or the result of a write is unknown or could not be saved: run phonesync resume"
    UNREPORTED = 6, "done, but the output, or the report of a run that sent nothing, could not be written"
    CHANGES = 10, "plan --exit-code: there are changes"

    def __new__(cls, code: int, meaning: str = "") -> Self:
        """Make a member that is its number and bears its meaning."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.__doc__ = meaning
        return member

    @property
    def meaning(self) -> str:
        """The code's docstring."""
        return str(self.__doc__)


# The weightiest first: what may be half done, what could not be done, what is wrong with what was asked, what waits for
# a yes, what was done in part, what nobody was told.
_BY_WEIGHT = (
    ExitCode.UNSETTLED,
    ExitCode.UNAVAILABLE,
    ExitCode.INVALID,
    ExitCode.APPROVAL_NEEDED,
    ExitCode.LINES_FAILED,
    ExitCode.UNREPORTED,
    ExitCode.CHANGES,
    ExitCode.DONE,
)


def worst(codes: Iterable[int]) -> ExitCode:
    """Return the code that counts where several things have ended, each with its own; of none of them, `DONE`."""
    return min((ExitCode(code) for code in codes), key=_BY_WEIGHT.index, default=ExitCode.DONE)


def of_plan(*, stopped: ExitCode | None, unsettled: bool, succeeded: bool, known: ExitCode | None = None) -> ExitCode:
    """Return the code of a sync whose plan was applied, or stopped on the way.

    Args:
        stopped: the code of what ended it early, a guard or a service; None where nothing did.
        unsettled: whether the outcome of a write is unknown, or somebody has interrupted it before all was sent.
        succeeded: whether every line has come to what it wanted, and reading has shown that nothing is left to do.
        known: the code of a sync that is troubled only by what somebody has accepted; None where there is more.
    """
    if stopped == ExitCode.APPROVAL_NEEDED:  # nothing was written, so nothing can be unknown
        return stopped
    if unsettled:
        return ExitCode.UNSETTLED
    if stopped is not None:
        return stopped
    if succeeded:
        return ExitCode.DONE
    return ExitCode.LINES_FAILED if known is None else known
