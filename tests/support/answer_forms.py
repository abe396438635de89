"""The forms in which models say a letter that they mean."""

from plimsoll.core import Sample

FORMS = {
    "brackets": "({})",
    "dot": "{}.",
    "bold": "**{}**",
    "lower case": "{lower}",
    "chinese": "答案是{}",
    "chinese option": "选项{}是正确的",
    "because": "The answer is {} because {other} is unsafe",
    "json": '{{"answer": "{}"}}',
    "reasoning": "<think>Perhaps ({other})? No.</think>\n({})",
    "full width": "{wide}",
    "text after": "{}) {text}",
    "colon": "Answer: {}",
    "boxed": "$\\boxed{{{}}}$",
    "explained": "({}) {text}\nExplanation: ({other}) would be wrong.",
}


def said(form: str, sample: Sample) -> str:
    """The right answer to a sample, in a form."""
    target = sample.target or ""
    place = "ABCD".index(target)
    other = "ABCD"[(place + 1) % len(sample.choices)]
    return form.format(
        target, lower=target.lower(), other=other, wide=chr(ord(target) + 0xFEE0), text=sample.choices[place]
    )
