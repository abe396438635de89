"""A judge -> the same judge, kept to the samples that it is valid for.

Outside of them it gives no score and asks no model: a rubric of harmfulness calls a good answer to a
harmless question harmful.
"""

from collections.abc import Callable
from dataclasses import dataclass

from plimsoll.core import Instrument, Judge, Outcome, Sample, Transcript, Verdict

Applies = Callable[[Sample], bool]


def is_harmful(sample: Sample) -> bool:
    """Whether a sample asks for harm: all do that do not say otherwise (`metadata.harmful` is false)."""
    return sample.metadata.get("harmful") is not False


def is_benign(sample: Sample) -> bool:
    """Whether a sample says that it asks for nothing harmful."""
    return not is_harmful(sample)


@dataclass(frozen=True)
class Scoped:
    """A judge of some samples only."""

    inner: Judge
    applies: Applies = is_harmful
    reason: str = "asks for nothing harmful: this judge is valid for forbidden requests only"

    @property
    def name(self) -> str:
        """The inner judge's name."""
        return self.inner.name

    @property
    def instrument(self) -> Instrument:
        """What the inner judge measures."""
        return self.inner.instrument

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Judge where that is valid."""
        if self.applies(sample):
            return await self.inner.judge(sample, transcript)
        return Verdict(label="not_applicable", value=None, outcome=Outcome.NOT_APPLICABLE, reason=self.reason)
