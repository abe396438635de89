"""Simulated runs whose truth is known -> how often each kind of interval holds it.

Rates of questions asked once are computed, not drawn: every number of right answers has its probability.
All others are drawn anew a thousand times or more.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import NamedTuple

from bench.measure import Result, arguments
from plimsoll.core import Record, Sample, Verdict
from plimsoll.metrics.rates import breakdown, judged_value, rate
from plimsoll.reports.pooling import Part, pooled
from plimsoll.stats.agreement import kappa_of
from plimsoll.stats.clusters import Sums, difference, macro, near_the_ends, share
from plimsoll.stats.distances import apart, chance_of, groups_apart, total_variation, widest
from plimsoll.stats.intervals import binomial_cdf
from plimsoll.stats.paired import Both, paired
from plimsoll.stats.redrawing import kinds, redraw

REPLICATIONS = 1000
TARGET = 93
RATES = "rates, asked once"
SHARES = (0.005, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5)
GRADES = (0.0, 0.25, 0.5, 0.75, 0.875, 1.0)
WEIGHTS = (0.6, 0.08, 0.08, 0.08, 0.08, 0.08)


class Bounds(NamedTuple):
    """An interval, and where the truth is."""

    low: float
    high: float
    truth: float

    @property
    def covers(self) -> bool:
        """Whether it holds the truth."""
        return self.low - 1e-9 <= self.truth <= self.high + 1e-9


Draw = Callable[[Random], "Bounds | None"]


class Setting(NamedTuple):
    """What is simulated."""

    kind: str
    what: str
    draw: Draw


def once(n: int) -> float:
    """Mean coverage over shares of the interval for `n` questions asked once."""
    covered = 0.0
    bounds = [near_the_ends(k / n, n) for k in range(n + 1)]
    for p in SHARES:
        held = [k for k, (low, high) in enumerate(bounds) if low - 1e-12 <= p <= high + 1e-12]
        covered += binomial_cdf(held[-1], n, p) - binomial_cdf(held[0] - 1, n, p) if held else 0.0
    return covered / len(SHARES)


def repeated(k: int, size: int, p: float, together: float, draw: Random) -> Bounds | None:
    """Questions asked several times: languages, epochs or variants that go together."""
    sums: Counter[Sums] = Counter()
    for _ in range(k):
        ability = draw.betavariate(p * (1 - together) / together, (1 - p) * (1 - together) / together)
        sums[Sums(sum(draw.random() < ability for _ in range(size)), size)] += 1
    known = share(sums)
    return Bounds(known.low, known.high, p) if known else None


def graded(n: int, draw: Random) -> Bounds | None:
    """Scores as StrongREJECT gives them."""
    known = share(Counter(Sums(value, 1) for value in draw.choices(GRADES, WEIGHTS, k=n)))
    truth = sum(g * w for g, w in zip(GRADES, WEIGHTS, strict=True))
    return Bounds(known.low, known.high, truth) if known else None


def categories(groups: int, n: int, p: float, epochs: int, draw: Random) -> Bounds | None:
    """A mean over categories of questions that are asked in several epochs with the same answers."""
    made = [{f"{g}-{k}": Sums(epochs * (draw.random() < p), epochs) for k in range(n)} for g in range(groups)]
    known = macro(made)
    return Bounds(known.low, known.high, p) if known else None


def gap(groups: int, n: int, p: float, draw: Random) -> Bounds | None:
    """Largest minus smallest of groups that do not differ."""
    made = [[float(draw.random() < p) for _ in range(n)] for _ in range(groups)]
    bounds = groups_apart(made, widest, seed=str(draw.random())).bounds
    return Bounds(max(0.0, bounds.low), bounds.high, 0.0)


def false_gap(groups: int, n: int, p: float, draw: Random) -> Bounds | None:
    """Whether such a gap is called no more than chance gives."""
    made = [[float(draw.random() < p) for _ in range(n)] for _ in range(groups)]
    called = chance_of(made, widest, seed=str(draw.random())) <= 0.05
    return Bounds(0.0, 0.0, float(called))


def agreement(n: int, prevalence: float, right: float, draw: Random) -> Bounds | None:
    """Kappa of a judge that is right so often in either class."""
    labels: list[tuple[str, tuple[bool, bool]]] = []
    for item in range(n):
        truth = draw.random() < prevalence
        labels.append((str(item), (truth, truth == (draw.random() < right))))
    found = redraw(kinds(labels), kappa_of, draws=200, seed=draw.randrange(10**9)).percentile
    cells = {
        (True, True): prevalence * right,
        (True, False): prevalence * (1 - right),
        (False, True): (1 - prevalence) * (1 - right),
        (False, False): (1 - prevalence) * right,
    }
    return Bounds(found.low, found.high, kappa_of(cells) or 0.0) if found else None


def parity(n: int, epochs: int, draw: Random) -> Bounds | None:
    """Three points between two languages, of questions most of which are right in both."""
    both: Counter[Both] = Counter()
    for _ in range(n):
        ability = draw.choice((0.3, 0.9, 0.95, 0.97))
        first = sum(draw.random() < ability + 0.03 for _ in range(epochs))
        both[Both(first, sum(draw.random() < ability for _ in range(epochs)), epochs)] += 1
    found = paired(both)
    return Bounds(found.known.low, found.known.high, 0.03) if found else None


def independent(n: int, p: float, q: float, draw: Random) -> Bounds | None:
    """A share minus that of other questions."""
    first, second = (
        {f"{name}{k}": Sums(draw.random() < chance, 1) for k in range(n)}
        for name, chance in (("a", p), ("b", q))
    )
    known = difference(first, second)
    return Bounds(known.low, known.high, p - q) if known else None


def hazard(n: int, p: float, together: float, draw: Random) -> Bounds | None:
    """A hazard's cell: eight languages of the same prompts."""
    tally = breakdown(rate("rate", judged_value("j")))()
    for number in range(n):
        ability = draw.betavariate(p * (1 - together) / together, (1 - p) * (1 - together) / together)
        for language in map(str, range(8)):
            sample = Sample(
                id=f"{number}-{language}", messages=(), category="c", language=language, pair=str(number)
            )
            verdict = Verdict(label="", value=float(draw.random() < ability))
            tally.add(Record(sample=sample, verdicts={"j": verdict}))
    found = {(e.group.get("category"), e.group.get("language")): e for e in tally.estimates()}
    cell = pooled([Part("b", tuple(found["c", str(each)] for each in range(8)), found["c", None], 8)])
    return Bounds(cell.bounds.low, cell.bounds.high, p)


def letters(n: int, habit: float, draw: Random) -> Bounds | None:
    """Letter bias of a model that says A out of habit, and else what is right."""
    rows: list[tuple[int, ...]] = []
    for _ in range(n):
        right = draw.randrange(4)
        chosen = 0 if draw.random() < habit else right
        rows.append(tuple((place == chosen) - (place == right) for place in range(4)))
    means = [sum(row[place] for row in rows) / n for place in range(4)]
    pulls = Counter(tuple((x - m) / n for x, m in zip(row, means, strict=True)) for row in rows)
    bounds = apart(means, pulls, total_variation, seed=str(draw.random())).bounds
    return Bounds(max(0.0, bounds.low), bounds.high, 0.75 * habit)


def settings() -> Iterator[Setting]:
    """Everything that is drawn."""
    for k in (2, 5, 10, 30, 100, 1000):
        for p in (0.5, 0.9, 0.95):
            yield Setting("repeated questions", f"{k} × 8, {p:.0%}", partial(repeated, k, 8, p, 0.6))
        yield Setting("repeated questions", f"{k} × 3, 80%, alike", partial(repeated, k, 3, 0.8, 0.95))
    for n in (2, 5, 10, 20, 100, 1000, 11_435):
        yield Setting("graded scores", f"n = {n:,}", partial(graded, n))
    for n in (1, 2, 5, 10, 50):
        yield Setting("means over categories", f"7 × {n}, 95%", partial(categories, 7, n, 0.95, 1))
    for epochs in (1, 3, 10):
        draw = partial(categories, 7, 20, 0.95, epochs)
        yield Setting("means over categories", f"7 × 20, 95%, {epochs} epochs", draw)
    for n in (5, 10, 50):
        yield Setting("gaps of groups that do not differ", f"10 × {n}, 30%", partial(gap, 10, n, 0.3))
    yield Setting("such gaps not called real", "10 × 20, 30%", partial(false_gap, 10, 20, 0.3))
    for n in (10, 50, 200):
        yield Setting("kappa", f"n = {n}, prevalence 50%", partial(agreement, n, 0.5, 0.85))
        yield Setting("kappa", f"n = {n}, prevalence 20%", partial(agreement, n, 0.2, 0.9))
    for n in (5, 20, 50, 200):
        yield Setting("differences of languages", f"n = {n}", partial(parity, n, 1))
        yield Setting("differences of languages", f"n = {n}, 5 epochs", partial(parity, n, 5))
    for n in (5, 20, 100):
        draw = partial(independent, n, 0.9, 0.8)
        yield Setting("differences of other questions", f"n = {n}, 90 and 80%", draw)
    for n in (10, 30):
        yield Setting("hazard cells", f"{n} × 8 languages, 90%", partial(hazard, n, 0.9, 0.6))
    for n, habit in ((20, 0.0), (20, 0.5), (200, 0.1)):
        yield Setting("letter bias", f"n = {n}, habit {habit:.0%}", partial(letters, n, habit))


def row(kind: str, setting: str, covered: float, width: str = "", seconds: float = 0.0) -> dict[str, object]:
    """A line of the table."""
    covers = f"{covered:.1f} %"
    return {"interval": kind, "setting": setting, "covered": covers, "width": width, "s": round(seconds, 1)}


def main() -> None:
    given = arguments(__doc__)
    count = 100 if given.quick else REPLICATIONS
    title = f"How often intervals hold the truth, {count:,} replications each"
    result = Result(case="coverage", title=title)
    least: dict[str, float] = {}
    for n in (2, 3, 5, 10, 20, 50, 100, 1000, 11_435):
        least[RATES] = min(least.get(RATES, 100.0), found := 100 * once(n))
        result.rows.append(row(RATES, f"n = {n:,}", found))
    for setting in settings():
        began, draw = time.perf_counter(), Random(setting.what)
        made = [bounds for _ in range(count) if (bounds := setting.draw(draw)) is not None]
        found = 100 * sum(bounds.covers for bounds in made) / len(made)
        width = sum(bounds.high - bounds.low for bounds in made) / len(made)
        spent = time.perf_counter() - began
        result.rows.append(row(setting.kind, setting.what, found, f"{width:.3f}", spent))
        least[setting.kind] = min(least.get(setting.kind, 100.0), found)
    for kind, found in least.items():
        result.at_least(f"{kind}, least", found, TARGET, " %")
    shares = ", ".join(f"{100 * p:g} %" for p in SHARES)
    result.notes.append(f"rates asked once: the mean over true shares of {shares}, computed exactly")
    result.notes.append("repeated questions: eight languages with a correlation of .6 within a question")
    result.print()


if __name__ == "__main__":
    main()
