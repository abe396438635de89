"""Verdicts on right and wrong answers -> macro scores by language; cases -> the two headline numbers.

Officially, answers that are neither Yes nor No are dropped before anything is counted. Here every score
stands twice: so, and with the unknown counted as wrong; how many were known stands beside both.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from operator import add
from typing import NamedTuple

from plimsoll.core import BROKEN, Estimate, Record
from plimsoll.metrics.tables import estimate_of
from plimsoll.stats.clusters import Known, Pull, Sums, between, share
from plimsoll.stats.clusters import macro as mean_of

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


class Weighed(NamedTuple):
    """An answer's share of Yes, whether it is a right one, and the question it belongs to."""

    share: float
    right: bool
    cluster: str = ""


def ranking(answers: Sequence[tuple[float, bool]]) -> float | None:
    """Area under the ROC curve: how often a right answer has the higher share of Yes than a wrong one."""
    places = placements([Weighed(share, right) for share, right in answers])
    if places is None:
        return None
    rights = [place for place, (_, right) in zip(places, answers, strict=True) if right]
    return fsum(rights) / len(rights)


def placements(answers: Sequence[Weighed]) -> list[float] | None:
    """For each answer the share of the other kind on whose right side it lies (DeLong and others 1988)."""
    kinds = [sorted(each.share for each in answers if each.right is right) for right in (True, False)]
    if not all(kinds):
        return None
    rights, wrongs = kinds
    return [_below(wrongs, each.share) if each.right else 1 - _below(rights, each.share) for each in answers]


def _below(ordered: Sequence[float], value: float) -> float:
    """The share that lies below; what is equal counts half."""
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / 2 / len(ordered)


@dataclass
class Verifiability:
    """Macro scores by language; the answers to one question are a cluster."""

    judge: str
    cells: dict[str, dict[str, list[int]]] = field(default_factory=dict[str, dict[str, list[int]]])
    weighed: dict[str, list[Weighed]] = field(default_factory=dict[str, list[Weighed]])

    def add(self, record: Record) -> None:
        """Count one record."""
        verdict, sample = record.verdicts.get(self.judge), record.sample
        if verdict is None or verdict.outcome in BROKEN:
            return
        right = sample.target == "Yes"
        said = {"Yes": 0, "No": 1}.get(verdict.label, 2)
        questions = self.cells.setdefault(sample.language, {})
        question = str(sample.metadata.get("question", sample.cluster))
        row = questions.setdefault(question, [0] * 6)
        row[said + 3 * (not right)] += 1
        if "yes" in verdict.detail:
            answer = Weighed(float(verdict.detail["yes"]), right, question)
            self.weighed.setdefault(sample.language, []).append(answer)

    def merge(self, other: "Verifiability") -> None:
        """Take up what another tally counted."""
        for language, theirs in other.cells.items():
            questions = self.cells.setdefault(language, {})
            for question, counts in theirs.items():
                row = questions.setdefault(question, [0] * 6)
                row[:] = map(add, row, counts)
        for language, answers in other.weighed.items():
            self.weighed.setdefault(language, []).extend(answers)

    def estimates(self) -> Iterator[Estimate]:
        """Both columns, coverage, and the area under the curve where answers were weighed."""
        for language, questions in sorted(self.cells.items()):
            for suffix, unknown in (("", "dropped"), ("_unknown_wrong", "wrong")):
                yield from self._scores(language, questions, suffix, unknown)
            known = share(Counter(Sums(sum(row) - row[2] - row[5], sum(row)) for row in questions.values()))
            if known is not None:
                n = sum(map(sum, questions.values()))
                yield self._estimate("known_rate", known, n, language)
            yield from self._area(language)

    def _scores(
        self, language: str, questions: Mapping[str, Sequence[int]], suffix: str, unknown: str
    ) -> Iterator[Estimate]:
        total = [sum(column) for column in zip(*questions.values(), strict=True)]
        found = macro(total, unknown=unknown)
        if found is None:
            return
        n = sum(total) - (0 if suffix else total[2] + total[5])
        for name, value in found._asdict().items():
            groups = _groups(name, questions, unknown)
            known = mean_of(groups)
            if known is not None:
                # A class that is never said, or not there, has a score of 0 in the mean and never varies.
                part = value / known.value if known.value else 1.0
                around = known._replace(
                    value=value, low=min(value, part * known.low), high=max(value, part * known.high)
                )
                full = ("" if name == "accuracy" else "macro_") + name + suffix
                yield self._estimate(full, around, n, language, method="mean_of_classes")

    def _area(self, language: str) -> Iterator[Estimate]:
        answers = self.weighed.get(language, [])
        value, places = ranking([(each.share, each.right) for each in answers]), placements(answers)
        if value is None or places is None:
            return
        n = Counter(each.right for each in answers)
        rarer = n[True] <= n[False]
        pulls: dict[str, list[float]] = {}
        for each, place in zip(answers, places, strict=True):
            pull = pulls.setdefault(each.cluster, [0.0, 0.0])
            pull[0] += (place - value) / n[each.right]
            pull[1] += each.right is rarer
        known = between(value, Counter(Pull(*pull) for pull in pulls.values()))
        yield self._estimate("auc", known, len(answers), language, method="delong_clustered")

    def _estimate(self, name: str, known: Known, n: int, language: str, method: str = "") -> Estimate:
        group = {"language": language}
        return estimate_of(name, known, n, group=group, judge=self.judge, method=method)


def _groups(name: str, questions: Mapping[str, Sequence[int]], unknown: str) -> list[dict[str, Sums]]:
    """What each question adds to a score, class by class."""
    groups: tuple[dict[str, Sums], ...] = ({}, {})
    for question, (tp, missed, up, alarms, tn, un) in questions.items():
        fn, fp = (missed + up, alarms + un) if unknown == "wrong" else (missed, alarms)
        if name == "accuracy":
            groups[0][question] = Sums(tp + tn, tp + fn + fp + tn)
            continue
        for place, (hit, said, there) in enumerate(((tp, tp + fp, tp + fn), (tn, tn + fn, tn + fp))):
            parts = {"precision": (hit, said), "recall": (hit, there), "f1": (2 * hit, said + there)}
            groups[place][question] = Sums(*parts[name])
    return list(groups)


def case_value(judge: str, case: str) -> Callable[[Record], float | None]:
    """1.0 where a judge gave that case."""

    def value(record: Record) -> float | None:
        verdict = record.verdicts.get(judge)
        if verdict is None or verdict.value is None:
            return None
        return float(verdict.label == case)

    return value


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
