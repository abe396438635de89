"""A model and anchors -> how much each of its layers matters for safety, to be set beside other profiles."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Literal, NamedTuple

from plimsoll.core import Finding, UserError
from plimsoll.internals.ablation import Ablation
from plimsoll.internals.handle import Handle, Template
from plimsoll.internals.states import last_states
from plimsoll.internals.told import Told
from plimsoll.stats.scored import spearman
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.areas import area
from plimsoll.whitebox.directions import directions
from plimsoll.whitebox.means import difference, finding
from plimsoll.whitebox.ships import scores

Beside = Literal["none", "ships", "directions", "both"]
DRAWS = 500
"""Redrawings of the layers behind an interval."""
ROUGH = (
    "Correlations over layers: intervals redraw layers as if each stood for itself; neighbours do not, so "
    "that they are wider in truth. There is none where all layers matter alike."
)
COMPONENTS, FOLDS = 4, 5


class Profile(NamedTuple):
    """A number for each layer."""

    name: str
    findings: tuple[Finding, ...]

    def beside(self, moved: Sequence[Finding]) -> Iterator[Finding]:
        """Spearman's correlation with another profile of the same layers; none where all are alike."""
        pairs = [(one.value, other.value) for one, other in zip(moved, self.findings, strict=True)]
        found = spearman(*zip(*pairs, strict=True))
        if found is None:
            return
        low, high = _redrawn(pairs)
        yield Finding(
            name=f"moved_where_{self.name}",
            value=found,
            low=low,
            high=high,
            unit="correlation",
            n=len(pairs),
        )


def ways(beside: Beside) -> int:
    """How many profiles are asked for."""
    return {"none": 0, "both": len(_WAYS)}.get(beside, 1)


def of(beside: Beside, held: Handle, anchors: Anchors, template: Template, told: Told) -> list[Profile]:
    """The profiles that are asked for."""
    chosen = {"none": (), "both": tuple(_WAYS)}.get(beside, (beside,))
    return [Profile(name, tuple(_WAYS[name](held, anchors, template, told))) for name in chosen]


def _ships(held: Handle, anchors: Anchors, template: Template, told: Told) -> list[Finding]:
    """What silencing a layer's heads does to harmful requests beyond harmless ones, summed over heads."""
    harmful, harmless = (
        scores(held, prompts, Ablation(), template, told.step).sum(-1)
        for prompts in (anchors.harmful, anchors.harmless)
    )
    found = [
        difference(harmful[:, layer].tolist(), harmless[:, layer].tolist(), paired=anchors.paired)
        for layer in range(harmful.shape[1])
    ]
    return [finding("mattering_ships", one, "nats", layer=layer) for layer, one in enumerate(found)]


def _directions(held: Handle, anchors: Anchors, template: Template, told: Told) -> list[Finding]:
    """How well harm is told apart after each layer, held out."""
    prompts = (*anchors.harmful, *anchors.harmless)
    truth = [True] * len(anchors.harmful) + [False] * len(anchors.harmless)
    folds = min(FOLDS, len(anchors.harmful), len(anchors.harmless))
    if folds < 2:
        raise UserError("layers: beside=directions needs two requests of each kind at least (--limit)")
    part = directions(components=COMPONENTS, folds=folds)
    states = last_states(held, prompts, template=template).double()
    told.step(len(prompts))
    return [
        area("mattering_directions", truth, part.held_out(states[:, layer], truth), layer=layer)
        for layer in range(states.shape[1] - 1)
    ]


_WAYS: Mapping[str, Callable[[Handle, Anchors, Template, Told], list[Finding]]] = {
    "ships": _ships,
    "directions": _directions,
}


def _redrawn(pairs: Sequence[tuple[float, float]]) -> tuple[float | None, float | None]:
    """The interval, layers drawn again; none where no redraw differs: that is no proof of one order."""
    random = Random(0)
    found: list[float] = []
    for _ in range(DRAWS):
        drawn = random.choices(pairs, k=len(pairs))
        told = spearman(*zip(*drawn, strict=True))
        if told is not None:
            found.append(told)
    found.sort()
    low, high = found[round(0.025 * (len(found) - 1))], found[round(0.975 * (len(found) - 1))]
    return (low, high) if low < high else (None, None)
