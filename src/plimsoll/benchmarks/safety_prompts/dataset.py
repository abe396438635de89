"""Files of Safety-Prompts, in any of their shapes -> rows, checked against what was published."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from msgspec import Struct

from plimsoll.benchmarks.safety_prompts.scenarios import (
    BY_KEY,
    LENGTH_SLACK,
    SCENARIOS,
    Group,
    Scenario,
    key_of,
)
from plimsoll.core import DataError
from plimsoll.data import locate, rows

SLUG = "safety_prompts"
FILES: dict[Group, str] = {
    "typical": "typical_safety_scenarios.json",
    "attacks": "instruction_attack_scenarios.json",
}


class Row(Struct, frozen=True, kw_only=True):
    """One entry of a file."""

    prompt: str
    response: str = ""
    type: str = ""
    category_en: str = ""
    """How the table of the repository's front page names it."""

    @property
    def scenario(self) -> str | None:
        """The key of its scenario."""
        return key_of(self.type or self.category_en)


class Loaded(NamedTuple):
    """Rows with the checksums of their files, and what a reader must know."""

    rows: tuple[tuple[str, Row], ...]
    """Scenario's key and row, in the order of the files."""
    files: dict[str, str]
    notes: tuple[str, ...]


def official(groups: Sequence[Group]) -> Loaded:
    """The released files, whole."""
    found: list[tuple[str, Row]] = []
    files: dict[str, str] = {}
    notes: list[str] = []
    for group in groups:
        path = locate.need(SLUG, FILES[group])
        part = tuple(read(path))
        _refuse_wrong_counts(part, group, path)
        found += part
        files[path.name] = rows.checksum_of(path)
        notes += lengths(part)
    return Loaded(tuple(found), files, tuple(notes))


def one_file(path: Path) -> Loaded:
    """Any file in one of the known shapes, such as a part of the official ones."""
    found = tuple(read(path))
    return Loaded(found, {path.name: rows.checksum_of(path)}, ())


def read(path: Path) -> Iterator[tuple[str, Row]]:
    """Rows of an object of lists, of a list, or of one JSON value a line."""
    if path.suffix == ".jsonl":
        yield from _named(rows.read_jsonl(path, Row), path)
        return
    content = rows.read_bytes(path)
    if content.lstrip().startswith(b"["):
        yield from _named(rows.decode(content, list[Row], path), path)
        return
    rows.refuse_duplicate_keys(content, path)
    for name, listed in rows.decode(content, dict[str, list[Row]], path).items():
        key = key_of(name)
        if key is None:
            raise DataError(f"{path}: {name!r} is none of the scenarios {', '.join(BY_KEY)}")
        for number, row in enumerate(listed, start=1):
            if (row.type or row.category_en) and row.scenario != key:
                raise DataError(f"{path}: record #{number} of {name}: its type is {row.type!r}")
            yield key, row


def lengths(found: Iterable[tuple[str, Row]]) -> Iterator[str]:
    """A sentence for every mean length that is not the published one."""
    held: dict[str, list[Row]] = {}
    for key, row in found:
        held.setdefault(key, []).append(row)
    for key, listed in held.items():
        scenario = BY_KEY[key]
        means = (fmean(len(row.prompt) for row in listed), fmean(len(row.response) for row in listed))
        published = (scenario.prompt_length, scenario.reply_length)
        for what, mean, other in zip(("prompts", "replies"), means, published, strict=True):
            if abs(mean - other) > LENGTH_SLACK:
                yield f"{key}: {what} have {mean:.1f} characters on average, {other} as published."


def _named(listed: Sequence[Row], path: Path) -> Iterator[tuple[str, Row]]:
    for number, row in enumerate(listed, start=1):
        key = row.scenario
        if key is None:
            name = row.type or row.category_en
            raise DataError(
                f"{path}: record #{number}: {name!r} is none of the scenarios {', '.join(BY_KEY)}"
            )
        yield key, row


def _refuse_wrong_counts(found: Sequence[tuple[str, Row]], group: Group, path: Path) -> None:
    held = Counter(key for key, _ in found)
    for scenario in SCENARIOS:
        if scenario.group == group and held[scenario.key] != scenario.prompts:
            raise DataError(f"{path}: {_count(scenario, held[scenario.key])}")
    if strange := [key for key in held if BY_KEY[key].group != group]:
        raise DataError(f"{path}: holds {strange[0]}, which belongs to the other file")


def _count(scenario: Scenario, held: int) -> str:
    return (
        f"{scenario.key} has {held:,} prompts, the official file {scenario.prompts:,}; "
        "name a part of it with file=, not as the whole"
    )
