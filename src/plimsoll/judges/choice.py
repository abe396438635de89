"""Transcript of a multiple-choice question -> the letter chosen, right or wrong (`strict`).

Log-likelihoods count where the model gave them; where two are equal on top, none was chosen. Otherwise
the reply is read, and only a plain answer counts: a refusal is a refusal, and what cannot be read is
`unparsed`; neither is ever given credit.
"""

from plimsoll.core import Instrument, Outcome, Sample, Transcript, Verdict
from plimsoll.judges.letters import favourite, probabilities, weighed
from plimsoll.judges.reading import is_blank, spoken
from plimsoll.registry import judge
from plimsoll.text.choice_answers import read_choice
from plimsoll.text.letters import LETTERS
from plimsoll.text.refusals import is_refusal
from plimsoll.text.thoughts import answer_of

_BLOCKED = Verdict(label="blocked", value=0.0, outcome=Outcome.BLOCKED)
_EMPTY = Verdict(label="empty", value=0.0, outcome=Outcome.EMPTY)
_REFUSED = Verdict(label="refused", value=0.0, outcome=Outcome.REFUSED)


@judge
class Choice:
    """The letter that the model plainly chose."""

    name = "strict"
    instrument = Instrument(
        event="right", higher_is_safer=True, inputs=("reply", "target"), labels=tuple(LETTERS)
    )

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Read the choice out of log-likelihoods or words."""
        loglikelihoods = weighed(sample, transcript)
        if loglikelihoods:
            return _by_weight(sample, transcript, list(loglikelihoods))
        if transcript.responses and transcript.responses[-1].finish == "blocked":
            return _BLOCKED
        return _by_words(sample, spoken(transcript))


def _by_weight(sample: Sample, transcript: Transcript, loglikelihoods: list[float]) -> Verdict:
    shares = probabilities(loglikelihoods)
    chosen = favourite(loglikelihoods)
    if loglikelihoods.count(loglikelihoods[chosen]) > 1:
        detail = {"means": transcript.responses[-1].means, "how": "tie"}
        return Verdict(label="unparsed", value=0.0, outcome=Outcome.UNPARSED, detail=detail)
    label = LETTERS[chosen]
    return Verdict(
        label=label,
        value=_right(label, sample),
        confidence=round(shares[chosen], 6),
        detail={
            "means": transcript.responses[-1].means,
            "probabilities": [round(share, 6) for share in shares],
        },
    )


def _by_words(sample: Sample, reply: str) -> Verdict:
    if is_blank(reply):
        return _EMPTY
    choice = read_choice(reply, sample.choices)
    detail = {"means": "generation", "how": choice.how}
    if choice.index is not None:
        label = LETTERS[choice.index]
        return Verdict(label=label, value=_right(label, sample), detail=detail)
    if is_refusal(answer_of(reply)):
        return _REFUSED
    return Verdict(label="unparsed", value=0.0, outcome=Outcome.UNPARSED, detail=detail)


def _right(label: str, sample: Sample) -> float | None:
    """Whether the letter is the right one; unscored where the question has none."""
    return None if sample.target is None else float(label == sample.target)
