"""One endpoint's patience -> how many calls are in flight: grows on clean rounds, shrinks on 429.

Slow start doubles the number of connections after every clean round; after the first cut it grows
by a twentieth. A cut counts once per burst, since calls sent before it still come back refused.
`Retry-After` pauses the whole endpoint, not only the call that was told.
"""

import asyncio
from collections import deque

START = 20
CUT = 0.7
GROWTH = 1.05
LONGEST_PAUSE = 120.0
"""Seconds; an endpoint that asks for more is asked again after this."""


class Limiter:
    """The calls in flight to one endpoint."""

    def __init__(self, ceiling: int = 100) -> None:
        self.ceiling = ceiling
        self.capacity = float(min(START, ceiling))
        self.in_flight = 0
        self.cuts = 0
        self._clean = 0
        self._doubling = True
        self._resume_at = 0.0
        self._last_cut = -1.0
        self._waiters: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> float:
        """Wait for a place; returns the time it was given, for `cut`."""
        loop = asyncio.get_running_loop()
        while self.in_flight >= int(self.capacity) or self._resume_at > loop.time():
            await self._wait(loop)
        self.in_flight += 1
        return loop.time()

    def release(self) -> None:
        """Give the place back."""
        self.in_flight -= 1
        self._wake()

    def succeeded(self) -> None:
        """Count a clean answer; a full round of them raises the capacity."""
        if self.capacity >= self.ceiling:
            return
        self._clean += 1
        if self._clean >= self.capacity and self.in_flight >= 0.8 * int(self.capacity):
            grown = self.capacity * 2 if self._doubling else max(self.capacity + 1, self.capacity * GROWTH)
            self.capacity = min(float(self.ceiling), grown)
            self._clean = 0
            self._wake()

    def cut(self, sent_at: float, retry_after: float | None) -> None:
        """Shrink after a refusal of a call that was sent at `sent_at`, and pause if asked to."""
        now = asyncio.get_running_loop().time()
        if retry_after:
            self._resume_at = max(self._resume_at, now + min(retry_after, LONGEST_PAUSE))
        if sent_at <= self._last_cut:
            return
        self._last_cut = now
        self._doubling = False
        self._clean = 0
        self.cuts += 1
        self.capacity = max(1.0, self.capacity * CUT)

    async def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        pause = self._resume_at - loop.time()
        if pause > 0:
            await asyncio.sleep(pause)
            return
        waiter = loop.create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._wake()
            raise

    def _wake(self) -> None:
        room = int(self.capacity) - self.in_flight
        while self._waiters and room > 0:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                room -= 1
