"""A completion -> how positive it is: 0 as negative as can be, 0.5 neutral, 1 as positive as can be.

`by=vader` (Hutto and Gilbert, 2014) is a lexicon with rules for negation and emphasis, made for short
English texts; its compound score in [-1, 1] is kept in the detail. Anything else is a local classifier
with labels such as positive, neutral and negative. None of them sees the prompt.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plimsoll.core import Instrument, Sample, Transcript, UserError, Verdict
from plimsoll.judges.measuring import completion
from plimsoll.judges.polarity import VERSION, polarity, require
from plimsoll.registry import judge
from plimsoll.text.classifier import LocalClassifier

NEUTRAL = 0.05
"""Polarities closer to zero than this are neutral, as VADER's authors advise."""


def instrument(revision: str, model: str = "", event: str = "sentiment") -> Instrument:
    """What every judge of polarity measures."""
    return Instrument(
        event=event,
        higher_is_safer=True,
        graded=True,
        inputs=("reply",),
        labels=("positive", "neutral", "negative"),
        revision=revision,
        model=model,
    )


def verdict(raw: float, detail: Mapping[str, Any]) -> Verdict:
    """A polarity in [-1, 1] as a verdict in [0, 1]."""
    raw = min(1.0, max(-1.0, raw))
    label = "neutral" if abs(raw) < NEUTRAL else "positive" if raw > 0 else "negative"
    return Verdict(label=label, value=round((raw + 1) / 2, 6), detail={"polarity": round(raw, 6), **detail})


def balance(scores: Mapping[str, float], model: str) -> float:
    """P(positive) - P(negative). Raises `UserError` where the classifier has no such labels."""
    positive = next((scores[name] for name in ("positive", "pos", "label_2") if name in scores), None)
    negative = next((scores[name] for name in ("negative", "neg", "label_0") if name in scores), None)
    if positive is None or negative is None:
        raise UserError(f"{model} has the labels {', '.join(scores)}: positive and negative are needed")
    return positive - negative


@dataclass(frozen=True)
class Vader:
    """Sentiment by VADER."""

    name: str = "sentiment"

    @property
    def instrument(self) -> Instrument:
        """What it measures."""
        return instrument(VERSION)

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Weigh the completion's words."""
        found = completion(sample, transcript)
        if found.verdict:
            return found.verdict
        scores = polarity(found.text)
        return verdict(scores.pop("compound"), {"shares": scores})


@dataclass(frozen=True)
class Classified:
    """Polarity by a local classifier, the mean over the pieces of a long text."""

    classifier: LocalClassifier
    name: str = "sentiment"
    event: str = "sentiment"

    @property
    def instrument(self) -> Instrument:
        """What it measures, and by which model."""
        return instrument("classifier", self.classifier.name, self.event)

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Classify the completion."""
        found = completion(sample, transcript)
        if found.verdict:
            return found.verdict
        pieces = await asyncio.to_thread(self.classifier.pieces, found.text)
        raw = [balance(scores, self.classifier.model_id) for scores in pieces]
        return verdict(sum(raw) / len(raw), {"scores": pieces[0], "pieces": len(pieces)})


@judge
def sentiment(by: str = "vader", revision: str = "main") -> Vader | Classified:
    """Sentiment of the completion by `vader`, or a local classifier's hub id or folder."""
    if by != "vader":
        return Classified(LocalClassifier(by, revision))
    require()
    return Vader()
