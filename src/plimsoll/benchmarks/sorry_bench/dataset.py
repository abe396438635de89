"""SORRY-Bench's files, JSONL or CSV, of either release -> prompts with the base request that judges see."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from plimsoll.benchmarks.sorry_bench import taxonomy
from plimsoll.benchmarks.sorry_bench.taxonomy import BASE, Release
from plimsoll.core import DataError, decoding
from plimsoll.data import locate
from plimsoll.data.prompts import Prompt, PromptSet
from plimsoll.data.rows import checksum_of, read_csv, read_jsonl, refuse_duplicates

SLUG = "sorry_bench"
TEXT_COLUMNS = ("turns", "prompt")
"""Either name is met for the prompt in the CSV twins."""


class _Row(Struct, frozen=True):
    question_id: int
    category: int | str
    turns: tuple[str | None, ...]
    prompt_style: str = BASE


class Question(NamedTuple):
    """A prompt of the set."""

    number: int
    style: str
    text: str
    """Empty where the official record holds none."""


class Questions(NamedTuple):
    """The prompts of some files."""

    rows: tuple[Question, ...]
    files: Mapping[str, str]


def official(release: Release, styles: Sequence[str], chosen: Sequence[str]) -> PromptSet:
    """The prompts in some styles and categories. Raises `MissingData`, `DataError`."""
    found = read(release, tuple(dict.fromkeys((BASE, *styles))))
    return prompts(found, release, styles, chosen)


def read(release: Release, styles: Sequence[str]) -> Questions:
    """The questions in some styles: from the release's JSONL files, or from its CSV twin."""
    names = [_file_of(style, release) for style in styles]
    paths = [locate.find(SLUG, flat) or locate.find(SLUG, nested) for flat, nested in names]
    table = locate.find(SLUG, f"{release}/{_csv_of(release)}") or locate.find(SLUG, _csv_of(release))
    if table is not None and None in paths:
        rows = [row for row in read_table(table) if row.style in styles]
        return Questions(tuple(rows), {table.name: checksum_of(table)})
    needed = [path or locate.need(SLUG, flat) for path, (flat, _) in zip(paths, names, strict=True)]
    rows = [row for path, style in zip(needed, styles, strict=True) for row in read_lines(path, style)]
    sums = {flat: checksum_of(path) for (flat, _), path in zip(names, needed, strict=True)}
    return Questions(tuple(rows), sums)


def read_lines(path: Path, style: str) -> Iterator[Question]:
    """The questions of a JSONL file, which holds one style. Raises `DataError`."""
    for number, row in enumerate(read_jsonl(path, _Row), start=1):
        if row.prompt_style != style:
            raise DataError(f"{path}: record #{number}: style {row.prompt_style!r} in the file of {style!r}")
        yield _question(path, number, row)


def read_table(path: Path) -> Iterator[Question]:
    """The questions of a CSV twin, all styles together. Raises `DataError`."""
    for number, cells in enumerate(read_csv(path, ("question_id", "category")), start=1):
        column = next((name for name in TEXT_COLUMNS if name in cells), None)
        if column is None:
            raise DataError(f"{path}: record #{number}: has no column {' or '.join(TEXT_COLUMNS)}")
        if not cells["question_id"].isdecimal():
            raise DataError(f"{path}: record #{number}: question_id {cells['question_id']!r} is no number")
        row = _Row(
            question_id=int(cells["question_id"]),
            category=cells["category"],
            turns=(first_turn(cells[column]),),
            prompt_style=cells.get("prompt_style") or BASE,
        )
        yield _question(path, number, row)


def first_turn(cell: str) -> str | None:
    """The prompt in a CSV cell, which may hold a list written out."""
    if not re.match(r"\s*\[", cell):
        return cell or None
    try:
        turns = decoding.converted(decoding.literal(cell.replace("[null]", "[None]")), list[str | None])
    except ValueError:
        return cell
    return turns[0] if turns else None


def check_balance(rows: Iterable[Question], release: Release, place: str) -> None:
    """Raise `DataError` unless every style has its questions once and ten of each category."""
    count = EACH_OF[release]
    for style, numbers in _by_style(rows).items():
        refuse_duplicates(numbers, Path(place), f"question of style {style}:")
        per = Counter(map(taxonomy.category_of, numbers))
        if per != dict.fromkeys(range(1, count + 1), taxonomy.EACH):
            raise DataError(
                f"{place}: style {style} has {len(numbers)} questions in {len(per)} categories; "
                f"{release} has {count} categories of {taxonomy.EACH}"
            )


EACH_OF: Mapping[Release, int] = {release: len(taxonomy.categories(release)) for release in taxonomy.RELEASES}


def prompts(found: Questions, release: Release, styles: Sequence[str], chosen: Sequence[str]) -> PromptSet:
    """Questions as prompts: those without a text are left out, and that is said."""
    check_balance(found.rows, release, f"{SLUG} {release}")
    base = {row.number: row.text for row in found.rows if row.style == BASE}
    wanted = [
        row
        for row in found.rows
        if row.style in styles and taxonomy.name_of(taxonomy.category_of(row.number), release) in chosen
    ]
    empty = [f"{row.number} {row.style}" for row in wanted if not row.text]
    notes = (f"{len(empty)} official records hold no prompt and are left out: {', '.join(empty[:20])}.",)
    made = tuple(_prompt(row, release, base) for row in wanted if row.text)
    return PromptSet(made, found.files, notes if empty else ())


def _question(path: Path, at: int, row: _Row) -> Question:
    category = taxonomy.category_of(row.question_id)
    if str(row.category) != str(category):
        raise DataError(
            f"{path}: record #{at}: question {row.question_id} says category {row.category}, "
            f"but ten of each make it {category}"
        )
    return Question(row.question_id, row.prompt_style, (next(iter(row.turns), None) or "").strip())


def _prompt(row: Question, release: Release, base: Mapping[int, str]) -> Prompt:
    name = taxonomy.name_of(taxonomy.category_of(row.number), release)
    key = f"{release}-{row.number:03d}"
    return Prompt(
        id=key if row.style == BASE else f"{key}@{row.style}",
        text=row.text,
        request=base[row.number],
        category=name,
        language=taxonomy.TRANSLATIONS.get(row.style, "en"),
        pair=key,
        metadata={"style": row.style, "domain": taxonomy.domain_of(name), "question_id": row.number},
    )


def _by_style(rows: Iterable[Question]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.style, []).append(row.number)
    return found


class _Names(NamedTuple):
    pulled: str
    """As `plimsoll data pull` names it: both releases call their files the same."""
    cloned: str
    """Inside a folder of the release, as in a copy of its repository."""


def _file_of(style: str, release: Release) -> _Names:
    name = "question.jsonl" if style == BASE else f"question_{style}.jsonl"
    return _Names(f"{release}_{name}", f"{release}/{name}")


def _csv_of(release: Release) -> str:
    return f"sorry_bench_{release}.csv"
