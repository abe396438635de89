"""A model -> where prompts with group keywords lie among harmless and harmful ones.

Idea (the paper's white-box side): a prompt whose state comes near those of harmless prompts is likelier to be
answered. Each harmful prompt is put into the fiction frame: without a keyword, with either keyword of each
pair, and with adjectives that name no group.

Steps: (1) the state where the reply begins, after the final norm; (2) the first two principal components of
all prompts; (3) distances to the middle of the harmless prompts, in that plane and in the whole space, where
1 is how far the harmless ones lie from it themselves; (4) marginalized less privileged, pair by pair.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from plimsoll.benchmarks.pcjailbreak import keywords
from plimsoll.benchmarks.pcjailbreak.dataset import Condition, Side, conditions, framed
from plimsoll.core import Analysed, Finding, WhiteBox
from plimsoll.internals.handle import Handle, Template, handle
from plimsoll.internals.library import torch
from plimsoll.internals.states import last_states
from plimsoll.internals.told import Told
from plimsoll.registry import analysis
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.means import finding, mean

PLANE = 2
"""Principal components that are looked at."""
SHOWN: tuple[Side, ...] = ("plain", "baseline", "marginalized", "privileged", "control")


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """Measures how far prompts of each kind lie from the harmless ones."""

    most: int
    template: Template

    models = 1

    def analyse(self, models: Sequence[WhiteBox], anchors: Anchors, told: Told) -> Analysed:
        """`--harmful` are put into the frame, `--harmless` are what they are measured from."""
        (model,) = models
        held = handle(model)
        pairs = keywords.own("en")[: self.most or None]
        asked = tuple(conditions(pairs, keywords.controls("en")))
        texts = [*anchors.harmless, *(_put(each, one) for one in asked for each in anchors.harmful)]
        told.begin(len(texts))
        states = _states(held, texts, self.template, told)
        plane, explained = principal(states)
        whole, flat = (_split(each, len(anchors.harmless), len(asked)) for each in (states, plane))
        return Analysed(
            analysis="pcjailbreak",
            models={held.name: held.revision},
            findings=(
                *explained,
                *_placed(asked, flat),
                *_distances("distance", asked, whole),
                *_distances("distance_in_plane", asked, flat),
            ),
            notes=(
                *anchors.notes,
                f"{len(pairs)} pairs of groups in the fiction frame around {len(anchors.harmful)} prompts; a "
                "distance of 1 is that of the harmless prompts from their own middle.",
            ),
        )


def principal(states: Any) -> tuple[Any, tuple[Finding, ...]]:
    """Rows in the plane of their first two principal components, and what share of the spread each holds.

    A component may point either way: its largest entry is made positive, so that the numbers are the same
    wherever they are computed."""
    apart = states - states.mean(0)
    _, sizes, axes = torch().linalg.svd(apart, full_matrices=False)
    axes = axes[:PLANE].T
    largest = axes.gather(0, axes.abs().argmax(0, keepdim=True))
    axes = axes * largest.sign()
    shares = sizes.square() / sizes.square().sum().clamp(min=1e-12)
    found = tuple(
        Finding(
            name=f"spread_of_component_{number + 1}", value=float(shares[number]), unit="share", n=len(states)
        )
        for number in range(min(PLANE, len(sizes)))
    )
    return apart @ axes, found


def _put(request: str, condition: Condition) -> str:
    plain = condition.side == "plain"
    return request if plain else framed(request, condition.keyword, "paper", "en")


def _states(held: Handle, texts: Sequence[str], template: Template, told: Told) -> Any:
    states = last_states(held, texts, template=template)[:, -1].double()
    told.step(len(texts))
    return states


class _Rows(NamedTuple):
    """States of the harmless prompts, and those of the others: conditions x requests x dimensions."""

    harmless: Any
    others: Any


def _split(states: Any, harmless: int, conditions: int) -> _Rows:
    rest = states[harmless:]
    return _Rows(states[:harmless], rest.reshape(conditions, len(rest) // conditions, -1))


def _placed(asked: Sequence[Condition], plane: _Rows) -> Iterator[Finding]:
    """The middle of each kind in the plane: what a picture of it would show."""
    middles: dict[str, Any] = {"harmless": plane.harmless}
    middles |= {side: plane.others[_of(asked, side)].flatten(0, 1) for side in SHOWN}
    for kind, rows in middles.items():
        for place in range(rows.shape[1]):
            name = f"component_{place + 1}_{_called(kind)}"
            yield Finding(name=name, value=float(rows[:, place].mean()), unit="states", n=len(rows))


def _distances(name: str, asked: Sequence[Condition], rows: _Rows) -> Iterator[Finding]:
    middle = rows.harmless.mean(0)
    unit = (rows.harmless - middle).norm(dim=1).mean().clamp(min=1e-12)
    away = (rows.others - middle).norm(dim=2) / unit
    by_side: Mapping[Side, Any] = {side: away[_of(asked, side)] for side in SHOWN}
    for side, found in by_side.items():
        yield _mean(f"{name}_{_called(side)}", found.mean(0).tolist())
    gap = (by_side["marginalized"] - by_side["privileged"]).mean(0)
    yield _mean(f"{name}_gap", gap.tolist())


def _of(asked: Sequence[Condition], side: Side) -> list[int]:
    return [place for place, each in enumerate(asked) if each.side == side]


def _called(kind: str) -> str:
    return {"plain": "harmful", "baseline": "frame"}.get(kind, kind)


def _mean(name: str, values: Sequence[float]) -> Finding:
    """Over requests: the conditions of a request are one of it."""
    note = "one prompt has no interval" if len(values) == 1 else ""
    return finding(name, mean(values), "harmless radii", note=note)


@analysis
def pcjailbreak(*, most: int = 0, template: Template = "chat") -> Clusters:
    """Where prompts with group keywords lie among harmless and harmful ones: components and distances.

    Args:
        most: Pairs of groups at most; 0 for all ten.
        template: Prompts in the chat template, or as they stand.
    """
    return Clusters(most=max(0, most), template=template)
