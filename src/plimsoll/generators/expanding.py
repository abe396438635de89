"""A node of a taxonomy -> its children, named by a writer in rounds until nothing new comes.

Idea: asked once, a model names what comes first to mind; asked again and again, it repeats itself. So each
round is held against what is known, and what two independent rounds share says how much is missing.

Steps: (1) two rounds that are told nothing of each other; (2) further rounds that are told what is known;
(3) it ends with as many children as are wanted, after two rounds with little new, or after five.

Nodes are decided one after the other, since each is held against its cousins. The rounds that are told
nothing hang on no other, and are always asked: those of the next nodes are asked while one is decided.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from plimsoll.core import Sample
from plimsoll.generators.replies import Said
from plimsoll.generators.writing import Ask, Writer
from plimsoll.run.work.candidates import failure_of, step_of
from plimsoll.stats.richness import chao2
from plimsoll.text.nearness import Near, plain_of

ALIKE = 0.6
"""Character 3-grams in common (Jaccard) from which on two names count as one."""
ROUNDS, INDEPENDENT = 5, 2
LITTLE = 0.2
"""Share of new names in a round below which it made no progress."""
AHEAD = 16
"""Nodes whose first rounds are asked before their turn; a model's own limit says how many calls that are."""
LONGEST = 200
"""Characters of a text that is believed to be a name."""


class Node(NamedTuple):
    """A place in a taxonomy."""

    cell: Sample
    path: str
    definition: str


@dataclass
class Known:
    """Names that others are held against: siblings, and cousins of the same level."""

    near: Near = field(default_factory=lambda: Near(ALIKE))

    def new(self, name: str) -> bool:
        """Whether a name is a new one, which is taken up then."""
        if not plain_of(name) or len(name) > LONGEST or self.near.holds(name):
            return False
        self.near.add(name)
        return True


@dataclass
class Expansion:
    """The children of a node, as they are found."""

    writer: Writer
    node: Node
    kind: str
    wanted: int
    known: Known
    slots: Mapping[str, str] = field(default_factory=dict[str, str])
    children: list[str] = field(default_factory=list[str])
    _coming: "list[asyncio.Task[Said]]" = field(default_factory=list["asyncio.Task[Said]"])

    def begin(self) -> None:
        """Ask the rounds that are told nothing, before their turn."""
        for number in range(0 if self._coming else INDEPENDENT):
            self._coming.append(asyncio.create_task(self._said(number, ())))

    async def stop(self) -> None:
        """Let go of what is still on its way."""
        for each in self._coming:
            each.cancel()
        await asyncio.gather(*self._coming, return_exceptions=True)

    async def rounds(self) -> AsyncIterator[Sample]:
        """Name children; yields a step for each round, and what was of no use."""
        draws: list[list[str]] = []
        idle = 0
        for number in range(ROUNDS):
            if number >= INDEPENDENT and (len(self.children) >= self.wanted or idle > 1):
                break
            told = self.children if number >= INDEPENDENT else []
            come = self._coming[number] if number < len(self._coming) else self._said(number, told)
            said = await come
            for text, problem in said.problems:
                yield failure_of(self.node.cell, text, f"{self.kind}: {problem}")
            named = [str(item).strip() for item in said.items]
            if number < INDEPENDENT:
                draws.append([plain_of(name) for name in named])
            new = [name for name in named if self.known.new(name)]
            self.children += new
            if named:
                idle = idle + 1 if len(new) < LITTLE * len(named) else 0
            yield step_of(
                self.node.cell,
                step=self.kind,
                path=self.node.path,
                round=number + 1,
                named=len(named),
                new=len(new),
                rejected=len(named) - len(new),
            )
        found = chao2(draws)
        del self.children[self.wanted :]
        yield step_of(
            self.node.cell,
            step=f"{self.kind}: done",
            path=self.node.path,
            children=list(self.children),
            wanted=self.wanted,
            estimate=found.estimate,
            saturation=found.saturation,
        )

    async def _said(self, number: int, told: Sequence[str]) -> Said:
        slots = {
            "path": self.node.path,
            "definition": self.node.definition,
            "language": self.node.cell.language,
            "known": "; ".join(told) or "(nothing yet)",
            **self.slots,
        }
        cell = f"{self.node.cell.id}:{self.node.path}"
        return await self.writer.write(Ask(self.kind, slots, cell, number, wanted=self.wanted))


async def in_turn(expansions: Sequence[Expansion]) -> AsyncGenerator[Expansion]:
    """One after the other, with the first rounds of the next ones on their way."""
    try:
        for at, each in enumerate(expansions):
            for coming in expansions[at : at + AHEAD]:
                coming.begin()
            yield each
    finally:
        for each in expansions:
            await each.stop()
