"""OAuth 1.0a with a consumer key alone, as a server checks it (RFC 5849; USOS API, "Authorization")."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Final, Literal
from urllib.parse import parse_qsl

from oauthlib.oauth1.rfc5849 import signature as rfc5849
from oauthlib.oauth1.rfc5849.utils import escape, parse_authorization_header, unescape

from connectors.sandbox.usos_errors import refuse
from connectors.sandbox.wire import Asked

REQUIRED: Final = ("oauth_nonce", "oauth_timestamp", "oauth_signature", "oauth_signature_method")
FORM: Final = "application/x-www-form-urlencoded"

Pairs = Sequence[tuple[str, str]]
Verb = Literal["GET", "POST"]


@dataclass(frozen=True)
class Consumer:
    """A registered consumer and the methods that it may use as an administrator."""

    key: str
    secret: str
    administrative_methods: tuple[str, ...]


@dataclass(frozen=True)
class CheckContext:
    """What the check needs besides the request."""

    now: float
    skew_seconds: int
    is_new: Callable[[tuple[str, str, str]], bool] | None  # remembers key, timestamp and nonce; None checks nothing


@dataclass(frozen=True)
class Parameters:
    """A request's parameters: what is signed, and where the protocol's own ones stood."""

    plain: Pairs
    protocol: Pairs
    placements: int


def read(asked: Asked) -> Parameters:
    """The parameters of query, form body and Authorization header; a body of another type is not read."""
    query = parse_qsl(asked.query, keep_blank_values=True)
    form: Pairs = ()
    if asked.verb == "POST" and asked.headers.get("content-type", "").lower().startswith(FORM):
        form = parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True)
    header: Pairs = ()
    authorization = asked.headers.get("authorization", "")
    if authorization[:6].lower() == "oauth ":
        header = _header(authorization)
    sources = [query, form, header]
    protocol = [pair for source in sources for pair in source if pair[0].startswith("oauth_")]
    plain = [pair for source in sources for pair in source if not pair[0].startswith("oauth_")]
    placements = sum(any(name.startswith("oauth_") for name, _ in source) for source in sources)
    return Parameters(plain, protocol, placements)


def signature(verb: Verb, url: str, pairs: Pairs, secret: str) -> str:
    """The HMAC-SHA1 signature of a request without a token; `pairs` are all parameters but `oauth_signature`."""
    parameters = rfc5849.normalize_parameters(pairs)  # type: ignore[arg-type]  # the stub knows no repeated names
    text = rfc5849.signature_base_string(verb, rfc5849.base_string_uri(url), parameters)
    digest = hmac.new(f"{escape(secret)}&".encode(), text.encode(), sha1).digest()
    return b64encode(digest).decode()


def verified(
    asked: Asked, parameters: Parameters, find: Callable[[str], Consumer | None], context: CheckContext
) -> Consumer:
    """The consumer that signed the request.

    Checked in this order: the key, the other arguments, whether the consumer is known, the clock, the signature, the
    nonce.

    Raises:
        UsosRefusedError: with the status and message of the first check that failed.
    """
    protocol = dict(parameters.protocol)
    key = protocol.get("oauth_consumer_key")
    if not key:
        raise refuse(401, "A consumer key is required.", error="method_forbidden", reason="consumer_missing")
    _check_arguments(parameters, protocol)
    consumer = find(key)
    if consumer is None:
        raise refuse(401, "Invalid consumer.")
    timestamp, nonce = protocol["oauth_timestamp"], protocol["oauth_nonce"]
    if abs(context.now - int(timestamp)) > context.skew_seconds:
        raise refuse(400, "Expired timestamp.")
    signed = [*parameters.plain, *((k, v) for k, v in parameters.protocol if k != "oauth_signature")]
    url = f"{asked.scheme}://{asked.host}{asked.path}"
    expected = signature("POST" if asked.verb == "POST" else "GET", url, signed, consumer.secret)
    if not hmac.compare_digest(expected.encode(), protocol["oauth_signature"].encode("utf-8", "surrogatepass")):
        raise refuse(401, "Invalid signature.")
    if context.is_new is not None and not context.is_new((key, timestamp, nonce)):
        raise refuse(400, "Nonce already used")
    return consumer


def _check_arguments(parameters: Parameters, protocol: dict[str, str]) -> None:
    if parameters.placements > 1:
        raise refuse(400, "OAuth arguments stand in more than one place.")
    if len(protocol) != len(parameters.protocol):
        raise refuse(400, "An OAuth argument is given twice.")
    for name in REQUIRED:
        if not protocol.get(name):
            raise refuse(400, f"OAuth argument {name} is missing.")
    if protocol.get("oauth_version", "1.0") != "1.0":
        raise refuse(400, "Unsupported OAuth version.")
    if protocol["oauth_signature_method"] != "HMAC-SHA1":
        raise refuse(400, "Unsupported signature method.")
    if not (protocol["oauth_timestamp"].isascii() and protocol["oauth_timestamp"].isdigit()):
        raise refuse(400, "OAuth argument oauth_timestamp is not a number.")


def _header(authorization: str) -> Pairs:
    """The header's arguments; one that cannot be read has none, as a method that ignores OAuth must not mind it."""
    try:
        pairs = parse_authorization_header(authorization)
    except ValueError:
        return ()
    return [(name, unescape(value)) for name, value in pairs if name != "realm"]
