"""One request of a service's page, who signs in for it, and what a write is answered with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import requests

from connectors.http.response import HttpAnswer, is_ok
from schemas.phrases import Phrase

T = TypeVar("T")


@dataclass(frozen=True)
class WriteReceipt:
    """A write the service confirmed; `message` holds its own words, "" where it gave none."""

    status: int
    attempts: int
    message: str = ""


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request of a service's page.

    Attributes:
        operation: its code, by which the catalogues know what people call it, or the name of a method; never a name,
            a number or an id of somebody.
        prepare: makes the request, anew for every attempt.
        parse: the promised value, or `NotPromised`.
        accepts: the answers that `parse` may read.
        last_resort: what the last attempt may still make of an answer that `parse` did not take.
        remedy: what to do when the service refuses.
        optional: whether nothing depends on the answer: it is asked for once, and not waited for long.
        sent_before: requests that the same method call has already used.
    """

    operation: str
    prepare: Callable[[], requests.PreparedRequest]
    parse: Callable[[HttpAnswer], T]
    accepts: Callable[[HttpAnswer], bool] = is_ok
    last_resort: Callable[[HttpAnswer], T] | None = None
    remedy: Phrase | str = ""
    optional: bool = False
    sent_before: int = 0


@dataclass(frozen=True)
class Credentials:
    """A consumer's key and secret, or a user's name and password; neither is ever shown."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
