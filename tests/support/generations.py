"""Words for scripted generators: many texts that are not near to each other; a model with uneven answers."""

import asyncio
import random
from dataclasses import dataclass, field
from hashlib import sha256

from plimsoll.core import Request, Response
from plimsoll.models.scripted import Scripted

SUBJECTS = (
    "apples",
    "brass lamps",
    "chimneys",
    "dolphins",
    "evening trains",
    "ferns",
    "guitars",
    "hats",
    "ink",
)
VERBS = (
    "paint",
    "borrow",
    "count",
    "weigh",
    "polish",
    "photograph",
    "insure",
    "label",
    "draw",
    "sell",
    "move",
)


def chosen(seed: str, number: int, words: int = 9) -> str:
    """A question of words drawn by a seed."""
    return f"{' '.join(random.Random(f'{seed}{number}').sample(SUBJECTS + VERBS, words))}?"


@dataclass
class Uneven:
    """A model whose answers come in another order than they were asked for."""

    inner: Scripted
    name: str = "scripted/uneven"
    revision: str = "1"
    asked: list[str] = field(default_factory=list[str])
    waiting: int = 0
    most: int = 0

    async def close(self) -> None:
        return None

    async def generate(self, request: Request) -> Response:
        said = request.messages[-1].text
        self.asked.append(f"{request.draw} {said}")
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        for _ in range(sha256(said.encode()).digest()[0] % 7):
            await asyncio.sleep(0)
        self.waiting -= 1
        return await self.inner.generate(request)
