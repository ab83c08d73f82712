"""One tree of errors; each says what happened and what to do next.

    PhonesyncError
    ├── UsageError            2  a command or a name that cannot be meant
    ├── ConfigurationError    2  phonesync.toml, a credential that is not there
    ├── SourceError           2  a CSV file that cannot be trusted as a whole
    ├── InternalError         5  phonesync itself failed, maybe after something was sent
    ├── LedgerError           2  the ledger cannot be opened, or does not hold what was asked for
    ├── TargetBusy            4  another run is writing the same target
    ├── ApprovalNeeded        3  a guard tripped and nobody has said yes to this very plan
    └── ServiceError             a service, told by what the caller can do about it
        ├── Unreachable       4  no usable answer to a read, after every attempt
        │   └── Paused        4  the service asks for a longer pause than a call may take
        ├── AccessRefused     4  credentials, rights or clock refused: nothing was done
        ├── RequestRefused    1  understood and refused: nothing was done
        └── UnknownOutcome    5  a write was sent and its answer was lost: read before anything else

No message holds a secret, a query string or somebody's number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from schemas.exit_codes import ExitCode, worst
from schemas.problems import Problem


class PhonesyncError(Exception):
    """Something a person has to know, with the next step in `remedy`.

    Attributes:
        message: what happened, in English.
        remedy: what to do next, in English.
        sync: the sync that the message names, "" where it names none.
        problem: what happened, where it has a code.
        advice: what to do next, by its name among the remedies of the catalogues.
        where: the file that has the problem, "" where there is none.
        name: by what the catalogues know it (`error.NAME`), "" where they do not.
        values: what belongs into its sentences.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.LINES_FAILED

    def __init__(  # noqa: PLR0913 - all but the message are keywords
        self,
        message: str,
        *,
        remedy: str = "",
        sync: str = "",
        problem: Problem | None = None,
        advice: str = "",
        where: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.sync = sync
        self.problem = problem
        self.advice = advice
        self.where = where
        self.name = ""
        self.values: Mapping[str, object] = {}

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(PhonesyncError):
    """A command, an option or a name that cannot be meant."""

    exit_code = ExitCode.INVALID


class ConfigurationError(PhonesyncError):
    """`phonesync.toml` or a credential is missing or wrong."""

    exit_code = ExitCode.INVALID


class SourceError(PhonesyncError):
    """A CSV file that cannot be trusted as a whole; single bad lines are rejected lines, not errors."""

    exit_code = ExitCode.INVALID


class InternalError(PhonesyncError):
    """phonesync itself failed; its cause is the error that should not have been, and may quote anything."""

    exit_code = ExitCode.UNSETTLED


class LedgerError(PhonesyncError):
    """The ledger cannot be opened, or does not hold what was asked for."""

    exit_code = ExitCode.INVALID


class TargetBusy(PhonesyncError):  # noqa: N818 - named by what is the matter
    """Another run is writing the same target; nothing was done.

    Attributes:
        run: the one that is at work, "" where its name is not known.
    """

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, message: str, *, remedy: str = "", run: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.run = run


class ApprovalNeeded(PhonesyncError):  # noqa: N818 - named by what is needed
    """A guard tripped, and no valid approval names this very plan."""

    exit_code = ExitCode.APPROVAL_NEEDED


class ServiceError(PhonesyncError):
    """A service did not do what was asked.

    Attributes:
        service: the connection's name.
        status: the HTTP status, or None where there was no answer.
        attempts: how many requests were sent.
        details: the service's own words for people, Polish before English, "" where it gave none. They may
            quote what was sent, so they go into line reports and nowhere else; only the `message` of a refusal of
            access holds them, with numbers masked.
        retry_after: seconds the service asked to wait, or None.
        late: somebody gave up waiting for the answer; what was sent may still be done.
        body: the parsed JSON body of the refusal where there was one (a batch's results live there), or None.
    """

    def __init__(  # noqa: PLR0913 - all but the message are keywords
        self,
        message: str,
        *,
        remedy: str = "",
        service: str = "",
        status: int | None = None,
        attempts: int = 1,
        details: str = "",
        retry_after: float | None = None,
        body: object = None,
        late: bool = False,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.service = service
        self.status = status
        self.attempts = attempts
        self.details = details
        self.retry_after = retry_after
        self.body = body
        self.late = late


class Unreachable(ServiceError):  # noqa: N818 - named by what the caller can do about it
    """No usable answer to a read after every attempt; nothing was written."""

    exit_code = ExitCode.UNAVAILABLE


class Paused(Unreachable):
    """The service asks for a longer pause than a call may take: it will not be asked again in this run."""


class AccessRefused(ServiceError):  # noqa: N818 - named by what the caller can do about it
    """Credentials, rights or the clock were refused; nothing was done."""

    exit_code = ExitCode.UNAVAILABLE


class RequestRefused(ServiceError):  # noqa: N818 - named by what the caller can do about it
    """The service understood the request and refused it; nothing was done."""

    exit_code = ExitCode.LINES_FAILED


class UnknownOutcome(ServiceError):  # noqa: N818 - named by what the caller can do about it
    """A write was sent and no trustworthy answer came: only reading tells what happened."""

    exit_code = ExitCode.UNSETTLED


def code_of_unread(error: PhonesyncError) -> ExitCode:
    """Return the code of what an error kept from being read.

    A service that refuses one line has given a result; one that refuses to be read leaves nothing to report.
    """
    return worst((error.exit_code, ExitCode.UNAVAILABLE)) if isinstance(error, ServiceError) else error.exit_code
