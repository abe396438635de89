"""An ASGI app -> the same with security headers, and without a word about what broke inside."""

import logging
import traceback

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
))  # fmt: skip
"""No inline script or style, and nothing from elsewhere."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
OPEN_FILES = "plimsoll.open_files"
"""Where a request keeps files that are closed after it."""
BROKEN = b'{"code":"broken","message":"something broke on the server; nothing was lost that had a receipt"}'
_logger = logging.getLogger("plimsoll.board")


class Shield:
    """The outermost layer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def shielded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _complete(MutableHeaders(scope=message), scope)
            await send(message)

        scope[OPEN_FILES] = []
        try:
            await self.app(scope, receive, shielded)
        # What escapes this layer would be printed whole by the server.
        except Exception as error:  # noqa: BLE001
            _logger.error("%s %s: %s", scope["method"], _route(scope), address_of(error))
            if not started:
                await _broken(shielded)
        finally:
            for file in scope[OPEN_FILES]:
                file.close()


def address_of(error: BaseException) -> str:
    """The class of an error and where it arose; its message may hold what must not be written down."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__} at {place}"


def _complete(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")
    if scope["scheme"] == "https":
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "?")


async def _broken(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(BROKEN)).encode())]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": BROKEN})
