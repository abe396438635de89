"""Records of multiple-choice questions -> which letters a model prefers, and how it does on two-way items."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import sqrt

from plimsoll.core import BROKEN, Estimate, Outcome, Record
from plimsoll.metrics.rates import clipped
from plimsoll.registry import metric
from plimsoll.stats.bootstrap import bootstrap
from plimsoll.stats.intervals import Interval, wilson
from plimsoll.text.letters import LETTERS, index_of

Kind = tuple[int, int, int]
"""Right option, chosen option, number of options."""


@metric
def letter_share(judge: str = "strict") -> "Letters":
    """How often each letter is chosen, is right, and would be chosen by chance; and the bias over all."""
    return Letters(judge)


@metric
def balanced_accuracy(judge: str = "strict") -> "Balanced":
    """Two-way questions: the mean of the accuracies where A is right and where B is."""
    return Balanced(judge)


@dataclass
class Letters:
    """Counts of right against chosen letters, among the answers that name one."""

    judge: str = "strict"
    kinds: Counter[Kind] = field(default_factory=Counter[Kind])
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record."""
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.outcome in BROKEN:
            self.unscored += 1
            return
        right, chosen = index_of(record.sample.target), index_of(verdict.label)
        if verdict.outcome is Outcome.ANSWERED and right is not None and chosen is not None:
            self.kinds[right, chosen, len(record.sample.choices)] += 1

    def merge(self, other: "Letters") -> None:
        """Take up what another tally counted."""
        self.kinds.update(other.kinds)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """`letter_share`, `target_share`, `chance_share` by letter, and `letter_bias`."""
        n = self.kinds.total()
        if not n:
            return
        kinds = sorted(self.kinds)
        counts = [self.kinds[kind] for kind in kinds]
        for place in range(max(max(kind) for kind in kinds) + 1):
            if any(place < kind[2] for kind in kinds):
                yield from self._of_letter(place, n)
        bias = _bias(kinds, counts)
        bounds = clipped(bias, bootstrap(counts, partial(_bias, kinds)))
        yield Estimate(
            name="letter_bias", value=bias, low=bounds.low, high=bounds.high, n=n, unscored=self.unscored,
            method="bootstrap", higher_is_safer=False,
        )  # fmt: skip

    def _of_letter(self, place: int, n: int) -> Iterator[Estimate]:
        group = {"letter": LETTERS[place]}
        chosen = sum(count for kind, count in self.kinds.items() if kind[1] == place)
        right = sum(count for kind, count in self.kinds.items() if kind[0] == place)
        by_size = sorted((kind[2], count) for kind, count in self.kinds.items() if place < kind[2])
        chance = sum(count / size for size, count in by_size) / n
        bounds = wilson(chosen, n)
        yield Estimate(
            name="letter_share", value=chosen / n, low=bounds.low, high=bounds.high, n=n,
            unscored=self.unscored, group=group,
        )  # fmt: skip
        for name, known in (("target_share", right / n), ("chance_share", chance)):
            yield Estimate(name=name, value=known, low=known, high=known, n=n, group=group, method="known")


@dataclass
class Balanced:
    """Hits and items by the right letter, of questions with two options."""

    judge: str = "strict"
    hits: list[int] = field(default_factory=lambda: [0, 0])
    asked: list[int] = field(default_factory=lambda: [0, 0])
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record."""
        right = index_of(record.sample.target)
        if len(record.sample.choices) != 2 or right not in (0, 1):
            return
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.outcome in BROKEN or verdict.value is None:
            self.unscored += 1
            return
        self.asked[right] += 1
        self.hits[right] += verdict.value == 1.0

    def merge(self, other: "Balanced") -> None:
        """Take up what another tally counted."""
        for right in (0, 1):
            self.asked[right] += other.asked[right]
            self.hits[right] += other.hits[right]
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """The mean of both accuracies, where both letters are right somewhere."""
        if not all(self.asked):
            return
        shares = [hits / n for hits, n in zip(self.hits, self.asked, strict=True)]
        single = [wilson(hits, n) for hits, n in zip(self.hits, self.asked, strict=True)]
        value = sum(shares) / 2
        # Square and add: the distances of two independent intervals, as in Newcombe's method.
        down = sqrt(sum((share - bounds.low) ** 2 for share, bounds in zip(shares, single, strict=True))) / 2
        up = sqrt(sum((bounds.high - share) ** 2 for share, bounds in zip(shares, single, strict=True))) / 2
        bounds = clipped(value, Interval(value - down, value + up))
        yield Estimate(
            name="balanced_accuracy", value=value, low=bounds.low, high=bounds.high, n=sum(self.asked),
            unscored=self.unscored, method="newcombe",
        )  # fmt: skip


def _bias(kinds: Sequence[Kind], counts: Sequence[int]) -> float:
    """Half the summed distance between the shares of chosen and of right letters."""
    surplus: Counter[int] = Counter()
    for (right, chosen, _), count in zip(kinds, counts, strict=True):
        surplus[chosen] += count
        surplus[right] -= count
    return sum(abs(count) for count in surplus.values()) / 2 / sum(counts)
