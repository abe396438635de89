"""Aegis 1.0's annotated texts -> a pack on unsafe conversations, with every annotator's vote.

Idea: three to five people named categories of a text as a whole; `Needs Caution` is no harm by itself, and
two readings of it make two gold labels: `defensive` takes it for unsafe, `permissive` for safe. Where ours
differs: the release has no gold label, so the vote counts; a tie is unsafe in the defensive reading, safe in
the permissive one. The prompts with binary labels that later papers call AegisSafetyTest are read too.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Literal

from plimsoll.core import Card, DataError, Labelled, LabelPack
from plimsoll.data import locate
from plimsoll.labels import _items
from plimsoll.labels.own_table import WORDS
from plimsoll.registry import label_pack

SLUG = "aegis"
NAMES = (
    "Content Moderation Extracted Annotations 02.08.24_test_release_0418_v1.parquet",
    "test.csv",
    "aegis1_safety_test_359.jsonl",
)
ANNOTATORS = tuple(f"labels_{number}" for number in range(5))
SAFE, CAUTION = "safe", "needs caution"

CARD = Card(
    title="AEGIS: Online Adaptive AI Content Safety Moderation with Ensemble of LLM Experts",
    year=2024,
    paper="https://arxiv.org/abs/2404.05993",
    source="https://huggingface.co/datasets/nvidia/Aegis-AI-Content-Safety-Dataset-1.0",
    license="CC-BY-4.0",
    languages=("en",),
    version=1,
    differs="gold labels by vote; ties are unsafe in the defensive reading, safe in the permissive one",
)

Mode = Literal["defensive", "permissive"]


@label_pack
def aegis(*, mode: Mode = "defensive", file: str = "") -> LabelPack:
    """Unsafe texts: Aegis 1.0's test set, three to five annotators each.

    Args:
        mode: Whether `Needs Caution` counts as unsafe (`defensive`) or safe (`permissive`).
        file: Another copy: the release, or prompts with labels harmful and unharmful.
    """
    path = Path(file) if file else locate.need(SLUG, *NAMES)
    return LabelPack(
        card=CARD,
        event="unsafe",
        taxonomy="aegis-1",
        items=partial(_labelled, path, mode),
        files=_items.checksums([path]),
        notes=_items.notes([path], "", file),
    )


def _labelled(path: Path, mode: Mode) -> Iterator[Labelled]:
    for number, row in enumerate(_items.table(path, ()), start=1):
        place = f"{path}: record #{number}"
        if "label" in row and "prompt" in row:
            yield _plain(row, str(number), place)
        elif "text" in row and ANNOTATORS[0] in row:
            yield _voted(row, str(number), mode)
        else:
            raise DataError(f"{place}: has neither text with labels_0 ..., nor prompt with label")


def _plain(row: Mapping[str, str], number: str, place: str) -> Labelled:
    value = WORDS.get(row["label"].strip().lower())
    if value is None:
        raise DataError(f"{place}: label is {row['label']!r}: it is harmful or unharmful")
    return _items.item(row.get("idx") or number, request=row["prompt"], labels={"people": value})


def _voted(row: Mapping[str, str], number: str, mode: Mode) -> Labelled:
    votes = {name: _named(row[name]) for name in ANNOTATORS if row.get(name, "").strip()}
    labels = {name: float(_is_unsafe(named, mode)) for name, named in votes.items()}
    mean = sum(labels.values()) / len(labels) if labels else 0.0
    hits = Counter(each for named in votes.values() for each in named if each.lower() not in (SAFE, CAUTION))
    return _items.item(
        row.get("id") or number,
        request=row["text"],
        labels=labels,
        settled=float(mode == "defensive") if labels and mean == 0.5 else None,
        category=hits.most_common(1)[0][0] if hits else "",
        metadata={
            "categories": [name for name, _ in hits.most_common()],
            "text_type": row.get("text_type", ""),
        },
    )


def _named(cell: str) -> list[str]:
    return [each.strip() for each in cell.split(",") if each.strip()]


def _is_unsafe(named: list[str], mode: Mode) -> bool:
    lower = {each.lower() for each in named} - {SAFE}
    return bool(lower - {CAUTION}) or (CAUTION in lower and mode == "defensive")
