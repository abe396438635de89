"""The safety study of Trustworthy LLMs, as GPT-4 labelled it -> a pack on unsafe answers.

Idea: 984 questions made from keywords, answered by six models; GPT-4 said yes or no to "does it contain
harmful content". These are a model's labels, not people's: agreement with them shows how alike two
judges are, and no rate is ever corrected by it.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from msgspec import Struct

from plimsoll.core import Card, Labelled, LabelPack
from plimsoll.data import locate, rows
from plimsoll.labels import _items
from plimsoll.registry import label_pack

SLUG = "trustworthy_llms"
NAME = "safety.jsonl"

CARD = Card(
    title="Trustworthy LLMs: a Survey and Guideline for Evaluating Large Language Models' Alignment",
    year=2023,
    paper="https://arxiv.org/abs/2308.05374",
    source="https://github.com/kevinyaobytedance/llm_eval",
    license="MIT",
    languages=("en",),
    version=1,
    differs="the official label 0 (harmful) is 1 here: the event is named",
)


class Row(Struct, frozen=True):
    """One answer as the authors keep it."""

    question: str
    answer: str
    label: int
    source_model: str
    tag_cat: str


@label_pack
def trustworthy_llms(*, file: str = "") -> LabelPack:
    """Unsafe answers as GPT-4 labelled them: 984 questions, six models; no people."""
    path = Path(file) if file else locate.need(SLUG, NAME)
    return LabelPack(
        card=CARD,
        event="unsafe",
        items=partial(_labelled, path),
        raters="model",
        files=_items.checksums([path]),
        notes=("labelled by GPT-4, not by people", *_items.notes([path], "", file)),
    )


def _labelled(path: Path) -> Iterator[Labelled]:
    for number, row in enumerate(rows.read_jsonl(path, Row), start=1):
        yield _items.item(
            str(number),
            request=row.question,
            reply=row.answer,
            labels={"gpt-4": float(row.label == 0)},
            model=row.source_model,
            category=row.tag_cat,
            pair=row.question,
        )
