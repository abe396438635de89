"""A service -> a server on a socket.

One process serves: SQLite has one writer anyway, and what costs time (checking and scoring a full
submission) is far below what a process can do. Behind PostgreSQL several servers may run.
"""

import logging
import socket
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from starlette.types import ASGIApp

from plimsoll.core import UserError
from plimsoll.leaderboard.app import Pages, make_app
from plimsoll.leaderboard.service import Service
from plimsoll.pages.loopback import unusable

if TYPE_CHECKING:
    import uvicorn

    from plimsoll.leaderboard.connections import Patience

BACKLOG = 16
"""So many are taken in at one go, before the first of them can be turned away."""
QUEUE = 4096
"""So many may wait to be taken in: whom the system turns away here tries again only after a second."""


@contextmanager
def listening(host: str, port: int) -> Generator[socket.socket]:
    """A socket that is bound and listens. Raises `UserError` where the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named in full, or asyncio does not switch Nagle's algorithm off: every reply would wait 40 ms.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
        except OSError as error:
            raise unusable(host, port, error) from None
        bound.listen(QUEUE)
        yield bound


def serve(service: Service, bound: socket.socket, trusted: Sequence[str] = ()) -> None:
    """Answer requests until told to stop."""
    logging.getLogger("plimsoll.board").addHandler(logging.StreamHandler())
    try:
        tempfile.gettempdir()  # chosen now, by writing to it, and not when the first file comes in
    except FileNotFoundError:
        raise UserError(
            "no folder for temporary files can be written: make room on its disk, or name another in TMPDIR"
        ) from None
    server(make_app(service, trusted=trusted, pages=pages())).run(sockets=[bound])


def server(app: ASGIApp, patience: "Patience | None" = None) -> "uvicorn.Server":
    """The server of an application: it tells nobody what it is, and believes no forwarded header."""
    import uvicorn

    from plimsoll.leaderboard.connections import Patience, Seldom, guarded

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            for each in sockets or ():
                each.listen(QUEUE)  # again: the server has just made the queue as short as its `backlog`

    for name in ("asyncio", "uvicorn.error"):
        logger = logging.getLogger(name)
        if not any(isinstance(each, Seldom) for each in logger.filters):
            logger.addFilter(Seldom())
    return Server(
        uvicorn.Config(
            app,
            http=guarded(patience or Patience()),
            log_level="warning",
            access_log=False,
            server_header=False,
            # Forwarded headers are read by `limits.py`, and only from trusted proxies.
            proxy_headers=False,
            lifespan="off",
            ws="none",
            backlog=BACKLOG,
            timeout_keep_alive=15,
            h11_max_incomplete_event_size=32 * 1024,
        )
    )


def pages() -> Pages | None:
    """The room's pages, where they are installed."""
    name = "plimsoll.leaderboard.pages"
    return cast("Pages", import_module(name)) if find_spec(name) else None
