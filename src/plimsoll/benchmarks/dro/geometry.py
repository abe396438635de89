"""A model and anchors -> the space in which harm and compliance are told, with what it was found from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from plimsoll.benchmarks.dro import collecting
from plimsoll.benchmarks.dro.collecting import Compliance
from plimsoll.benchmarks.dro.space import Geometry, held_out, lines, lines_apart, space_of
from plimsoll.core import UserError
from plimsoll.internals.handle import Handle
from plimsoll.internals.library import torch
from plimsoll.internals.told import Told


@dataclass(frozen=True, kw_only=True)
class Found:
    """A space with both lines, and every state in it, condition by condition, harmful requests first."""

    geometry: Geometry
    states: Any
    """Conditions x requests x hidden."""
    compliance: Any
    """Conditions x requests, as it was measured."""
    truth: tuple[bool, ...]
    """Whether a request is harmful."""
    conditions: tuple[str, ...]

    def logits(self, line: str) -> Any:
        """Conditions x requests, along `compliance` or `harmlessness`."""
        return getattr(self.geometry, line).logits(self.geometry.space.inside(self.states))

    @cached_property
    def unseen(self) -> Mapping[str, Any]:
        """The same of both lines, by some that saw the request under no condition: each fold holds every
        so-manieth request of a kind with all its states, so that pairs stay together."""
        inner, (conditions, requests) = self.geometry.space.inside(self.states), self.states.shape[:2]
        folds = min(len(self.geometry.compliance.weight), *map(len, _kinds(self.truth)))
        parts = [
            [condition * requests + place for condition in range(conditions) for place in places]
            for fold in range(folds)
            for places in [[place for kind in _kinds(self.truth) for place in kind[fold::folds]]]
        ]
        harmless = inner.new_tensor([float(not each) for each in self.truth]).repeat(conditions)
        flat, wanted = inner.flatten(0, 1), (self.compliance.flatten(), harmless)
        apart = zip(("compliance", "harmlessness"), lines_apart(flat, wanted, parts), strict=True)
        return {
            name: inner.new_tensor(held_out(flat, line, parts)).reshape(conditions, requests)
            for name, line in apart
        }


def found(
    held: Handle,
    harmful: Sequence[str],
    harmless: Sequence[str],
    language: str,
    *,
    components: int,
    folds: int,
    how: Compliance,
    samples: int,
    tokens: int,
    told: Told,
) -> Found:
    """Gather and fit. Raises `UserError` where there are too few anchors, or compliance does not vary."""
    if min(len(harmful), len(harmless)) < 2 or 4 * len([*harmful, *harmless]) < 2 * folds:
        raise UserError(f"{folds} folds need more anchors than {len(harmful)} and {len(harmless)}")
    truth = (*(True for _ in harmful), *(False for _ in harmless))
    gathered = collecting.gathered(
        held, [*harmful, *harmless], language, how=how, samples=samples, tokens=tokens, told=told
    )
    collecting.refuse_degenerate(held, gathered.compliance)
    every = ordered(gathered.states, truth)
    space = space_of(every, components)
    harmfulness = every.new_tensor([float(not each) for each in truth]).expand(len(gathered.states), -1)
    complies, harms = lines(
        space.inside(every),
        [ordered(gathered.compliance[..., None], truth)[:, 0], ordered(harmfulness[..., None], truth)[:, 0]],
        folds,
    )
    return Found(
        geometry=Geometry(space=space, compliance=complies, harmlessness=harms),
        states=gathered.states,
        compliance=gathered.compliance,
        truth=truth,
        conditions=tuple(collecting.conditions(language)),
    )


def ordered(values: Any, truth: Sequence[bool]) -> Any:
    """Conditions x requests x numbers as rows in the official order: all harmful ones, then the others."""
    return torch().cat([values[:, kind].flatten(0, 1) for kind in _kinds(truth)])


def _kinds(truth: Sequence[bool]) -> tuple[list[int], list[int]]:
    harmful = [place for place, each in enumerate(truth) if each]
    return harmful, [place for place, each in enumerate(truth) if not each]
