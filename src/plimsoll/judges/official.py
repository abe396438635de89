"""A transcript -> what a published judge was shown of it, and that judge: nothing is cut, capped or tidied.

Official code knows no thoughts, no blank replies and no limits of ours. So `compat` judges are given the
reply as it came, a judging model has as many tokens as it had there, and all of what it says is read.
What an official script's callers do to a text before and after (a `strip`, mostly) is named with the judge.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from plimsoll.core import (
    LIMIT,
    Instrument,
    Model,
    Outcome,
    Request,
    Response,
    Sample,
    Sampling,
    Transcript,
    Verdict,
    replace,
)
from plimsoll.judges.form import Form, Slots, cut_off_at
from plimsoll.judges.reading import is_blank, request_of
from plimsoll.text.refusals import is_refusal

STOPPED = "its model stopped at a limit that the official code lacks, and was read as far as it went"
UNCUT = "the official code shows its judge 512 tokens of a reply; the whole reply was shown"

Change = Callable[[str], str]
"""What the official callers do to a text."""


def as_it_is(text: str) -> str:
    """Nothing is done to it."""
    return text


def is_withheld(transcript: Transcript) -> bool:
    """Whether the endpoint gave no reply at all."""
    responses = transcript.responses
    return bool(responses) and not transcript.messages and responses[-1].finish == "blocked"


def may_exceed(text: str, tokens: int) -> bool:
    """Whether a text may have more tokens than that: no tokenizer makes more of them than bytes."""
    return len(text.encode("utf-8", "surrogatepass")) > tokens


async def asked(form: Form, model: Model, slots: Slots, judged: Change = as_it_is) -> Verdict:
    """Put a form to a model and read all that it says."""
    request = Request(messages=form.messages(slots), sampling=Sampling(max_tokens=form.max_tokens))
    response = await model.generate(request)
    said = judged(response.text)
    withheld = response.finish == "blocked"
    verdict = None if withheld else form.read(said)
    if verdict is None:
        declined = withheld or is_refusal(said)
        outcome = Outcome.JUDGE_REFUSED if declined else Outcome.JUDGE_UNPARSED
        reason = cut_off_at(form.max_tokens) if response.finish == "length" and not declined else ""
        verdict = Verdict(label=outcome.value, value=None, outcome=outcome, reason=reason)
    return replace(
        verdict, detail={**verdict.detail, "judge_reply": response.text, **limited(response, form.max_tokens)}
    )


def limited(response: Response, allowed: int | None) -> dict[str, str]:
    """What a verdict's detail says where the judging model had to stop at a limit of its own."""
    return {LIMIT: STOPPED} if allowed is None and response.finish == "length" else {}


def told_blank(verdict: Verdict, transcript: Transcript) -> Verdict:
    """The verdict, with a blank reply told apart: its value stays what the official code makes of it."""
    scored = verdict.value is not None and is_blank(transcript.reply)
    return replace(verdict, outcome=Outcome.EMPTY) if scored else verdict


@dataclass(frozen=True)
class OfficialJudge:
    """A published form in its published words, with the reply and the judgement as its script has them."""

    name: str
    form: Form
    model: Model
    shown: Change = as_it_is
    """What is done to the reply before the judge sees it."""
    judged: Change = as_it_is
    """What is done to the judge's reply before it is read."""
    slots: Callable[[Sample, str], Mapping[str, str]] = field(default=lambda sample, reply: {})
    """Slots beyond `request` and `reply`, from the sample and the reply as shown."""

    @property
    def instrument(self) -> Instrument:
        """What it measures."""
        return self.form.instrument(self.model, "-official")

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Have the model judge the reply as it came, a blank one too."""
        if is_withheld(transcript):
            return self.form.blocked
        reply = self.shown(transcript.reply)
        slots = {"request": request_of(sample), "reply": reply, **self.slots(sample, reply)}
        return told_blank(await asked(self.form, self.model, slots, self.judged), transcript)
