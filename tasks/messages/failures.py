"""Why something could not be told to anybody: an error of a library is known by its kind, and never quoted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from schemas.errors import PhonesyncError
from tasks.messages.catalogue import text
from tasks.messages.errors import told
from tasks.messages.rendering import part

if TYPE_CHECKING:
    from schemas.settings import Language

# By the names of classes, which need not be imported for that.
_WORDS: Final[Mapping[str, str]] = {
    "ConnectionRefusedError": "cause.not_listening",
    "ConnectionResetError": "http.broke",
    "SMTPServerDisconnected": "http.broke",
    "gaierror": "cause.no_host",
    "TimeoutError": "http.no_answer",
    "Timeout": "http.no_answer",
    "TimeoutExpired": "http.no_answer",
    "SSLCertVerificationError": "http.certificate",
    "SSLError": "http.certificate",
    "ConnectionError": "http.no_connection",
    "SMTPAuthenticationError": "cause.no_entry",
    "SMTPException": "note.mail_refused",
    "HTTPError": "note.post_refused",
    "CalledProcessError": "note.mailer_failed",
    "FileNotFoundError": "term.error-missing",
    "PermissionError": "term.error-permission",
}


def with_remedy(sentence: str, error: Exception, lang: Language) -> str:
    """Return a sentence about a failure with what helps behind it, where that is known."""
    remedy = told(error, lang)[1] if isinstance(error, PhonesyncError) else ""
    return " ".join(filter(None, (sentence, remedy)))


def why_of(error: Exception, lang: Language) -> str:
    """Return why something failed, as a part of a sentence; of what has no words the kind alone."""
    if isinstance(error, PhonesyncError):
        return part(told(error, lang)[0])
    names = [kind.__name__ for kind in type(error).__mro__]
    key = next((_WORDS[name] for name in names if name in _WORDS), "")
    return part(text(key, lang)) if key else names[0]
