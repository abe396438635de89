"""A node of a taxonomy -> its children, named by a writer in rounds until nothing new comes.

Idea: asked once, a model names what comes first to mind; asked again and again, it repeats itself. So each
round is held against what is known, and what two independent rounds share says how much is missing.

Steps: (1) two rounds that are told nothing of each other; (2) further rounds that are told what is known;
(3) it ends with as many children as are wanted, after two rounds with little new, or after five.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from plimsoll.core import Sample
from plimsoll.generators.writing import Ask, Writer
from plimsoll.run.work.candidates import failure_of, step_of
from plimsoll.stats.richness import chao2
from plimsoll.text.nearness import Near, plain_of

ALIKE = 0.6
"""Character 3-grams in common (Jaccard) from which on two names count as one."""
ROUNDS, INDEPENDENT = 5, 2
LITTLE = 0.2
"""Share of new names in a round below which it made no progress."""
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

    async def rounds(self) -> AsyncIterator[Sample]:
        """Name children; yields a step for each round, and what was of no use."""
        draws: list[list[str]] = []
        idle = 0
        for number in range(ROUNDS):
            if number >= INDEPENDENT and (len(self.children) >= self.wanted or idle > 1):
                break
            told = self.children if number >= INDEPENDENT else []
            said = await self.writer.write(self._asked(number, told))
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

    def _asked(self, number: int, told: Sequence[str]) -> Ask:
        slots = {
            "path": self.node.path,
            "definition": self.node.definition,
            "language": self.node.cell.language,
            "known": "; ".join(told) or "(nothing yet)",
            **self.slots,
        }
        return Ask(self.kind, slots, f"{self.node.cell.id}:{self.node.path}", number, wanted=self.wanted)
