"""A question -> the model's Yes or No by weight, or several answers drawn at a temperature."""

from dataclasses import dataclass

from plimsoll.benchmarks.xlingeval.judge import YES_NO
from plimsoll.core import Model, Request, Response, Sample, Sampling, Transcript


@dataclass(frozen=True)
class YesNo:
    """Ask once for Yes or No, without a limit, as officially; a model that can weighs the two."""

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Ask the model to decide."""
        request = Request(messages=sample.messages, continuations=YES_NO)
        return Transcript(responses=(await model.generate(request),))


@dataclass(frozen=True)
class Repeated:
    """Ask the same several times."""

    times: int
    temperature: float
    max_tokens: int

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Draw the answers one after another."""
        sampling = Sampling(max_tokens=self.max_tokens, temperature=self.temperature)
        responses: list[Response] = []
        for draw in range(self.times):
            request = Request(messages=sample.messages, sampling=sampling, draw=draw)
            responses.append(await model.generate(request))
        return Transcript(responses=tuple(responses))
