"""Sahara: the group of heads that together turn a data set's states the most.

"On the Role of Attention Heads in Large Language Model Safety" (ICLR 2025). The last tokens' states of all
prompts form a matrix; silencing heads turns its leading left singular vectors by some angle (generalised
Ships). Heads are added to the group one by one, each time the one that turns it furthest. Angles are
computed from sines and cosines in double precision: near zero the official arc cosine is noise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.core import Analysed, Finding, UserError, WhiteBox
from plimsoll.internals.ablation import Ablation, Kind, beside, intact
from plimsoll.internals.handle import Handle, Template, handle
from plimsoll.internals.library import exact, torch
from plimsoll.internals.told import Told
from plimsoll.registry import analysis
from plimsoll.whitebox._numbers import at_least
from plimsoll.whitebox.anchors import Anchors

Unit = tuple[int, int]
"""Layer and head."""


@dataclass(frozen=True, kw_only=True)
class Sahara:
    """Greedy search for a group of heads."""

    ablation: Ablation
    template: Template
    steps: int
    rank: int

    models = 1

    def analyse(self, models: Sequence[WhiteBox], anchors: Anchors, told: Told) -> Analysed:
        """Search on the harmful prompts; the same group is then put to the harmless ones."""
        (model,) = models
        held = handle(model)
        every = held.shape.layers * held.shape.units(self.ablation.unit)
        if self.steps >= every:
            raise UserError(f"sahara: steps is {self.steps}; {held.name} has {every} heads in all")
        few = min(len(anchors.harmful), len(anchors.harmless))
        if few <= self.rank:
            raise UserError(
                f"sahara: {few} prompts of a kind cannot be turned in {self.rank} dimensions: any head would "
                f"come out first; give {self.rank + 1} of each kind at least (--limit)"
            )
        told.begin(self.steps * len(anchors.harmful) + len(anchors.harmless))
        base = _matrix(held, anchors.harmful, self.template)
        findings = list[Finding]()
        group: list[Unit] = []
        for number in range(1, self.steps + 1):
            angles = self._angles(held, anchors.harmful, base, group, told)
            best = max(angles, key=lambda unit: angles[unit])
            group.append(best)
            findings.append(_finding("sahara", angles[best], best, len(anchors.harmful), f"step {number}"))
        plain = _matrix(held, anchors.harmless, self.template)
        alone = self._angles(held, anchors.harmless, plain, group[:-1], told)
        findings.append(
            _finding("sahara_harmless", alone[group[-1]], group[-1], len(anchors.harmless), "the whole group")
        )
        return Analysed(
            analysis="sahara",
            models={held.name: held.revision},
            findings=tuple(findings),
            notes=(*anchors.notes, *_notes(held, group)),
        )

    def _angles(
        self, held: Handle, prompts: Sequence[str], base: Any, group: Sequence[Unit], told: Told
    ) -> dict[Unit, float]:
        """By how many degrees each further head turns the states, the group being silenced already."""
        states: dict[Unit, list[Any]] = {}
        for prompt in prompts:
            for layer, rows in beside(held, held.ids(prompt, self.template), self.ablation, group):
                for head, row in enumerate(rows):
                    if (layer, head) not in group:
                        states.setdefault((layer, head), []).append(row)
            told.step()
        return {unit: angle(base, held.torch.stack(rows), self.rank) for unit, rows in states.items()}


def angle(first: Any, second: Any, rank: int = 1) -> float:
    """Sum of the principal angles between the leading left singular vectors of two matrices, in degrees.

    Args:
        first, second: Prompts x hidden.
        rank: How many singular vectors span the two subspaces (1 in the official code).
    """
    library = torch()
    one, other = (_leading(given, rank) for given in (first, second))
    cosines = library.linalg.svdvals(one.T @ other).clamp(max=1.0)
    sines = library.linalg.svdvals(other - one @ (one.T @ other)).flip(0).clamp(max=1.0)
    return float(library.rad2deg(library.atan2(sines, cosines)).sum())


def _leading(states: Any, rank: int) -> Any:
    return torch().linalg.svd(exact(states), full_matrices=False).U[:, :rank]


def _matrix(held: Handle, prompts: Sequence[str], template: Template) -> Any:
    return held.torch.cat([intact(held, held.ids(prompt, template)) for prompt in prompts])


def _finding(name: str, value: float, unit: Unit, n: int, note: str) -> Finding:
    return Finding(name=name, value=value, unit="degrees", n=n, layer=unit[0], head=unit[1], note=note)


def _notes(held: Handle, group: Sequence[Unit]) -> Iterator[str]:
    size = held.shape.head_dim * held.shape.hidden
    share = len(group) * size / held.parameters()
    yield f"The group's slices of one projection are {share:.4%} of {held.parameters():,} numbers."
    yield "A greedy search names the largest of many angles: it has no interval, and is biased upwards."


@analysis
def sahara(*, steps: int = 3, kind: Kind = "q", rank: int = 1, template: Template = "chat") -> Sahara:
    """The group of attention heads that together turn the last tokens' states the most.

    Args:
        steps: Heads in the group.
        kind: What is silenced: queries `q`, keys `k`, or what a head says, `head_out`.
        rank: Singular vectors that are held against each other.
        template: Prompts in the chat template, or as they stand.
    """
    at_least("sahara", 1, steps=steps, rank=rank)
    return Sahara(ablation=Ablation(kind=kind), template=template, steps=steps, rank=rank)
