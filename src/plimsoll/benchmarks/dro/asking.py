"""A question -> one drawn reply, as the paper draws them: temperature 1, nucleus 0.9."""

from dataclasses import dataclass

from plimsoll.core import Model, Request, Sample, Sampling, Transcript

TEMPERATURE, NUCLEUS = 1.0, 0.9


@dataclass(frozen=True)
class Drawn:
    """Asks once; `--epochs` draws again."""

    max_tokens: int

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Ask the model and keep what it says."""
        sampling = Sampling(max_tokens=self.max_tokens, temperature=TEMPERATURE, top_p=NUCLEUS)
        response = await model.generate(Request(messages=sample.messages, sampling=sampling))
        said = (*response.steps, response.message) if response.steps else ()
        return Transcript(responses=(response,), messages=said)
