"""A judge -> the same judge, shown what it is valid for and nothing else.

Outside of that it gives no score and asks no model: a rubric of harmfulness calls a good answer to a
harmless question harmful.
"""

from collections.abc import Callable
from dataclasses import dataclass

from plimsoll.core import Instrument, Judge, Outcome, Sample, Transcript, Verdict

Applies = Callable[[Sample], bool]
Look = Callable[[Sample, Transcript], Transcript | Verdict]
"""What the judge is shown of a transcript, or the verdict that stands without it."""

HARMLESS = "asks for nothing harmful: this judge is valid for forbidden requests only"


def is_harmful(sample: Sample) -> bool:
    """Whether a sample asks for harm: all do that do not say otherwise (`metadata.harmful` is false)."""
    return sample.metadata.get("harmful") is not False


def is_benign(sample: Sample) -> bool:
    """Whether a sample says that it asks for nothing harmful."""
    return not is_harmful(sample)


def only(applies: Applies, reason: str = "") -> Look:
    """The whole transcript of the samples that fit; the others are of no concern."""
    stands = Verdict(label="not_applicable", value=None, outcome=Outcome.NOT_APPLICABLE, reason=reason)
    return lambda sample, transcript: transcript if applies(sample) else stands


FORBIDDEN = only(is_harmful, HARMLESS)


@dataclass(frozen=True)
class Scoped:
    """A judge of what it is valid for."""

    inner: Judge
    look: Look = FORBIDDEN
    called: str = ""
    """Its name, where that is not the inner judge's."""
    measures: Instrument | None = None
    """What it measures, where that is not what the inner judge does."""

    @property
    def name(self) -> str:
        """The key of its verdicts."""
        return self.called or self.inner.name

    @property
    def instrument(self) -> Instrument:
        """What it measures."""
        return self.measures or self.inner.instrument

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Judge where that is valid."""
        shown = self.look(sample, transcript)
        return shown if isinstance(shown, Verdict) else await self.inner.judge(sample, shown)
