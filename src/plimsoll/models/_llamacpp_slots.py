"""Requests -> slots of the engine, each to where most of its beginning has been evaluated."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from plimsoll.models._local_weighing import Tokens, shared


class Slots:
    """A queue in which requests with the same beginning follow each other."""

    def __init__(self, count: int) -> None:
        self._idle: dict[int, Tokens] = dict.fromkeys(range(count), ())
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
        if self._idle:
            slot = max(self._idle, key=lambda slot: shared(self._idle[slot], tokens))
            del self._idle[slot]
            return slot
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((tokens, turn))
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back(turn.result(), ())
            raise

    def _give_back(self, slot: int, tokens: Tokens) -> None:
        self._waiting = [waiting for waiting in self._waiting if not waiting[1].done()]
        if not self._waiting:
            self._idle[slot] = tokens
            return
        chosen = max(self._waiting, key=lambda waiting: shared(waiting[0], tokens))
        self._waiting.remove(chosen)
        chosen[1].set_result(slot)
