"""Records that belong to several groups at once -> a metric's estimates for each of the groups.

A question with two categories counts in both, so the groups' sizes add up to more than the records.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from plimsoll.core import Estimate, Metric, Record, Tally
from plimsoll.metrics.rates import grouped


@dataclass(frozen=True)
class Memberships:
    """A metric for every value of a list in a sample's metadata; records without values are passed over."""

    key: str
    """The entry of `metadata` that lists the groups."""
    named: str
    """What the groups are called in estimates, such as `category`."""
    each: Metric

    def tally(self) -> Tally:
        """Begin to count."""
        return _Several(self)


@dataclass
class _Several:
    of: Memberships
    parts: dict[str, Tally] = field(default_factory=dict[str, Tally])

    def add(self, record: Record) -> None:
        """Count one record in each of its groups."""
        groups = cast("Sequence[str]", record.sample.metadata.get(self.of.key, ()))
        for group in dict.fromkeys(groups):
            part = self.parts.get(group)
            if part is None:
                part = self.parts[group] = self.of.each.tally()
            part.add(record)

    def estimates(self) -> Iterator[Estimate]:
        """The estimates of every group, in the groups' alphabetical order."""
        for group, part in sorted(self.parts.items()):
            yield from grouped(part.estimates(), {self.of.named: group})
