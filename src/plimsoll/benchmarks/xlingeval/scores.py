"""Verdicts on right and wrong answers -> macro scores by language; cases -> the two headline numbers.

Officially, answers that are neither Yes nor No are dropped before anything is counted. Here every score
stands twice: so, and with the unknown counted as wrong; how many were known stands beside both.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import add
from typing import NamedTuple

from plimsoll.core import BROKEN, Estimate, Record, replace
from plimsoll.stats.bootstrap import bootstrap
from plimsoll.stats.intervals import Interval, wilson

Cells = tuple[int, int, int, int, int, int]
"""Of right answers those called right, wrong, unknown; then the same of wrong answers."""


class Macro(NamedTuple):
    """Scores of a two-class confusion, averaged over the classes that occur."""

    precision: float
    recall: float
    f1: float
    accuracy: float


def macro(cells: Sequence[int], *, unknown: str = "dropped") -> Macro | None:
    """Macro scores; `unknown="wrong"` counts every unknown as the wrong answer. Nothing from no answers."""
    tp, fn, up, fp, tn, un = cells
    if unknown == "wrong":
        fn, fp = fn + up, fp + un
    n = tp + fn + fp + tn
    if not n:
        return None
    sides = [(tp, tp + fp, tp + fn), (tn, tn + fn, tn + fp)]
    shares = [
        (_ratio(hit, said), _ratio(hit, there), _ratio(2 * hit, said + there))
        for hit, said, there in sides
        if said or there
    ]
    means = [sum(column) / len(shares) for column in zip(*shares, strict=True)]
    return Macro(means[0], means[1], means[2], (tp + tn) / n)


def points_fewer(counts: Mapping[str, Mapping[str, Sequence[int]]], place: int = 0) -> float:
    """Data set -> language -> counts of cases: by how many points a case is rarer outside English."""
    gaps: list[float] = []
    for row in counts.values():
        shares = {language: cases[place] / sum(cases) for language, cases in row.items()}
        others = [share for language, share in shares.items() if language != "en"]
        gaps.append(100 * (shares["en"] - sum(others) / len(others)))
    return sum(gaps) / len(gaps)


def times_more(counts: Mapping[str, Mapping[str, Sequence[int]]], place: int = 3) -> float | None:
    """How many times more often a case comes outside English; nothing where English has none."""
    ratios: list[float] = []
    for row in counts.values():
        if not row["en"][place]:
            return None
        others = [cases[place] for language, cases in row.items() if language != "en"]
        ratios.append(sum(others) / len(others) / row["en"][place])
    return sum(ratios) / len(ratios)


def ranking(shares: Sequence[tuple[float, bool]]) -> float | None:
    """Area under the ROC curve: how often a right answer has the higher share of Yes than a wrong one."""
    order = sorted(shares)
    wrong_below, area, n_right = 0, 0.0, sum(right for _, right in shares)
    n_wrong = len(shares) - n_right
    if not n_right or not n_wrong:
        return None
    at = 0
    while at < len(order):
        tied = [right for share, right in order[at:] if share == order[at][0]]
        rights = sum(tied)
        area += rights * (wrong_below + (len(tied) - rights) / 2)
        wrong_below += len(tied) - rights
        at += len(tied)
    return area / (n_right * n_wrong)


@dataclass
class Verifiability:
    """Macro scores by language; the answers to one question are a cluster."""

    judge: str
    cells: dict[str, dict[str, list[int]]] = field(default_factory=dict[str, dict[str, list[int]]])
    shares: dict[str, list[tuple[float, bool]]] = field(default_factory=dict[str, list[tuple[float, bool]]])

    def add(self, record: Record) -> None:
        """Count one record."""
        verdict, sample = record.verdicts.get(self.judge), record.sample
        if verdict is None or verdict.outcome in BROKEN:
            return
        right = sample.target == "Yes"
        said = {"Yes": 0, "No": 1}.get(verdict.label, 2)
        questions = self.cells.setdefault(sample.language, {})
        row = questions.setdefault(str(sample.metadata.get("question", sample.pair)), [0] * 6)
        row[said + 3 * (not right)] += 1
        if "yes" in verdict.detail:
            self.shares.setdefault(sample.language, []).append((float(verdict.detail["yes"]), right))

    def merge(self, other: "Verifiability") -> None:
        """Take up what another tally counted."""
        for language, theirs in other.cells.items():
            questions = self.cells.setdefault(language, {})
            for question, counts in theirs.items():
                row = questions.setdefault(question, [0] * 6)
                row[:] = map(add, row, counts)
        for language, shares in other.shares.items():
            self.shares.setdefault(language, []).extend(shares)

    def estimates(self) -> Iterator[Estimate]:
        """Both columns, coverage, and the area under the curve where answers were weighed."""
        for language, questions in sorted(self.cells.items()):
            profiles = Counter(tuple(row) for row in questions.values())
            for suffix, unknown in (("", "dropped"), ("_unknown_wrong", "wrong")):
                for name in Macro._fields:
                    yield from self._score(language, profiles, name, suffix, unknown)
            yield from self._coverage(language, profiles)
            yield from self._area(language)

    def _score(
        self, language: str, profiles: Counter[tuple[int, ...]], name: str, suffix: str, unknown: str
    ) -> Iterator[Estimate]:
        kinds = sorted(profiles)
        score = partial(_score, kinds, name, unknown)
        value = score([profiles[kind] for kind in kinds])
        total = _summed(kinds, [profiles[kind] for kind in kinds])
        n = sum(total) - (0 if suffix else total[2] + total[5])
        if not n:
            return
        bounds = bootstrap([profiles[kind] for kind in kinds], score, draws=400)
        around = Interval(min(value, bounds.low), max(value, bounds.high))
        full = ("" if name == "accuracy" else "macro_") + name + suffix
        yield self._estimate(full, value, around, n, language)

    def _coverage(self, language: str, profiles: Counter[tuple[int, ...]]) -> Iterator[Estimate]:
        total = _summed(list(profiles), list(profiles.values()))
        known, n = sum(total) - total[2] - total[5], sum(total)
        bounds = wilson(known, n)
        yield replace(self._estimate("known_rate", known / n, bounds, n, language), method="wilson")

    def _area(self, language: str) -> Iterator[Estimate]:
        shares = self.shares.get(language, [])
        value = ranking(shares)
        if value is None:
            return
        rights = sum(right for _, right in shares)
        # Hanley and McNeil 1982.
        q1, q2 = value / (2 - value), 2 * value**2 / (1 + value)
        spread = (rights - 1) * (q1 - value**2) + (len(shares) - rights - 1) * (q2 - value**2)
        half = 1.96 * (max(value * (1 - value) + spread, 0) / (rights * (len(shares) - rights))) ** 0.5
        bounds = Interval(max(0.0, value - half), min(1.0, value + half))
        yield replace(self._estimate("auc", value, bounds, len(shares), language), method="hanley_mcneil")

    def _estimate(self, name: str, value: float, bounds: Interval, n: int, language: str) -> Estimate:
        return Estimate(
            name=name,
            value=value,
            low=bounds.low,
            high=bounds.high,
            n=n,
            group={"language": language},
            judge=self.judge,
            method="cluster_bootstrap",
        )


def case_value(judge: str, case: str) -> Callable[[Record], float | None]:
    """1.0 where a judge gave that case."""

    def value(record: Record) -> float | None:
        verdict = record.verdicts.get(judge)
        if verdict is None or verdict.value is None:
            return None
        return float(verdict.label == case)

    return value


def _score(kinds: Sequence[tuple[int, ...]], name: str, unknown: str, counts: Sequence[int]) -> float:
    found = macro(_summed(kinds, counts), unknown=unknown)
    return 0.0 if found is None else float(getattr(found, name))


def _summed(kinds: Sequence[tuple[int, ...]], counts: Sequence[int]) -> list[int]:
    return [sum(kind[cell] * count for kind, count in zip(kinds, counts, strict=True)) for cell in range(6)]


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
