"""First tokens with their log-probabilities, and the letter that is meant: set down before anybody looked."""

from collections.abc import Mapping
from typing import Any

from tests.support.endpoint import Fault, chat


def row(token: Any, own: Any, *rivals: tuple[Any, Any], **more: Any) -> dict[str, Any]:
    """One position."""
    tops = [{"token": name, "logprob": value} for name, value in rivals]
    return {"token": token, "logprob": own, "top_logprobs": tops} | more


def said(text: str, *rows: Any, **message: Any) -> Fault:
    """A reply of these positions."""
    return chat(text, message=message, choice={"logprobs": {"content": list(rows)}})


AB = (("A", -0.1), ("B", -2.4))
MEANT_B: Mapping[str, Fault] = {
    "full width": said("\uff22", row("\uff22", -0.1, ("\uff22", -0.1), ("\uff21", -3.0))),
    "lower case": said("b", row("b", -0.1, ("b", -0.1), ("a", -3.0))),
    "lower case among capitals": said("b", row("b", -0.6, ("b", -0.6), ("A", -0.9), ("B", -2.0))),
    "a byte of sentencepiece": said("B", row("<0x42>", -0.1, ("<0x42>", -0.1), ("<0x41>", -3.0))),
    "half a character": said(
        "\uff22", row("\\xef\\xbc", -0.1, ("\\xef\\xbc", -0.1), ("A", -3.0)), row("\\xa2", 0)
    ),
    "null before": said("B", None, row("B", -0.1, ("B", -0.1), ("A", -3.0))),
    "a rival of nothing": said("B", row("B", -0.1, (None, -0.2), ("B", -0.1), ("A", None), ("C", -3.0))),
    "a null rival": said(
        "B",
        row("B", -0.1)
        | {"top_logprobs": [None, {"token": "B", "logprob": -0.1}, {"token": "A", "logprob": -3}]},
    ),
    "an object of rivals": said("B", row("B", -0.1) | {"top_logprobs": {"B": -0.1, "A": -3.0}}),
    "numbers as texts": said("B", row("B", "-0.1", ("B", "-0.1"), ("A", "-3.0"))),
    "all others at the floor": said("B", row("B", 0.0, ("B", 0.0), ("A", -9999.0), ("C", -9999.0))),
    "all at the floor": said("B", row("B", -9999.0, ("A", -9999.0), ("B", -9999.0), ("C", -9999.0))),
    "chances instead of logarithms": said("B", row("B", 0.9, ("B", 0.9), ("A", 0.05))),
    "many more than asked": said(
        "B", row("B", -0.1, ("B", -0.1), ("A", -3.0), *((f"w{n}", -5.0 - n) for n in range(90)))
    ),
    "words that begin with it": said(
        "B", row("B", -1.0, ("Based", -0.9), ("B", -1.0), ("Actually", -1.1), ("A", -2.0))
    ),
    "a word of it": said(
        "Based on that, the answer is B",
        row("B", -0.2, ("B", -0.2), ("A", -2.0)),
        row("ased", 0),
        row(" on", 0),
    ),
    "an article": said(
        "A careful look shows that the answer is B", row("A", -0.1, *AB), row(" careful", 0), row(" look", 0)
    ),
    "an article before a capital": said(
        "A Full look shows: the answer is B", row("A", -0.1, *AB), row(" Full", 0), row(" look", 0)
    ),
    "another one is rejected, zh": said(
        "A选项不对，正确答案是B", row("A", -0.1, *AB), row("选项", 0), row("不对", 0)
    ),
    "another one is rejected, en": said(
        "A is wrong. The answer is B", row("A", -0.1, *AB), row(" is", 0), row(" wrong", 0)
    ),
    "a hyphen": said(
        "A-level chemistry says so: the answer is B",
        row("A", -0.1, *AB),
        row("-level", 0),
        row(" chemistry", 0),
    ),
    "brackets apart": said(
        "(B)",
        row("(", -0.01, ("(", -0.01), ("B", -5.0)),
        row("B", -0.1, ("B", -0.1), ("A", -3.0)),
        row(")", 0),
    ),
    "stars apart": said(
        "**B**", row("**", 0, ("**", -0.1)), row("B", -0.1, ("B", -0.1), ("A", -3.0)), row("**", 0)
    ),
    "words before": said(
        "Answer: B",
        row("Answer", 0, ("Answer", -0.1), ("A", -2.0)),
        row(":", 0),
        row(" B", 0, (" B", -0.1), (" A", -3.0)),
    ),
    "another one after a colon": said("A: wrong. B: right. Answer: B", row("A", -0.1, *AB), row(":", 0)),
    "another one after a stroke": said("A - no. The answer is B.", row("A", -0.1, *AB), row(" -", 0)),
    "a question to itself": said("A? No, B.", row("A", -0.1, *AB), row("?", 0), row(" No", 0)),
    "JSON": said('{"answer": "B"}', row('{"', -0.1), row("answer", 0, ("answer", -0.1), ("A", -1))),
    "a thought that only ends": said(
        "A) no.\n</think>\n\nB", row("A", -0.1, *AB), row(")", 0), row(" no", 0)
    ),
    "a thought in marks": said(
        "<think>A?</think>B", row("<think>", 0, ("<think>", 0.0)), row("A", -0.1, *AB), row("?", 0)
    ),
    "a thought apart": said("B", row("A", -0.1, *AB), reasoning_content="A? No."),
    "a thought under another name": said("B", row("A", -0.1, *AB), row("? No.", 0), thinking="A? No."),
    "channels": said("analysisA is tempting.assistantfinalB", row("analysis", 0), row("A", -0.1, *AB)),
    "nothing": said("B"),
    "empty tokens before": said(
        "B", row("", 0), row(" ", 0), row("\n", 0), row("B", -0.1, ("B", -0.1), ("A", -3.0))
    ),
    "no content, a refusal beside": chat("B", choice={"logprobs": {"content": None, "refusal": []}}),
    "a list": chat("B", choice={"logprobs": [row("B", -0.1, *AB)]}),
    "the letter said is not among its rivals": said("B", row("B", -0.3, ("A", -2.0), ("C", -3.0))),
    "the option's text": said(
        "B. the second", row("B", -0.1, ("B", -0.1), ("A", -3.0)), row(".", 0), row(" the", 0)
    ),
    "a blank and a full stop": said(" B.", row(" B.", -0.1, (" B.", -0.1), (" A.", -3.0))),
    "infinite in words": said("B", row("B", -0.1, ("B", -0.1), ("A", "-Infinity"))),
    "the weights say so": said("A", row("A", -0.9, ("B", -0.7), ("A", -0.9))),
}
"""The letter B is meant, whatever the first token looks like."""

SEVERAL: Mapping[str, Fault] = {
    "a comma": said("A, C", row("A", -0.1, *AB), row(",", 0), row(" C", 0)),
    "a Chinese comma": said("A、C", row("A", -0.1, *AB), row("、", 0), row("C", 0)),
    "and": said("A and C", row("A", -0.1, *AB), row(" and", 0), row(" C", 0)),
    "together": said("AC", row("A", -0.1, *AB), row("C", 0)),
    "and, zh": said("A和C", row("A", -0.1, *AB), row("和", 0), row("C", 0)),
    "a stroke": said("A/C", row("A", -0.1, *AB), row("/", 0), row("C", 0)),
}
"""Several letters are none."""

TEN: Mapping[str, Fault] = {
    "I am": said(
        "I'm sure that the answer is B", row("I", -0.1, ("I", -0.1), ("B", -2)), row("'m", 0), row(" sure", 0)
    ),
    "I would": said(
        "I\u2019d say the answer is B",
        row("I", -0.1, ("I", -0.1), ("B", -2)),
        row("\u2019d", 0),
        row(" say", 0),
    ),
    "I": said(
        "I believe the answer is B",
        row("I", -0.1, ("I", -0.1), ("B", -2)),
        row(" believe", 0),
        row(" the", 0),
    ),
    "I, in one token": said(
        "I'd say the answer is B", row("I'd", -0.1, ("I'd", -0.1), ("B", -2)), row(" say", 0)
    ),
}
"""Among ten options, I is one; B is meant."""
