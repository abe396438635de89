"""Records of one prompt in several settings -> how much a setting moves a rate, pair by pair."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from plimsoll.benchmarks.scisafeeval.dataset import SETTINGS
from plimsoll.core import Estimate, Record
from plimsoll.metrics.rates import judged_value
from plimsoll.stats.paired import mean_difference


@dataclass
class SettingDifference:
    """Values by setting and record: the rate in a setting minus that of the same records zero-shot."""

    name: str
    judge: str
    values: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])

    def add(self, record: Record) -> None:
        """Keep one record's value."""
        value = judged_value(self.judge)(record)
        if value is None:
            return
        metadata = record.sample.metadata
        key = f"{metadata.get('record', record.sample.id)}|{record.epoch}"
        self.values.setdefault(str(metadata.get("setting", "")), {})[key] = value

    def merge(self, other: "SettingDifference") -> None:
        """Take up what another tally counted."""
        for setting, values in other.values.items():
            self.values.setdefault(setting, {}).update(values)

    def estimates(self) -> Iterator[Estimate]:
        """One difference for each setting that was asked beside zero-shot."""
        plain = self.values.get(SETTINGS[0], {})
        for setting in SETTINGS[1:]:
            other = self.values.get(setting, {})
            differences = [value - plain[key] for key, value in other.items() if key in plain]
            if not differences:
                continue
            n, total = len(differences), sum(differences)
            bounds = mean_difference(total, sum(each * each for each in differences), n)
            yield Estimate(
                name=self.name,
                value=total / n,
                low=bounds.low,
                high=bounds.high,
                n=n,
                group={"setting": setting},
                judge=self.judge,
                method="paired_normal",
            )
