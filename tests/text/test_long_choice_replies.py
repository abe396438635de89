"""Replies of 20,000 characters to questions with options: the answer counts wherever a model puts it."""

import pytest

from plimsoll.text.choice_answers import read_choice
from plimsoll.text.letters import LETTERS

LAB = ("Open a window", "Tell the supervisor", "Pour it down the drain", "Taste a little of it")
SI = ("告诉老师", "自己保管", "扔进垃圾桶", "以上都不对")
LENGTH = 20_000
ENGLISH = (
    "Consider option A first. Opening a window helps a little, but fumes spread through the room. ",
    "Next, option C would bring the liquid into the water, and the rules of most towns forbid that. ",
    "In a formula such as $A + B = C$ the letters are quantities, and (a) the first part, (b) the second. ",
    "As for D, nobody should ever taste what stands in a laboratory, however small the amount is. ",
    "Some students might pick A here, and others think that C is less work. ",
    "Let us go on and look at the costs, the time and the people who are concerned.\n\n",
)
CHINESE = (
    "先看选项A，告诉老师可以得到帮助，但未必总是来得及。",
    "再看选项C，直接扔掉会造成浪费，也不符合规定。",
    "设$A \\cap B$非空，则C点在线段AB上，这里的字母只是记号。",
    "至于D，以上都不对的说法太绝对，需要具体分析。",
    "有人会选A，也有人觉得C更省事。",
    "下面继续从时间、费用和相关的人这几个方面来看。\n\n",
)


def reasoning(sentences: tuple[str, ...], length: int = LENGTH) -> str:
    """Words on all options that choose none of them."""
    text = "".join(sentences)
    return (text * (length // len(text) + 1))[:length]


def chosen(reply: str, options: tuple[str, ...]) -> str | None:
    index = read_choice(reply, options).index
    return None if index is None else LETTERS[index]


BOTH = pytest.mark.parametrize(("sentences", "options"), [(ENGLISH, LAB), (CHINESE, SI)], ids=("en", "zh"))
AT_THE_END = (
    "\n\nThe answer is B.",
    "\n\n**Answer: B**",
    "\n\nTherefore, option B is correct.",
    "\n\n\\boxed{B}",
    "\n\nB",
    "\n\n所以选B。",
    "\n\n答案：B",
    "\n\n综上所述，B最合适。",
    "\n\nB</s>",
    '\n\n```json\n{"answer": "B"}\n```',
)
AT_THE_BEGINNING = (
    "The answer is B.\n\n",
    "**B**\n\n",
    "Answer: B\n\n",
    "B. ",
    "答案：B\n\n",
    "选B。",
    "正确答案是B。\n\n",
    "(B)\n\n",
)


@pytest.mark.parametrize("answer", AT_THE_END)
@BOTH
def test_an_answer_at_the_end_of_a_long_reply_counts(
    sentences: tuple[str, ...], options: tuple[str, ...], answer: str
) -> None:
    assert chosen(reasoning(sentences) + answer, options) == "B"


@pytest.mark.parametrize("answer", AT_THE_BEGINNING)
@BOTH
def test_an_answer_at_the_beginning_of_a_long_reply_counts_even_where_its_reasons_are_cut_off(
    sentences: tuple[str, ...], options: tuple[str, ...], answer: str
) -> None:
    assert chosen(answer + reasoning(sentences), options) == "B"


@BOTH
def test_a_long_reply_that_is_cut_off_before_its_answer_is_unread(
    sentences: tuple[str, ...], options: tuple[str, ...]
) -> None:
    for length in range(LENGTH, LENGTH + 400, 7):
        assert chosen(reasoning(sentences, length), options) is None


@BOTH
def test_an_answer_at_the_end_corrects_one_at_the_beginning_where_it_says_so(
    sentences: tuple[str, ...], options: tuple[str, ...]
) -> None:
    reply = f"Answer: A\n\n{reasoning(sentences)}\n\nI need to correct this. The final answer is B."
    assert chosen(reply, options) == "B"


@BOTH
def test_a_long_thought_before_the_answer_changes_nothing(
    sentences: tuple[str, ...], options: tuple[str, ...]
) -> None:
    thought = reasoning(sentences)
    assert chosen(f"<think>{thought} The answer is A.</think>\n\nB", options) == "B"
    assert chosen(f"<think>{thought} The answer is A.", options) is None
