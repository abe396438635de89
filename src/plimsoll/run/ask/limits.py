"""One endpoint's patience -> how many calls are in flight: grows on clean rounds, shrinks when told to.

Slow start doubles the number of connections after every clean round, up to where the first cut came;
from there it grows by a twentieth. A cut counts once per burst, since calls sent before it still come
back refused. `Retry-After` pauses the whole endpoint, not only the call that was told; where the
endpoint names no time and answers nobody, the pauses grow. Answers that come too late are congestion
where they are many, and one call's own doing where they are few.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from math import exp
from time import monotonic

from plimsoll.core import Late, Overloaded

START = 20
CUT, CUT_WHEN_LATE = 0.7, 0.5
GROWTH = 1.05
LONGEST_PAUSE = 900.0
"""Seconds; an endpoint that asks for more is asked again after this."""
FIRST_PAUSE, LONGEST_OWN_PAUSE = 0.5, 30.0
"""Seconds between bursts of an endpoint that refuses all and names no time."""
MANY = 5
"""One call in so many that comes too late is congestion."""
WORTH_TELLING = 2.0
"""Seconds of waiting that nobody needs to hear of."""
TELL_EVERY = 10.0

Tell = Callable[[str], None]
"""Told of every wait that is worth a line on the screen."""


def untold(line: str) -> None:
    """Nobody listens."""


class Limiter:
    """The calls in flight to one endpoint, and how it fares."""

    def __init__(self, ceiling: int = 100, tell: Tell = untold, *, first_pause: float = FIRST_PAUSE) -> None:
        self.ceiling = ceiling
        self.first_pause = first_pause
        self.capacity = float(min(START, ceiling))
        self.in_flight = 0
        self.cuts = 0
        self.answered = 0
        """Calls that were answered, ever."""
        self._tell = tell
        self._told_at = -TELL_EVERY
        self._clean = 0
        self._until = float("inf")
        """Capacity up to which clean rounds double it."""
        self._resume_at = 0.0
        self._last_cut = -1.0
        self._answered_at_cut = -1
        self._barren = 0
        """Cuts in a row without an answer between them."""
        self._late = 0.0
        """Calls that came too late, those before many answers forgotten."""
        self._answered_at_late = 0
        self._failing_since: float | None = None
        self._waiters: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> float:
        """Wait for a place; returns the time it was given, for `cut`."""
        while self.in_flight >= int(self.capacity) or self._resume_at > monotonic():
            await self._wait()
        self.in_flight += 1
        return monotonic()

    def release(self) -> None:
        """Give the place back."""
        self.in_flight -= 1
        self._wake()

    def succeeded(self) -> None:
        """Count a clean answer; a full round of them raises the capacity."""
        self.answered += 1
        self._failing_since = None
        if self.capacity >= self.ceiling:
            return
        self._clean += 1
        if self._clean >= int(self.capacity) and self.in_flight >= 0.8 * int(self.capacity):
            doubled = min(self.capacity * 2, self._until) if self.capacity < self._until else 0.0
            grown = max(doubled, self.capacity + 1, self.capacity * GROWTH)
            self.capacity = min(float(self.ceiling), grown)
            self._clean = 0
            self._wake()

    def failed(self) -> None:
        """Count a call that was not answered."""
        if self._failing_since is None:
            self._failing_since = monotonic()

    @property
    def failing_for(self) -> float:
        """Seconds in which calls have failed and none was answered."""
        return 0.0 if self._failing_since is None else monotonic() - self._failing_since

    def cut(self, sent_at: float, refusal: Overloaded) -> None:
        """Shrink after a refusal of a call that was sent at `sent_at`, and pause if asked to."""
        now = monotonic()
        self.failed()
        late = isinstance(refusal, Late)
        if refusal.retry_after:
            self._pause(now, min(refusal.retry_after, LONGEST_PAUSE))
        if sent_at > self._last_cut and (not late or self._too_many_late()):
            self._shrink(now, CUT_WHEN_LATE if late else CUT)
            if self._barren and not refusal.retry_after and not late:
                self._pause(now, min(LONGEST_OWN_PAUSE, self.first_pause * 2 ** (self._barren - 1)))
        self.tell(refusal, self._resume_at - now)

    def tell(self, trouble: Exception, pause: float = 0.0) -> None:
        """Say that the endpoint is waited for, where it takes long and was not said just now."""
        now = monotonic()
        waited = max(pause, self.failing_for)
        if (waited < WORTH_TELLING and not isinstance(trouble, Late)) or now - self._told_at < TELL_EVERY:
            return
        self._told_at = now
        wait = f"waiting {pause:.0f} s" if pause >= WORTH_TELLING else "asking again"
        self._tell(f"{wait}, {int(self.capacity)} at a time: {trouble}")

    def _too_many_late(self) -> bool:
        between = self.answered - self._answered_at_late
        self._late = self._late * exp(-between / self.capacity) + 1
        self._answered_at_late = self.answered
        return self._late * MANY >= self.capacity

    def _shrink(self, now: float, share: float) -> None:
        barren = self.answered == self._answered_at_cut
        self._barren = self._barren + 1 if barren else 0
        self._last_cut, self._answered_at_cut = now, self.answered
        self._late, self._clean = 0.0, 0
        self.cuts += 1
        self.capacity = max(1.0, self.capacity * share)
        if not barren:
            self._until = self.capacity

    def _pause(self, now: float, seconds: float) -> None:
        self._resume_at = max(self._resume_at, now + seconds)

    async def _wait(self) -> None:
        pause = self._resume_at - monotonic()
        if pause > 0:
            await asyncio.sleep(pause)
            return
        waiter = asyncio.get_running_loop().create_future()
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
