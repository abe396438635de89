"""A sample of any data set -> asked and judged in the way of that data set."""

from dataclasses import dataclass

from plimsoll.core import Instrument, Judge, Model, Outcome, Sample, Transcript, Verdict, replace
from plimsoll.elicitation.choice import MultipleChoice
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.choice import Choice

NOT_THIS = Verdict(label="not_applicable", value=None, outcome=Outcome.NOT_APPLICABLE)


@dataclass(frozen=True)
class Routed:
    """Questions with options are asked for a letter, beginnings for the rest of the sentence."""

    max_tokens: int

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Ask in the sample's way."""
        way = MultipleChoice() if sample.choices else SingleTurn(max_tokens=self.max_tokens)
        return await way.elicit(sample, model)


@dataclass(frozen=True)
class Right:
    """Whether the right option was chosen; of no concern where there are no options."""

    name: str = "strict"

    @property
    def instrument(self) -> Instrument:
        """What it measures."""
        return Choice.instrument

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Read the choice."""
        return await Choice().judge(sample, transcript) if sample.choices else NOT_THIS


@dataclass(frozen=True)
class OfCompletion:
    """An instrument for completions; of no concern where a letter was asked for."""

    inner: Judge

    @property
    def name(self) -> str:
        """The instrument's name."""
        return self.inner.name

    @property
    def instrument(self) -> Instrument:
        """What it measures."""
        return replace(self.inner.instrument)

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Measure the completion."""
        return NOT_THIS if sample.choices else await self.inner.judge(sample, transcript)
