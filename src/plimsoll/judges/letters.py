"""Log-likelihoods of a response -> the option they favour and how much."""

from collections.abc import Sequence
from math import exp

from plimsoll.core import Response, Sample, Transcript


def weighed(sample: Sample, transcript: Transcript) -> Sequence[float]:
    """The log-likelihoods of the sample's options, empty where the model answered in words."""
    if not transcript.responses or transcript.messages:
        return ()
    response: Response = transcript.responses[-1]
    if response.means == "generation":
        return ()
    return response.loglikelihoods[: len(sample.choices)]


def favourite(loglikelihoods: Sequence[float]) -> int:
    """The most likely option; the first of several that are equal."""
    return loglikelihoods.index(max(loglikelihoods))


def probabilities(loglikelihoods: Sequence[float]) -> list[float]:
    """Shares among the options, adding up to one."""
    highest = max(loglikelihoods)
    weights = [exp(value - highest) for value in loglikelihoods]
    total = sum(weights)
    return [weight / total for weight in weights]
