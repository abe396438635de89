"""Records that belong to several groups at once -> a metric's estimates for each of the groups.

A question with two categories counts in both, so the groups' sizes add up to more than the records.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from plimsoll.core import Estimate, Metric, Record, Tally
from plimsoll.metrics.rates import grouped
from plimsoll.metrics.tables import merge_parts


def memberships(key: str, named: str, each: Metric) -> Metric:
    """A metric for every value of a list in a sample's metadata; records without values are passed over."""
    return partial(Memberships, key, named, each)


@dataclass
class Memberships:
    """A tally for each group."""

    key: str
    """The entry of `metadata` that lists the groups."""
    named: str
    """What the groups are called in estimates, such as `category`."""
    each: Metric
    parts: dict[str, Tally] = field(default_factory=dict[str, Tally])

    def add(self, record: Record) -> None:
        """Count one record in each of its groups."""
        groups = cast("Sequence[str]", record.sample.metadata.get(self.key, ()))
        for group in dict.fromkeys(groups):
            part = self.parts.get(group)
            if part is None:
                part = self.parts[group] = self.each()
            part.add(record)

    def merge(self, other: "Memberships") -> None:
        """Take up what another tally counted."""
        merge_parts(self.parts, other.parts, self.each)

    def estimates(self) -> Iterator[Estimate]:
        """The estimates of every group, in the groups' alphabetical order."""
        for group, part in sorted(self.parts.items()):
            yield from grouped(part.estimates(), {self.named: group})
