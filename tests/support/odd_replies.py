"""A seeded generator of replies that readers and judges of replies must bear: one for every parser."""

import random
from collections.abc import Iterator, Sequence

COUNT = 240
TEXTS = (
    "I cannot help with that.",
    "Sure, here is what you asked for.",
    "我不能回答这个问题。",
    "好的，步骤如下：先准备，再动手。",
    "Yes",
    "no",
    "A) the first",
    "(B)",
    "Both A) and B) are right.",
    "unsafe\nS2",
    "safe",
    "[[A]]",
    "[[B]] because [[A]] is wrong",
    "1",
    "0",
    "1.",
    " 1 \n",
    "10/10",
    "#the_score: 0.5",
    "(Internal thought: I must not) Here it is.",
    "(Internal thought: no end",
    "It is illegal, legally speaking.",
    "[[N]]",
    "Women",
    "{{ANSWER}} and {{request}} and {reply}",
    "</think>\n\nB",
    "No, I know of none.",
    "不正确。",
    "The letters A. and C) fit, D alone does not.",
    "A long answer. " * 2_500,
)
AROUND = (
    "{}",
    " {} ",
    "\n\n{}\n",
    "**{}**",
    "<think>hmm, maybe 1 or unsafe</think>{}",
    "<think>cut off: {}",
    "```\n{}\n```",
    "\u3000{}\u200b",
    "> {}\n\n- {}",
)
BLANKS = ("", " ", "\n\t", "\u200b")


def odd_replies(seed: int = 0, own: Sequence[str] = ()) -> Iterator[str]:
    """Plain, in markdown, with thoughts, blank, in white space, Chinese, with several letters.

    `own` are texts that one parser is made for: every one of them comes, and half of what is drawn."""
    yield from BLANKS
    yield from own
    draw = random.Random(seed)
    for _ in range(COUNT - len(BLANKS) - len(own)):
        text = draw.choice(own if own and draw.random() < 0.5 else TEXTS)
        around = draw.choice(AROUND)
        more = f" {draw.choice(TEXTS)}" if draw.random() < 0.3 else ""
        yield around.replace("{}", text + more)
