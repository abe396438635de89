"""HarmBench's labelled completions -> a pack on harmful replies, as guards are compared by them.

Idea: 602 completions that three people each labelled for HarmBench's classifier; a majority of them decides.
Read from the official file, or from JSON lines with prompt, response and label, the form in which guard
papers hand it on.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from msgspec import Struct

from plimsoll.core import Card, Labelled, LabelPack
from plimsoll.data import locate, rows
from plimsoll.labels import _items, own_table
from plimsoll.registry import label_pack

SLUG = "harmbench_responses"
WHOLE = ("text_behaviors_val_set.json", "harmbench_response_602.jsonl")
NAMES = (*WHOLE, "harmbench_response_sample20.jsonl")
PEOPLE = ("human_0", "human_1", "human_2")

CARD = Card(
    title="HarmBench: A Standardized Evaluation Framework for Automated Red Teaming and Robust Refusal",
    year=2024,
    paper="https://arxiv.org/abs/2402.04249",
    source="https://github.com/centerforaisafety/HarmBench",
    license="MIT",
    languages=("en",),
    version=1,
    differs="none; of the form of guard papers the majority's label alone",
)


class Completion(Struct, frozen=True):
    """A completion as the official file has it."""

    test_case: str
    generation: str
    human_0: int
    human_1: int
    human_2: int
    experiment: str = ""
    """`default` for a plain request, else how it was attacked."""


@label_pack
def harmbench_responses(*, file: str = "") -> LabelPack:
    """Harmful replies: HarmBench's labelled completions, in the form of guard papers.

    Args:
        file: The official JSON, or JSON lines with prompt, response and label.
    """
    path = Path(file) if file else locate.need(SLUG, *NAMES)
    whole = path.name in WHOLE
    return LabelPack(
        card=CARD,
        event="unsafe",
        items=partial(_labelled, path),
        files=_items.checksums([path]),
        notes=_items.notes([path], "", file) or (() if whole else (f"an extract: {path.name}",)),
    )


def _labelled(path: Path) -> Iterator[Labelled]:
    if path.suffix.lower() == ".json" and rows.read_bytes(path).lstrip().startswith(b"{"):
        return _official(rows.read_json(path, dict[str, list[Completion]]))
    return own_table.labelled(path)


def _official(held: Mapping[str, list[Completion]]) -> Iterator[Labelled]:
    for behavior, completions in held.items():
        for number, each in enumerate(completions, start=1):
            yield _items.item(
                f"{behavior}#{number}",
                request=each.test_case,
                reply=each.generation,
                labels={name: float(getattr(each, name)) for name in PEOPLE},
                pair=behavior,
                metadata={"experiment": each.experiment, "behavior": behavior},
            )
