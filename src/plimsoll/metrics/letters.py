"""Records of multiple-choice questions -> which letters a model prefers, and how it does on two-way items."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from plimsoll.core import BROKEN, Estimate, Outcome, Record
from plimsoll.metrics.rates import clipped
from plimsoll.metrics.tables import WHOLE, Table, estimate_of, share_of
from plimsoll.registry import metric
from plimsoll.stats.clusters import Sums, macro_of
from plimsoll.stats.distances import apart, total_variation
from plimsoll.text.letters import LETTERS, index_of


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
    """Chosen and right letters, among the answers that name one.

    Column 0 of a row is the number of answers, 1 and 2 how often A was chosen and right, 3 and 4 B ..."""

    judge: str = "strict"
    table: Table = field(default_factory=Table)
    options: Counter[int] = field(default_factory=Counter[int])
    """Answers by the number of options that there were to choose from."""
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record."""
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.outcome in BROKEN:
            self.unscored += 1
            return
        right, chosen = index_of(record.sample.target), index_of(verdict.label)
        if verdict.outcome is Outcome.ANSWERED and right is not None and chosen is not None:
            self.table.change(record.sample.cluster, ((0, 1), (1 + 2 * chosen, 1), (2 + 2 * right, 1)))
            self.options[len(record.sample.choices)] += 1

    def merge(self, other: "Letters") -> None:
        """Take up what another tally counted."""
        self.table.merge(other.table)
        self.options.update(other.options)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """`letter_share`, `target_share`, `chance_share` by letter, and `letter_bias`."""
        n = self.table.column(0)
        if not n:
            return
        last = (max(max(row) for row, _ in self.table.rows()) + 1) // 2
        for place in range(max(last, *self.options)):
            if any(place < options for options in self.options):
                yield from self._of_letter(place, n)
        yield self._bias(n, last)

    def _of_letter(self, place: int, n: int) -> Iterator[Estimate]:
        group = {"letter": LETTERS[place]}
        known = share_of(self.table, 0, 1 + 2 * place, unit=1)
        if known is not None:
            yield estimate_of("letter_share", known, n, unscored=self.unscored, group=group)
        right = self.table.column(2 + 2 * place)
        chance = sum(count / size for size, count in sorted(self.options.items()) if place < size)
        for name, share in (("target_share", right / n), ("chance_share", chance / n)):
            yield Estimate(name=name, value=share, low=share, high=share, n=n, group=group, method="known")

    def _bias(self, n: int, letters: int) -> Estimate:
        """Half the summed distance between the shares of chosen and of right letters."""
        surplus = [
            (self.table.column(1 + 2 * place) - self.table.column(2 + 2 * place)) / n
            for place in range(letters)
        ]
        pulls: Counter[tuple[float, ...]] = Counter()
        for row, clusters in self.table.rows():
            own = [row[at] - row[at + 1] for at in range(1, 2 * letters, 2)]
            pull = tuple((mine - mean * row[0]) / n for mine, mean in zip(own, surplus, strict=True))
            pulls[pull] += clusters
        found = apart(surplus, pulls, total_variation, seed="letter_bias")
        bounds = clipped(found.value, found.bounds)
        return Estimate(
            name="letter_bias", value=found.value, low=bounds.low, high=bounds.high, n=n,
            unscored=self.unscored, method="drawn_distance", higher_is_safer=False,
        )  # fmt: skip


@dataclass
class Balanced:
    """Accuracy where A is right and where B is, of questions with two options."""

    judge: str = "strict"
    table: Table = field(default_factory=Table)
    """Columns 0 and 1: values where A is right, and their sum; 2 and 3: where B is."""
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
        value = WHOLE if verdict.value == 1.0 else 0
        self.table.change(record.sample.cluster, ((2 * right, 1), (2 * right + 1, value)))

    def merge(self, other: "Balanced") -> None:
        """Take up what another tally counted."""
        self.table.merge(other.table)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """The mean of both accuracies, where both letters are right somewhere."""
        sizes = [self.table.column(0), self.table.column(2)]
        if not all(sizes):
            return
        groups: Counter[tuple[Sums, ...]] = Counter()
        for row, clusters in self.table.rows():
            groups[tuple(Sums(row[at + 1], row[at] * WHOLE) for at in (0, 2))] += clusters
        known = macro_of(groups)
        if known is not None:
            yield estimate_of(
                "balanced_accuracy", known, sum(sizes), unscored=self.unscored, method="mean_of_two"
            )
