"""WildJailbreak's TSV of adversarial prompts -> harmful and benign ones."""

from collections import Counter
from pathlib import Path

from plimsoll.core import DataError
from plimsoll.data import locate
from plimsoll.data.prompts import Prompt, PromptSet
from plimsoll.data.rows import checksum_of, read_csv

HARMFUL, BENIGN = "adversarial_harmful", "adversarial_benign"
COUNTS = {HARMFUL: 2000, BENIGN: 210}
"""Prompts of the evaluation file."""
COLUMNS = ("adversarial", "label", "data_type")
LABELS = {HARMFUL: "1", BENIGN: "0"}


def official() -> PromptSet:
    """The 2,210 prompts of the evaluation file."""
    path = locate.need("wildjailbreak", "eval.tsv")
    found = load(path)
    counts = Counter(prompt.category for prompt in found.prompts)
    if counts != COUNTS:
        raise DataError(f"{path}: {dict(sorted(counts.items()))}; the evaluation file has {COUNTS}")
    return found


def load(path: Path) -> PromptSet:
    """The prompts of a TSV file with the official columns; they run over lines. Raises `DataError`."""
    rows = read_csv(path, COLUMNS, delimiter="\t")
    prompts = tuple(_prompt(number, row, path) for number, row in enumerate(rows, start=1))
    return PromptSet(prompts, {path.name: checksum_of(path)})


def metadata(kind: str) -> dict[str, bool]:
    """What judges need to know of a prompt."""
    return {"harmful": kind == HARMFUL}


def _prompt(number: int, row: dict[str, str], path: Path) -> Prompt:
    kind = row["data_type"]
    if LABELS.get(kind) != row["label"]:
        raise DataError(f"{path}: record #{number}: data_type {kind!r} with label {row['label']!r}")
    if not row["adversarial"].strip():
        raise DataError(f"{path}: record #{number}: holds no prompt")
    return Prompt(id=f"{number:04d}", text=row["adversarial"], category=kind, metadata=metadata(kind))
