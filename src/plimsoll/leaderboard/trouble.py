"""What a database or a disk says when it cannot -> one sentence with the cause and what helps.

Drivers say "disk I/O error" and no more. Whatever they say, the transaction is rolled back: nothing of it
was kept, and that is said too. No message holds a path, an address or a query.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as Waited

from plimsoll.core import files
from plimsoll.leaderboard.errors import BoardError, NoRoom, Unavailable

NO_ROOM = (
    "the disk of the board is full, so nothing of this was kept: make room on the board's machine, then do "
    "the same again"
)
POSTGRES_FULL = "53100"
PRIMARY = 0xFF
"""The bits of an SQLite code that say what kind it is."""
OF_SQLITE = {
    sqlite3.SQLITE_IOERR: "the disk of the board cannot be written, so nothing of this was kept: it is full, "
    "or it fails; make room on the board's machine, then do the same again",
    sqlite3.SQLITE_READONLY: "the board's database may not be written, so nothing of this was kept: let the "
    "server's user write its file and its folder, then do the same again",
    sqlite3.SQLITE_CANTOPEN: "the board's database cannot be opened, so nothing of this was kept: see that "
    "its folder is there, with room on its disk, and that the server's user may write it",
    sqlite3.SQLITE_BUSY: "another process kept the board's database to itself too long, so nothing of this "
    "was kept: wait for it or end it, then do the same again",
    sqlite3.SQLITE_CORRUPT: "the board's database is damaged, so nothing of this was kept: end the server, "
    "and put a copy back in the place of board.sqlite",
    sqlite3.SQLITE_NOTADB: "board.sqlite is no database, so nothing of this was kept: end the server and put "
    "a copy back in its place, or name another --home",
}
UNREACHED = (
    "the board's database server does not answer, so nothing of this was kept: see that it runs, then do the "
    "same again"
)


@contextmanager
def told() -> Generator[None]:
    """Whatever a database or a disk says in the block, as a `BoardError`."""
    try:
        yield
    except (DBAPIError, Waited, sqlite3.Error, OSError) as error:
        if (found := of(error)) is None:
            raise
        raise found from None


def of(error: Exception) -> BoardError | None:
    """What is wrong with the board's machine, or nothing where this error tells of no such thing."""
    if isinstance(error, OSError):
        return NoRoom(NO_ROOM) if error.errno in files.FULL else None
    if isinstance(error, Waited):
        return Unavailable(OF_SQLITE[sqlite3.SQLITE_BUSY])
    inner: object = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(inner, "sqlite_errorcode", 0) & PRIMARY
    if code == sqlite3.SQLITE_FULL or getattr(inner, "sqlstate", "") == POSTGRES_FULL:
        return NoRoom(NO_ROOM)
    return Unavailable(OF_SQLITE[code]) if code in OF_SQLITE else _unreached(error)


def _unreached(error: Exception) -> BoardError | None:
    """A database server that went away."""
    if not isinstance(error, DBAPIError) or not error.connection_invalidated:
        return None
    return Unavailable(UNREACHED)
