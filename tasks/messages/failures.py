"""Why something failed, as people are told: an error of a library is known by its kind, and never quoted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from schemas.errors import PhonesyncError
from schemas.problems import Code
from tasks.messages.catalogue import render, text
from tasks.messages.errors import told
from tasks.messages.rendering import Rendered, part, sentence

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


def with_remedy(said: str, error: Exception, lang: Language) -> str:
    """Return a sentence about a failure with what helps behind it, where that is known."""
    remedy = told(error, lang)[1] if isinstance(error, PhonesyncError) else ""
    return " ".join(filter(None, (said, remedy)))


def why_of(error: Exception, lang: Language) -> str:
    """Return why something failed, as a part of a sentence; of what has no words the kind alone."""
    if isinstance(error, PhonesyncError):
        return part(told(error, lang)[0])
    names = [kind.__name__ for kind in type(error).__mro__]
    key = next((_WORDS[name] for name in names if name in _WORDS), "")
    return part(text(key, lang)) if key else names[0]


def told_of_file(error: PhonesyncError, lang: Language) -> Rendered:
    """Return what is said of a file as a whole, without its name; an error without a code speaks for itself."""
    if error.problem is None:
        return Rendered(str(Code.OTHER.value), "file", *told(error, lang))
    do = render(f"remedy.{error.advice}", lang, **error.problem.values)
    return Rendered(str(error.problem.code.value), "file", sentence(error.problem, lang), do)
