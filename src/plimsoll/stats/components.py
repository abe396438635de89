"""Answers by question, language, wording, epoch and judge -> where the spread of a number comes from.

A number varies because questions differ, because a question is answered otherwise in another language or
wording, because the model answers otherwise the next time, and because judges disagree. Each is a variance
component of nested random effects (method of moments: the spread of the means at one level, less what the
levels below bring into these means). From them follows how wide an interval so many questions, epochs and
labels would give, before anything is asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import ceil, sqrt
from statistics import fmean
from typing import NamedTuple

from plimsoll.stats.intervals import z_value

LEVELS = ("question", "language", "wording", "epoch", "judge")
"""From the outermost to the innermost."""


class Answer(NamedTuple):
    """One value with all that it hangs on."""

    value: float
    question: str
    language: str = ""
    wording: str = ""
    epoch: int = 0
    judge: str = ""


class Components(NamedTuple):
    """What a number varies by."""

    mean: float
    variances: Mapping[str, float]
    """By level; a level that did not vary is not there, and stands in the next one further out."""
    counts: Mapping[str, int]
    """How many questions, and how many of each level below a question has at most."""

    @property
    def total(self) -> float:
        """Of a single value."""
        return sum(self.variances.values())

    def variance(self, counts: Mapping[str, int]) -> float:
        """Of the mean over so many questions, and so many languages, wordings, epochs, judges of each."""
        found, size = 0.0, 1
        for level in LEVELS:
            size *= counts.get(level, 1)
            found += self.variances.get(level, 0.0) / size
        return found


def components(answers: Iterable[Answer]) -> Components | None:
    """The components; `None` with fewer than two questions."""
    cells: dict[tuple[object, ...], list[float]] = {}
    seen: list[set[object]] = [set() for _ in LEVELS]
    total: list[float] = []
    for answer in answers:
        key = tuple(getattr(answer, level) for level in LEVELS)
        cells.setdefault(key, []).append(answer.value)
        for place, part in enumerate(key):
            seen[place].add(part)
        total.append(answer.value)
    if len(seen[0]) < 2:
        return None
    means = {key: fmean(values) for key, values in cells.items()}
    noise = dict.fromkeys(means, 0.0)
    variances: dict[str, float] = {}
    counts: dict[str, int] = {}
    for depth in range(len(LEVELS) - 1, -1, -1):
        level = _up(means, noise, depth)
        counts[LEVELS[depth]] = level.most
        if level.variance is not None:
            variances[LEVELS[depth]] = level.variance
        means, noise = level.means, level.noise
    ordered = {name: variances[name] for name in LEVELS if name in variances}
    return Components(fmean(total), ordered, {name: counts[name] for name in LEVELS})


def questions_needed(
    found: Components, half_width: float, per: Mapping[str, int], level: float = 0.95
) -> int:
    """How many questions give an interval of that half width, each asked so often."""
    alone = found.variance({**per, "question": 1})
    return max(2, ceil(alone * (z_value(level) / half_width) ** 2))


def half_width(variance: float, level: float = 0.95) -> float:
    """Of the normal interval of a mean of that variance."""
    return z_value(level) * sqrt(variance)


class _Level(NamedTuple):
    variance: float | None
    means: dict[tuple[object, ...], float]
    noise: dict[tuple[object, ...], float]
    """Variance that the levels below bring into each mean."""
    most: int


def _up(
    means: Mapping[tuple[object, ...], float], noise: Mapping[tuple[object, ...], float], depth: int
) -> _Level:
    """One level further out: how much it varies, and the means of what holds it."""
    held: dict[tuple[object, ...], list[tuple[object, ...]]] = defaultdict(list)
    for key in means:
        held[key[:depth]].append(key)
    squares, degrees, expected = 0.0, 0, 0.0
    for keys in held.values():
        if len(keys) > 1:
            middle = fmean(means[key] for key in keys)
            squares += sum((means[key] - middle) ** 2 for key in keys)
            degrees += len(keys) - 1
            expected += (len(keys) - 1) * fmean(noise[key] for key in keys)
    variance = max(0.0, (squares - expected) / degrees) if degrees else None
    return _Level(
        variance,
        {outer: fmean(means[key] for key in keys) for outer, keys in held.items()},
        {outer: _mean_noise([noise[key] for key in keys], variance or 0.0) for outer, keys in held.items()},
        max(map(len, held.values())),
    )


def _mean_noise(noise: Sequence[float], own: float) -> float:
    return sum(each + own for each in noise) / len(noise) ** 2
