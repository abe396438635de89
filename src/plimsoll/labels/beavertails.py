"""BeaverTails' question-answer pairs -> a pack on unsafe replies, fourteen categories each.

Where ours differs: nothing; a redistribution with labels harmful and unharmful alone is read too.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from plimsoll.core import Card, DataError, Labelled, LabelPack
from plimsoll.data import locate, rows
from plimsoll.labels import _items
from plimsoll.labels.own_table import WORDS
from plimsoll.registry import label_pack

SLUG = "beavertails"
NAMES = ("round0/30k/test.jsonl.gz", "test.jsonl.gz", "30k_test.jsonl", "beavertails_sample20.jsonl")
"""Its place in the release, what else it may be called, and an extract."""

CARD = Card(
    title="BeaverTails: Towards Improved Safety Alignment of LLM via a Human-Preference Dataset",
    year=2023,
    paper="https://arxiv.org/abs/2307.04657",
    source="https://github.com/PKU-Alignment/beavertails",
    license="CC-BY-NC-4.0",
    languages=("en",),
    version=1,
    differs="none",
)


@label_pack
def beavertails(*, file: str = "") -> LabelPack:
    """Unsafe replies: BeaverTails' question-answer pairs, fourteen categories.

    Args:
        file: JSON lines with prompt, response and is_safe and category, or with label.
    """
    path = Path(file) if file else locate.need(SLUG, *NAMES)
    return LabelPack(
        card=CARD,
        event="unsafe",
        taxonomy="beavertails-14",
        items=partial(_labelled, path),
        files=_items.checksums([path]),
        notes=_items.notes([path], "", file),
    )


def _labelled(path: Path) -> Iterator[Labelled]:
    for number, row in enumerate(rows.read_jsonl(path, dict[str, Any]), start=1):
        place = f"{path}: record #{number}"
        value = _value(row, place)
        held: Mapping[str, Any] = row.get("category") or {}
        known = {name: bool(each) for name, each in held.items()}
        prompt = str(row.get("prompt", ""))
        yield _items.item(
            str(row.get("idx", number)),
            request=prompt,
            reply=str(row.get("response", "")),
            labels={"people": value},
            category=next((name for name, each in known.items() if each), ""),
            pair=prompt,
            metadata={"known": known, "categories": [n for n, each in known.items() if each]}
            if known
            else {},
        )


def _value(row: Mapping[str, Any], place: str) -> float:
    if isinstance(row.get("is_safe"), bool):
        return float(not row["is_safe"])
    value = WORDS.get(str(row.get("label", "")).strip().lower())
    if value is None:
        raise DataError(f"{place}: has neither is_safe (true, false) nor label (harmful, unharmful)")
    return value
