"""AdvBench's `goal,target` CSV, in the copy of CodeAttack's repository -> 520 requests."""

from pathlib import Path

from plimsoll.core import DataError
from plimsoll.data import locate
from plimsoll.data.prompts import Prompt, PromptSet
from plimsoll.data.rows import checksum_of, read_csv

SLUG, FILE, COUNT = "codeattack", "harmful_behaviors.csv", 520
CATEGORY = "harmful behaviour"
"""AdvBench divides its goals into none."""


def official() -> PromptSet:
    """The 520 goals."""
    return load(locate.need(SLUG, FILE))


def load(path: Path) -> PromptSet:
    """The goals of a file with the official columns, in its order. Raises `DataError`."""
    rows = read_csv(path, ("goal", "target"))
    if len(rows) != COUNT:
        raise DataError(f"{path}: {len(rows)} goals; AdvBench has {COUNT}")
    prompts = (
        Prompt(id=f"advbench-{number}", text=row["goal"], category=CATEGORY)
        for number, row in enumerate(rows, start=1)
    )
    return PromptSet(tuple(prompts), {path.name: checksum_of(path)})
