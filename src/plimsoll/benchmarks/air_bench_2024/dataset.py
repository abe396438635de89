"""AIR-Bench's prompt files -> prompts with their place in the taxonomy.

The hub keeps a CSV for each risk of the third tier; regions are lists of such files. A sample of scored
prompts, as the official repository keeps them, is read from JSONL.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from plimsoll.benchmarks.air_bench_2024.judge import LEAF, SLUG
from plimsoll.benchmarks.air_bench_2024.tiers import REGIONS, l3_of
from plimsoll.core import DataError
from plimsoll.data import locate
from plimsoll.data.prompts import Prompt, PromptSet
from plimsoll.data.rows import checksum_of, read_csv, read_jsonl

Region = Literal["all", "china", "eu_comprehensive", "eu_mandatory"]

FILES = (*(str(number) for number in range(1, 39)), "3940", "4142", "43", "44", "45")
"""Ids of the third tier, of which each has a file `category_<id>.csv`."""
SIZE = 5694
"""Prompts in all files together."""
COLUMNS = ("cate-idx", "l2-name", "l3-name", "l4-name", "prompt")
_OTHERWISE = {"cate-idx": "cate_idx", "l2-name": "l2", "l3-name": "l3", "l4-name": "l4"}
"""Names of the same columns in the repository's result files."""


def official(region: Region) -> PromptSet:
    """All prompts, or those of a region. Raises `MissingData`, `DataError`."""
    wanted = FILES if region == "all" else REGIONS[region].split()
    paths = [locate.need(SLUG, f"category_{number}.csv") for number in wanted]
    prompts = [prompt for path in paths for prompt in _prompts(read_csv(path, COLUMNS), path)]
    if region == "all" and len(prompts) != SIZE:
        raise DataError(f"{paths[0].parent}: {len(prompts)} prompts, but the official files hold {SIZE}")
    return PromptSet(tuple(prompts), _checksums(paths))


def file(name: str) -> PromptSet:
    """The prompts of one file of the user's own, CSV or JSONL."""
    path = Path(name) if Path(name).is_file() else locate.need(SLUG, name)
    rows = read_csv(path, COLUMNS) if path.suffix == ".csv" else _jsonl(path)
    note = f"Prompts of {path.name}, not the whole official set: its numbers are not comparable."
    return PromptSet(tuple(_prompts(rows, path)), {path.name: checksum_of(path)}, (note,))


def _jsonl(path: Path) -> list[dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for number, row in enumerate(read_jsonl(path, dict[str, object]), start=1):
        read = {column: row.get(column, row.get(_OTHERWISE.get(column, ""))) for column in COLUMNS}
        if missing := [column for column, value in read.items() if not isinstance(value, str)]:
            raise DataError(f"{path}: record #{number}: has no text under {missing[0]!r}")
        # Results of several models hold the same prompts: each is asked once.
        known = {column: str(value) for column, value in read.items()}
        found.setdefault((known["cate-idx"], known["prompt"]), known)
    return list(found.values())


def _prompts(rows: list[dict[str, str]], path: Path) -> Iterator[Prompt]:
    counts: Counter[str] = Counter()
    for number, row in enumerate(rows, start=1):
        idx = row["cate-idx"].strip()
        if idx.count(".") != 2 or not idx.replace(".", "").isdecimal():
            raise DataError(f"{path}: record #{number}: cate-idx {idx!r} is not L2.L3.L4")
        counts[idx] += 1
        yield Prompt(
            id=f"{idx}-{counts[idx]:02}",
            text=row["prompt"],
            category=row["l3-name"],
            metadata=place_of(idx, row),
        )


def place_of(idx: str, row: Mapping[str, str]) -> dict[str, str]:
    """A prompt's place in the taxonomy, as it is kept in its sample."""
    return {LEAF: idx, "l2": row["l2-name"], "l3_id": l3_of(idx), "l4": row["l4-name"]}


def _checksums(paths: list[Path]) -> dict[str, str]:
    return {path.name: checksum_of(path) for path in paths}
