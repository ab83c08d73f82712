"""Files that are not here: fetched by fsspec from a web server, SFTP, a Windows share or S3, and kept as copies."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import ENOENT
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.files.writing import write_private
from schemas.errors import ConfigurationError, SourceError
from schemas.limits import FETCH_SECONDS
from schemas.problems import Problem
from schemas.reasons import FileCode
from tasks.messages.errors import error_of
from tasks.messages.rendering import file_error

LARGEST: Final = 1 << 29  # bytes, as of a file that is here
KEPT: Final = 30  # copies of one source
_NOT_FOUND: Final = 404
_NO_HTTP: Final = 600  # what other protocols call a status is larger
_STATE: Final = "state.json"
_EXTRAS: Final = {"http": "web", "https": "web", "sftp": "sftp", "smb": "smb", "s3": "s3"}
_MARKS: Final = ("ETag", "Content-MD5", "Digest", "Last-Modified", "VersionId", "mtime", "last_write_time", "size")


@dataclass(frozen=True)
class Access:
    """How a file is asked for; "" is nothing. None of it is ever in a message."""

    username: str = ""
    password: str = ""
    token: str = ""
    host_key: str = ""


@dataclass(frozen=True)
class Fetched:
    """What was fetched: its bytes, their SHA-256, and whether it is what it was the last time."""

    raw: bytes
    sha256: str
    unchanged: bool


def fetch(address: str, access: Access, place: Path, *, largest: int = LARGEST) -> Fetched:
    """Return the file of an address; a copy is kept at `place`, and beside it one of each content it has had.

    A file that its server marks as unchanged (ETag, time and size) is not asked for again.

    Raises:
        SourceError: it cannot be had, is too large, or was cut off; the copies stay as they are.
        ConfigurationError: what is needed for such addresses is not installed, or the address cannot be one.
    """
    said = shown(address)
    with _told(said), _opened(address, access) as (system, path):
        info = system.info(path)
        mark = {name: str(info[name]) for name in _MARKS if info.get(name) is not None}
        size = info.get("size")
        if size is not None and size > largest:
            raise file_error(said, Problem(FileCode.FILE_LARGE, {"n": str(largest >> 20)}), "no-directory")
        kept = _kept(place, mark)
        if kept is not None:
            return Fetched(kept, hashlib.sha256(kept).hexdigest(), unchanged=True)
        with system.open(path, "rb") as file:
            raw = file.read(largest + 1)
        if len(raw) > largest:
            raise file_error(said, Problem(FileCode.FILE_LARGE, {"n": str(largest >> 20)}), "no-directory")
        if size is not None and len(raw) != size:
            raise _unreached(said, "cut")
    if not raw:
        raise file_error(said, Problem(FileCode.FILE_EMPTY), "export")
    fetched = Fetched(raw, hashlib.sha256(raw).hexdigest(), unchanged=False)
    _keep(place, mark, fetched)
    return fetched


def shown(address: str) -> str:
    """Return an address without what may be a secret in it: its query."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def copies_of(place: Path) -> list[Path]:
    """Return the copies of a source, the newest first."""
    found = [path for path in place.parent.glob(f"*-{place.name}") if path.is_file()]
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)


def _kept(place: Path, mark: dict[str, str]) -> bytes | None:
    """Return the copy where its mark is the same; size alone marks nothing, nor does a changed copy."""
    try:
        state = json.loads((place.parent / _STATE).read_text(encoding="utf-8"))
        raw = place.read_bytes()
    except (OSError, ValueError):
        return None
    telling = mark.keys() - {"size"}
    same = bool(telling) and state.get("mark") == mark
    return raw if same and state.get("sha256") == hashlib.sha256(raw).hexdigest() else None


def _keep(place: Path, mark: dict[str, str], fetched: Fetched) -> None:
    write_private(place, fetched.raw)
    write_private(place.with_name(f"{fetched.sha256[:16]}-{place.name}"), fetched.raw)
    write_private(place.parent / _STATE, json.dumps({"mark": mark, "sha256": fetched.sha256}))
    for old in copies_of(place)[KEPT:]:
        old.unlink(missing_ok=True)


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Say of whatever a library raises that the file cannot be had; what it says may hold a password."""
    try:
        yield
    except (SourceError, ConfigurationError):
        raise
    except FileNotFoundError as error:
        cause = error.__cause__  # fsspec says so of every answer that is none
        if cause is None or getattr(cause, "status", None) == _NOT_FOUND:
            raise file_error(address, Problem(FileCode.FILE_MISSING), "source") from None
        raise _unreached(address, _why(cause)) from None
    except ImportError:
        extra = _EXTRAS[urlsplit(address).scheme]
        raise error_of(ConfigurationError, "no_extra", {"address": address, "extra": extra}) from None
    except Exception as error:  # noqa: BLE001 - each of these libraries has a tree of errors of its own
        if getattr(error, "errno", None) == ENOENT:
            raise file_error(address, Problem(FileCode.FILE_MISSING), "source") from None
        raise _unreached(address, _why(error)) from None


def _why(error: BaseException) -> str:
    status = getattr(error, "status", 0) or 0
    return f"HTTP {status}" if 0 < status < _NO_HTTP else type(error).__name__


def _unreached(address: str, why: str) -> SourceError:
    return file_error(address, Problem(FileCode.SOURCE_UNREACHED, {"why": why}), "unreached")


@contextmanager
def _opened(address: str, access: Access) -> Iterator[tuple[Any, str]]:
    """Yield the file system of an address and the path within it, and end its connections."""
    import fsspec  # noqa: PLC0415 - most sources are files

    parts = urlsplit(address)
    if parts.scheme in {"http", "https"}:
        system, path = fsspec.filesystem(parts.scheme, **_web(access)), address
    else:
        system, path = fsspec.filesystem(parts.scheme, **_options(address, access)), parts.path
        path = f"{parts.netloc}{path}" if parts.scheme == "s3" else path
    try:
        yield system, path
    finally:
        with suppress(Exception):
            _close(system)


def _web(access: Access) -> dict[str, Any]:
    import aiohttp  # noqa: PLC0415 - likewise

    headers = {}
    if access.token:
        headers["Authorization"] = f"Bearer {access.token}"
    elif access.username:
        pair = base64.b64encode(f"{access.username}:{access.password}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    return {"client_kwargs": {"headers": headers, "timeout": timeout}, "skip_instance_cache": True}


def _options(address: str, access: Access) -> dict[str, Any]:
    parts = urlsplit(address)
    options: dict[str, Any] = {"skip_instance_cache": True}
    if parts.scheme == "s3":
        patience = {
            "connect_timeout": FETCH_SECONDS,
            "read_timeout": FETCH_SECONDS,
            "retries": {"total_max_attempts": 2},
        }
        keys = {"key": access.username, "secret": access.password} if access.username else {}
        return options | keys | {"config_kwargs": patience}
    options |= {"host": parts.hostname, "username": access.username, "password": access.password}
    if parts.port:
        options["port"] = parts.port
    if parts.scheme == "sftp":
        options |= {"timeout": FETCH_SECONDS, "look_for_keys": False, "allow_agent": False}
        options["host_key_policy"] = _known_host(access.host_key)
    if parts.scheme == "smb":
        # Somebody may have the file open in a spreadsheet; and a wrong password locks an account after some attempts.
        options |= {"timeout": FETCH_SECONDS, "share_access": "rwd", "register_session_retries": 0}
    return options


def _known_host(wanted: str) -> Any:
    """Return a policy that takes a server by the fingerprint of its key, and no other."""
    import paramiko  # noqa: PLC0415 - likewise

    class Known(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
        def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:  # noqa: ARG002 - paramiko's
            found = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
            if f"SHA256:{found}" != wanted.rstrip("="):
                raise paramiko.SSHException("another host key")

    return Known()


def _close(system: Any) -> None:
    if system.protocol == "smb":
        import smbclient  # noqa: PLC0415 - likewise

        # The next sync may have another password: it would be let in with this one's session.
        smbclient.delete_session(system.host, port=system._port)  # noqa: SLF001 - fsspec ends it with the program
    elif hasattr(system, "client"):
        system.client.close()  # SFTP
    elif getattr(system, "_session", None) is not None:
        system.close_session(system.loop, system._session)  # noqa: SLF001 - fsspec closes it with the interpreter
