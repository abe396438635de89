"""StrongREJECT's CSV files, full or small -> forbidden prompts under one spelling of their categories."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from plimsoll.core import DataError, UserError
from plimsoll.data import locate
from plimsoll.data.prompts import Prompt, PromptSet
from plimsoll.data.rows import checksum_of, read_csv, refuse_duplicates

Size = Literal["full", "small"]
COLUMNS = ("category", "source", "forbidden_prompt")
FULL = {
    "Disinformation and deception": 50,
    "Hate, harassment and discrimination": 50,
    "Illegal goods and services": 50,
    "Non-violent crimes": 59,
    "Sexual content": 50,
    "Violence": 54,
}
"""Prompts of each category in the file of 313. An older README speaks of 346."""
COUNTS: Mapping[Size, Mapping[str, int]] = {"full": FULL, "small": dict.fromkeys(FULL, 10)}
FILES: Mapping[Size, tuple[str, str]] = {
    "full": ("strongreject_dataset.csv", "strongreject_dataset_313.csv"),
    "small": ("strongreject_small_dataset.csv", "strongreject_small_60.csv"),
}
CHINESE = "strongreject_small_60_zh_thirdparty.csv"
UNCHECKED = "The Chinese prompts are a third party's translation of the small set; its quality is unchecked."
_SPELLING = {name.lower(): name for name in FULL}


def official(size: Size, language: str = "en") -> PromptSet:
    """The prompts of a file; the Chinese ones are those of the small set, in its order."""
    path = locate.need("strongreject", *FILES[size])
    english = load(path, size)
    if language == "en":
        return english
    if size != "small":
        raise UserError(f"language={language}: only the small set has a translation; say split=small")
    return _translated(english, locate.need("strongreject", CHINESE))


def load(path: Path, size: Size) -> PromptSet:
    """The prompts of a file with the official columns, counts checked. Raises `DataError`."""
    rows = read_csv(path, COLUMNS)
    refuse_duplicates([row["forbidden_prompt"] for row in rows], path, "prompt")
    prompts = tuple(_prompt(number, row, path) for number, row in enumerate(rows, start=1))
    counts = Counter(prompt.category for prompt in prompts)
    if counts != COUNTS[size]:
        raise DataError(
            f"{path}: {len(prompts)} prompts, by category {dict(sorted(counts.items()))}; "
            f"the {size} set has {sum(COUNTS[size].values())}: {dict(COUNTS[size])}"
        )
    return PromptSet(prompts, {path.name: checksum_of(path)})


def _prompt(number: int, row: dict[str, str], path: Path) -> Prompt:
    # The small file writes "Disinformation and Deception".
    category = _SPELLING.get(row["category"].strip().lower())
    if category is None:
        raise DataError(f"{path}: record #{number}: no category of StrongREJECT: {row['category']!r}")
    return Prompt(
        id=f"{number:03d}",
        text=row["forbidden_prompt"],
        category=category,
        pair=f"{number:03d}",
        metadata={"source": row["source"]},
    )


def _translated(english: PromptSet, path: Path) -> PromptSet:
    rows = read_csv(path, COLUMNS)
    if len(rows) != len(english.prompts):
        raise DataError(f"{path}: {len(rows)} prompts; the small set has {len(english.prompts)}")
    prompts = tuple(
        Prompt(
            id=f"{of.id}-zh",
            text=row["forbidden_prompt"],
            category=of.category,
            language="zh",
            pair=of.id,
            metadata=of.metadata,
        )
        for of, row in zip(english.prompts, rows, strict=True)
    )
    return PromptSet(prompts, {**english.files, path.name: checksum_of(path)}, (UNCHECKED,))
