"""Connections -> those that ask in time: who is silent, half-sends or dawdles makes room for others.

The server of our choice waits for ever for the first byte, for the rest of a header and for the rest of
a body, and takes connections until the system has no more. Here each of these has an end, and the one
that has waited longest without a request goes first when there are too many.
"""

import logging
import time
from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, NamedTuple, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class Patience(NamedTuple):
    """How long a client may take, in seconds."""

    head: float = 20.0
    """For a whole header, from the opening of the connection or the end of the answer before."""
    answer: float = 300.0
    """For an answer, its reading by the client included."""
    body: float = 900.0
    """For a whole body."""
    every: float = 15.0
    """After which a body is looked at: has enough come since?"""
    slowest: float = 1024.0
    """Bytes of a body in a second: the slowest that is waited for."""


MOST = 2000
SHARE = 2
"""Of the files that the system lets us open, one in so many may be a connection."""


def most() -> int:
    """How many connections are held at a time."""
    try:
        import resource
    except ImportError:
        return MOST // 4
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else max(16, min(MOST, soft // SHARE))


class Doors:
    """The connections of a server, those without a request in the order in which they began to wait."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: set[Guarded] = set()
        self._waiting: dict[Guarded, None] = {}

    def enter(self, connection: "Guarded") -> None:
        """Take a connection in; the longest waiting one goes where there are too many."""
        self._held.add(connection)
        self._waiting[connection] = None
        if len(self._held) > self.most:
            next(iter(self._waiting)).drop()

    def leave(self, connection: "Guarded") -> None:
        """Let a connection go."""
        self._held.discard(connection)
        self._waiting.pop(connection, None)

    def ask(self, connection: "Guarded") -> None:
        """Its request has begun."""
        self._waiting.pop(connection, None)

    def wait(self, connection: "Guarded") -> None:
        """It waits again."""
        if connection in self._held:
            self._waiting[connection] = None


class Guarded(H11Protocol):
    """A connection with an end to everything that its client may delay."""

    doors: Doors
    patience: Patience

    def connection_made(self, transport: BaseTransport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Begin to wait for a header."""
        self._timer: TimerHandle | None = None
        self._phase, self._came, self._began = "", 0, 0.0
        super().connection_made(cast("Transport", transport))
        self.doors.enter(self)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self.doors.leave(self)
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in what came."""
        self._came += len(data)
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Wait for the next header."""
        self._phase = ""
        super().on_response_complete()
        self._look()

    def drop(self) -> None:
        """End the connection at once."""
        self.doors.leave(self)
        self._stop()
        self.transport.abort()

    def _look(self) -> None:
        """Begin a new time where another part of a request has begun."""
        cycle: Any = self.cycle
        answered = cycle is None or cycle.response_complete
        sending = self.conn.their_state is h11.SEND_BODY
        phase = "body" if sending else "head" if answered else "answer"
        if phase == self._phase or self.transport.is_closing():
            return
        self._stop()
        self._phase, self._began = phase, time.monotonic()
        (self.doors.wait if phase == "head" else self.doors.ask)(self)
        if phase == "body":
            self._watch_body(self._came)
        else:
            wait = self.patience.head if phase == "head" else self.patience.answer
            self._timer = self.loop.call_later(wait, self.drop)

    def _watch_body(self, came: int) -> None:
        """Look again in a while, and end what came too slowly."""
        every, least = self.patience.every, self.patience.slowest * self.patience.every

        def look() -> None:
            too_long = time.monotonic() - self._began > self.patience.body
            # While nothing is read on our side, nothing can come.
            too_slow = self._came - came < least and not self.flow.read_paused
            if too_long or too_slow:
                self.drop()
            else:
                self._watch_body(self._came)

        self._timer = self.loop.call_later(every, look)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def guarded(patience: Patience) -> type[Guarded]:
    """The protocol of one server, with doors of its own."""
    return type("Guarded", (Guarded,), {"doors": Doors(most()), "patience": patience})


class Seldom(logging.Filter):
    """Lets the same words pass once a minute: a flood of one fault must not fill a disk."""

    def __init__(self, seconds: float = 60.0) -> None:
        super().__init__()
        self.seconds = seconds
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to say it."""
        words, now = str(record.msg)[:80], time.monotonic()
        if now - self._said.get(words, -self.seconds) < self.seconds:
            return False
        if len(self._said) > 1000:
            self._said.clear()
        self._said[words] = now
        return True
