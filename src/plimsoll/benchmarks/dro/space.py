"""States of anchor requests -> the space in which harm and compliance are told, and what is learned there.

"On Prompt-Driven Safeguarding for Large Language Models" (ICML 2024): the first principal components of all
states, and in them two lines: `harmlessness`, above 0 for harmless requests, and `compliance`, above 0 where
the model goes along. The paper calls the second one f_r, of refusal; it is fitted to compliance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from plimsoll.core import DataError, UserError, files
from plimsoll.internals import checkpoint
from plimsoll.internals.library import one_thread, torch

COMPONENTS = 4
SEED = 42
"""Of the folds, the lines' beginnings and the order of anchors (official code)."""
RATE, DECAY, EPOCHS, PATIENCE, BETTER = 1e-4, 0.01, 10_000, 3, 1e-4
"""Of the lines: full batches until three in a row have not improved the held-out loss by so much."""
WEIGHTS: Mapping[str, float] = {"compliance": 1.0, "harmlessness": 1e-2, "outside": 1e-3}
"""Of the three losses (official code)."""
TRANSFORM, LINES = "transform.safetensors", {"compliance": "refusal", "harmlessness": "harmfulness"}
"""The official files."""


class Line(NamedTuple):
    """A logistic regression in the space, one for each fold."""

    weight: Any
    """Folds x 1 x components."""
    bias: Any
    """Folds x 1."""

    def logits(self, inner: Any) -> Any:
        """Of the mean over folds."""
        return inner @ self.weight.mean(0)[0] + self.bias.mean(0)[0]


@dataclass(frozen=True, kw_only=True)
class Space:
    """The first principal components."""

    mean: Any
    basis: Any
    """Hidden x components, orthonormal columns."""

    def inside(self, states: Any) -> Any:
        """Coordinates of states."""
        return (states.to(self.mean.dtype) - self.mean) @ self.basis

    def outside(self, apart: Any) -> Any:
        """Mean square of a difference of states over all coordinates but these, one number a row."""
        apart = apart.to(self.mean.dtype)
        left = apart - (apart @ self.basis) @ self.basis.T
        return left.square().sum(-1) / (self.basis.shape[0] - self.basis.shape[1])

    def direction(self, line: Line) -> Any:
        """The direction in which a line rises, in the space of states, of length 1."""
        found = self.basis @ line.weight.mean(0)[0]
        return found / found.norm().clamp(min=1e-30)


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """The space with both lines."""

    space: Space
    compliance: Line
    harmlessness: Line


class Losses(NamedTuple):
    """The three terms of a batch, and their weighted sum."""

    compliance: Any
    harmlessness: Any
    outside: Any
    total: Any


def space_of(states: Any, components: int = COMPONENTS) -> Space:
    """Principal components of states. Raises `UserError` for fewer states than components."""
    if min(states.shape) <= components:
        raise UserError(f"{components} components cannot be found in {len(states)} states")
    mean = states.mean(0)
    basis = torch().linalg.svd(states - mean, full_matrices=False).Vh[:components].T
    return Space(mean=mean, basis=basis.contiguous())


def lines(inner: Any, wanted: Sequence[Any], folds: int) -> list[Line]:
    """A line for each vector of wanted probabilities, by the official code's folds, beginnings and stop."""
    parts = parts_of(len(inner), folds)
    return _begun(inner, wanted, [_Fold(_others(parts, [part]) or part, part) for part in parts])


def lines_apart(inner: Any, wanted: Sequence[Any], parts: Sequence[Sequence[int]]) -> list[Line]:
    """The same by given parts of the states; each line has not seen its part, nor was stopped by it."""
    folds = list[_Fold]()
    for part, following in zip(parts, (*parts[1:], parts[0]), strict=True):
        learned = _others(parts, [part, following])
        folds.append(_Fold(learned or following, following))
    return _begun(inner, wanted, folds)


def parts_of(rows: int, folds: int) -> list[list[int]]:
    """The states of each fold (official code): shuffled, whatever request they are of."""
    order = list(range(rows))
    Random(SEED).shuffle(order)
    return [order[fold * rows // folds : (fold + 1) * rows // folds] for fold in range(folds)]


def held_out(inner: Any, line: Line, parts: Sequence[Sequence[int]]) -> list[float]:
    """The logit of each state by the line of its own part, which has not seen it."""
    scores = [0.0] * len(inner)
    for fold, places in enumerate(parts):
        found = inner[list(places)] @ line.weight[fold][0] + line.bias[fold][0]
        for place, score in zip(places, found.tolist(), strict=True):
            scores[place] = score
    return scores


def losses(
    geometry: Geometry, new: Any, old: Any, harmless: Any, weights: Mapping[str, float] = WEIGHTS
) -> Losses:
    """How far new states are from where they should be, seen from the old ones.

    Harmful requests go against both lines, harmless ones along them; what lies outside the space stays.
    """
    library, space = torch(), geometry.space
    entropy = library.nn.functional.binary_cross_entropy_with_logits
    inner, before = space.inside(new), space.inside(old)
    moved = [
        entropy(line.logits(inner) - line.logits(before), harmless)
        for line in (geometry.compliance, geometry.harmlessness)
    ]
    outside = space.outside(new - old).mean()
    total = sum(weights[name] * term for name, term in zip(WEIGHTS, (*moved, outside), strict=True))
    return Losses(moved[0], moved[1], outside, total)


def write(folder: Path, geometry: Geometry) -> None:
    """Three files in the official layout, but for the columns of V that no line reads."""
    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    space = geometry.space
    held = {"mean": space.mean.float(), "V": space.basis.float().contiguous()}
    files.write(folder / TRANSFORM, [save(held)])
    for name, file in LINES.items():
        line: Line = getattr(geometry, name)
        held = {"weight": line.weight.float().contiguous(), "bias": line.bias.float().contiguous()}
        files.write(folder / f"{file}.safetensors", [save(held)])


def read(folder: Path) -> Geometry:
    """Files of ours or of the official code. Raises `DataError` where they do not fit together."""
    with checkpoint.opened(folder / TRANSFORM) as file:
        mean, whole = file.get_tensor("mean").double(), file.get_tensor("V").double()
    found = {name: _read(folder / f"{file}.safetensors") for name, file in LINES.items()}
    sizes = {line.weight.shape[-1] for line in found.values()}
    if len(sizes) != 1 or max(sizes) > whole.shape[1] or len(whole) != len(mean):
        raise DataError(f"{folder}: its lines and its space are of different sizes")
    return Geometry(space=Space(mean=mean, basis=whole[:, : sizes.pop()].contiguous()), **found)


def _read(path: Path) -> Line:
    with checkpoint.opened(path) as file:
        return Line(file.get_tensor("weight").double(), file.get_tensor("bias").double())


class _Fold(NamedTuple):
    """What a line is learned from, and what says when to stop."""

    learned: Sequence[int]
    checked: Sequence[int]


def _others(parts: Sequence[Sequence[int]], but: Sequence[Sequence[int]]) -> list[int]:
    return [place for part in parts if not any(part is each for each in but) for place in part]


def _begun(inner: Any, wanted: Sequence[Any], folds: Sequence[_Fold]) -> list[Line]:
    library = torch()
    with library.random.fork_rng(), one_thread():
        library.manual_seed(SEED)
        return [_line(inner, probabilities, folds) for probabilities in wanted]


def _line(inner: Any, wanted: Any, folds: Sequence[_Fold]) -> Line:
    """All folds side by side: AdamW goes number by number, so that each learns as it would alone."""
    library = torch()
    beginnings = [library.nn.Linear(inner.shape[1], 1) for _ in folds]
    weights = [library.cat([each.weight[0], each.bias]).detach() for each in beginnings]
    found = library.stack(weights).to(inner.dtype)
    rows = library.cat([inner, inner.new_ones(len(inner), 1)], 1)
    learned, checked = inner.new_zeros(2, len(folds), len(inner))
    for number, fold in enumerate(folds):
        learned[number, list(fold.learned)] = 1
        checked[number, list(fold.checked)] = 1
    best = _fitted(found, rows, wanted, _shares(learned), _shares(checked))
    return Line(best[:, None, :-1].contiguous(), best[:, -1:].contiguous())


def _shares(chosen: Any) -> Any:
    """Weights of a mean over what is chosen, row by row."""
    return chosen / chosen.sum(1, keepdim=True)


def _fitted(found: Any, rows: Any, wanted: Any, learned: Any, checked: Any) -> Any:
    """The weights of each fold at the epoch whose loss on what is left out was the best."""
    library = torch()
    best, least = found.clone(), found.new_full((len(found),), float("inf"))
    since = library.zeros(len(found), dtype=library.long)
    first, second = library.zeros_like(found), library.zeros_like(found)
    logits = found @ rows.T
    for epoch in range(1, EPOCHS + 1):
        slope = ((logits.sigmoid() - wanted) * learned) @ rows
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope.square()
        step = (first / (1 - 0.9**epoch)) / ((second / (1 - 0.999**epoch)).sqrt() + 1e-8)
        found = found * (1 - RATE * DECAY) - RATE * step
        logits = found @ rows.T
        loss = ((library.nn.functional.softplus(logits) - wanted * logits) * checked).sum(1)
        better = (loss < least - BETTER) & (since < PATIENCE)
        best[better], least[better] = found[better], loss[better]
        since = library.where(better, 0, since + 1)
        if bool((since >= PATIENCE).all()):
            break
    return best
