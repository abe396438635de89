"""Files at hand -> the samples of a perspective, and a word on every data set that is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from plimsoll.benchmarks.chatgpt_red_teaming.samples import PERSPECTIVES, SETS
from plimsoll.core import DataError, Sample, decoding
from plimsoll.data import locate, resources
from plimsoll.data.locate import MissingData
from plimsoll.data.prompts import STARTER
from plimsoll.data.rows import checksum_of, read_bytes, read_json, read_jsonl

SLUG = "chatgpt_red_teaming"
Perspective = Literal["bias", "robustness", "reliability", "toxicity", "all"]


@dataclass(frozen=True)
class Built:
    """Rows as samples, built anew each time they are asked for."""

    rows: Mapping[str, Sequence[Any]]
    """By data set."""
    seed: int

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Every category asked."""
        return tuple(dict.fromkeys(sample.category for sample in self))

    @cached_property
    def _size(self) -> int:
        return sum(1 for _ in self)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Sample]:
        for name, rows in self.rows.items():
            try:
                yield from SETS[name][1](rows, self.seed)
            except (ValueError, IndexError) as error:
                raise DataError(f"{name}: a record has no such answer: {error}") from None


@dataclass(frozen=True)
class Recipe:
    """The samples of the data sets that are there."""

    samples: Built
    files: Mapping[str, str]
    notes: tuple[str, ...]


def sets_of(perspective: Perspective) -> tuple[str, ...]:
    """The data sets of a perspective."""
    return tuple(name for name, each in PERSPECTIVES.items() if perspective in ("all", each))


def official(perspective: Perspective, *, per_set: int, seed: int) -> Recipe:
    """The user's files `<data set>.jsonl`; any subset will do, none at all is `MissingData`."""
    found = {name: _path(name) for name in sets_of(perspective)}
    there = {name: path for name, path in found.items() if path is not None}
    if not there:
        raise MissingData(SLUG, f"{next(iter(found))}.jsonl")
    missing = [name for name, path in found.items() if path is None]
    rows = {name: _read(name, path)[: per_set or None] for name, path in there.items()}
    notes = (f"Not at hand, and not in these numbers: {', '.join(missing)}.",) if missing else ()
    return Recipe(Built(rows, seed), {path.name: checksum_of(path) for path in there.values()}, notes)


def _path(name: str) -> Path | None:
    places = (locate.find(SLUG, f"{name}{ending}") for ending in (".jsonl", ".json"))
    return next((path for path in places if path is not None), None)


def _read(name: str, path: Path) -> Sequence[Any]:
    kind = SETS[name][0]
    if read_bytes(path).lstrip().startswith(b"["):
        return read_json(path, list[kind])
    return read_jsonl(path, kind)


def starter(perspective: Perspective, *, seed: int) -> Recipe:
    """Our own few records of every data set."""
    place = ("benchmarks", "chatgpt_red_teaming", "starter.toml")
    tables = resources.table(*place)
    rows = {each: decoding.converted(tables[each], list[SETS[each][0]]) for each in sets_of(perspective)}
    return Recipe(
        Built(rows, seed),
        resources.stamp(*place),
        (STARTER,),
    )
