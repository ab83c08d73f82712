"""Why something failed is said in words that nobody has to look up, and never quotes what it was about."""

from __future__ import annotations

import smtplib
import socket
import ssl
import subprocess
from typing import Any

import pytest
import requests

from schemas.errors import ConfigurationError
from tasks.messages.errors import error_of
from tasks.messages.failures import why_of

FAILURES: list[Exception] = [
    ConnectionRefusedError("secret"),
    ConnectionResetError("secret"),
    socket.gaierror("secret"),
    TimeoutError("secret"),
    ssl.SSLCertVerificationError("secret"),
    smtplib.SMTPAuthenticationError(535, b"secret"),
    smtplib.SMTPRecipientsRefused({"secret": (550, b"secret")}),
    smtplib.SMTPServerDisconnected("secret"),
    subprocess.CalledProcessError(1, "secret"),
    requests.ConnectionError("secret"),
    requests.ReadTimeout("secret"),
    requests.HTTPError("secret"),
    FileNotFoundError("secret"),
    PermissionError("secret"),
    error_of(ConfigurationError, "no_sendmail"),
]


@pytest.mark.parametrize("lang", ["en", "pl"])
@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_a_failure_is_told_in_words(error: Exception, lang: Any) -> None:
    told = why_of(error, lang)
    assert " " in told
    assert "secret" not in told
    assert type(error).__name__ not in told
    assert not told.endswith(".")


def test_what_has_no_words_is_named_by_its_kind() -> None:
    assert why_of(ZeroDivisionError("secret"), "en") == "ZeroDivisionError"
