"""Multiple-choice sample -> transcript: one request, its options weighed by the best means the model has.

The continuations `(A`, `(B` ... go with the request. A model that can weigh them answers with their
log-likelihoods, any other one with text; `Response.means` says which it was.
"""

from dataclasses import dataclass

from plimsoll.core import Model, Request, Sample, Sampling, Transcript
from plimsoll.elicitation._shortening import Shorten, ask, never
from plimsoll.registry import elicitation
from plimsoll.text.letters import continuations


@elicitation
@dataclass(frozen=True)
class MultipleChoice:
    """Ask once and let the model weigh the options, or answer in words where it cannot."""

    max_tokens: int = 64
    """For models that answer in words."""
    shorten: Shorten = never

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Ask the model to choose."""
        return await ask(sample, model, self._request, self.shorten)

    def _request(self, sample: Sample) -> Request:
        return Request(
            messages=sample.messages,
            sampling=Sampling(max_tokens=self.max_tokens),
            continuations=continuations(sample.choices),
        )
