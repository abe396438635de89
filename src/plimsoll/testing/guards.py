"""The rules of guards: a valid verdict on any conversation, the same twice."""

import asyncio
from collections.abc import Sequence

from plimsoll.core import BROKEN, Message, Response, Sample, Transcript, Verdict, assistant, system, user
from plimsoll.defenses.filters.guarded import Guarded as Defended
from plimsoll.judges.guarded import Guarded as Judged
from plimsoll.models.scripted import Scripted
from plimsoll.testing.judges import assert_valid
from plimsoll.testing.rules import over, rule
from plimsoll.testing.subjects import HOSTILE_REPLIES, Subject


def classified(subject: Subject, messages: Sequence[Message]) -> Verdict:
    """What a guard says of a conversation."""
    return asyncio.run(subject.built().classify(messages))


@rule
def a_guard_has_a_name_and_says_what_it_finds(subject: Subject) -> None:
    """Records and reports name it so, and rates after its event."""
    guard = subject.built()
    assert guard.name
    assert guard.instrument.event
    assert guard.instrument.revision


@over(HOSTILE_REPLIES)
def a_guard_gives_a_valid_verdict_on_any_message(subject: Subject, text: str) -> None:
    """Whether it stands at the entrance or at the exit."""
    said = HOSTILE_REPLIES[text]
    labels = (*subject.built().instrument.labels, "empty")
    for messages in ((user(said),), (system("Be brief."), user("Hello"), assistant(said))):
        verdict = classified(subject, messages)
        assert_valid(verdict)
        assert verdict.label in labels or verdict.outcome in BROKEN, f"its instrument lacks {verdict.label!r}"


@rule
def a_guard_bears_a_conversation_without_messages(subject: Subject) -> None:
    """Nothing was said, and nothing is scored."""
    verdict = classified(subject, ())
    assert_valid(verdict)
    assert verdict.value is None, "a conversation without a message is unscored"


@rule
def a_guard_serves_unchanged_as_judge_and_as_defense(subject: Subject) -> None:
    """By the two adapters, `guarded` in judges and in defenses."""
    guard = subject.built()
    judge = Judged(guard)
    assert (judge.name, judge.instrument) == (guard.name, guard.instrument)
    asked = user("What is this?")
    transcript = Transcript(responses=(Response(text="A cat."),))
    found = asyncio.run(judge.judge(Sample(id="1", messages=(asked,)), transcript))
    assert found == classified(subject, (asked, assistant("A cat.")))
    model = Scripted(lambda _: "A cat.")
    assert Defended(model, guard).name == model.name


@rule
def a_guard_says_the_same_twice(subject: Subject) -> None:
    """Equal conversations get equal verdicts."""
    for said in HOSTILE_REPLIES.values():
        assert classified(subject, (user(said[:2000]),)) == classified(subject, (user(said[:2000]),))
