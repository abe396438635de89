"""Task vectors -> masks over them that are learned: which numbers of a fine-tune may stay beside safety.

A logit says how likely a number stays. While masks are learned each draw is relaxed, so that it has a
gradient: m = sigmoid((logit + log u - log(1 - u)) / temperature), u uniform. What stays is scaled up by the
mask's mean, so that a tensor keeps its weight (SOMF, section 3).
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from plimsoll.internals import algebra
from plimsoll.internals.library import torch

TEMPERATURE = 0.5
"""Of the relaxed draws (official code)."""

Unit = Literal["weight", "row", "column"]
"""What has a logit of its own: one a weight takes as much memory as the weights do."""

Vectors = Mapping[str, Any]
"""Tensor -> what fine-tuning added to it."""

Join = Callable[[Sequence[Vectors]], Vectors]
"""Masked task vectors of several tasks -> what is added to the safe model."""


def logits(vectors: Vectors, unit: Unit) -> dict[str, Any]:
    """One a unit, all of them nothing: as likely to stay as to go."""
    library = torch()
    shapes = {name: _shape(tuple(vector.shape), unit) for name, vector in vectors.items()}
    return {
        name: library.zeros(shapes[name], device=vector.device).requires_grad_()
        for name, vector in vectors.items()
    }


def _shape(shape: tuple[int, ...], unit: Unit) -> tuple[int, ...]:
    if unit == "weight" or len(shape) == 1:
        return shape
    return (shape[0], *(1 for _ in shape[1:])) if unit == "row" else (1, *shape[1:])


def relaxed(logit: Any, temperature: float = TEMPERATURE) -> Any:
    """A draw that lies between 0 and 1 and has a gradient."""
    library = torch()
    small, near = library.finfo(logit.dtype).tiny, 1 - library.finfo(logit.dtype).eps
    uniform = library.rand_like(logit).clamp(min=small, max=near)
    drawn = library.sigmoid((logit + uniform.log() - (1 - uniform).log()) / temperature)
    return drawn.clamp(min=small, max=near)


def certain(logit: Any) -> Any:
    """What is likelier to stay than to go."""
    return (logit > 0).to(logit.dtype)


def sampled(logit: Any) -> Any:
    """A draw of 0 or 1, as the official code exports its masks."""
    return (relaxed(logit) > 0.5).to(logit.dtype)


def scaled(vector: Any, mask: Any) -> Any:
    """What a mask lets through of a task vector, scaled up; nothing where it lets nothing through."""
    share = mask.mean()
    return vector * mask / share if bool(share.detach() > 0) else vector * 0


def masked(vectors: Vectors, masks: Mapping[str, Any]) -> dict[str, Any]:
    """Every tensor of a task vector through its mask."""
    return {name: scaled(vector, masks[name]) for name, vector in vectors.items()}


def added(strength: float) -> Join:
    """Task arithmetic: the weighted sum."""

    def join(tasks: Sequence[Vectors]) -> Vectors:
        return {name: strength * sum(task[name] for task in tasks) for name in tasks[0]}

    return join


def thinned(drop: float, strength: float) -> Join:
    """DARE: numbers dropped at random, the rest scaled up, and added."""

    def join(tasks: Sequence[Vectors]) -> Vectors:
        library = torch()
        kept = [
            {name: vector * (library.rand_like(vector) >= drop) / (1 - drop) for name, vector in task.items()}
            for task in tasks
        ]
        return added(strength)(kept)

    return join


def voted(density: float, strength: float) -> Join:
    """TIES over the whole of each task vector, as SOMF's code trims: numbers that agree are added."""

    def join(tasks: Sequence[Vectors]) -> Vectors:
        library = torch()
        flat = [library.cat([vector.flatten() for vector in task.values()]) for task in tasks]
        plain = [each.detach().float().cpu().numpy() for each in flat]
        kept = [algebra.trimmed(each, algebra.least_kept(abs(each), density)) for each in plain]
        votes = library.from_numpy(algebra.agreed(kept, algebra.balance(kept)))
        total: Any = sum(each * vote.to(each.device) for each, vote in zip(flat, votes, strict=True))
        sizes = [vector.numel() for vector in tasks[0].values()]
        parts = zip(tasks[0].items(), total.split(sizes), strict=True)
        return {name: strength * part.view_as(vector) for (name, vector), part in parts}

    return join


@dataclass
class Fused:
    """A safe model with masked task vectors added, to be called as a module is; every call draws anew.

    The reference of a preference is the same model under masks that have learned nothing.
    """

    module: Any
    tasks: Sequence[Vectors]
    logits: Mapping[str, Any]
    join: Join
    _untaught: bool = field(default=False, init=False)

    def __call__(self, **given: Any) -> Any:
        """What the module says with these weights."""
        masks = {name: relaxed(logit * (not self._untaught)) for name, logit in self.logits.items()}
        return torch().func.functional_call(self.module, self.weights(masks), kwargs=given)

    def weights(self, masks: Mapping[str, Any]) -> dict[str, Any]:
        """The tensors that are changed."""
        made: dict[str, Any] = {}
        for name, vector in self.join([masked(task, masks) for task in self.tasks]).items():
            own = self.module.get_parameter(name).detach()
            made[name] = (own.float() + vector).to(own.dtype)
        return made

    def parameters(self) -> Iterator[Any]:
        """What learns."""
        return iter(self.logits.values())

    @contextmanager
    def disable_adapter(self) -> Generator[None]:
        """While the block runs, masks have learned nothing."""
        self._untaught = True
        try:
            yield
        finally:
            self._untaught = False


def density(masks: Mapping[str, Any], shapes: Vectors) -> float:
    """The share of all numbers that stay."""
    sizes = {name: vector.numel() for name, vector in shapes.items()}
    kept = sum(float(mask.mean()) * sizes[name] for name, mask in masks.items())
    return kept / max(sum(sizes.values()), 1)
