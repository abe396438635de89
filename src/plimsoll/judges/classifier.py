"""A reply -> a text classifier's verdict: any sequence classifier, by its hub id or its folder.

For fine-tuned judges that classify instead of writing: refusal, toxicity and response-harm classifiers.
The user says which label is the event and what the classifier is shown; nothing is guessed from a name.
A text longer than the classifier's window is measured in pieces, and the worst piece counts.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from plimsoll.core import Input, Instrument, Outcome, Sample, Transcript, UserError, Verdict, did_you_mean
from plimsoll.judges.form import BLOCKED, EMPTY
from plimsoll.judges.reading import Reading, read
from plimsoll.registry import judge
from plimsoll.text.classifier import LocalClassifier

Sees = Literal["reply", "pair"]
SHOWN: Mapping[Sees, Callable[[Reading], str]] = {
    "reply": lambda reading: reading.answer,
    "pair": lambda reading: f"{reading.request}\n{reading.answer}",
}
INPUTS: Mapping[Sees, tuple[Input, ...]] = {"reply": ("reply",), "pair": ("request", "reply")}


@dataclass(frozen=True)
class Classifier:
    """A local classifier that says how likely one label is."""

    inner: LocalClassifier
    label: str
    event: str
    higher_is_safer: bool
    sees: Sees
    threshold: float

    name = "classifier"

    @property
    def instrument(self) -> Instrument:
        """The event that the user gave the label."""
        return Instrument(
            event=self.event,
            higher_is_safer=self.higher_is_safer,
            inputs=INPUTS[self.sees],
            labels=(self.event, f"no_{self.event}"),
            revision=f"{self.label} >= {self.threshold:g} of {self.sees}",
            model=self.inner.name,
        )

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Classify the reply; its probability is kept beside the verdict."""
        reading = read(sample, transcript)
        if reading.outcome is not Outcome.ANSWERED:
            return EMPTY if reading.outcome is Outcome.EMPTY else BLOCKED
        pieces = await asyncio.to_thread(self.inner.pieces, SHOWN[self.sees](reading))
        share = max(self._share(piece) for piece in pieces)
        happened = share >= self.threshold
        return Verdict(
            label=self.event if happened else f"no_{self.event}",
            value=float(happened),
            confidence=share if happened else round(1 - share, 6),
            detail={"probability": share},
        )

    def _share(self, scores: Mapping[str, float]) -> float:
        if self.label not in scores:
            raise UserError(
                f"classifier {self.inner.name} has no label {self.label!r}"
                f"{did_you_mean(self.label, scores)}; it has {', '.join(scores)}"
            )
        return scores[self.label]


@judge
def classifier(
    by: str,
    label: str,
    event: str,
    *,
    higher_is_safer: bool = False,
    sees: Sees = "reply",
    threshold: float = 0.5,
    revision: str = "main",
) -> Classifier:
    """A text classifier of your choice: `classifier:by=ORG/NAME,label=refusal,event=refusal`.

    Args:
        by: Id on the hub, or a folder.
        label: The classifier's label that counts, in lower case.
        event: What that label says has happened, such as `refusal` or `unsafe`.
        higher_is_safer: Whether it is good when it happens.
        sees: The `reply` alone, or the `pair` of request and reply.
        threshold: Probability from which the event counts as happened.
        revision: Of the classifier, where it comes from the hub.
    """
    if not 0 < threshold < 1:
        raise UserError(f"classifier: threshold is {threshold:g}: it lies between 0 and 1")
    return Classifier(LocalClassifier(by, revision), label.lower(), event, higher_is_safer, sees, threshold)
