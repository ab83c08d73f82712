"""What the services' pages leave open, as settings, and what can go wrong, as faults.

Each default is the strictest reading that the pages allow. Choices are `Literal`s, so that a test can walk over all of
them with `typing.get_args`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

TypeHandling = Literal["stored", "guessed", "ignored"]
UnknownType = Literal["refused", "stored"]
TextHandling = Literal["exact", "trimmed", "collapsed"]
ErrorBody = Literal["full", "generic_message", "bare"]
EmptyComment = Literal["object", "null"]
ReferenceForm = Literal["full", "name_only", "all_null", "null", "list", "odd_arguments", "odd_names", "another_method"]

DirectoryForm = Literal["full", "null", "number", "other_kind", "odd_fields"]

ErrorShape = Literal["details", "list", "html"]
ListOrder = Literal["insertion", "reversed", "sorted", "random"]
DeleteOrder = Literal["before", "after"]
MissingJudgedBy = Literal["old_names", "new_names", "both"]
RenameNumber = Literal["applied", "checked", "ignored"]
RenameUnknown = Literal["failed", "added", "added_as_new"]
RenameProcessing = Literal["sequential", "simultaneous"]
RenameByPut = Literal["applied", "refused", "ignored"]
RowOrder = Literal["file", "reversed"]
ResultsOrder = Literal["processed", "random"]
ResultName = Literal["new", "old"]
FullFailure = Literal["results", "error"]
DuplicateRows = Literal["failed", "applied"]
PaddedNewName = Literal["ignored", "failed"]
UnknownInDelete = Literal["refused", "ignored"]
BadFileStatus = Literal[400, 422]
NameCase = Literal["sensitive", "insensitive"]
NumberFormat = Literal["as_sent", "plus_digits", "cc_nsn"]

FaultKind = Literal[
    "too_many_requests",
    "server_error_before_commit",
    "server_error_after_commit",
    "html_before_commit",
    "html_after_commit",
    "null_before_commit",
    "null_after_commit",
    "truncated_json",
    "reset_before_commit",
    "lost_after_commit",
    "cut_off_after_commit",
    "another_writer",
    "extra_keys",
    "id_missing",
    "id_null",
    "en_null",
    "en_empty",
    "en_absent",
    "type_guessed",
    "clock_off",
    "session_expired",
    "slow_before_commit",
    "slow_after_commit",
    "redirect",
]
# What goes wrong, by kind.
FAULTS: Final[Mapping[FaultKind, str]] = {
    "too_many_requests": "429, with a Retry-After header unless `retry_after` is none, nothing was done",
    "server_error_before_commit": "`status` with an HTML page, nothing was done",
    "server_error_after_commit": "`status` with an HTML page, the work was done",
    "html_before_commit": "200 with an HTML page, nothing was done",
    "html_after_commit": "200 with an HTML page, the work was done",
    "null_before_commit": "200 with JSON null, nothing was done",
    "null_after_commit": "200 with JSON null, the work was done",
    "truncated_json": "half of the answer's text, the work was done",
    "reset_before_commit": "the connection is reset, nothing was done",
    "lost_after_commit": "the connection is closed without an answer, the work was done",
    "cut_off_after_commit": "the connection is closed in the middle of the answer, the work was done",
    "another_writer": "another client writes just before a write commits, or just after a read was answered",
    "extra_keys": "the answer's objects hold keys that no page knows",
    "id_missing": "select: one asked id is not in the answer",
    "id_null": "select: one asked id is null in the answer",
    "en_null": "USOS: every English comment is null",
    "en_empty": 'USOS: every English comment is ""',
    "en_absent": "USOS: no comment has an English part",
    "type_guessed": "USOS: the types are guessed anew, whatever was stored or sent",
    "clock_off": "USOS: the service's clock is off by `seconds`",
    "session_expired": "APIO: the session is forgotten just before the call",
    "slow_before_commit": "`seconds` pass, then the work is done: a late commit",
    "slow_after_commit": "the work is done, then `seconds` pass",
    "redirect": "302 to `location`, nothing was done",
}

ANY_METHOD = "*"


@dataclass(frozen=True)
class UsosOptions:
    """How the USOS side reads what its pages leave open.

    Attributes:
        loopback_exempt: plain http from this very machine counts as TLS.
        check_nonces: a nonce is good for one request.
        skew_seconds: how far a request's timestamp may be from the service's clock.
        clock_offset_seconds: how far the service's clock is off.
        time_zone: the zone of the local time that `services/apisrv/now` gives.
        max_ids_per_select: more distinct ids are refused; None knows no limit.
        types: what becomes of a `type_id` that `replace` sends; one that it does not send is always guessed.
        unknown_type: what becomes of a `type_id` that is no phone type.
        keep_duplicates: equal numbers of one entity are all kept; otherwise one of them is.
        allow_empty_replace: `[]` clears an entity's numbers.
        allow_empty_number: a number may be "".
        max_number_length: a hidden limit; None knows none.
        forbidden_in_number: a hidden limit: characters that a number may not hold.
        max_comment_length: a hidden limit; None knows none.
        text: what becomes of white space in numbers and comments before they are stored.
        letters: what becomes of a comment's letters before it is stored.
        numbers: how a number is stored.
        empty_comment: how a comment without any text is answered.
        error_body: how much an error says.
        absent: methods that the installation does not have, such as services/apiref/method.
        forbidden: methods that the consumer may not use, whatever is granted to it.
        reference: how services/apiref/method describes a method.
        said_required: arguments that it says are required, such as services/phones/replace.reason.
        said_gone: arguments and fields that it does not name, such as services/phones/select.type_id.
        said_personal: methods of which it says that they need a user's token.
        read_lag: how many reads after a write still show the state before it.
        replica_lag: likewise, of the numbers that the methods about units and buildings show.
        directory: what the methods about units, buildings and people answer.
        forbidden_fields: fields that they refuse, such as services/fac/faculties.phone_numbers.
    """

    loopback_exempt: bool = True
    check_nonces: bool = True
    skew_seconds: int = 300
    clock_offset_seconds: float = 0.0
    time_zone: str = "Europe/Warsaw"
    max_ids_per_select: int | None = 100
    types: TypeHandling = "stored"
    unknown_type: UnknownType = "refused"
    keep_duplicates: bool = True
    allow_empty_replace: bool = True
    allow_empty_number: bool = False
    max_number_length: int | None = 100
    forbidden_in_number: str = "\0\t\n\r"
    max_comment_length: int | None = 200
    text: TextHandling = "exact"
    letters: Callable[[str], str] = str
    numbers: NumberFormat = "as_sent"
    empty_comment: EmptyComment = "object"
    error_body: ErrorBody = "full"
    absent: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    reference: ReferenceForm = "full"
    said_required: tuple[str, ...] = ()
    said_gone: tuple[str, ...] = ()
    said_personal: tuple[str, ...] = ()
    read_lag: int = 0
    replica_lag: int = 0
    directory: DirectoryForm = "full"
    forbidden_fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class ApioOptions:
    """How the APIO side reads what its pages leave open.

    Attributes:
        prefix: what every path begins with.
        write_level: the least `user_level` that may write.
        error_shape: how an error is told.
        audit_key: every answered object also holds `_internal_record_id`.
        second_cookie: a load balancer's cookie must come back with the session's.
        strip_get_bodies: a proxy on the way drops the body of a GET, and so the search criteria.
        list_order: the order of the answered entries.
        name_case: whether two names that differ only in case are two names.
        text: what becomes of white space in names and numbers.
        letters: what becomes of a name's letters before it is stored.
        numbers: how a number is stored.
        max_name_length: a longer name is refused.
        max_number_length: a longer number is refused.
        latin1_names: a name outside Latin-1 is refused.
        unknown_in_delete: what DELETE of a list does when one name is not there.
        rename_by_put: what PUT does when the body names another name than the path.
        default_header: the batch file's header with every column.
        required_header: the batch file's header with the mandatory columns alone.
        charset: how the batch file's bytes are read.
        bad_file_status: the status for a batch file that cannot be processed.
        full_failure: what a batch of which nothing succeeded answers with its 400.
        delete_missing: whether a batch deletes what its file does not name.
        delete_order: whether that happens before or after the rows.
        missing_judged_by: which names of a renaming row protect an entry from that.
        protect_failed_rows: whether a row that failed protects its entry from that.
        row_order: in which order the rows are processed.
        rename_number: whether a renaming row's number is written, must equal the stored one, or is not read.
        rename_unknown: what becomes of a renaming row whose old name is not there.
        rename_processing: one after the other, or all at once so that chains and swaps work.
        duplicate_rows: what becomes of a second row with the same name.
        padded_new_name: what becomes of a third field that is there and empty.
        result_name: which name a successful rename reports.
        results_order: the order of the results.
        failure_word: the `status` of a row that failed.
        read_lag: how many reads after a write still show the state before it.
    """

    prefix: str = "/api/v1/"
    write_level: int = 12
    error_shape: ErrorShape = "details"
    audit_key: bool = False
    second_cookie: bool = True
    strip_get_bodies: bool = False
    list_order: ListOrder = "insertion"
    name_case: NameCase = "sensitive"
    text: TextHandling = "collapsed"
    letters: Callable[[str], str] = str
    numbers: NumberFormat = "as_sent"
    max_name_length: int = 50
    max_number_length: int = 30
    latin1_names: bool = False
    unknown_in_delete: UnknownInDelete = "refused"
    rename_by_put: RenameByPut = "applied"
    default_header: tuple[str, ...] = ("Name", "Phone Number", "New Name")
    required_header: tuple[str, ...] = ("Name", "Phone Number")
    charset: str = "utf-8"
    bad_file_status: BadFileStatus = 400
    full_failure: FullFailure = "results"
    delete_missing: bool = True
    delete_order: DeleteOrder = "after"
    missing_judged_by: MissingJudgedBy = "both"
    protect_failed_rows: bool = False
    row_order: RowOrder = "file"
    rename_number: RenameNumber = "checked"
    rename_unknown: RenameUnknown = "failed"
    rename_processing: RenameProcessing = "sequential"
    duplicate_rows: DuplicateRows = "failed"
    padded_new_name: PaddedNewName = "ignored"
    result_name: ResultName = "new"
    results_order: ResultsOrder = "processed"
    failure_word: str = "Failure"
    read_lag: int = 0


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong at one or more calls, and is then used up.

    Attributes:
        method: the method as in `Call.method`, or `*` for any.
        kind: what goes wrong. A kind that says nothing about a method passes unseen.
        nth: the first of the matching calls that it hits, counted from 1. A call is hit by one fault at most, the first
            one in the list that is due; it counts for the faults before that one only.
        times: how many matching calls in a row it hits.
        status: the status of a server error.
        retry_after: seconds or an HTTP date for a 429; None leaves the header out.
        seconds: how slow, or how far off; None stands for 0.5 and 600.
        entity_id: the id that `id_missing` and `id_null` mean; None stands for the first asked one.
        location: where a redirect points.
        mutation: what another writer does, given the service (`set_numbers`, `set_entries`). It may come with any kind
            that lets the write happen.
    """

    method: str
    kind: FaultKind
    nth: int = 1
    times: int = 1
    status: int = 503
    retry_after: float | str | None = 0
    seconds: float | None = None
    entity_id: str | None = None
    location: str = "https://moved.example.com/"
    mutation: Callable[[Any], None] | None = None

    def __post_init__(self) -> None:
        if self.nth < 1 or self.times < 1:
            raise ValueError("a fault's nth and times count from 1")
        if self.kind == "another_writer" and self.mutation is None:
            raise ValueError("another writer needs a mutation: what it writes")
