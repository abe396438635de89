"""The database, the server's secret and the clock, with what is kept in memory: keys and layouts."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from plimsoll.leaderboard import keys, tables
from plimsoll.leaderboard.database import Database
from plimsoll.leaderboard.errors import NotFound
from plimsoll.leaderboard.holdout import Layout, layout
from plimsoll.leaderboard.keys import Key
from plimsoll.leaderboard.nouns import Who

Found = Row[Any]
"""A row of the database."""


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Books:
    """What every counter of the service works on."""

    database: Database
    secret: bytes = field(repr=False)
    """Keys the digests of tokens and the signatures of sessions; lies in a file, not in the database."""
    clock: Callable[[], datetime] = now
    _keys: dict[int, Key] = field(default_factory=dict[int, Key], repr=False)
    _layouts: dict[int, Layout] = field(default_factory=dict[int, Layout], repr=False)

    def stamp(self) -> str:
        """The time as it is written."""
        return self.clock().isoformat(timespec="seconds")

    def log(
        self, connection: Connection, who: Who | None, action: str, *, what: str, detail: str = ""
    ) -> None:
        """Write a line of the audit log; nobody's name stands for a command on the host's machine."""
        name = "command line" if who is None else ("host" if who.is_host else f"team {who.name}")
        connection.execute(
            insert(tables.log).values(
                at=self.stamp(), who=name, action=action, what=what[:200], detail=detail[:2000]
            )
        )

    def sign(self, purpose: str, text: str) -> bytes:
        """A keyed digest of a text, for one purpose."""
        return hashlib.blake2b(
            f"{purpose}\0{text}".encode("utf-8", "replace"), key=self.secret[:64], digest_size=32
        ).digest()

    def key(self, connection: Connection, board: int) -> Key:
        """The answers of a board; an id is never given new ones."""
        if board not in self._keys:
            body = connection.scalar(select(tables.answers.c.body).where(tables.answers.c.board_id == board))
            if body is None:
                raise NotFound("this board has no answers")
            self._keys[board] = keys.from_bytes(body)
        return self._keys[board]

    def layout(self, connection: Connection, round: Found) -> Layout:
        """The order of comparison in a round."""
        if round.id not in self._layouts:
            self._layouts[round.id] = layout(
                self.key(connection, round.board_id), round.secret, round.holdout
            )
        return self._layouts[round.id]


def board_of(connection: Connection, slug: str) -> Found:
    """A board by its slug. Raises `NotFound`."""
    found = connection.execute(select(tables.boards).where(tables.boards.c.slug == slug)).first()
    if found is None:
        raise NotFound("there is no such board")
    return found


def round_of(connection: Connection, board: int, *, locked: bool = False) -> Found:
    """The open round of a board; locked, it cannot be closed before the transaction ends."""
    asked = select(tables.rounds).where(tables.rounds.c.board_id == board, tables.rounds.c.closed.is_(None))
    if locked:
        asked = asked.with_for_update(read=True)
    return connection.execute(asked).one()


def changed(connection: Connection, board: int) -> None:
    """Make every cached page of a board stale."""
    connection.execute(
        tables.boards.update().where(tables.boards.c.id == board).values(version=tables.boards.c.version + 1)
    )


def published_rows(connection: Connection, board: int) -> int:
    """How many rows a board shows."""
    asked = (
        select(func.count())
        .select_from(tables.versions)
        .where(tables.versions.c.board_id == board, tables.versions.c.state == "published")
    )
    return connection.scalar(asked) or 0


def new_id() -> str:
    """An id that cannot be guessed."""
    return secrets.token_hex(12)
