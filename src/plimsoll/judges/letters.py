"""Log-likelihoods of a response -> the option they favour and how much."""

from collections.abc import Sequence
from math import exp

from plimsoll.core import Response, Sample, Transcript
from plimsoll.text.choice_answers import read_choice
from plimsoll.text.letters import LETTERS

BARE = 6
"""Characters of a reply that is a letter and its decoration."""


def weighed(sample: Sample, transcript: Transcript) -> Sequence[float]:
    """The log-likelihoods of the sample's options, empty where the model answered in words."""
    if not transcript.responses or transcript.messages:
        return ()
    response: Response = transcript.responses[-1]
    if response.means == "generation" or _says_otherwise(sample, response):
        return ()
    return response.loglikelihoods[: len(sample.choices)]


def _says_otherwise(sample: Sample, response: Response) -> bool:
    """Whether a reply begins with one letter and comes to another: "A? No, B."

    Its first tokens weigh what it takes up first, and not what it chooses."""
    if len(response.text) <= BARE or response.means != "first_token":
        return False
    reply = response.text.strip()
    if len(reply) <= BARE:
        return False
    chosen = read_choice(reply, sample.choices).index
    first = next((sign for sign in reply[:BARE] if sign.isalnum()), "")
    return chosen is not None and first in LETTERS and LETTERS[chosen] != first


def favourite(loglikelihoods: Sequence[float]) -> int:
    """The most likely option; the first of several that are equal."""
    return loglikelihoods.index(max(loglikelihoods))


def probabilities(loglikelihoods: Sequence[float]) -> list[float]:
    """Shares among the options, adding up to one."""
    highest = max(loglikelihoods)
    weights = [exp(value - highest) for value in loglikelihoods]
    total = sum(weights)
    return [weight / total for weight in weights]
