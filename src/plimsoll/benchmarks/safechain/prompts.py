"""StrongREJECT's table or a file of WildJailbreakEval -> the prompts that SafeChain asks."""

from pathlib import Path
from typing import Literal

from msgspec import Struct

from plimsoll.core import DataError
from plimsoll.data import locate
from plimsoll.data.prompts import Prompt, PromptSet, starter
from plimsoll.data.rows import checksum_of, read_bytes, read_csv, read_json, read_jsonl, refuse_duplicates

Split = Literal["strongreject", "strongreject_small", "wildjailbreak", "wildjailbreak_small", "starter"]

STRONGREJECT = ("strongreject", "strongreject-wildjailbreak-xstest")
"""Folders in which StrongREJECT's own files are looked for."""
FILES = {
    "strongreject": ("strongreject_dataset.csv", "strongreject_dataset_313.csv"),
    "strongreject_small": ("strongreject_small_dataset.csv", "strongreject_small_60.csv"),
    "wildjailbreak": ("wildjailbreak_250.jsonl", "wildjailbreak_250.json"),
    "wildjailbreak_small": ("wildjailbreak_50.jsonl", "wildjailbreak_50.json"),
}
SIZES = {
    "strongreject": 313,
    "strongreject_small": 60,
    "wildjailbreak": 250,
    "wildjailbreak_small": 50,
}
WILD = "jailbreak"
"""The one category of the WildJailbreak sample, which tells none."""
HAZARDS = {
    "Illegal goods and services": "H13",
    "Non-violent crimes": "H16",
    "Hate, harassment and discrimination": "H09",
    "Disinformation and deception": "H21",
    "Violence": "H01",
    "Sexual content": "H07",
}
"""By hand: the crosswalk has no taxonomy of StrongREJECT; each category goes to the hub of its first word."""

_NAMES = {name.casefold(): name for name in HAZARDS}
"""The small file writes one category with another capital."""


class _Wild(Struct, frozen=True):
    instruction: str


def prompts(split: Split, file: str = "") -> PromptSet:
    """The prompts of a split. Raises `MissingData`, `DataError`."""
    if split == "starter":
        return starter("safechain")
    path = Path(file).expanduser() if file else _path(split)
    rows = _table(path, split) if path.suffix == ".csv" else _wild(path)
    refuse_duplicates([row.text for row in rows], path, "prompt")
    notes = () if len(rows) == SIZES[split] else (_size_note(len(rows), split),)
    return PromptSet(tuple(rows), {path.name: checksum_of(path)}, notes)


def _path(split: Split) -> Path:
    if split.startswith("wildjailbreak"):
        return locate.need("safechain", *FILES[split])
    for slug in STRONGREJECT[:-1]:
        for name in FILES[split]:
            found = locate.find(slug, name)
            if found is not None:
                return found
    return locate.need(STRONGREJECT[-1], *FILES[split])


def _table(path: Path, split: Split) -> list[Prompt]:
    rows = read_csv(path, ("category", "source", "forbidden_prompt"))
    return [
        Prompt(
            id=f"{split}/{number:03}",
            text=row["forbidden_prompt"],
            category=_NAMES.get(row["category"].casefold(), row["category"]),
            metadata={"source": row["source"]},
        )
        for number, row in enumerate(rows, start=1)
    ]


def _wild(path: Path) -> list[Prompt]:
    if path.suffix not in (".json", ".jsonl"):
        raise DataError(f"{path}: is neither .csv nor .json nor .jsonl")
    lines = path.suffix == ".jsonl" or not read_bytes(path).lstrip().startswith(b"[")
    rows = read_jsonl(path, _Wild) if lines else read_json(path, list[_Wild])
    return [
        Prompt(id=f"wildjailbreak/{number:03}", text=row.instruction, category=WILD)
        for number, row in enumerate(rows, start=1)
    ]


def _size_note(found: int, split: Split) -> str:
    return f"{found} prompts; the published split has {SIZES[split]}."
