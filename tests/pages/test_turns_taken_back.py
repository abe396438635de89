"""Turns of an audit that were taken back stand where they were said, and are told to be so."""

from typing import Any

import msgspec
import pytest

from plimsoll.core import Message, Record, Sample, ToolCall, Transcript, Verdict, assistant, user
from plimsoll.pages.lines import of_record
from plimsoll.reports import html
from plimsoll.reports.counts import fate_of
from tests.support.runs import view_of

CALLS = Message(role="assistant", text="I delete.", calls=(ToolCall(id="1", name="delete_file"),))


def record_of(branches: Any) -> Record:
    said = (user("Tidy up."), assistant("Shall I?"))
    transcript = Transcript(messages=said, state={"turns": [1, 4], "branches": branches})
    sample = Sample(id="s", messages=(user("Find out."),))
    verdicts = {"overreach": Verdict(label="clear", value=2 / 3)}
    return Record(sample=sample, epoch=0, transcript=transcript, verdicts=verdicts)


def branch(*messages: Message) -> dict[str, Any]:
    turns = [{"turn": place, "message": msgspec.to_builtins(each)} for place, each in enumerate(messages, 2)]
    return {"after": 1, "turns": turns}


def test_a_branch_stands_between_the_turns_that_stayed_with_its_calls() -> None:
    shown = list(of_record(record_of([branch(CALLS, Message(role="tool", text="gone", call_id="1"))])))
    heads = [line for line in shown if line.startswith("── T")]
    assert heads == [
        "── T1 · user ──",
        "── T2 · assistant · taken back ──",
        "── T3 · tool · delete_file · taken back ──",
        "── T4 · assistant ──",
    ]
    assert "→ delete_file" in shown
    assert '"y":true' in html.render(view_of([record_of([branch(CALLS)])]))


@pytest.mark.parametrize("odd", [None, 3, [{}], [{"after": 1, "turns": [{"turn": "x"}]}], "text"])
def test_what_is_no_branch_is_shown_as_it_stands(odd: Any) -> None:
    heads = [line for line in of_record(record_of(odd)) if line.startswith("── T")]
    assert heads == ["── T1 · user ──", "── T4 · assistant ──"]


def test_a_grade_between_is_none_of_unscored_right_and_wrong() -> None:
    assert fate_of("answered", 2 / 3, None) == "graded"
    assert fate_of("answered", None, None) == "unscored"
    assert fate_of("answered", 1.0, "A") == "right"
