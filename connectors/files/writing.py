"""Put files in place whole or not at all, for their owner alone; and the folders that they lie in."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from schemas.errors import ConfigurationError
from tasks.messages.errors import error_of
from tasks.messages.system_errors import cause_of


def write_private(path: Path, data: bytes | str | Iterable[bytes], *, shared: bool = False) -> None:
    """Put a file in place whole or not at all, readable by its owner alone from the first byte on.

    A `shared` one, which holds nothing of anybody, can be read by everybody once it is whole. Text is written as UTF-8;
    what comes in pieces is never held as a whole.
    A folder that is missing is made. What stood there before stays until the new file is safely on the disk.

    Raises:
        ConfigurationError: the file cannot be written there.
    """
    content = data.encode("utf-8") if isinstance(data, str) else data
    pieces = (content,) if isinstance(content, bytes) else content
    try:
        _make_folders(path.parent)  # whoever may write there could put in another
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
                if shared:
                    os.fchmod(file.fileno(), 0o644)
            Path(name).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise error_of(ConfigurationError, "file_unwritable", {"file": path, "why": cause_of(error)}) from error


def make_private_folder(path: Path) -> None:
    """Make sure that files can be put into a folder, which is made for its owner alone where it is missing.

    Raises:
        ConfigurationError: they cannot.
    """
    try:
        _make_folders(path)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(13, "permission denied")
    except OSError as error:
        raise error_of(ConfigurationError, "reports_unwritable", {"folder": path, "why": cause_of(error)}) from error


def _make_folders(path: Path) -> None:
    """Make a folder and those above it that are missing, each for its owner alone, whatever the umask is.

    `mkdir` with `parents` gives those above the usual rights, and the umask could take the owner's own.
    """
    missing = [path, *path.parents]
    for folder in reversed(missing[: next((at for at, one in enumerate(missing) if one.is_dir()), len(missing))]):
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:  # another run has just made it
            continue
        folder.chmod(0o700)
    path.mkdir(exist_ok=True)  # where a file stands in its place, that is said


def remove_folder(path: Path) -> bool:
    """Remove a folder and the files in it; return whether there was one. Folders inside it are not touched."""
    if not path.is_dir() or path.is_symlink():
        return False
    for file in path.iterdir():
        if file.is_file() or file.is_symlink():
            file.unlink()
    with suppress(OSError):  # somebody keeps a folder of their own in it
        path.rmdir()
    return True


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
