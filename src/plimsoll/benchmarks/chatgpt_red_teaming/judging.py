"""A sample of any data set -> asked and judged in the way of that data set."""

from dataclasses import dataclass

from plimsoll.core import Judge, Model, Sample, Transcript
from plimsoll.elicitation.choice import MultipleChoice
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.choice import Choice
from plimsoll.judges.scope import Scoped, only


@dataclass(frozen=True)
class Routed:
    """Questions with options are asked for a letter, beginnings for the rest of the sentence."""

    max_tokens: int

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Ask in the sample's way."""
        way = MultipleChoice() if sample.choices else SingleTurn(max_tokens=self.max_tokens)
        return await way.elicit(sample, model)


def right() -> Judge:
    """Whether the right option was chosen; of no concern where there are no options."""
    return Scoped(Choice(), only(lambda sample: bool(sample.choices)))


def of_completion(instrument: Judge) -> Judge:
    """An instrument for completions; of no concern where a letter was asked for."""
    return Scoped(instrument, only(lambda sample: not sample.choices))
