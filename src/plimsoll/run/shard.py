"""`2/4` -> which questions a part of a shared run asks: every fourth, from the second on."""

import re
from typing import NamedTuple

from plimsoll.core import UserError

MOST = 100_000


class Shard(NamedTuple):
    """A part of a run."""

    number: int
    """From 1."""
    of: int

    def holds(self, place: int) -> bool:
        """Whether the question at a place, from 0, is asked in this part."""
        return place % self.of == self.number - 1

    def size(self, total: int) -> int:
        """How many of so many questions it asks."""
        return len(range(self.number - 1, total, self.of))


WHOLE = Shard(1, 1)


def parse(text: str) -> Shard:
    """Read `2/4`; nothing at all is the whole run. Raises `UserError`."""
    if not text:
        return WHOLE
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip(), re.ASCII)
    shard = Shard(int(found[1]), int(found[2])) if found else Shard(0, 0)
    if not (1 <= shard.number <= shard.of <= MOST):
        raise UserError(
            f"--shard {text}: write its number and how many there are, such as 2/4 for the second of four"
        )
    return shard
