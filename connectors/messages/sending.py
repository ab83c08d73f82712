"""Send one message to people; what goes wrong is raised, and who calls says it without quoting an address."""

from __future__ import annotations

import mimetypes
import shutil
import smtplib
import ssl
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import requests

from schemas import limits
from schemas.errors import ConfigurationError
from schemas.settings import Smtp
from tasks.messages.errors import error_of

_SBIN: Final = ("/usr/sbin/sendmail", "/usr/lib/sendmail")  # cron's PATH has neither


def mail(
    to: Sequence[str], sender: str | None, subject: str, text: str, files: Mapping[str, bytes] = MappingProxyType({})
) -> EmailMessage:
    """Return a mail, perhaps with files; without a sender the machine's mailer puts one in."""
    message = EmailMessage()
    message["To"] = ", ".join(to)
    if sender:
        message["From"] = sender
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Subject"] = subject
    message["Date"] = localtime()
    message["Auto-Submitted"] = "auto-generated"  # holidays are not answered to us
    message.set_content(text)
    for name, content in files.items():
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message


class InDoubt(Exception):  # noqa: N818 - named by how things stand
    """A mail was given away, and nobody has said that it was taken, or that it was not."""


def _nothing() -> None:
    """Do nothing."""


def hand_to_mailer(message: EmailMessage, sendmail: Path | None, *, giving: Callable[[], None] = _nothing) -> None:
    """Hand a mail to `sendmail`, the given one, or the one that this machine has.

    Args:
        message: the mail.
        sendmail: the program.
        giving: is called right before the mail is given away: what fails before has sent nothing.

    Raises:
        InDoubt: it was given away, and perhaps it was taken.
        ConfigurationError: there is none.
        OSError, subprocess.SubprocessError: it cannot be run, refuses, or says nothing for too long.
    """
    found = str(sendmail) if sendmail else shutil.which("sendmail") or next(filter(shutil.which, _SBIN), None)
    if found is None:
        raise error_of(ConfigurationError, "no_sendmail")
    command = [found, "-oi", "-t"]
    giving()
    try:
        subprocess.run(  # noqa: S603 - the administrator's own
            command, input=message.as_bytes(), check=True, timeout=limits.TELLING_SECONDS, capture_output=True
        )
    except subprocess.TimeoutExpired as error:
        raise InDoubt from error


def send_by_smtp(message: EmailMessage, smtp: Smtp, password: str, *, giving: Callable[[], None] = _nothing) -> None:
    """Send a mail over SMTP; nothing is said in clear except to this machine.

    Args:
        message: the mail.
        smtp: the server.
        password: with what to sign in.
        giving: is called right before the mail is given away: what fails before has sent nothing.

    Raises:
        InDoubt: it was given away, and perhaps it was taken.
        OSError, smtplib.SMTPException: the server is out of reach, is not whom it should be, or refuses.
    """
    trusted = ssl.create_default_context(cafile=smtp.ca_bundle)
    if smtp.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=limits.TELLING_SECONDS, context=trusted)
    else:
        server = smtplib.SMTP(smtp.host, smtp.port, timeout=limits.TELLING_SECONDS)
    try:
        if smtp.security == "starttls":
            server.starttls(context=trusted)
        if smtp.username:
            server.login(smtp.username, password)
        giving()
        try:
            server.send_message(message)
        except smtplib.SMTPServerDisconnected as error:
            raise InDoubt from error
        except smtplib.SMTPException:  # the server has refused it
            raise
        except OSError as error:
            raise InDoubt from error
    finally:
        with suppress(OSError):  # what was taken is taken, however we part
            server.quit()


def post(address: str, payload: Mapping[str, Any]) -> None:
    """Post one JSON object; no redirect is followed.

    Raises:
        requests.RequestException: nobody is there, or what is there does not take it.
    """
    answer = requests.post(address, json=dict(payload), timeout=limits.TELLING_SECONDS, allow_redirects=False)
    answer.raise_for_status()
