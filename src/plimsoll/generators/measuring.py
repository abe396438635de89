"""Decisions of a generation -> what it reached: coverage asked for and found, variety, contamination."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from plimsoll.core import Sample
from plimsoll.generators import panel
from plimsoll.run.work.decisions import Decision
from plimsoll.run.work.generating import RISK, axes_of
from plimsoll.run.work.sorting import Axes
from plimsoll.stats.intervals import wilson
from plimsoll.text.diversity import Embed, self_bleu, spread
from plimsoll.text.nearness import Near, distinct


def counts(decisions: Sequence[Decision], cells: Sequence[Sample], quota: int) -> dict[str, Any]:
    """How many prompts there are, and what became of the rest."""
    kept = [each for each in decisions if each.kept]
    by_cell = Counter(each.risk for each in kept)
    wanted = {cell.id: int(cell.metadata.get("quota", quota)) for cell in cells}
    by_risk = Counter(each.category for each in kept)
    return {
        "candidates": len(decisions),
        "kept": len(kept),
        "wanted": sum(wanted.values()),
        "rejected": len(decisions) - len(kept),
        "rejected_for": dict(Counter(each.reason for each in decisions if not each.kept).most_common()),
        "cells": len(cells),
        "full": sum(by_cell[name] >= number for name, number in wanted.items()),
        "holes": [name for name in wanted if not by_cell[name]],
        "asked": {name: by_risk[name] for name in dict.fromkeys(cell.category for cell in cells)},
    }


def achieved(
    found: Sequence[Mapping[str, str]], decisions: Sequence[Decision], cells: Sequence[Sample], quota: int
) -> dict[str, Any]:
    """What the kept prompts are by a classifier: per category, per combination, and how often as asked."""
    if not found:
        return {"achieved": None, "coverage": None}
    kept = [each for each in decisions if each.kept]
    axes = [axis for axis in found[0] if any(axis in axes_of(cell) for cell in cells)]
    by_risk = Counter(each.get(RISK, "") for each in found)
    wanted: Counter[tuple[str, ...]] = Counter()
    for cell in cells:
        of_cell = axes_of(cell)
        wanted[tuple(of_cell.get(axis, "") for axis in axes)] += int(cell.metadata.get("quota", quota))
    reached = Counter(tuple(each.get(axis, "") for axis in axes) for each in found)
    return {
        "achieved": {name: by_risk[name] for name in dict.fromkeys(cell.category for cell in cells)},
        "coverage": sum(reached[key] >= number for key, number in wanted.items()) / len(wanted),
        "as_asked": {axis: _as_asked(axis, kept, found) for axis in axes},
    }


def by_level(decisions: Iterable[Decision]) -> dict[str, dict[str, int]]:
    """Kept prompts at each level of the risks' paths."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in decisions:
        path = each.category.split("/")
        for depth in range(1, len(path) + 1):
            found[str(depth)]["/".join(path[:depth])] += each.kept
    return {level: dict(counted) for level, counted in found.items()}


def variety(prompts: Sequence[str], embedding: str, embed: Embed | None) -> dict[str, Any]:
    """How varied the prompts are."""
    told: dict[str, Any] = {
        "distinct_1": distinct(prompts, 1),
        "distinct_2": distinct(prompts, 2),
        "self_bleu": self_bleu(prompts),
    }
    where = spread(prompts, embed) if embed else None
    if where:
        closest = [[prompts[one], prompts[other]] for one, other in where.closest]
        told["embedding"] = {"model": embedding, "mean_similarity": where.mean, "closest": closest}
    return told


def contamination(prompts: Sequence[str], public: Mapping[str, Near]) -> dict[str, Any]:
    """How near the prompts come to public ones: the largest share of 3-grams in common, set by set."""
    return {
        name: {
            "prompts": len(known),
            "near": sum(known.holds(each) for each in prompts),
            "nearest": max((known.nearest(each) for each in prompts), default=None),
        }
        for name, known in public.items()
    }


def ratings(decisions: Iterable[Decision]) -> dict[str, Any] | None:
    """What the panel found of all prompts that it was shown; nothing where there was none."""
    rated = [each.rated for each in decisions if each.rated]
    return panel.told_of(rated) if rated else None


def focus(decisions: Iterable[Decision]) -> dict[str, dict[str, Any]]:
    """Cells that got prompts beyond their quota, with how many, and what was found of all their prompts."""
    by_cell: defaultdict[str, list[Decision]] = defaultdict(list)
    for each in decisions:
        by_cell[each.risk].append(each)
    found: dict[str, dict[str, Any]] = {}
    for name, own in by_cell.items():
        if more := sum(each.kept and each.drawn is not None for each in own):
            rated = [any(each.rated.values()) for each in own if each.rated]
            found[name] = {"prompts": more, "risky": sum(rated), "rated": len(rated)}
    return found


def nearest(prompts: Sequence[str], axes: Axes, embed: Embed) -> list[dict[str, str]]:
    """On each axis the category whose definition is nearest to each prompt: a rank, no likelihood."""
    found: list[dict[str, str]] = [{} for _ in prompts]
    if not prompts:
        return found
    said = embed(prompts)
    for axis, definitions in axes.items():
        names = list(definitions)
        best = (said @ embed(list(definitions.values())).T).argmax(axis=1)
        for each, at in zip(found, best, strict=True):
            each[axis] = names[int(at)]
    return found


def _as_asked(axis: str, kept: Sequence[Decision], found: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    pairs = [(one.asked.get(axis), other.get(axis)) for one, other in zip(kept, found, strict=True)]
    hits = sum(asked == said for asked, said in pairs)
    low, high = wilson(hits, len(pairs))
    return {"n": len(pairs), "share": hits / len(pairs), "low": low, "high": high}
