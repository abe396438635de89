"""SOMF: what fine-tuning added to a safe model, through a mask that is learned from preferences.

"A safety realignment framework via subspace-oriented model fusion for large language models" (2024). The
task vector of each fine-tuned model is its weights less the safe model's. One mask for all tasks says which
of its numbers stay; it is learned by DPO over pairs in which the safe reply is preferred, while all weights
stand still. What stays, scaled up, is added to the safe model.

Differs: a number stays where its logit is above 0; the official code draws whether it does (`sample_seed`).
The tensors that fine-tuning changed are masked, whichever they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from plimsoll.core import UserError
from plimsoll.internals import checkpoint, kin, masks, memory
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.losses import dpo
from plimsoll.internals.training import Loss, Recipe, learn, seeded
from plimsoll.realignment import reading
from plimsoll.realignment.dpo import rows_of
from plimsoll.realignment.learning import tensors
from plimsoll.realignment.repairs import Given, refuse_reversed, refuse_unready
from plimsoll.registry import repair

How = Literal["added", "ties", "dare", "mean"]
ALONE = 1.0
STRENGTHS: Mapping[How, float] = {"added": 0.3, "ties": 0.4, "dare": 0.3, "mean": 1.0}
"""Of each task where there are several (official code, adapters)."""
KEPT, DROPPED = 0.2, 0.2
"""Shares that TIES keeps and DARE drops (official code)."""
HELD = 6
"""Numbers in memory for each that is masked: logit, gradient, two of the optimiser's, mask, weight."""
USUAL = Recipe(steps=100, rate=1e-2, max_tokens=512)


@dataclass(frozen=True, kw_only=True)
class Somf:
    """Learns a mask over task vectors."""

    how: How
    strength: float | None
    unit: masks.Unit
    loss: Loss
    sample_seed: int | None
    recipe: Recipe

    takes = ("tuned...", "safe")

    def repair(self, given: Given, out: Path) -> Sequence[str]:
        """Learn, fuse and write. Raises `UserError` where fine-tuning changed nothing."""
        *tuned, safe = given.checkpoints
        pairs = reading.preferences(given, "somf")
        kin.keep_speakers(safe, tuned)
        refuse_unready(given, out)
        names = changed(tuned, safe)
        numbers = sum(safe.layouts[name].numbers for name in names)
        device = memory.device_of(given.models[-1])
        memory.refuse_more(numbers * (HELD + len(tuned)), "learning a mask", device=device)
        held = handle(given.models[-1])
        tasks = [_vectors(held, each, safe, names) for each in tuned]
        fused = masks.Fused(held.module, tasks, masks.logits(tasks[0], self.unit), self._join(len(tasks)))
        rows = rows_of(held, pairs, self.recipe)
        step = partial(self.loss, fused)
        losses = learn(held, fused.logits, rows, step, recipe=self.recipe, told=given.told)
        final, densities = self._final(held, fused)
        checkpoint.write(out, safe, tensors(safe, final))
        told = " · ".join(f"{said} {share:.1%}" for said, share in densities.items())
        return (
            f"loss {losses[0]:.3f} → {losses[-1]:.3f} over {self.recipe.steps} steps on {len(rows)} rows.",
            f"{numbers:,} numbers of {len(names)} tensors are masked; these stay: {told}.",
        )

    def _join(self, tasks: int) -> masks.Join:
        usual = ALONE if tasks == 1 else STRENGTHS[self.how]
        strength = usual if self.strength is None else self.strength
        joins = {
            "added": masks.added(strength),
            "ties": masks.voted(KEPT, strength),
            "dare": masks.thinned(DROPPED, strength),
            "mean": masks.added(strength / tasks),
        }
        return joins["added"] if tasks == 1 else joins[self.how]

    def _final(self, held: Handle, fused: masks.Fused) -> tuple[dict[str, Any], dict[str, float]]:
        """Weights under masks of 0 and 1, and how dense the masks are: ours, and one that is drawn."""
        with held.torch.no_grad():
            certain = {name: masks.certain(logit) for name, logit in fused.logits.items()}
            with seeded(held, self.sample_seed or 0):
                drawn = {name: masks.sampled(logit) for name, logit in fused.logits.items()}
            densities = {
                "logit above 0": masks.density(certain, fused.tasks[0]),
                "as drawn": masks.density(drawn, fused.tasks[0]),
            }
            chosen = certain if self.sample_seed is None else drawn
            with seeded(held, self.recipe.seed):
                return {name: each.cpu() for name, each in fused.weights(chosen).items()}, densities


def changed(tuned: Sequence[Checkpoint], safe: Checkpoint) -> list[str]:
    """Tensors that any fine-tuned model has otherwise than the safe one. Raises `UserError` without any."""
    found = [
        name
        for name, own in safe.stored.items()
        if own.layout.is_float and any(_differs(own, each.stored[name]) for each in tuned)
    ]
    if not found:
        raise UserError(f"{tuned[0].folder} has the weights of {safe.folder}: there is nothing to mask")
    return found


def _differs(one: Any, other: Any) -> bool:
    return any(bool((a != b).any()) for a, b in zip(one.parts(), other.parts(), strict=True))


def _vectors(held: Handle, tuned: Checkpoint, safe: Checkpoint, names: Sequence[str]) -> dict[str, Any]:
    """What fine-tuning added, in 32 bits: a difference in 16 would lose what is learned."""

    def each() -> Iterator[tuple[str, Any]]:
        for name in names:
            yield name, (tuned.read(name).float() - safe.read(name).float()).to(held.device)

    return dict(each())


@repair
def somf(
    *,
    how: How = "added",
    strength: float | None = None,
    unit: masks.Unit = "weight",
    beta: float = 0.1,
    sample_seed: int | None = None,
    recipe: Recipe = USUAL,
) -> Somf:
    """Keep of a fine-tune what a mask learned from preferences lets through, on top of the safe model.

    Args:
        how: How several fine-tuned models are joined.
        strength: Of each task vector; 1 for one model, and of several as published: 0.3, for ties 0.4.
        unit: What has a logit of its own; a row or a column takes little memory.
        beta: How fast a preference is satisfied.
        sample_seed: Draw the mask that is written, as the official code does, in place of its likelier side.
    """
    if strength is not None:
        refuse_reversed("somf", strength=strength)
    return Somf(how=how, strength=strength, unit=unit, loss=dpo(beta), sample_seed=sample_seed, recipe=recipe)
