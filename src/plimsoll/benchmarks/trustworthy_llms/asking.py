"""A sentence with and without typos -> both answers, in one transcript."""

from dataclasses import dataclass

from plimsoll.core import Model, Request, Sample, Sampling, Transcript, user


@dataclass(frozen=True)
class Twice:
    """Ask as it stands, then as the sample's metadata has it."""

    max_tokens: int = 50

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Ask both, apart from each other."""
        sampling = Sampling(max_tokens=self.max_tokens)
        second = (*sample.messages[:-1], user(str(sample.metadata.get("second", sample.messages[-1].text))))
        first = await model.generate(Request(messages=sample.messages, sampling=sampling))
        other = await model.generate(Request(messages=second, sampling=sampling))
        return Transcript(responses=(first, other))
