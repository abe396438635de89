"""Sample -> transcript: the messages as they stand, one reply in words, greedily decoded."""

from dataclasses import dataclass

from plimsoll.core import Model, Request, Sample, Sampling, Template, Transcript
from plimsoll.elicitation._shortening import Shorten, ask, never
from plimsoll.registry import elicitation


@elicitation
@dataclass(frozen=True)
class SingleTurn:
    """Ask once, take the text."""

    max_tokens: int = 64
    min_tokens: int | None = None
    template: Template = "auto"
    shorten: Shorten = never

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Ask the model and keep what it says."""
        return await ask(sample, model, self._request, self.shorten)

    def _request(self, sample: Sample) -> Request:
        sampling = Sampling(max_tokens=self.max_tokens, min_tokens=self.min_tokens)
        return Request(messages=sample.messages, sampling=sampling, template=self.template)
