"""Antidote: after fine-tuning, the weights that harmful texts use most are set to zero, once.

"Antidote: Post-fine-tuning Safety Alignment for Large Language Models against Harmful Fine-tuning" (ICML
2025). A weight's score is its size times the length of its input column over harmful texts (Wanda); in
every row the highest share is pruned. Differs: padding enters no norm, and scores are taken from the
unpruned model throughout, as in the official code.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plimsoll.core import UserError
from plimsoll.internals import checkpoint
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.inputs import squared_inputs
from plimsoll.internals.library import torch
from plimsoll.internals.told import Told
from plimsoll.internals.training import Example
from plimsoll.realignment import reading
from plimsoll.realignment.repairs import Given
from plimsoll.registry import repair

PRUNED = ("q_proj", "k_proj", "v_proj")
"""Of every attention (official code, full fine-tuning)."""


@dataclass(frozen=True)
class Antidote:
    """Prunes what harmful texts use."""

    density: float
    takes = ("tuned",)

    def repair(self, given: Given, out: Path) -> Sequence[str]:
        """Score, mask and write. Raises `UserError` without harmful texts."""
        harmful = reading.examples(given, "antidote")
        (source,) = given.checkpoints
        held = handle(given.models[0])
        names = [name for name in source.places if name.endswith(tuple(f"{each}.weight" for each in PRUNED))]
        modules = [name.removesuffix(".weight") for name in names]
        given.told.begin(len(harmful))
        squares = squared_inputs(held, modules, _texts(held, harmful, given.told))
        norms = {f"{name}.weight": found.norms for name, found in squares.items()}
        counted = _Counted()
        checkpoint.write(out, source, self._pruned(source, norms, counted))
        return (f"{counted.zeroed:,} of {counted.all:,} numbers of {len(names)} tensors were set to zero.",)

    def _pruned(
        self, source: checkpoint.Checkpoint, norms: Mapping[str, Any], counted: "_Counted"
    ) -> Iterator[tuple[str, Any]]:
        for name in source.places:
            tensor = source.read(name)
            if name in norms:
                harmful = mask(tensor.float().abs() * norms[name].float(), self.density)
                counted.zeroed += int(harmful.sum())
                counted.all += harmful.numel()
                tensor = tensor.masked_fill(harmful, 0)
            yield name, tensor


@dataclass
class _Counted:
    zeroed: int = 0
    all: int = 0


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
def antidote(*, density: float = 0.05) -> Antidote:
    """Set the weights that harmful texts use most to zero, after fine-tuning.

    Args:
        density: Share of each row's weights that is pruned.
    """
    if not 0 <= density <= 1:
        raise UserError(f"antidote: density is {density:g}; it must lie between 0 and 1")
    return Antidote(density)
