"""A question that several ask at once -> asked once: a bounded memory of answers by key."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class Once(Generic[T]):
    """Answers by key, the oldest forgotten first. One that fails is not kept: the next one asks again."""

    size: int = 4096
    known: OrderedDict[str, T] = field(default_factory=OrderedDict[str, T])
    asking: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])

    async def get(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer that is known, or that is being asked for, or a new one."""
        while key in self.asking:
            await self.asking[key].wait()
        if key in self.known:
            self.known.move_to_end(key)
            return self.known[key]
        answered = self.asking[key] = asyncio.Event()
        try:
            answer = self.known[key] = await ask()
        finally:
            del self.asking[key]
            answered.set()
        while len(self.known) > self.size:
            self.known.popitem(last=False)
        return answer
