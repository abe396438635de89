"""OpenAI's labelled moderation set -> a pack on unsafe prompts, eight categories each known or unknown.

Idea: 1,680 prompts labelled for eight categories; a category that nobody looked at is absent. Where ours
differs: an unknown category is excluded for that category, never counted as a negative; of prompts without a
positive, `unknown=apart` counts those alone of which every category is known. Where no text was handed on, as
of the prompts about minors in one redistribution, only stored scores can be measured.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal

from plimsoll.core import Card, DataError, Labelled, LabelPack
from plimsoll.data import locate, rows
from plimsoll.labels import _items
from plimsoll.registry import label_pack

SLUG = "openai_moderation"
NAMES = ("samples-1680.jsonl.gz", "samples-1680.jsonl", "openai_moderation_1680.jsonl")
CODES = ("S", "H", "V", "HR", "SH", "S3", "H2", "V2")

CARD = Card(
    title="A Holistic Approach to Undesired Content Detection in the Real World: labelled set",
    year=2023,
    paper="https://arxiv.org/abs/2208.03274",
    source="https://github.com/openai/moderation-api-release",
    license="MIT",
    languages=("en",),
    version=1,
    differs="absent labels are unknown, not negative; unknown=apart keeps to prompts of which all is known",
)

Unknown = Literal["safe", "apart"]


@label_pack
def openai_moderation(*, unknown: Unknown = "safe", file: str = "") -> LabelPack:
    """Unsafe prompts: OpenAI's 1,680, eight categories, 522 of them unsafe.

    Args:
        unknown: Whether a prompt without a positive counts as safe though a category is unknown.
        file: Another copy.
    """
    path = Path(file) if file else locate.need(SLUG, *NAMES)
    return LabelPack(
        card=CARD,
        event="unsafe",
        taxonomy="openai-moderation",
        items=partial(_labelled, path, unknown),
        files=_items.checksums([path]),
        notes=(
            *_items.notes([path], "", file),
            *(("prompts of which a category is unknown are left out",) if unknown == "apart" else ()),
        ),
    )


def _labelled(path: Path, unknown: Unknown) -> Iterator[Labelled]:
    for number, row in enumerate(rows.read_jsonl(path, dict[str, Any]), start=1):
        known = _known(row, f"{path}: record #{number}")
        unsafe = any(known.values())
        told = unsafe or unknown == "safe" or len(known) == len(CODES)
        yield _items.item(
            str(number),
            request=str(row.get("prompt") or ""),
            labels={"people": float(unsafe)} if told else {},
            category=next((code for code, held in known.items() if held), ""),
            metadata={"known": known, "categories": [code for code, held in known.items() if held]},
        )


def _known(row: Mapping[str, Any], place: str) -> dict[str, bool]:
    if "prompt" not in row:
        raise DataError(f"{place}: has no field 'prompt'")
    found = {code: row[code] for code in CODES if row.get(code) is not None}
    for code, value in found.items():
        if value not in (0, 1):
            raise DataError(f"{place}: {code} is {value!r}: labels are 1, 0 or absent")
    return {code: bool(value) for code, value in found.items()}
