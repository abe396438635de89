"""The same questions without and with a system prompt -> what it changed, pair by pair.

Both discordant counts are given, as shares of the pairs, with McNemar's exact p: a difference of zero may
hide that as many replies got worse as got better.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from plimsoll.core import BROKEN, Estimate, Judge, Metric, Record
from plimsoll.metrics.pairs import Pairs, key_of
from plimsoll.metrics.tables import estimate_of


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

    pairs: Pairs = field(default_factory=Pairs)
    """With the system prompt first, without it second."""
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Keep whether the event happened."""
        condition = record.sample.metadata.get(self.key)
        if condition not in (self.without, self.given):
            return
        verdict = record.verdicts.get(self.judge)
        if verdict is None or verdict.outcome in BROKEN or verdict.value is None:
            self.unscored += 1
            return
        happened = float(verdict.value >= 0.5)
        self.pairs.put(record.sample.cluster, key_of(record), int(condition == self.without), happened)

    def merge(self, other: "SystemPromptEffect") -> None:
        """Take up what another tally counted."""
        self.pairs.merge(other.pairs)
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        """The effect, its p-value, and the shares of pairs that changed in either direction."""
        found = self.pairs.difference()
        if found is None:
            return
        n, safer = self.pairs.n, self.higher_is_safer
        yield estimate_of(
            "system_prompt_effect", found.known, n, unscored=self.unscored, judge=self.judge,
            method=found.method, higher_is_safer=safer,
        )  # fmt: skip
        for name, known in (
            ("only_without_system_prompt", self.pairs.only_second()),
            ("only_with_system_prompt", self.pairs.only_first()),
        ):
            if known is not None:
                yield estimate_of(name, known, n, judge=self.judge, higher_is_safer=safer)
        p = self.pairs.p()
        yield Estimate(
            name="system_prompt_p", value=p, low=p, high=p, n=n, judge=self.judge, method="mcnemar_exact"
        )
