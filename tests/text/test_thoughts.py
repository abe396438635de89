import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.text.thoughts import Split, answer_place, pieces, split

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
