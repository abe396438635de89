"""Antidote: after fine-tuning, the weights that harmful texts use most are set to zero, once.

"Antidote: Post-fine-tuning Safety Alignment for Large Language Models against Harmful Fine-tuning" (ICML
2025). A weight's score is its size times the length of its input column over harmful texts (Wanda); in
every row the highest share is pruned. The official code prunes the two matrices of the adapter that the user
trained (`adapter`), and q, k and v where all weights were trained.

Differs: padding enters no norm, and scores are taken from the unpruned model throughout, as in the official
code. `score` has its two ablations: size alone, and chance.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from plimsoll.core import UserError
from plimsoll.internals import adapters, checkpoint, training
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.inputs import squared_inputs
from plimsoll.internals.library import torch
from plimsoll.internals.told import Told
from plimsoll.internals.training import Example
from plimsoll.realignment import reading
from plimsoll.realignment.learning import tensors
from plimsoll.realignment.repairs import Given, refuse_unready
from plimsoll.registry import repair

PRUNED = ("q_proj", "k_proj", "v_proj")
"""Of every attention (official code, full fine-tuning)."""

Score = Literal["wanda", "size", "chance"]
Scores = Callable[[str, Any], Any]
"""Module and its weights -> a number for each weight."""


@dataclass(frozen=True, kw_only=True)
class Antidote:
    """Prunes what harmful texts use, of the weights or of an adapter's."""

    density: float
    score: Score
    adapter: str
    seed: int

    takes = ("tuned",)

    def repair(self, given: Given, out: Path) -> Sequence[str]:
        """Score, mask and write. Raises `UserError` without harmful texts."""
        harmful = reading.examples(given, "antidote") if self.score == "wanda" else []
        refuse_unready(given, out)
        held = handle(given.models[0])
        given.told.begin(len(harmful))
        work = self._of_adapter if self.adapter else self._of_weights
        return work(held, given, harmful, out)

    def _of_weights(self, held: Handle, given: Given, harmful: Sequence[Example], out: Path) -> Sequence[str]:
        (source,) = given.checkpoints
        modules = pruned_of(source.places)
        names = {f"{name}.weight" for name in modules}
        scores = self._scores(held, modules, harmful, given.told)
        counted = Counted()

        def pruned() -> Iterator[tuple[str, Any]]:
            for name in source.places:
                tensor = source.read(name)
                if name in names:
                    score = scores(name.removesuffix(".weight"), tensor)
                    tensor = tensor.masked_fill(counted.seen(mask(score, self.density)), 0)
                yield name, tensor

        checkpoint.write(out, source, pruned())
        return (counted.said,)

    def _of_adapter(self, held: Handle, given: Given, harmful: Sequence[Example], out: Path) -> Sequence[str]:
        """Only the adapter's matrices change; what is written is the model with the pruned adapter added."""
        (source,) = given.checkpoints
        counted = Counted()
        with adapters.within(held, Path(self.adapter).expanduser()) as trained:
            found = adapters.matrices(trained)
            scores = self._scores(held, list(found), harmful, given.told)
            for name, weight in found.items():
                weight.data.masked_fill_(counted.seen(mask(scores(name, weight.data), self.density)), 0)
            changed = training.merged(held, trained)
            checkpoint.write(
                out,
                source,
                tensors(source, changed),
                lambda folder: trained.module.save_pretrained(folder / "adapter"),
            )
        return (f"{counted.said} The model's own weights are as they were.",)

    def _scores(self, held: Handle, modules: Sequence[str], harmful: Sequence[Example], told: Told) -> Scores:
        return scores_of(held, modules, harmful, self.score, seed=self.seed, told=told)


def scores_of(
    held: Handle,
    modules: Sequence[str],
    harmful: Sequence[Example],
    score: Score,
    *,
    seed: int = 0,
    told: Told,
) -> Scores:
    """What says of each weight of some modules how much harmful texts use it: the highest are pruned."""
    if score == "size":
        return lambda _, weight: weight.float().abs()
    if score == "chance":
        return lambda name, weight: _drawn(name, weight, seed)
    squares = squared_inputs(held, modules, _texts(held, harmful, told))
    norms: Mapping[str, Any] = {name: found.norms.float() for name, found in squares.items()}
    return lambda name, weight: weight.float().abs() * norms[name].to(weight.device)


def _drawn(name: str, weight: Any, seed: int) -> Any:
    """The same for a module whenever it is asked for: a larger share prunes what a smaller one did."""
    library = torch()
    own = int.from_bytes(sha256(f"{seed}:{name}".encode()).digest()[:7])
    return library.rand(weight.shape, generator=library.Generator().manual_seed(own)).to(weight.device)


@dataclass
class Counted:
    """How much was pruned."""

    zeroed: int = 0
    all: int = 0
    tensors: int = 0

    def seen(self, harmful: Any) -> Any:
        """Count a mask; gives it back."""
        self.zeroed += int(harmful.sum())
        self.all += harmful.numel()
        self.tensors += 1
        return harmful

    @property
    def said(self) -> str:
        """A sentence."""
        return f"{self.zeroed:,} of {self.all:,} numbers of {self.tensors} tensors were set to zero."


def pruned_of(names: Iterable[str]) -> list[str]:
    """The modules whose weights are pruned, of the names of a model's tensors."""
    ends = tuple(f"{each}.weight" for each in PRUNED)
    return [name.removesuffix(".weight") for name in names if name.endswith(ends)]


def mask(scores: Any, density: float) -> Any:
    """Row by row, the share of columns that scores highest: True where a weight is pruned.

    All but floor(columns x (1 - density)) of them; of equal ones, those further right.
    """
    library = torch()
    columns = scores.shape[1]
    kept = math.floor(columns * (1 - density))
    order = scores.sort(dim=1, stable=True).indices
    harmful = library.zeros_like(scores, dtype=library.bool)
    return harmful.scatter(1, order[:, kept:], True)


def _texts(held: Handle, harmful: Sequence[Example], told: Told) -> Iterator[list[int]]:
    for each in harmful:
        template = "chat" if held.tokenizer.chat_template else "raw"
        reply = held.tokenizer(each.reply, add_special_tokens=False)["input_ids"]
        yield [*held.ids(each.prompt, template, each.system), *reply]
        told.step()


@repair
def antidote(*, density: float = 0.05, score: Score = "wanda", adapter: str = "", seed: int = 0) -> Antidote:
    """Set the weights that harmful texts use most to zero, after fine-tuning.

    Args:
        density: Share of each row's weights that is pruned.
        score: By use on harmful texts, by size alone, or by chance: the last two are there to compare with.
        adapter: Folder of a LoRA adapter trained on the model named: it alone is pruned, then added.
        seed: Of chance.
    """
    if not 0 <= density <= 1:
        raise UserError(f"antidote: density is {density:g}; it must lie between 0 and 1")
    return Antidote(density=density, score=score, adapter=adapter, seed=seed)
