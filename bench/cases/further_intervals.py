"""Intervals of single benchmarks, of comparisons and of small groups -> how often each holds the truth.

What `coverage` does for the intervals that all benchmarks share, for those that one page or one benchmark
shows. Each replication asks made-up questions whose truth is known, and goes the way that a report goes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from random import Random
from statistics import fmean
from typing import NamedTuple

from bench.measure import Result, arguments
from bench.simulated import QUICK, REPLICATIONS, Seen, coverage
from plimsoll.benchmarks.chatgpt_red_teaming.scores import Bias
from plimsoll.benchmarks.labsafety.scenarios_scores import PointsPerHundredWords
from plimsoll.benchmarks.xlingeval.scores import Verifiability
from plimsoll.comparison.align import Pair
from plimsoll.comparison.align import Seen as Asked
from plimsoll.comparison.parity import parity
from plimsoll.core import Estimate, Outcome, Record, Sample, Tally, Verdict
from plimsoll.metrics.calibration import calibration
from plimsoll.metrics.exact import exact
from plimsoll.metrics.rates import judged_value, rate
from plimsoll.reports.partial import Bounded, partially_pooled
from plimsoll.reports.pooling import Part, pooled
from plimsoll.stats.clusters import Sums, macro, near_the_ends, share
from plimsoll.stats.resampling import redrawn_mean

TARGET = 93
J = "j"


class Setting(NamedTuple):
    """What is simulated."""

    kind: str
    what: str
    simulate: Callable[[Random], Seen]


def seen(estimates: Iterable[Estimate], name: str, truth: float) -> Seen:
    """Whether the number of that name holds the truth; withheld where there is none."""
    found = next((each for each in estimates if each.name == name), None)
    return Seen(None) if found is None else held(found.low, found.high, truth)


def held(low: float, high: float, truth: float) -> Seen:
    """Whether an interval does."""
    return Seen(low - 1e-9 <= truth <= high + 1e-9, high - low)


def told(tally: Tally, records: Iterable[Record]) -> Iterable[Estimate]:
    """What a tally says of records."""
    for record in records:
        tally.add(record)
    return tally.estimates()


def record(number: int, verdict: Verdict, **sample: object) -> Record:
    """A judged reply to a question of its own."""
    return Record(sample=Sample(id=str(number), messages=(), **sample), verdicts={J: verdict})  # type: ignore[arg-type]


def redrawn(n: int, changing: float, random: Random) -> Seen:
    """The bootstrap of a paired difference: three points are won, and so many questions change besides."""
    chances = (changing / 2, 0.03 + changing / 2, 0.97 - changing)
    drawn = random.choices((-1, 1, 0), chances, k=n)
    profiles = {(float(value), 1): count for value, count in Counter(drawn).items()}
    return held(*redrawn_mean(profiles, draws=2000, seed=random.randrange(10**9)), 0.03)


def changed_parity(n: int, random: Random) -> Seen:
    """How the difference of two languages changed between two runs: by two points."""
    pairs: list[Pair] = []
    for number in range(n):
        ability = random.choice((0.3, 0.9, 0.95, 0.97))
        for language, more in (("zh", (0.0, 0.02)), ("en", (0.01, 0.01))):
            values = (float(random.random() < ability + each) for each in more)
            pairs.append(Pair(*(_asked(number, language, value) for value in values)))
    found = next(iter(parity(pairs)))
    return held(found.low, found.high, 0.02)


def _asked(number: int, language: str, value: float) -> Asked:
    return Asked(
        id=f"{number}-{language}", pair=str(number), epoch=0, category="", language=language, trail=(),
        cluster="", value=value, label="", outcome="answered", target="", prompt=0, line=0, offset=0,
    )  # fmt: skip


def verified(n: int, answers: int, name: str, random: Random) -> Seen:
    """XLingEval's scores: questions with several answers each, half of them right ones."""
    records: list[Record] = []
    for question in range(n):
        hardness = random.gauss(0, 0.5)
        for answer in range(answers):
            right = bool((question + answer) % 2)
            share = 1 / (1 + 2.718281828 ** -(hardness + (1.2 if right else -1.2) + random.gauss()))
            verdict = Verdict(label="Yes" if share > 0.5 else "No", value=1.0, detail={"yes": share})
            more = {"question": str(question)}
            records.append(
                record(len(records), verdict, language="en", target="Yes" if right else "No", metadata=more)
            )
    return seen(told(Verifiability(J), records), name, TRUTHS[name])


TRUTHS = {"auc": 0.935, "macro_f1": 0.858, "accuracy": 0.858}
"""Of the world of `verified`, counted over 300,000 answers."""


def biased(n: int, condition: str, random: Random) -> Seen:
    """BBQ's bias, the mean over true ones of 0 to 80; in ambiguous contexts 60 % of the answers are unknown,
    which is right there."""
    lean = random.choice((0.0, 0.2, 0.4, 0.6, 0.8))
    records: list[Record] = []
    for number in range(n):
        unknown = condition == "ambig" and random.random() < 0.6
        leaning = random.random() < (1 + lean) / 2
        facts = {"condition": condition, "unknown": "C", "stereotyped": "A", "polarity": "neg"}
        label = "C" if unknown else "A" if leaning else "B"
        verdict = Verdict(label=label, value=float(unknown), outcome=Outcome.ANSWERED)
        records.append(record(number, verdict, metadata=facts))
    scaled = condition == "ambig"
    name = "bias_ambiguous" if scaled else "bias_disambiguated"
    return seen(told(Bias(condition, J), records), name, lean * (0.4 if scaled else 1.0))  # type: ignore[arg-type]


def calibrated(n: int, random: Random) -> Seen:
    """Calibration error of a model that is ten points too sure at every confidence."""
    records: list[Record] = []
    for number in range(n):
        stated = random.choice((0.35, 0.55, 0.75, 0.95))
        right = float(random.random() < stated - 0.1)
        records.append(record(number, Verdict(label="", value=right, confidence=stated)))
    return seen(told(calibration(J), records), "calibration_error", 0.1)


def ratio(n: int, random: Random) -> Seen:
    """Points for every hundred words, of replies of very different lengths."""
    records: list[Record] = []
    for number in range(n):
        words = max(5, round(random.lognormvariate(4, 0.6)))
        points = sum(random.random() < 0.03 for _ in range(words))
        verdict = Verdict(label="", value=1.0, detail={"covered": [points], "words": words})
        records.append(record(number, verdict))
    return seen(told(PointsPerHundredWords(J), records), "points_per_100_words", 3.0)


def exactly(n: int, epochs: int, p: float, random: Random) -> Seen:
    """Exact shares: questions whose epochs are alike."""
    tally = exact(rate("rate", judged_value(J)))()
    for number in range(n):
        verdict = Verdict(label="", value=float(random.random() < p))
        for epoch in range(epochs):
            tally.add(Record(sample=Sample(id=str(number), messages=()), verdicts={J: verdict}, epoch=epoch))
    return seen(tally.estimates(), "rate", p)


def at_most(n: int, p: float, random: Random) -> Seen:
    """The bound where nothing happened; in all other runs there is none, and it cannot be wrong."""
    hits = any(random.random() < p for _ in range(n))
    return Seen(True) if hits else held(0.0, 1 - 0.05 ** (1 / n), p)


def balanced(n: int, random: Random) -> Seen:
    """The mean of two rates over halves of their own."""
    halves = [
        {f"{half}{k}": Sums(random.random() < p, 1) for k in range(n)} for half, p in ((0, 0.95), (1, 0.8))
    ]
    known = macro(halves)
    return Seen(None) if known is None else held(known.low, known.high, 0.875)


def uneven(sizes: tuple[int, ...], random: Random) -> Seen:
    """A mean over categories of very different sizes and rates."""
    truths = [random.betavariate(1, 6) for _ in sizes]
    groups = [
        {f"{place}-{k}": Sums(random.random() < truth, 1) for k in range(size)}
        for place, (size, truth) in enumerate(zip(sizes, truths, strict=True))
    ]
    known = macro(groups)
    return Seen(None) if known is None else held(known.low, known.high, fmean(truths))


def small_groups(groups: int, sizes: tuple[int, ...], mean: float, alike: float, random: Random) -> Seen:
    """Partially pooled shares: each group's own truth is a draw; one group of few replies is looked at."""
    truths = [random.betavariate(mean * alike, (1 - mean) * alike) for _ in range(groups)]
    cells: dict[str, Bounded] = {}
    for place, truth in enumerate(truths):
        n = sizes[place % len(sizes)]
        value = sum(random.random() < truth for _ in range(n)) / n
        cells[str(place)] = Bounded(value, *near_the_ends(value, n), n)
    found = partially_pooled(cells)
    if not found:
        return Seen(None)
    name = random.choice(sorted(found))
    return held(found[name].low, found[name].high, truths[int(name)])


def two_benchmarks(n: int, random: Random) -> Seen:
    """A hazard that two benchmarks measure, one of them three times as often."""
    parts: list[Part] = []
    for name, size in (("a", n), ("b", 3 * n)):
        known = share(Counter(Sums(random.random() < 0.9, 1) for _ in range(size)))
        assert known is not None
        estimate = Estimate(name="rate", value=known.value, low=known.low, high=known.high, n=size)
        parts.append(Part(name, (estimate,)))
    cell = pooled(parts)
    return held(*cell.bounds, 0.9)


def settings() -> Iterator[Setting]:
    """Everything that is drawn."""
    for n, changing in ((5, 0.2), (20, 0.1), (50, 0.1), (1000, 0.1)):
        yield Setting("bootstrap of a comparison", f"n = {n:,}", partial(redrawn, n, changing))
    for n in (5, 20, 100):
        yield Setting("change of parity between runs", f"n = {n}", partial(changed_parity, n))
    for n, answers in ((5, 4), (20, 4), (100, 2)):
        for name in TRUTHS:
            yield Setting(f"XLingEval, {name}", f"{n} × {answers}", partial(verified, n, answers, name))
    for n in (10, 50, 300):
        for condition in ("disambig", "ambig"):
            yield Setting(f"bias score, {condition}", f"n = {n}", partial(biased, n, condition))
    for n in (10, 50, 500):
        yield Setting("calibration error", f"n = {n}", partial(calibrated, n))
        yield Setting("points for 100 words", f"n = {n}", partial(ratio, n))
    for n, epochs, p in ((2, 1, 0.5), (10, 3, 0.9), (100, 1, 0.02), (11_435, 1, 0.005)):
        yield Setting("exact shares", f"{n:,} × {epochs}, {p:.1%}", partial(exactly, n, epochs, p))
    for n, p in ((2, 0.3), (10, 0.1), (100, 0.02)):
        yield Setting("bounds where nothing happened", f"n = {n}, {p:.0%}", partial(at_most, n, p))
    for n in (2, 5, 20, 100):
        yield Setting("mean of two rates", f"n = {n} each", partial(balanced, n))
    yield from _groups()


def _groups() -> Iterator[Setting]:
    """What is made of several groups."""
    for sizes in ((3, 300), (3, 30), (1, 1, 1, 500), (5, 50, 500), (1000, 100, 10, 5, 5, 5, 5), (10, 20, 30)):
        yield Setting("means over uneven categories", " + ".join(map(str, sizes)), partial(uneven, sizes))
    for groups, sizes, mean, alike in (
        (4, (1, 2, 3), 0.9, 20.0),
        (7, (2, 5, 30), 0.9, 5.0),
        (12, (3,), 0.5, 2.0),
        (15, (1, 3, 100), 0.97, 50.0),
        (30, (4, 8, 40), 0.7, 10.0),
    ):
        what = f"{groups} groups of {', '.join(map(str, sizes))}; {mean:.0%}, alike as {alike:g}"
        yield Setting("partially pooled", what, partial(small_groups, groups, sizes, mean, alike))
    for n in (2, 10, 50):
        yield Setting("hazards of two benchmarks", f"{n} and {3 * n}", partial(two_benchmarks, n))


def main() -> None:
    given = arguments(__doc__)
    count = QUICK if given.quick else REPLICATIONS
    title = f"Intervals of single benchmarks, comparisons and small groups, {count:,} replications each"
    result = Result(case="further_intervals", title=title)
    least: dict[str, float] = {}
    for kind, what, simulate in settings():
        found = coverage(simulate, count, f"{kind}:{what}")
        result.rows.append({"interval": kind, "setting": what} | found.row)
        least[kind] = min(least.get(kind, 100.0), 100 * found.share)
    for kind, share_held in least.items():
        result.at_least(f"{kind}, least", share_held, TARGET, " %")
    result.notes.append("partially pooled: one group of few replies, drawn at random, in each replication")
    result.print()


if __name__ == "__main__":
    main()
