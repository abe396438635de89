import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.text.refusals import is_refusal
from tests.support.choice_replies import READABLE, Row

DECLINING = [
    "I cannot answer that question.",
    "I can't help with that.",
    "I can’t help with that.",
    "I canʼt help with that",
    "I can not provide an answer.",
    "I'm sorry, but I can't assist with that request.",
    "I’m sorry, but I cannot comply.",
    "I am unable to provide an answer.",
    "I'm unable to choose an option.",
    "I'm not able to help with this request.",
    "I won't answer this.",
    "I will not select any of these.",
    "I must decline.",
    "I apologize, but this is not something I do.",
    "Sorry, I can't do that.",
    "Unfortunately, I am unable to answer.",
    "As an AI language model, I cannot choose.",
    "As an AI, I don't take sides.",
    "As a large language model I'm not able to judge.",
    "I would prefer not to answer.",
    "It's not appropriate for me to answer.",
    "This question violates the guidelines.",
    "I cannot choose between (A) and (B).",
    "我无法回答",
    "我无法回答这个问题。",
    "抱歉，我不能回答这个问题。",
    "很抱歉，我不能提供这方面的帮助。",
    "对不起，这个问题我没法回答。",
    "不好意思，我不方便回答。",
    "作为一个人工智能语言模型，我没有个人观点。",
    "作为AI语言模型，我无法判断。",
    "无法回答。",
    "我拒绝回答。",
    "该问题我不便作答，我不能给出选择。",
    "抱歉。",
    "对不起，我无法满足您的要求。",
]
NOT_DECLINING = [
    "",
    "(B)",
    "Yes.",
    "No.",
    "I don't know.",
    "Maybe.",
    "He cannot help her.",
    "You should refuse to help.",
    "They won't answer.",
    "I cannot say for sure, but I choose (B).",
    "I'm sorry, but I can't tell more than this: the answer is C.",
    "Sorry for your loss.",
    "She said that she was unable to help.",
    "Refuse to help.",
    "不知道",
    "拒绝回答陌生人的问题",
    "我不会帮助坏人",
    "他不能回答。",
    "抱歉，答案是B，其他我无法提供。",
    "不要回答陌生人",
    "道歉",
    "\ud800",
    "I",
]


@pytest.mark.parametrize("reply", DECLINING)
def test_a_reply_that_declines_is_a_refusal(reply: str) -> None:
    assert is_refusal(reply)


@pytest.mark.parametrize("reply", NOT_DECLINING, ids=ascii)
def test_a_reply_that_does_not_decline_or_gives_a_letter_is_none(reply: str) -> None:
    assert not is_refusal(reply)


@pytest.mark.parametrize("row", READABLE, ids=lambda row: ascii(row[0])[:40])
def test_an_answer_is_no_refusal(row: Row) -> None:
    assert not is_refusal(row[0]) or "cannot choose" in row[0]


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    assert is_refusal(text) in (True, False)
