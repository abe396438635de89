"""HarmBench's labelled completions -> a pack on harmful replies, as guards are compared by them.

Idea: 602 completions that three people each labelled for HarmBench's classifier; a majority of them decides.
Read from JSON lines with prompt, response and label, the form in which guard papers hand it on.
"""

from functools import partial
from pathlib import Path

from plimsoll.core import Card, LabelPack
from plimsoll.data import locate
from plimsoll.labels import _items, own_table
from plimsoll.registry import label_pack

SLUG = "harmbench_responses"
NAMES = ("harmbench_response_602.jsonl", "harmbench_response_sample20.jsonl")

CARD = Card(
    title="HarmBench: A Standardized Evaluation Framework for Automated Red Teaming and Robust Refusal",
    year=2024,
    paper="https://arxiv.org/abs/2402.04249",
    source="https://github.com/centerforaisafety/HarmBench",
    license="MIT",
    languages=("en",),
    version=1,
    differs="the majority's label alone",
)


@label_pack
def harmbench_responses(*, file: str = "") -> LabelPack:
    """Harmful replies: HarmBench's labelled completions, in the form of guard papers.

    Args:
        file: JSON lines with prompt, response and label.
    """
    path = Path(file) if file else locate.need(SLUG, *NAMES)
    whole = path.name == NAMES[0]
    return LabelPack(
        card=CARD,
        event="unsafe",
        items=partial(own_table.labelled, path),
        files=_items.checksums([path]),
        notes=_items.notes([path], "", file) or (() if whole else (f"an extract: {path.name}",)),
    )
