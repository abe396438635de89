"""The same questions without and with a system prompt -> what it changed, pair by pair.

Both discordant counts are given, as shares of the pairs, with McNemar's exact p: a difference of zero may
hide that as many replies got worse as got better.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from plimsoll.core import BROKEN, Estimate, Judge, Metric, Record
from plimsoll.metrics.orders import by_key, checksum
from plimsoll.metrics.rates import clipped
from plimsoll.stats.intervals import wilson
from plimsoll.stats.paired import mcnemar_exact, newcombe_paired


def system_prompt_effect(judge: Judge) -> Metric:
    """A judge's event with the system prompt minus without it, over questions asked in both ways."""
    return partial(SystemPromptEffect, judge.name, judge.instrument.higher_is_safer)


@dataclass
class SystemPromptEffect:
    """Whether the event happened, by question and condition."""

    judge: str
    higher_is_safer: bool
    without: str = "none"
    given: str = "safety"
    key: str = "condition"
    """Where a sample's metadata say how it was asked."""

    keys: "array[int]" = field(default_factory=lambda: array("Q"))
    marks: "array[int]" = field(default_factory=lambda: array("b"))
    """2 with the system prompt, plus 1 where the event happened."""
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Keep one record's mark."""
        condition = record.sample.metadata.get(self.key)
        if condition not in (self.without, self.given):
            return
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.outcome in BROKEN or verdict.value is None:
            self.unscored += 1
            return
        self.keys.append(checksum(f"{record.sample.pair}\0{record.epoch}"))
        self.marks.append(2 * (condition == self.given) + (verdict.value >= 0.5))

    def merge(self, other: "SystemPromptEffect") -> None:
        """Take up what another tally counted."""
        self.keys.extend(other.keys)
        self.marks.extend(other.marks)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """The effect, its p-value, and the shares of pairs that changed in either direction."""
        cells = [0, 0, 0, 0]
        for marks in by_key(self.keys, self.marks):
            before, after = [m for m in marks if m < 2], [m - 2 for m in marks if m >= 2]
            if len(before) == len(after) == 1:
                cells[2 * after[0] + before[0]] += 1
        neither, only_before, only_after, both = cells
        n = sum(cells)
        if not n:
            return
        value = (only_after - only_before) / n
        bounds = clipped(value, newcombe_paired(both, only_after, only_before, neither), low=-1.0)
        safer = self.higher_is_safer
        yield Estimate(
            name="system_prompt_effect", value=value, low=bounds.low, high=bounds.high, n=n,
            unscored=self.unscored, judge=self.judge, method="newcombe_paired", higher_is_safer=safer,
        )  # fmt: skip
        for name, count in (
            ("only_without_system_prompt", only_before),
            ("only_with_system_prompt", only_after),
        ):
            bounds = wilson(count, n)
            yield Estimate(
                name=name, value=count / n, low=bounds.low, high=bounds.high, n=n,
                judge=self.judge, higher_is_safer=safer,
            )  # fmt: skip
        p = mcnemar_exact(only_before, only_after)
        yield Estimate(
            name="system_prompt_p",
            value=p,
            low=p,
            high=p,
            n=n,
            judge=self.judge,
            method="mcnemar_exact",
        )
