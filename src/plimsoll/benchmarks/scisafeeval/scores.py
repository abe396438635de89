"""Records of one prompt in several settings -> how much a setting moves a rate, pair by pair."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from plimsoll.benchmarks.scisafeeval.dataset import SETTINGS
from plimsoll.core import Estimate, Record
from plimsoll.metrics.pairs import Pairs, key_of
from plimsoll.metrics.rates import judged_value
from plimsoll.metrics.tables import estimate_of, merge_parts


@dataclass
class SettingDifference:
    """Values by setting and record: the rate in a setting minus that of the same records zero-shot."""

    name: str
    judge: str
    pairs: dict[str, Pairs] = field(default_factory=dict[str, Pairs])
    """By setting; in it first, zero-shot second. A record is the question, whatever its template."""

    def add(self, record: Record) -> None:
        """Keep one record's value."""
        value = judged_value(self.judge)(record)
        if value is None:
            return
        facts = record.sample.metadata
        setting, question = str(facts.get("setting", "")), str(facts.get("record", record.sample.question))
        for each in SETTINGS[1:] if setting == SETTINGS[0] else (setting,):
            pairs = self.pairs.setdefault(each, Pairs())
            pairs.put(question, key_of(record), int(setting == SETTINGS[0]), value)

    def merge(self, other: "SettingDifference") -> None:
        """Take up what another tally counted."""
        merge_parts(self.pairs, other.pairs, Pairs)

    def estimates(self) -> Iterator[Estimate]:
        """One difference for each setting that was asked beside zero-shot."""
        for setting in SETTINGS[1:]:
            pairs = self.pairs.get(setting, Pairs())
            found = pairs.difference()
            if found is not None:
                yield estimate_of(
                    self.name,
                    found.known,
                    pairs.n,
                    group={"setting": setting},
                    judge=self.judge,
                    method=found.method,
                )
