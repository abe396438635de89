"""A service -> the ASGI application: API, OpenAPI document, pages.

Starlette and not FastAPI: bodies are counted while they stream in, errors repeat nothing of what was
sent, and the OpenAPI document is made from the nouns (msgspec) that are encoded; a second set of
models would say the same things again.
"""

import logging
from collections.abc import Sequence
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from plimsoll.leaderboard import api, openapi, trouble
from plimsoll.leaderboard.books import Books
from plimsoll.leaderboard.errors import BoardError
from plimsoll.leaderboard.limits import networks
from plimsoll.leaderboard.service import Service
from plimsoll.leaderboard.sessions import Sessions
from plimsoll.leaderboard.shield import BROKEN, Shield
from plimsoll.leaderboard.web import Counter

OURS = 500
"""From this status on it is the board's own fault: its host must hear of it."""
_logger = logging.getLogger("plimsoll.board")
_KEPT = ("retry-after", "allow", "connection")
"""Headers of a refusal that a page keeps."""


class Pages(Protocol):
    """The room `pages`: what a browser is shown."""

    def routes(self) -> list[BaseRoute]:
        """Every page, from `/` on."""
        ...

    def problem(self, request: Request, status: int, message: str) -> Response:
        """The page of a refusal; an empty message means: find words for the status."""
        ...


def make_app(service: Service, *, trusted: Sequence[str] = (), pages: Pages | None = None) -> ASGIApp:
    """The application; without pages it is the API alone."""

    def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, OSError):
            found = trouble.of(error)
            if found is None:
                raise error
            error = found
        known = isinstance(error, BoardError)
        said = api.refusal(request, error) if known else api.unknown_path(request, error)
        if said.status_code >= OURS:
            _logger.error("%s %s: %s", request.method, request.url.path, error)
        if pages is None or request.url.path.startswith("/api/"):
            return said
        shown = pages.problem(request, said.status_code, str(error) if known else "")
        shown.headers.update({name: said.headers[name] for name in _KEPT if name in said.headers})
        return shown

    app = Starlette(
        routes=[
            Route("/healthz", _alive),
            Route("/api/openapi.json", _document),
            *api.routes(),
            *(pages.routes() if pages else ()),
        ],
        exception_handlers={
            BoardError: refused,
            HTTPException: refused,
            OSError: refused,
            Exception: _broken,
        },
    )
    books: Books = service.accounts.books
    app.state.counter = Counter(service, Sessions(books), networks(trusted))
    return Shield(app)


async def _broken(request: Request, error: Exception) -> Response:
    return Response(BROKEN, 500, media_type="application/json")


async def _alive(request: Request) -> Response:
    return Response("ok", media_type="text/plain")


async def _document(request: Request) -> Response:
    return Response(openapi.document(), media_type="application/json")
