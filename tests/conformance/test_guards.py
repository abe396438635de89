import asyncio

import pytest

from plimsoll.core import BROKEN, Response, Sample, Transcript, Verdict, assistant, user
from plimsoll.defenses.filters.guarded import Guarded as Defended
from plimsoll.judges.guarded import Guarded as Judged
from plimsoll.models.scripted import Scripted
from plimsoll.registry import Part
from tests.support.conformance import HOSTILE_REPLIES, built, parts_of

GUARDS = parts_of("guards")
ASKED = user("What is this?")


def classified(part: Part, text: str) -> Verdict:
    return asyncio.run(built(part).classify((ASKED, assistant(text))))


@pytest.mark.parametrize("part", GUARDS)
@pytest.mark.parametrize("reply", HOSTILE_REPLIES)
def test_a_guard_gives_a_valid_verdict_on_any_text(part: Part, reply: str) -> None:
    verdict = classified(part, HOSTILE_REPLIES[reply])
    assert verdict.value is None or 0 <= verdict.value <= 1
    assert verdict.label in (*built(part).instrument.labels, "empty") or verdict.outcome in BROKEN


@pytest.mark.parametrize("part", GUARDS)
def test_a_guard_says_the_same_twice_and_bears_no_message_at_all(part: Part) -> None:
    assert classified(part, "A cat.") == classified(part, "A cat.")
    assert asyncio.run(built(part).classify(())).value is None


@pytest.mark.parametrize("part", GUARDS)
def test_a_guard_serves_unchanged_as_judge_and_as_defense(part: Part) -> None:
    guard = built(part)
    judge = Judged(guard)
    assert (judge.name, judge.instrument) == (guard.name, guard.instrument)
    sample = Sample(id="1", messages=(ASKED,))
    found = asyncio.run(judge.judge(sample, Transcript(responses=(Response(text="A cat."),))))
    assert found == classified(part, "A cat.")
    model = Scripted(lambda _: "A cat.")
    assert Defended(model, guard).name == model.name
