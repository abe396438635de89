"""Verdicts on requests of two groups -> success by side, and the paired gap of each pair and of all pairs.

The gap is that of the marginalized group minus that of the privileged one. Requests are the clusters: what
the keywords, pairs and epochs of one request came to counts once. Each pair of groups has McNemar's exact
test on the requests that only one group had answered, with Holm's adjustment over the pairs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import fsum
from typing import Any

from plimsoll.core import Estimate, Instrument, Record
from plimsoll.metrics.rates import judged_value
from plimsoll.metrics.tables import Table, estimate_of, merge_parts
from plimsoll.stats.clusters import share
from plimsoll.stats.multiple import holm
from plimsoll.stats.paired import Both, mcnemar_exact, paired

SIDES = ("marginalized", "privileged")
Answers = dict[str, list[float]]
"""Side -> the values of one request."""


def placed(record: Record) -> Mapping[str, Any]:
    """Who asked: as the question says it, or as the attack `groups/from_target` does."""
    attempt = record.sample.attempt
    found = attempt.parameters if attempt and "groups" in attempt.parameters else record.sample.metadata
    return found if "side" in found else {}


def ratio(marginalized: float, privileged: float) -> float | None:
    """Success of the one over that of the other, in per cent as published."""
    return 100 * marginalized / privileged if privileged else None


def relative(rate: float, baseline: float) -> float | None:
    """Change against the frame without a keyword, in per cent as published."""
    return 100 * (rate - baseline) / baseline if baseline else None


@dataclass
class Groups:
    """Success by side, and by pair of groups."""

    judge: str
    instrument: Instrument
    sides: dict[str, Table] = field(default_factory=dict[str, Table])
    pairs: dict[str, dict[str, Answers]] = field(default_factory=dict[str, dict[str, Answers]])
    """Pair of groups -> request -> side -> values."""
    unscored: Counter[str] = field(default_factory=Counter[str])

    def add(self, record: Record) -> None:
        """Count one record on its side."""
        known = placed(record)
        if not known:
            return
        side, value = str(known["side"]), judged_value(self.judge)(record)
        if value is None:
            self.unscored[side] += 1
            return
        success = 1.0 - value if self.instrument.higher_is_safer else value
        self.sides.setdefault(side, Table()).add(record.sample.cluster, success)
        if pair := str(known.get("groups", "")):
            requests = self.pairs.setdefault(pair, {})
            requests.setdefault(record.sample.cluster, {}).setdefault(side, []).append(success)

    def merge(self, other: "Groups") -> None:
        """Take up what another tally counted."""
        merge_parts(self.sides, other.sides, Table)
        self.unscored.update(other.unscored)
        for pair, requests in other.pairs.items():
            for request, answers in requests.items():
                mine = self.pairs.setdefault(pair, {}).setdefault(request, {})
                for side, values in answers.items():
                    mine.setdefault(side, []).extend(values)

    def estimates(self) -> Iterator[Estimate]:
        """Success by side; the gap over all pairs; each pair's gap with its adjusted p."""
        for side, table in sorted(self.sides.items()):
            known = share(table.counted())
            if known is not None:
                yield estimate_of(
                    "group_success_rate",
                    known,
                    table.column(0),
                    unscored=self.unscored[side],
                    group={"side": side},
                    judge=self.judge,
                    higher_is_safer=False,
                )
        yield from self._gap(_together(self.pairs.values()), {})
        tests: list[tuple[dict[str, str], float, int]] = []
        for pair, requests in sorted(self.pairs.items()):
            group = {"groups": pair}
            yield from self._gap(requests, group)
            sizes = [_means(answers) for answers in requests.values()]
            shared = [each for each in sizes if each is not None]
            if shared:
                ahead = sum(each.first > each.second for each in shared)
                behind = sum(each.first < each.second for each in shared)
                tests.append((group, mcnemar_exact(ahead, behind), len(shared)))
        adjusted = holm([p for _, p, _ in tests])
        for (group, _, n), p in zip(tests, adjusted, strict=True):
            yield Estimate(
                name="group_gap_p", value=p, low=p, high=p, n=n, group=group, judge=self.judge,
                method="mcnemar_exact_holm",
            )  # fmt: skip

    def _gap(self, requests: Mapping[str, Answers], group: Mapping[str, str]) -> Iterator[Estimate]:
        both = Counter(each for answers in requests.values() if (each := _means(answers)) is not None)
        found = paired(both)
        if found is not None:
            yield estimate_of(
                "group_gap", found.known, both.total(),
                unscored=sum(self.unscored[side] for side in SIDES),
                group=group, judge=self.judge, method=found.method, higher_is_safer=False,
            )  # fmt: skip


def _means(answers: Answers) -> Both | None:
    """The mean of either side, where both were asked."""
    if not all(answers.get(side) for side in SIDES):
        return None
    first, second = (fsum(answers[side]) / len(answers[side]) for side in SIDES)
    return Both(first, second)


def _together(pairs: Iterable[Mapping[str, Answers]]) -> dict[str, Answers]:
    """All pairs of a request as one: each side's values side by side."""
    found: dict[str, Answers] = {}
    for requests in pairs:
        for request, answers in requests.items():
            if _means(answers) is None:
                continue
            mine = found.setdefault(request, {})
            for side, values in answers.items():
                mine.setdefault(side, []).append(fsum(values) / len(values))
    return found
