import pytest

from plimsoll.core import Finish, Outcome, Record, Response, Sample, Transcript, Verdict, user
from plimsoll.run.keep.manifest import Unread
from plimsoll.run.work.unread import TAIL, Unreads


def record(text: str, outcome: Outcome, *, thought: str = "", finish: Finish = "stop") -> Record:
    return Record(
        sample=Sample(id="1", messages=(user("?"),)),
        transcript=Transcript(responses=(Response(text=text, thought=thought, finish=finish),)),
        verdicts={"strict": Verdict(label=outcome.value, value=0.0, outcome=outcome)},
    )


def found(*records: Record) -> Unread:
    unreads = Unreads()
    for each in records:
        unreads.add(each)
    return unreads.found()


ANSWERED = record("(B)", Outcome.ANSWERED)


def test_a_reply_that_says_something_unreadable_is_unparsed() -> None:
    seen = found(ANSWERED, record("Let me think about", Outcome.UNPARSED, finish="length"))

    assert seen == Unread(replies=2, unparsed=1, at_limit=1, examples=("Let me think about",))
    assert seen.share == 0.5


@pytest.mark.parametrize(
    "cut",
    [
        record("<think>The user asks", Outcome.UNPARSED, finish="length"),
        record("<think>The user asks", Outcome.EMPTY, finish="length"),
        record("", Outcome.EMPTY, thought="The user asks", finish="length"),
        record("", Outcome.EMPTY, finish="length"),
        record("Okay, so the user asks for this. I can't", Outcome.EMPTY, finish="length"),
    ],
)
def test_a_reply_that_ended_within_its_thought_is_told_apart(cut: Record) -> None:
    seen = found(ANSWERED, cut)

    assert (seen.unparsed, seen.thinking, seen.at_limit) == (0, 1, 1)


def test_an_empty_reply_and_a_refusal_are_the_models_own() -> None:
    seen = found(record("", Outcome.EMPTY), record("I can't help.", Outcome.REFUSED))

    assert seen == Unread(replies=2)


def test_a_fifth_of_the_replies_may_go_unread_before_it_is_said() -> None:
    unread = record("Hm.", Outcome.UNPARSED)

    assert not found(*[ANSWERED] * 4, unread).many
    assert found(*[ANSWERED] * 3, unread).many
    assert not found().many


def test_three_examples_are_kept_and_only_their_ends() -> None:
    long = [record("word " * 200 + f"{number}, the end", Outcome.UNPARSED) for number in (1, 1, 2, 3, 4)]
    seen = found(*long)

    assert [each.split()[-3] for each in seen.examples] == ["1,", "2,", "3,"]
    assert seen.examples[0].startswith("…")
    assert seen.examples[0].endswith("the end")
    assert len(seen.examples[0]) == TAIL + 1
