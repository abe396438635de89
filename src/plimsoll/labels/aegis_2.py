"""Aegis 2.0's records -> a pack on unsafe prompts, or on unsafe replies.

Idea: people labelled each dialogue; where it is unsafe, a jury of three models labelled the reply. Where ours
differs: rows without a label for the side that is asked for are left out, redacted ones have no text, and
`source=human` keeps to people's labels, since a guard trained on a jury's is flattered by a jury's.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Literal

from msgspec import Struct

from plimsoll.core import Card, DataError, Labelled, LabelPack
from plimsoll.data import locate, rows
from plimsoll.labels import _items
from plimsoll.registry import label_pack

SLUG = "aegis_2"
NAME = "test.json"
REDACTED = "REDACTED"

CARD = Card(
    title="Aegis2.0: A Diverse AI Safety Dataset and Risks Taxonomy for Alignment of LLM Guardrails",
    year=2025,
    paper="https://arxiv.org/abs/2501.09004",
    source="https://huggingface.co/datasets/nvidia/Aegis-AI-Content-Safety-Dataset-2.0",
    license="CC-BY-4.0",
    languages=("en",),
    version=1,
    differs="rows without a label for the side asked for are left out; redacted rows have no text",
)

Side = Literal["prompt", "response"]
Source = Literal["any", "human"]
Safety = Literal["safe", "unsafe"]
Labeller = Literal["human", "llm_jury", "refusal_data_augmentation"]


class Row(Struct, frozen=True, kw_only=True):
    """A record of the release."""

    id: str
    reconstruction_id_if_redacted: float | int | None = None
    prompt: str
    response: str | None = None
    """`None` where there is only a prompt; empty where the reply was."""
    prompt_label: Safety
    response_label: Safety | None = None
    violated_categories: str = ""
    prompt_label_source: Literal["human"] = "human"
    response_label_source: Labeller | None = None


@label_pack
def aegis_2(*, side: Side = "prompt", source: Source = "any", file: str = "") -> LabelPack:
    """Unsafe prompts or replies: Aegis 2.0's test set, by people or by a jury of models.

    Args:
        side: Whose label counts.
        source: `human` for people's labels alone.
        file: Another file of the release.
    """
    path = Path(file) if file else locate.need(SLUG, NAME)
    return LabelPack(
        card=CARD,
        event="unsafe",
        taxonomy="aegis-2",
        items=partial(_labelled, path, side, source),
        files=_items.checksums([path]),
        notes=(*_items.notes([path], "", file), f"labels of the {side}, {source} source"),
    )


def _labelled(path: Path, side: Side, source: Source) -> Iterator[Labelled]:
    for row in rows.read_json(path, list[Row]):
        _refuse_odd(row, path)
        label = row.prompt_label if side == "prompt" else row.response_label
        by = row.prompt_label_source if side == "prompt" else row.response_label_source
        if label is None or (source == "human" and by != "human"):
            continue
        redacted = row.reconstruction_id_if_redacted is not None
        hits = [each.strip() for each in row.violated_categories.split(",") if each.strip()]
        yield _items.item(
            row.id,
            request="" if redacted else row.prompt,
            reply=row.response if side == "response" and not redacted else None,
            labels={str(by): float(label == "unsafe")},
            category=hits[0] if hits and label == "unsafe" else "",
            metadata={
                "categories": hits if label == "unsafe" else [],
                "source": by,
                "prompt_unsafe": row.prompt_label == "unsafe",
            },
        )


def _refuse_odd(row: Row, path: Path) -> None:
    if (row.prompt == REDACTED) != (row.reconstruction_id_if_redacted is not None):
        raise DataError(f"{path}: id {row.id}: prompt and reconstruction_id_if_redacted do not fit")
    if (row.response_label is None) != (row.response is None):
        raise DataError(f"{path}: id {row.id}: response_label and response do not fit")
    if row.prompt_label == "safe" and (row.violated_categories or row.response_label == "unsafe"):
        raise DataError(f"{path}: id {row.id}: a safe dialogue names violations, or has an unsafe reply")
