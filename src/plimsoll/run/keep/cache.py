"""Request -> response asked before: an SQLite file, keyed by model identity and full request."""

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from plimsoll.core import Request, Response, UserError, decoding

BATCH = 500
"""Responses that may wait in memory; a killed run still has them in its journal."""

_encoder = msgspec.json.Encoder()
_decoder = decoding.Decoder(Response)
DAMAGED = (sqlite3.DatabaseError, UnicodeError)
"""What a damaged file raises: what it says of itself may be no UTF-8 either."""


def default_path() -> Path:
    """`responses.sqlite` in the user's cache folder (`PLIMSOLL_CACHE` overrides the folder)."""
    if folder := os.environ.get("PLIMSOLL_CACHE"):
        return Path(folder) / "responses.sqlite"
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "plimsoll" / "responses.sqlite"


def key_of(identity: str, request: Request) -> bytes:
    """16 bytes over everything that decides the answer."""
    digest = hashlib.blake2b(identity.encode(), digest_size=16)
    digest.update(_encoder.encode(request))
    return digest.digest()


def _body(response: Response) -> bytes:
    """The response to keep; nothing for one with a lone surrogate, which no encoding can carry."""
    try:
        return _encoder.encode(response)
    except UnicodeEncodeError:
        return b""


@dataclass
class Cache:
    """The store of responses. Safe for several processes; no pickle, only JSON. Opens itself when used."""

    path: Path
    _waiting: dict[bytes, Response] = field(default_factory=dict[bytes, Response], init=False)
    asked: dict[bytes, asyncio.Event] = field(default_factory=dict[bytes, asyncio.Event], init=False)
    """What somebody asks at this moment, and who else wants to know waits for."""
    _opened: sqlite3.Connection | None = field(default=None, init=False)

    def open(self) -> sqlite3.Connection:
        """Open the file, and make it where there is none. Raises `UserError`."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            database.execute("pragma journal_mode=wal")
            database.execute("pragma synchronous=normal")
            database.execute(
                "create table if not exists response (key blob primary key, body blob not null) without rowid"
            )
        except (OSError, *DAMAGED) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise UserError(
                f"the response cache {self.path} cannot be used ({reason}): "
                "delete the file, set PLIMSOLL_CACHE to another folder, or run with --no-cache"
            ) from error
        self._opened = database
        return database

    def get(self, key: bytes) -> Response | None:
        """The response kept under a key."""
        if (waiting := self._waiting.get(key)) is not None:
            return waiting
        database = self._opened or self.open()
        try:
            row = database.execute("select body from response where key = ?", (key,)).fetchone()
            return _decoder.decode(row[0]) if row else None
        except (*DAMAGED, msgspec.MsgspecError, TypeError):
            return None  # what cannot be read was never asked; the answer takes its place

    def put(self, key: bytes, response: Response) -> None:
        """Keep a response; written to disk in batches."""
        self._waiting[key] = response
        if len(self._waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what waits. A full or locked disk costs the cache entry, never the run."""
        rows = [(key, body) for key, response in self._waiting.items() if (body := _body(response))]
        self._waiting.clear()
        database = self._opened or self.open()
        try:
            database.execute("begin")
            database.executemany("insert or replace into response values (?, ?)", rows)
            database.execute("commit")
        except DAMAGED:
            with suppress(*DAMAGED):
                if database.in_transaction:
                    database.execute("rollback")

    def __len__(self) -> int:
        database = self._opened or self.open()
        with self._sound():
            return database.execute("select count(*) from response").fetchone()[0] + len(self._waiting)

    def clear(self) -> None:
        """Forget everything and give the space back."""
        self._waiting.clear()
        database = self._opened or self.open()
        with self._sound():
            database.execute("delete from response")
            database.execute("vacuum")

    @contextmanager
    def _sound(self) -> Generator[None]:
        """Say in one sentence what a damaged file cannot do."""
        try:
            yield
        except DAMAGED as error:
            raise UserError(
                f"the response cache {self.path} is damaged ({error}): delete the file"
            ) from error

    def close(self) -> None:
        """Write what waits and let go of the file."""
        if self._opened is None:
            return
        try:
            self.flush()
        finally:
            with suppress(*DAMAGED):
                self._opened.close()
            self._opened = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
