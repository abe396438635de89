"""Small cells of simulated runs and comparisons -> how often their partially pooled intervals hold the truth.

Each replication goes the way that a page goes: records of a run through its metric and the report's tables,
pairs of two runs through the comparison. One cell of few questions is drawn and looked at. Cells differ from
each other truly: by their language, by their category, and each by itself.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple, cast

from bench.measure import Result, arguments
from bench.simulated import QUICK, REPLICATIONS, Seen, coverage
from plimsoll.comparison.align import Aligned, Pair, Side
from plimsoll.comparison.align import Seen as Asked
from plimsoll.comparison.differences import Settings, differences
from plimsoll.core import Record, Sample, Verdict
from plimsoll.metrics.rates import breakdown, judged_value, rate
from plimsoll.reports import partial as pooling
from plimsoll.reports.figures import Figures
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Manifest, Summary

TARGET = 93
NAME = "safe_rate"
FEW = Settings(draws=20)
"""The bootstrap is not looked at here."""
Cell = tuple[str, str]


class World(NamedTuple):
    """What is asked: so many categories and languages, with so many questions in their cells."""

    categories: int
    languages: int
    sizes: tuple[int, ...]

    def cells(self) -> Iterator[tuple[Cell, int]]:
        """Every cell with its questions."""
        for place in range(self.categories):
            for language in range(self.languages):
                yield (f"c{place}", f"l{language}"), self.sizes[(place + language) % len(self.sizes)]

    def __str__(self) -> str:
        sizes = ", ".join(map(str, self.sizes))
        return f"{self.categories} categories × {self.languages} languages, {sizes} each"


def bounded(value: float, least: float = 0.0) -> float:
    """A truth that can be."""
    return min(1.0, max(least, value))


def shares(world: World, mean: float, alike: float, random: Random) -> Seen:
    """Cells of a run's report."""
    shift = {f"l{number}": random.gauss(0, 0.03) for number in range(world.languages)}
    tally, truths = breakdown(rate(NAME, judged_value("j")))(), dict[Cell, float]()
    for (category, language), size in world.cells():
        here = min(0.99, max(0.01, mean + shift[language]))
        truth = random.betavariate(here * alike, (1 - here) * alike)
        truths[category, language] = truth
        for number in range(size):
            key = f"{category}-{number}-{language}"
            sample = Sample(id=key, messages=(), category=category, language=language)
            value = float(random.random() < truth)
            tally.add(Record(sample=sample, verdicts={"j": Verdict(label="", value=value)}))
    found = pooling.cells(Figures(Summary(estimates=tuple(tally.estimates())), NAME))
    if not found:
        return Seen(None)
    drawn = random.choice(found)
    low, high = drawn.pooled.low, drawn.pooled.high
    truth = truths[drawn.alone.group["category"], drawn.alone.group["language"]]
    return Seen(low - 1e-9 <= truth <= high + 1e-9, high - low)


def changes(world: World, mean: float, spread: float, kept: float, random: Random) -> Seen:
    """Cells of a comparison, whose second run keeps most of the first one's answers."""
    pairs: list[Pair] = []
    truths: dict[Cell, list[float]] = {}
    for (category, language), size in world.cells():
        before = random.uniform(0.3, 0.7)
        after = bounded(before + random.gauss(mean, spread) / (1 - kept))
        for cell in {(category, language), (category, ""), ("", language)}:
            truths.setdefault(cell, []).extend([(1 - kept) * (after - before)] * size)
        for number in range(size):
            first = random.random() < before
            second = first if random.random() < kept else random.random() < after
            key = f"{category}-{number}-{language}"
            pairs.append(Pair(asked(key, category, language, first), asked(key, category, language, second)))
    found = [each for each in differences(aligned(pairs), FEW) if each.partial]
    if not found:
        return Seen(None)
    drawn = random.choice(found)
    assert drawn.partial is not None
    true = truths[drawn.group.get("category", ""), drawn.group.get("language", "")]
    low, high = drawn.partial.low, drawn.partial.high
    return Seen(low - 1e-9 <= sum(true) / len(true) <= high + 1e-9, high - low)


def asked(key: str, category: str, language: str, right: bool) -> Asked:
    """One answer."""
    return Asked(key, "", 0, category, language, (), "", float(right), "", "answered", "", 0, 0, 0)


def aligned(pairs: list[Pair]) -> Aligned:
    """Two runs whose answers these are."""
    side = Side(RunFolder(Path()), cast("Manifest", None), None, (), "j")
    return Aligned(
        before=side, after=side, by="id", pairs=tuple(pairs), unscored=0, only_before=0, only_after=0
    )


class Setting(NamedTuple):
    """What is simulated."""

    kind: str
    what: str
    simulate: Callable[[Random], Seen]


def settings() -> Iterator[Setting]:
    """Everything that is drawn."""
    for world, mean, alike in (
        (World(8, 2, (2, 4)), 0.9, 20.0),
        (World(18, 3, (3,)), 0.8, 5.0),
        (World(7, 3, (1, 5, 40)), 0.95, 50.0),
        (World(12, 2, (6,)), 0.5, 3.0),
        (World(4, 2, (2, 3)), 0.7, 1000.0),
    ):
        what = f"{world}; {mean:.0%}, alike as {alike:g}"
        yield Setting("cells of a report", what, partial(shares, world, mean, alike))
    for world, mean, spread, kept in (
        (World(8, 2, (2, 4)), 0.0, 0.0, 0.9),
        (World(12, 2, (3,)), -0.1, 0.05, 0.7),
        (World(20, 1, (5, 40)), 0.05, 0.1, 0.5),
        (World(6, 3, (2, 9)), 0.0, 0.15, 0.3),
        (World(4, 2, (1, 30)), -0.05, 0.02, 0.8),
    ):
        what = f"{world}; {mean:+.0%} ± {spread:.0%}, {kept:.0%} kept"
        yield Setting("cells of a comparison", what, partial(changes, world, mean, spread, kept))


def main() -> None:
    given = arguments(__doc__)
    count = QUICK if given.quick else REPLICATIONS
    result = Result(case="pooled_cells", title=f"Partially pooled cells, {count:,} replications each")
    least: dict[str, float] = {}
    for kind, what, simulate in settings():
        found = coverage(simulate, count, f"{kind}:{what}")
        result.rows.append({"interval": kind, "setting": what} | found.row)
        least[kind] = min(least.get(kind, 100.0), 100 * found.share)
    for kind, held in least.items():
        result.at_least(f"{kind}, least", held, TARGET, " %")
    result.print()


if __name__ == "__main__":
    main()
