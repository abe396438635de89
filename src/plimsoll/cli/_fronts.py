"""Cells of several models on the same questions -> which no other beats, which may not differ, their cost.

A front through points says too much: each point has an interval. So models are also held against each other
pair by pair, question by question: one beats another where it is nowhere clearly worse and somewhere clearly
better, by the 95 % interval of their difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from plimsoll import registry
from plimsoll.cli.analyse import folder_of, spec_of
from plimsoll.core import PlimsollError, UserError
from plimsoll.evaluation.evaluate import compare
from plimsoll.evaluation.results import GridCell
from plimsoll.internals import checkpoint, kin
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.models.transformers import Transformers


class Cost(NamedTuple):
    """What a model takes: to be asked, and to be made."""

    tokens: float | None = None
    """Of prompt and reply, an answer; nothing where the model tells of none."""
    seconds: float | None = None
    """An answer."""
    changed: float | None = None
    """Share of the first model's numbers that are others."""
    making: float | None = None
    """Seconds of fine-tuning or repair."""


class Stands(NamedTuple):
    """How a model stands among the others."""

    model: str
    rank: int | None
    """One more than models that beat it by intervals; nothing where it could be held against none."""
    front: bool
    """Whether no other one is at least as good in every number, tokens included, and better in one."""
    beaten_by: tuple[str, ...]
    alike: tuple[str, ...]
    """Models that it clearly differs from in no benchmark."""
    cost: Cost


def front(cells: Sequence[GridCell], tokens: Mapping[str, float] | None = None) -> list[str]:
    """The models that no other one beats: at least as good in every benchmark, and better in one.

    A model without a number in any benchmark is on no front: what was not measured is not good.

    Args:
        cells: One of each model and benchmark.
        tokens: An answer's, by model: fewer are better. They count where they are known of all.
    """
    wanted = {cell.benchmark for cell in cells}
    goods: dict[str, dict[str, float]] = {}
    for cell in cells:
        if cell.headline is not None:
            sign = 1 if cell.headline.higher_is_safer else -1
            goods.setdefault(cell.model, {})[cell.benchmark] = sign * cell.headline.value
    whole = {model: found for model, found in goods.items() if found.keys() == wanted}
    if tokens and whole.keys() <= tokens.keys():
        for model, found in whole.items():
            found["tokens"] = -tokens[model]
    return [
        model
        for model, found in whole.items()
        if not any(
            other != found and all(other[name] >= found[name] for name in found) for other in whole.values()
        )
    ]


def standings(cells: Sequence[GridCell], made: Mapping[str, Cost]) -> list[Stands]:
    """Every model with its rank by intervals, best first; `made` holds what making each took."""
    by_model: dict[str, dict[str, GridCell]] = {}
    for cell in cells:
        by_model.setdefault(cell.model, {})[cell.benchmark] = cell
    costs = {model: _asked(own.values(), made.get(model)) for model, own in by_model.items()}
    on = front(cells, {model: cost.tokens for model, cost in costs.items() if cost.tokens is not None})
    beaten: dict[str, list[str]] = {model: [] for model in by_model}
    alike: dict[str, list[str]] = {model: [] for model in by_model}
    held = set[str]()
    for one, other in combinations(by_model, 2):
        signs = list(_signs(by_model[one], by_model[other]))
        if not signs:
            continue
        held |= {one, other}
        if not any(signs):
            alike[one].append(other)
            alike[other].append(one)
        elif min(signs) >= 0:
            beaten[other].append(one)
        elif max(signs) <= 0:
            beaten[one].append(other)
    found = [
        Stands(
            model=model,
            rank=1 + len(beaten[model]) if model in held else None,
            front=model in on,
            beaten_by=tuple(beaten[model]),
            alike=tuple(alike[model]),
            cost=costs[model],
        )
        for model in by_model
    ]
    return sorted(found, key=lambda each: (each.rank is None, each.rank))


def _signs(one: Mapping[str, GridCell], other: Mapping[str, GridCell]) -> Iterator[int]:
    """By benchmark: 1 where the first is clearly better, -1 where it is clearly worse, else 0."""
    for name in one.keys() & other.keys():
        first, second = one[name], other[name]
        if first.run is None or second.run is None or first.headline is None:
            continue
        try:
            whole = compare(second.run, first.run).difference
        except UserError:
            continue  # no scored question in common
        better = (whole.low > 0) - (whole.high < 0)
        yield better if first.headline.higher_is_safer else -better


def _asked(cells: Any, made: Cost | None) -> Cost:
    """What answers took, over all benchmarks."""
    tokens = seconds = 0.0
    answers = 0
    for cell in cells:
        for record in cell.run.records if cell.run else ():
            replies = record.transcript.responses if record.transcript else ()
            answers += bool(replies)
            tokens += sum(each.usage.input_tokens + each.usage.output_tokens for each in replies)
            seconds += sum(each.usage.seconds for each in replies)
    made = made or Cost()
    if not tokens:
        return made
    return made._replace(tokens=tokens / answers, seconds=seconds / answers)


def made(before: str, after: Sequence[str]) -> dict[str, Cost]:
    """What making each model took, by its spec: how much of the first one changed, and how long it took."""
    return {
        spec_of(model): Cost(changed=_changed(before, model), making=_seconds(model))
        for model in (before, *after)
    }


def _changed(before: str, after: str) -> float | None:
    try:
        first, second = (registry.build_model(spec_of(each)) for each in (before, after))
        if not (isinstance(first, Transformers) and isinstance(second, Transformers)):
            return None
        found = kin.changed(Checkpoint(first.folder), Checkpoint(second.folder))
    except PlimsollError:
        return None  # not of one model, or not at hand as safetensors
    return found.numbers / found.all


def _seconds(model: str) -> float | None:
    told = checkpoint.made_by(folder_of(model)).get("seconds")
    return float(told) if isinstance(told, int | float) else None
