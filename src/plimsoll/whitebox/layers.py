"""Layers: where two checkpoints of one model differ, in their weights and in what they make of prompts.

The change of a layer's weights is relative: the length of the difference over that of the first, of the whole
layer and of each of its parts. The change of states is the angle between the last tokens' states after each
layer, on harmful and on harmless prompts: fine-tuning that touches safety moves the two apart.

`beside` sets next to it how much each layer of the first model matters for safety, by Ships (what its heads
do to harmful requests beyond harmless ones) or by DRO's directions (how well harm is told apart there), and
says how far layers that changed most are those that matter most: Spearman's correlation over layers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.core import Analysed, Finding, WhiteBox
from plimsoll.internals.handle import Handle, Template, handle, revisions, same_sizes, same_vocabulary
from plimsoll.internals.library import exact
from plimsoll.internals.states import last_states
from plimsoll.internals.told import Told
from plimsoll.registry import analysis
from plimsoll.whitebox import _importance as importance
from plimsoll.whitebox._importance import Beside
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.means import difference, finding, mean


@dataclass(frozen=True, kw_only=True)
class Layers:
    """Holds two checkpoints against each other, layer by layer."""

    template: Template
    beside: Beside = "none"

    models = 2

    def analyse(self, models: Sequence[WhiteBox], anchors: Anchors, told: Told) -> Analysed:
        """The first checkpoint, then the second."""
        first, second = map(handle, models)
        same_vocabulary(first, second)
        same_sizes(first, second, "no layer has its like")
        told.begin((2 + importance.ways(self.beside)) * (len(anchors.harmful) + len(anchors.harmless)))
        angles = {
            kind: self._angles(first, second, prompts, told)
            for kind, prompts in (("harmful", anchors.harmful), ("harmless", anchors.harmless))
        }
        moved = list(_weights(first, second))
        mattering = importance.of(self.beside, first, anchors, self.template, told)
        return Analysed(
            analysis="layers",
            models=revisions((first, second)),
            findings=(
                *moved,
                *_parts(first, second),
                *_states(angles["harmful"], angles["harmless"], paired=anchors.paired),
                *(each for found in mattering for each in (*found.findings, *found.beside(moved))),
            ),
            notes=(*anchors.notes, *((importance.ROUGH,) if mattering else ())),
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
    """Of each layer as a whole."""
    for layer, (before, after) in enumerate(_pairs(first, second)):
        yield _change("weights_moved", layer, [(before[name], after[name]) for name in before])


def _parts(first: Handle, second: Handle) -> Iterator[Finding]:
    """Of each module with weights, layer by layer."""
    for layer, (before, after) in enumerate(_pairs(first, second)):
        parts: dict[str, list[tuple[Any, Any]]] = {}
        for name in before:
            parts.setdefault(name.split(".")[-2], []).append((before[name], after[name]))
        for part, pairs in parts.items():
            yield _change(f"weights_moved_{part}", layer, pairs)


def _pairs(first: Handle, second: Handle) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The weights of each layer, by name, before and after."""
    for layer in range(first.shape.layers):
        before, after = (dict(held.layers[layer].named_parameters()) for held in (first, second))
        yield before, after


def _change(name: str, layer: int, pairs: Sequence[tuple[Any, Any]]) -> Finding:
    moved = size = count = 0.0
    for before, after in pairs:
        own = exact(before.detach())
        moved += float((exact(after.detach().to(before.device)) - own).square().sum())
        size += float(own.square().sum())
        count += before.numel()
    return Finding(
        name=name, value=(moved / max(size, 1e-300)) ** 0.5, unit="share", n=int(count), layer=layer
    )


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
def layers(*, template: Template = "chat", beside: Beside = "none") -> Layers:
    """Where two checkpoints of one model differ: weights and states, layer by layer.

    Args:
        template: Prompts in the chat template, or as they stand.
        beside: What says how much each layer matters for safety: heads (`ships`), directions of harm
            (`directions`), or `both`.
    """
    return Layers(template=template, beside=beside)
