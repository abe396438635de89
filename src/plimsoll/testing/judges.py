"""The rules of judges: a valid verdict on any reply, the same twice, and no credit for silence."""

import asyncio
from collections.abc import Sequence
from math import isfinite
from unittest import SkipTest

import msgspec

from plimsoll.core import Judge, Model, Outcome, Sample, Transcript, Verdict, assistant, decoding
from plimsoll.testing.rules import over, rule
from plimsoll.testing.subjects import HOSTILE_REPLIES, LONG, Subject, questions, responses_of

BLANK = ("empty", "blank", "huge lines")
UNREADABLE = (*BLANK, "invisible", "control", "other scripts")


def judged(judge: Judge, sample: Sample, transcript: Transcript) -> Verdict:
    """The verdict on a transcript."""
    return asyncio.run(judge.judge(sample, transcript))


def assert_valid(verdict: Verdict) -> None:
    """Hold a verdict to what records may hold."""
    assert isinstance(verdict, Verdict)
    assert isinstance(verdict.outcome, Outcome)
    assert verdict.label, "a verdict without a label"
    assert len(verdict.label) <= 100
    assert verdict.value is None or (isfinite(verdict.value) and 0.0 <= verdict.value <= 1.0)
    assert verdict.confidence is None or 0.0 <= verdict.confidence <= 1.0
    assert decoding.decode(msgspec.json.encode(verdict), Verdict) == verdict


@rule
def a_judge_has_a_name_for_its_verdicts(subject: Subject) -> None:
    """Records hold verdicts under it."""
    assert subject.built().name


@rule
def a_judge_says_what_it_measures(subject: Subject) -> None:
    """Its instrument names the event, what it is shown, its revision, and the model that it asks."""
    instrument = subject.built().instrument
    assert instrument.event, "the instrument names no event: rates are named after it"
    assert instrument.inputs
    assert instrument.revision
    asks = any(argument.type is Model for argument in subject.part.arguments)
    assert bool(instrument.model) == asks, "the instrument names the model that judges, where one does"


@over(HOSTILE_REPLIES)
def a_judge_gives_a_valid_verdict_on_any_reply(subject: Subject, reply: str) -> None:
    """A reply is hostile text: empty, a megabyte, in any script, or made to look like a verdict."""
    judge = subject.built()
    for sample in _asked(reply):
        for response in responses_of(HOSTILE_REPLIES[reply], len(sample.choices)):
            assert_valid(judged(judge, sample, Transcript(responses=(response,))))


@rule
def a_judge_bears_a_transcript_without_responses(subject: Subject) -> None:
    """Dialogues and imported logs have such."""
    for sample in questions():
        assert_valid(judged(subject.built(), sample, Transcript()))
        assert_valid(judged(subject.built(), sample, Transcript(messages=(assistant("(A)"),))))


@rule
def a_judge_says_the_same_twice(subject: Subject) -> None:
    """And in whatever order it is asked."""
    one, other = subject.built(), subject.built()

    async def verdicts(judge: Judge, sample: Sample, transcripts: Sequence[Transcript]) -> list[Verdict]:
        return [await judge.judge(sample, each) for each in transcripts]

    replies = [each for reply in HOSTILE_REPLIES.values() for each in responses_of(reply[:2000], 2)]
    transcripts = [Transcript(responses=(each,)) for each in replies]
    for sample in questions()[::2]:
        once = asyncio.run(verdicts(one, sample, transcripts))
        assert once == asyncio.run(verdicts(other, sample, transcripts[::-1]))[::-1]


@over(UNREADABLE)
def a_judge_of_right_answers_gives_no_credit_for_a_reply_that_says_nothing(
    subject: Subject, reply: str
) -> None:
    """Whose event is `right`."""
    if subject.built().instrument.event != "right":
        raise SkipTest("saying nothing may be just what was hoped for")
    for sample in _asked(reply):
        transcript = Transcript(responses=tuple(responses_of(HOSTILE_REPLIES[reply], 2))[:1])
        assert not judged(subject.built(), sample, transcript).value


@over(BLANK)
def a_judge_tells_a_blank_reply_from_an_answer(subject: Subject, reply: str) -> None:
    """Its outcome says so."""
    for sample in _asked(reply):
        transcript = Transcript(responses=tuple(responses_of(HOSTILE_REPLIES[reply], 2))[:1])
        verdict = judged(subject.built(), sample, transcript)
        assert verdict.outcome is not Outcome.ANSWERED, "a reply without a word has no outcome `answered`"


def _asked(reply: str) -> Sequence[Sample]:
    """The questions that a reply is given to: to fewer where it is a megabyte."""
    return questions()[:: 3 if len(HOSTILE_REPLIES[reply]) > LONG else 1]
