"""Files of SciKnowEval -> rows with their task and kind, checked against the published counts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec import Struct

from plimsoll.benchmarks.sciknoweval.tasks import Kind, Task, kind_of, route, tasks
from plimsoll.core import DataError, decoding
from plimsoll.data import locate, resources
from plimsoll.data.rows import checksum, checksum_of, read_jsonl

SLUG = "sciknoweval"
Split = Literal["official", "sample", "starter"]


class Choices(Struct, frozen=True, kw_only=True):
    """Options and their letters."""

    text: tuple[str, ...] = ()
    label: tuple[str, ...] = ()


class Row(Struct, frozen=True, kw_only=True):
    """A row as its authors publish it."""

    prompt: Mapping[str, str]
    question: str
    type: str | tuple[str, ...]
    domain: str
    details: Mapping[str, str]
    answer: str = ""
    answerKey: str = ""
    choices: Choices = Choices()


class Item(NamedTuple):
    """A row with what it belongs to."""

    id: str
    row: Row
    task: Task
    kind: Kind


class Dataset(NamedTuple):
    """The items of a split and the files they come from."""

    items: Sequence[Item]
    files: Mapping[str, str]


class _Starter(Struct, frozen=True, forbid_unknown_fields=True):
    row: tuple[Row, ...]


def load(split: Split) -> Dataset:
    """All rows of a split. Raises `MissingData`, `DataError`."""
    if split == "starter":
        content = resources.content("benchmarks", "sciknoweval", "starter.toml")
        rows = decoding.toml(content.decode("utf-8"), _Starter).row
        found = _items(rows, Path("starter.toml"), "starter-")
        return Dataset(list(found), {"starter/sciknoweval.toml": checksum(content)})
    if split == "sample":
        path = locate.need(SLUG, "sample.jsonl")
        return Dataset(list(_items(read_jsonl(path, Row), path)), {path.name: checksum_of(path)})
    paths = {task: locate.need(SLUG, f"{task.name}.jsonl") for task in tasks()}
    items = [item for task, path in paths.items() for item in _official(task, path)]
    return Dataset(items, {path.name: checksum_of(path) for path in paths.values()})


def without_duplicates(items: Sequence[Item]) -> list[Item]:
    """Rows that say the same in all fields are kept once."""
    seen: set[object] = set()
    kept: list[Item] = []
    for item in items:
        row = item.row
        key = (item.task.name, row.question, row.answer, row.answerKey, row.choices.text)
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def _official(task: Task, path: Path) -> Iterator[Item]:
    rows = read_jsonl(path, Row)
    if len(rows) != task.rows:
        raise DataError(f"{path}: holds {len(rows)} rows, but the official file has {task.rows}")
    for number, item in enumerate(_items(rows, path), start=1):
        if item.task != task:
            raise DataError(f"{path}: record #{number}: belongs to {item.task.name}, not to {task.name}")
        yield item


def _items(rows: Sequence[Row], path: Path, prefix: str = "") -> Iterator[Item]:
    times: Counter[str] = Counter()
    for number, row in enumerate(rows, start=1):
        place = f"{path}: record #{number}"
        task = route(row.domain, row.details, place)
        type = row.type if isinstance(row.type, str) else row.type[0]
        kind = kind_of(task, type, place)
        _verify(row, kind, place)
        yield Item(f"{prefix}{task.name}-{times[task.name]}", row, task, kind)
        times[task.name] += 1


def _verify(row: Row, kind: Kind, place: str) -> None:
    if kind == "choice" and row.answerKey not in row.choices.label[: len(row.choices.text)]:
        raise DataError(f"{place}: its answer {row.answerKey!r} is none of its options")
    if kind == "truth" and row.answer not in ("Yes", "No"):
        raise DataError(f"{place}: its answer is {row.answer!r}, not Yes or No")
