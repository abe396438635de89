"""Layers: where two checkpoints of one model differ, in their weights and in what they make of prompts.

The change of a layer's weights is relative: the length of the difference over that of the first. The
change of states is the angle between the last tokens' states after each layer, on harmful and on
harmless prompts: fine-tuning that touches safety moves the two apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.core import Analysed, Finding, UserError, WhiteBox
from plimsoll.internals.handle import Handle, Template, handle, same_vocabulary
from plimsoll.internals.library import exact
from plimsoll.internals.states import last_states
from plimsoll.internals.told import Told
from plimsoll.registry import analysis
from plimsoll.whitebox._means import difference, finding, mean
from plimsoll.whitebox.anchors import Anchors


@dataclass(frozen=True, kw_only=True)
class Layers:
    """Holds two checkpoints against each other, layer by layer."""

    template: Template

    models = 2

    def analyse(self, models: Sequence[WhiteBox], anchors: Anchors, told: Told) -> Analysed:
        """The first checkpoint, then the second."""
        first, second = map(handle, models)
        same_vocabulary(first, second)
        if first.shape != second.shape:
            raise UserError(f"{first.name} and {second.name} are of different sizes: no layer has its like")
        told.begin(2 * (len(anchors.harmful) + len(anchors.harmless)))
        angles = {
            kind: self._angles(first, second, prompts, told)
            for kind, prompts in (("harmful", anchors.harmful), ("harmless", anchors.harmless))
        }
        return Analysed(
            analysis="layers",
            models={held.name: held.revision for held in (first, second)},
            findings=(
                *_weights(first, second),
                *_states(angles["harmful"], angles["harmless"], paired=anchors.paired),
            ),
            notes=anchors.notes,
        )

    def _angles(self, first: Handle, second: Handle, prompts: Sequence[str], told: Told) -> Any:
        """Prompts x (layers + 1), in degrees."""
        torch = first.torch
        one, other = (_seen(held, prompts, self.template, told) for held in (first, second))
        cosines = torch.nn.functional.cosine_similarity(one, other, dim=-1).clamp(-1, 1)
        return torch.rad2deg(torch.acos(cosines))


def _seen(held: Handle, prompts: Sequence[str], template: Template, told: Told) -> Any:
    states = last_states(held, prompts, template=template).double()
    told.step(len(prompts))
    return states


def _weights(first: Handle, second: Handle) -> Iterator[Finding]:
    for layer in range(first.shape.layers):
        before, after = (dict(held.layers[layer].named_parameters()) for held in (first, second))
        moved = sum(float(exact((after[name] - before[name]).detach()).square().sum()) for name in before)
        size = sum(float(exact(weight.detach()).square().sum()) for weight in before.values())
        count = sum(weight.numel() for weight in before.values())
        yield Finding(name="weights_moved", value=(moved / size) ** 0.5, unit="share", n=count, layer=layer)


def _states(harmful: Any, harmless: Any, *, paired: bool) -> Iterator[Finding]:
    kinds = (("states_turned_harmful", harmful), ("states_turned_harmless", harmless))
    last = harmful.shape[1] - 1
    for layer in range(last + 1):
        note = "after the final norm" if layer == last else ""
        place = None if layer == last else layer
        columns = [(name, angles[:, layer].tolist()) for name, angles in kinds]
        found = [(name, mean(values)) for name, values in columns]
        found.append(("states_turned_specific", difference(columns[0][1], columns[1][1], paired=paired)))
        for name, one in found:
            yield finding(name, one, "degrees", layer=place, note=note)


@analysis
def layers(*, template: Template = "chat") -> Layers:
    """Where two checkpoints of one model differ: weights and states, layer by layer.

    Args:
        template: Prompts in the chat template, or as they stand.
    """
    return Layers(template=template)
