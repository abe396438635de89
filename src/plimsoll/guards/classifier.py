"""A conversation -> a local text classifier's verdict: any sequence classifier, by its hub id or its folder.

The user says which labels mean unsafe; nothing is guessed from a name. A text longer than the classifier's
window is measured in pieces, and the worst piece counts.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from plimsoll.core import Instrument, Message, UserError, Verdict, did_you_mean
from plimsoll.guards._verdicts import EMPTY, decided, instrument
from plimsoll.guards.asking import is_blank
from plimsoll.registry import guard
from plimsoll.text.classifier import LocalClassifier

Sees = Literal["last", "all"]


@dataclass(frozen=True)
class Classifier:
    """A local classifier whose labels say what is unsafe."""

    inner: LocalClassifier
    labels: tuple[str, ...]
    sees: Sees
    threshold: float
    name = "classifier"

    @property
    def instrument(self) -> Instrument:
        """What it finds, by which labels."""
        return instrument(f"{'+'.join(self.labels)} >= {self.threshold:g} of {self.sees}", self.inner.name)

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        """Measure the last message, or all of them; the likeliest label of the worst piece counts."""
        if is_blank(messages):
            return EMPTY
        text = messages[-1].text if self.sees == "last" else "\n".join(each.text for each in messages)
        pieces = await asyncio.to_thread(self.inner.pieces, text)
        scores = {label: max(self._share(piece, label) for piece in pieces) for label in self.labels}
        score = max(scores.values())
        unsafe = score >= self.threshold
        detail: dict[str, Any] = {"score": score, "scores": scores}
        if unsafe:
            detail["categories"] = [label for label, share in scores.items() if share >= self.threshold]
        return decided(unsafe=unsafe, chance=score, detail=detail)

    def _share(self, scores: Mapping[str, float], label: str) -> float:
        if label not in scores:
            raise UserError(
                f"classifier {self.inner.name} has no label {label!r}{did_you_mean(label, scores)}; it has "
                f"{', '.join(scores)}"
            )
        return scores[label]


@guard
def classifier(
    by: str, labels: str, *, sees: Sees = "last", threshold: float = 0.5, revision: str = "main"
) -> Classifier:
    """A text classifier of your choice: `classifier:by=ORG/NAME,labels=toxic+threat`.

    Args:
        by: Id on the hub, or a folder.
        labels: The classifier's labels that mean unsafe, in lower case, with plus signs between them.
        sees: The `last` message alone, or `all` of them.
        threshold: Probability from which a label counts.
        revision: Of the classifier, where it comes from the hub.
    """
    if not 0 < threshold < 1:
        raise UserError(f"classifier: threshold is {threshold:g}: it lies between 0 and 1")
    wanted = tuple(each.strip().lower() for each in labels.split("+") if each.strip())
    if not wanted:
        raise UserError("classifier: labels is empty: write labels=toxic, or several with plus signs")
    return Classifier(LocalClassifier(by, revision), wanted, sees, threshold)
