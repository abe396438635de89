"""Requests -> engines, each to where most of its beginning has been evaluated."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from plimsoll.models._local_weighing import Tokens, shared

LONG = 256
"""Tokens of a beginning that are worth waiting for, rather than evaluating them a second time."""


class Slots:
    """A queue in which requests with the same beginning follow each other."""

    def __init__(self, count: int) -> None:
        self._idle: dict[int, Tokens] = dict.fromkeys(range(count), ())
        self._busy: dict[int, Tokens] = {}
        self._waiting: list[tuple[Tokens, asyncio.Future[int]]] = []

    @asynccontextmanager
    async def slot(self, tokens: Tokens) -> AsyncGenerator[int]:
        """Hold the slot that knows most of `tokens`."""
        slot = await self._take(tokens)
        try:
            yield slot
        finally:
            self._give_back(slot, tokens)

    async def _take(self, tokens: Tokens) -> int:
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((tokens, turn))
        self._hand_out()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back(turn.result(), ())
            raise

    def _give_back(self, slot: int, tokens: Tokens) -> None:
        self._busy.pop(slot, None)
        self._idle[slot] = tokens
        self._hand_out()

    def _hand_out(self) -> None:
        """Give every idle slot to the request that it knows most of."""
        self._waiting = [waiting for waiting in self._waiting if not waiting[1].done()]
        while self._idle and self._waiting:
            fits = [
                (shared(known, tokens), -slot, -place)
                for slot, known in self._idle.items()
                for place, (tokens, _) in enumerate(self._waiting)
            ]
            best = next((fit for fit in sorted(fits, reverse=True) if self._may_have(fit)), None)
            if best is None:
                return
            slot, place = -best[1], -best[2]
            tokens, turn = self._waiting.pop(place)
            del self._idle[slot]
            self._busy[slot] = tokens
            turn.set_result(slot)

    def _may_have(self, fit: tuple[int, int, int]) -> bool:
        """Whether no busy slot knows so much more of a request that it had better wait."""
        here, _, place = fit
        tokens = self._waiting[-place][0]
        return all(shared(known, tokens) < here + LONG for known in self._busy.values())
