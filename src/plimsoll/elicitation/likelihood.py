"""Multiple-choice sample -> transcript by weighing letters only: the setting for base models ("CLP").

The prompt is continued with `(`, and the letters `A`, `B` ... are weighed as what comes next. Nothing
is generated, so a model that cannot weigh continuations cannot be asked in this way.
"""

from dataclasses import dataclass

from plimsoll.core import Model, ModelError, Request, Sample, Sampling, Template, Transcript, assistant
from plimsoll.elicitation._shortening import Shorten, ask, never
from plimsoll.registry import elicitation
from plimsoll.text.letters import continuations


@elicitation
@dataclass(frozen=True)
class Likelihood:
    """Weigh the letters after an opening bracket; refuse models that only answer in words."""

    opening: str = "("
    """Written in the model's name before the letter."""
    template: Template = "auto"
    shorten: Shorten = never

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Weigh the letters of the sample's options."""
        transcript = await ask(sample, model, self._request, self.shorten)
        if not transcript.responses[-1].loglikelihoods:
            raise ModelError(
                f"{model.name} answers in words and cannot weigh letters; "
                "use the chat setting, or a model that reports log-probabilities"
            )
        return transcript

    def _request(self, sample: Sample) -> Request:
        return Request(
            messages=(*sample.messages, assistant(self.opening)),
            sampling=Sampling(max_tokens=1),
            continuations=continuations(sample.choices, opening=""),
            template=self.template,
        )
