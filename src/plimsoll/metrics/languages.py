"""The same questions in several languages -> each language against one of them, question by question.

Differences are paired; the p-values of McNemar's exact tests are adjusted for their number (Holm).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plimsoll.core import Estimate, Metric, Record, replace
from plimsoll.metrics.parity import Parity
from plimsoll.stats.multiple import holm


def against_language(languages: Sequence[str], judge: str, against: str = "en") -> Metric:
    """Each of some languages against another one, from one judge's values."""
    return lambda: AgainstLanguage([Parity(each, against, judge) for each in languages], judge)


@dataclass
class AgainstLanguage:
    """A paired comparison for each language."""

    each: list[Parity]
    judge: str

    def add(self, record: Record) -> None:
        """Count one record in the comparisons that it belongs to."""
        for tally in self.each:
            tally.add(record)

    def merge(self, other: "AgainstLanguage") -> None:
        """Take up what another tally counted."""
        for mine, theirs in zip(self.each, other.each, strict=True):
            mine.merge(theirs)

    def estimates(self) -> Iterator[Estimate]:
        """`language_difference` as it is, and `language_p` after the adjustment."""
        found = [replace(made, judge=self.judge) for tally in self.each for made in tally.estimates()]
        yield from (replace(each, name="language_difference") for each in found if each.name != "parity_p")
        tests = [each for each in found if each.name == "parity_p"]
        for test, p in zip(tests, holm([each.value for each in tests]), strict=True):
            yield replace(test, name="language_p", value=p, low=p, high=p, method="mcnemar_exact_holm")
