"""Serve the reports folder to the one user of this machine whose reports they are, so that links to them open.

Reports hold personal data and are readable by their owner alone; listening on loopback would let in everybody who has
an account here. So a request is answered only where the process at its other end belongs to the same user, and only
where it came to a name of this machine: a page from elsewhere cannot reach through a browser. For anybody else an
administrator serves the folder with a sign-in of his own, and says so with `reports_url`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from types import MappingProxyType

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

_KINDS: Mapping[str, str] = MappingProxyType(
    {".html": "text/html", ".csv": "text/csv", ".json": "application/json"},
)
_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
)
_CONNECTIONS = Path("/proc/self/net/tcp")
_LOOPBACK = "127.0.0.1"
Owner = Callable[[str, int], int | None]


def reports_app(folder: Path, port: int, *, owner_of: Owner | None = None) -> Starlette:
    """Return the application; it is meant for 127.0.0.1 and the given port, and answers nothing else.

    Args:
        folder: the reports; `RUN/SYNC.html` and its like are served, nothing is listed.
        port: where it listens: part of the name by which it may be called.
        owner_of: tells whose process listens at the other end of a connection from an address and a port.
    """
    names = {f"{_LOOPBACK}:{port}", f"localhost:{port}"}
    whose = owner_of or owner_of_peer

    async def report(request: Request) -> Response:
        if request.headers.get("host", "") not in names:
            return _refused(421, "This server answers to the names of this machine only.")
        peer = request.client
        if peer is None or whose(peer.host, peer.port) != os.geteuid():
            return _refused(403, "Reports open for the user who runs phonesync. Ask for reports_url, or for a copy.")
        file = _inside(folder, request.path_params["path"])
        if file is None:
            return _refused(404, "There is no such report. It may have been purged.")
        shown = {} if file.suffix == ".html" else {"Content-Disposition": f'attachment; filename="report{file.suffix}"'}
        return FileResponse(file, media_type=_KINDS[file.suffix], headers={**_HEADERS, **shown})

    async def missing(_request: Request, _error: Exception) -> Response:
        return _refused(404, "There is no such page.")

    handlers: Mapping[int, Callable[[Request, Exception], Awaitable[Response]]] = {404: missing}
    return Starlette(routes=[Route("/{path:path}", report, methods=["GET"])], exception_handlers=dict(handlers))


def can_tell_owners() -> bool:
    """Tell whether this system says whose a connection is; where it does not, every request is refused."""
    return _CONNECTIONS.is_file()


def owner_of_peer(host: str, port: int) -> int | None:
    """Return the user whose process holds the other end of a connection on this machine, None where it cannot be told.

    Linux lists every connection with its user (proc(5), /proc/net/tcp).
    """
    try:
        address = ip_address(host)
        lines = _CONNECTIONS.read_text(encoding="ascii").splitlines()[1:]
    except (OSError, ValueError):
        return None
    if not isinstance(address, IPv4Address) or not address.is_loopback:
        return None
    local = f"{int.from_bytes(address.packed, 'little'):08X}:{port:04X}"
    for line in lines:
        cells = line.split()
        if cells[1] == local and cells[3] == "01":
            return int(cells[7])
    return None


def _inside(folder: Path, path: str) -> Path | None:
    """Return the report of that path, None for anything that is not `FOLDER/NAME` of a known kind in the folder."""
    parts = path.split("/")
    if len(parts) != 2 or any(part.startswith(".") or re.search(r"[\\\0]", part) or not part for part in parts):
        return None
    file = folder.joinpath(*parts)
    root = folder.resolve()
    if file.suffix not in _KINDS or not file.is_file() or not file.resolve().is_relative_to(root):
        return None
    return file


def _refused(status: int, said: str) -> Response:
    return PlainTextResponse(said + "\n", status_code=status, headers=dict(_HEADERS))


def main(folder: str, port: str) -> None:
    """Serve the folder until the process is ended."""
    import uvicorn

    # No log of requests: an address names a sync and a run, and nobody reads it.
    uvicorn.run(reports_app(Path(folder), int(port)), host=_LOOPBACK, port=int(port), log_level="error")


if __name__ == "__main__":
    main(*sys.argv[1:3])
