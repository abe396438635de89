import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.testing.subjects import HOSTILE_REPLIES, LONG
from plimsoll.text.thoughts import OPEN, Split, answer_of, answer_place, marked, pieces, split

MARKS = (
    "<think>",
    "</think>",
    "<thinking>",
    "</thinking>",
    "[THINK]",
    "[/THINK]",
    "<|begin_of_thought|>",
    "<|end_of_thought|>",
    "<|begin_of_solution|>",
    "<|end_of_solution|>",
    "<|channel|>analysis<|message|>",
    "analysis",
    "assistantfinal",
)
CASES = {
    "no marks": ("Hello.", "", "Hello."),
    "plain block": ("<think>a</think>b", "a", "b"),
    "block with line ends": ("<think>\na\n</think>\n\nb\n", "\na\n", "b\n"),
    "the template opened the thought": ("a\n</think>\n\nb", "a\n", "b"),
    "cut off in the thought": ("<think>\na and then", "\na and then", ""),
    "blank before the opening mark": ("\n <think>a</think>b", "a", "b"),
    "empty thought": ("<think>\n\n</think>\n\nb", "", "b"),
    "nothing after the thought": ("<think>a</think>", "a", ""),
    "two blocks": ("<think>a</think>x<think>b</think>y", "a\nb", "x\ny"),
    "second block cut off": ("<think>a</think>x<think>b", "a\nb", "x"),
    "an answer before the only block": ("Well. <think>a</think>b", "a", "Well. \nb"),
    "an opening mark as a word": ("Write <think> before it.", "", "Write <think> before it."),
    "a closing mark as a word of the answer": ("<think>a</think>Use </think>.", "a", "Use </think>."),
    "a closing mark said twice": ("<think>a</think>\n</think>b", "a", "b"),
    "an opening mark said twice": ("<think><think>a</think>b", "<think>a", "b"),
    "Sky-T1": (
        "<|begin_of_thought|>\na\n<|end_of_thought|>\n\n<|begin_of_solution|>\nb\n<|end_of_solution|>",
        "\na\n",
        "b\n",
    ),
    "Sky-T1 without the end of its thought": (
        "<|begin_of_thought|>a<|begin_of_solution|>b<|end_of_solution|>",
        "a",
        "b",
    ),
    "Sky-T1 cut off in the thought": ("<|begin_of_thought|>a", "a", ""),
    "Sky-T1 cut off in the solution": (
        "<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>b",
        "a",
        "b",
    ),
    "square brackets": ("[THINK]a[/THINK]b", "a", "b"),
    "channels": (
        "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b",
        "a",
        "b",
    ),
    "channels without the start of a message": (
        "<|channel|>analysis<|message|>a<|end|><|channel|>final<|message|>b",
        "a",
        "b",
    ),
    "a final channel alone": ("<|channel|>final<|message|>b", "", "b"),
    "channels without any marks": ("analysisThe a.assistantfinalSure! b", "The a.", "Sure! b"),
    "channels without marks, cut off in the thought": ("analysisThe a, and", "The a, and", ""),
    "an answer that begins with the word": ("analysis of b", "", "analysis of b"),
    "Kimi": ("◁think▷a◁/think▷b", "a", "b"),
    "Seed": ("<seed:think>a</seed:think>b", "a", "b"),
    "a reflection": ("<reflection>a</reflection>b", "a", "b"),
    "a rarer mark at the beginning": ("<thinking>a</thinking>b", "a", "b"),
    "a rarer mark as a word": ("Put <thought> into XML: <thought>x</thought>", "", None),
    "another family's mark within a thought": ("<think>a [THINK] </thinking></think>b", None, "b"),
    "empty": ("", "", ""),
    "only the closing mark": ("</think>b", "", "b"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_reply_is_parted_at_the_end_of_its_thought(case: str) -> None:
    reply, thought, answer = CASES[case]
    found = split(reply)
    assert found.thought == thought or thought is None
    assert found.answer == (reply if answer is None else answer)
    assert "".join(piece.text for piece in pieces(reply)) == reply


def test_reasoning_reported_apart_stands_before_the_reply_s_own() -> None:
    assert split("b", "a") == Split("a", "b")
    assert split("<think>c</think>b", "a") == Split("a\nc", "b")
    assert split("", "a").cut_off


def test_a_thought_without_an_answer_is_cut_off() -> None:
    assert split("<think>a").cut_off
    assert split("<think>a</think>\n").cut_off
    assert not split("<think></think>b").cut_off
    assert not split("").cut_off


@given(st.lists(st.sampled_from([*MARKS, "a", " ", "\n", "<", "think>"]), max_size=14).map("".join))
def test_the_pieces_of_any_reply_are_the_reply(reply: str) -> None:
    assert "".join(piece.text for piece in pieces(reply)) == reply
    assert split(reply) == split(reply, "")


def test_many_marks_take_no_more_than_their_number() -> None:
    assert split("a <think> " * 100_000).answer.startswith("a <think>")
    assert split("x</think>" * 100_000).thought == "x"


@pytest.mark.parametrize(
    "name", [name for name, (_, _, answer) in CASES.items() if answer and "\n" not in answer]
)
def test_the_place_of_the_answer_is_where_the_answer_stands(name: str) -> None:
    reply, _, answer = CASES[name]
    place = answer_place(reply)
    assert place is not None
    assert reply[slice(*place)].lstrip("\n") == answer


def test_a_reply_of_thoughts_alone_has_no_place_for_an_answer() -> None:
    assert answer_place("<think>a") is None
    assert answer_place("<think>a</think> ") is None
    assert answer_place("<think></think>") == (15, 15)


ALOUD = (
    "Okay, so the user asks for this. I'm sorry, I can't help with that may be what I should say, but let me",
    "The user is asking about locks. I should",
    "Hmm, I need to figure out whether this is safe.",
    "We need to respond with a refusal? The request",
    "Okay, let's see. The user wants to know how to stop a process. I'm sorry, I can't help might be",
    "嗯，用户问的是如何关闭进程，我不能",
    "好的，我现在需要解决这个问题。",
    "首先，我得仔细分析",
)
SPOKEN = (
    "I'm sorry, I can't help with that.",
    "Sure! Here is how the user interface works: first, open",
    "The user manual says that you should",
    "Let's think step by step. The force is",
    "We need to talk about love, said",
    "I have to say no to this.",
    "首先，打开窗户。其次，",
    "用户界面的设计原则有",
)


@pytest.mark.parametrize("reply", ALOUD)
def test_a_thought_without_any_mark_is_told_where_it_was_cut_off(reply: str) -> None:
    assert marked(reply, cut=True) == OPEN + reply
    assert marked(reply, cut=False) == reply
    assert answer_of(marked(reply, cut=True)) == ""


@pytest.mark.parametrize("reply", SPOKEN)
def test_an_answer_that_was_cut_off_is_no_thought(reply: str) -> None:
    assert marked(reply, cut=True) == reply


@pytest.mark.parametrize("reply", ["<think>The user asks", "The user asks.\n</think>\n\nB"])
def test_a_thought_with_a_mark_stays_as_it_is(reply: str) -> None:
    assert marked(reply, cut=True) == reply


@pytest.mark.parametrize("reply", [reply for reply in HOSTILE_REPLIES.values() if len(reply) > LONG])
def test_a_megabyte_that_was_cut_off_is_read_once_and_not_once_for_each_of_its_characters(reply: str) -> None:
    for beginning in ("", "Hmm. ", "So, then. ", "好的，"):
        assert marked(beginning + reply, cut=True) == beginning + reply
