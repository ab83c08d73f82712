"""Prefect's server with its pages, kept to this machine: no page asks anybody else, and no other page asks it.

Started as `python -m flows.orchestration.server`. Prefect's own pages ask a statistics service for its settings, and
load pictures from elsewhere, whatever the settings say; a policy that browsers obey keeps them from it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.orchestration.home import Address
from flows.orchestration.single_sign_on import Named

_OWN = "'self' 'unsafe-inline' 'unsafe-eval' data: blob:"


class Kept:
    """An application whose pages may ask nobody but the given origins, and stand in no other page."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        asked = " ".join([*origins, *(origin.replace("http", "ws", 1) for origin in origins)])
        self._policy = f"default-src {_OWN}; connect-src 'self' {asked}; frame-ancestors 'none'"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the policy."""

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = self._policy
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        await self._app(scope, receive, send_kept)


def guarded(app: ASGIApp, address: Address, user_header: str = "") -> ASGIApp:
    """Return the application with the policy; on loopback it answers to this machine's names alone.

    A page that somebody visits could otherwise reach it under a name of its own that points here.
    """
    kept = Kept(Named(app, user_header) if user_header else app, address.origins.split(","))
    return TrustedHostMiddleware(kept, ["127.0.0.1", "localhost"], www_redirect=False) if address.is_loopback else kept


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until a signal ends it."""
    from prefect.server.api.server import create_app
    from prefect.settings import get_current_settings

    from flows.orchestration.server_database import write_in_turn

    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user-header", default="")
    given = parser.parse_args(arguments)
    server = get_current_settings().server
    write_in_turn()
    uvicorn.run(
        guarded(create_app(final=True), Address(given.host, given.port), given.user_header),
        host=given.host,
        port=given.port,
        timeout_keep_alive=server.api.keepalive_timeout,
        ws_ping_interval=server.api.websocket_ping_interval,
        ws_ping_timeout=server.api.websocket_ping_timeout,
        log_level=server.logging_level.lower(),
    )


if __name__ == "__main__":
    main()
