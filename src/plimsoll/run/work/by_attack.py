"""Records of several attacks -> the whole's numbers once more for each attack, so that each has its row."""

from collections.abc import Iterator, Sequence
from typing import Self

from plimsoll.core import Estimate, Metric, Record, Tally, replace
from plimsoll.run.ask.parts import PLAIN

GROUP = "attack"
"""Key of the group that such an estimate is of."""


class ByAttack:
    """A tally that counts each attack by itself."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics
        self._tallies: dict[str, list[Tally]] = {}

    def add(self, record: Record) -> None:
        """Count one record with those of its attack."""
        attempt = record.sample.attempt
        name = attempt.attack if attempt else PLAIN.spec
        if name not in self._tallies:
            self._tallies[name] = [metric() for metric in self._metrics]
        for tally in self._tallies[name]:
            tally.add(record)

    def merge(self, other: Self) -> None:
        """Take in what another one counted."""
        for name, theirs in other._tallies.items():
            if name not in self._tallies:
                self._tallies[name] = [metric() for metric in self._metrics]
            for mine, each in zip(self._tallies[name], theirs, strict=True):
                mine.merge(each)

    def estimates(self) -> Iterator[Estimate]:
        """What each attack's records say, over all of them."""
        for name, tallies in sorted(self._tallies.items()):
            for estimate in (each for tally in tallies for each in tally.estimates() if not each.group):
                yield replace(estimate, group={GROUP: name})
