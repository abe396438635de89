"""XLingHealth's tables -> questions with a right or wrong answer, aligned in four languages.

A row is a question with one answer; the answer is right when it was taken from the same question
(`answer_ids` equals `id`). Rows that lack a text in some language are left out and counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, NamedTuple

from plimsoll.core import DataError, MissingExtra
from plimsoll.data import locate, rows

SLUG = "xlingeval"
Dataset = Literal["healthqa", "liveqa", "medicationqa"]
NAMES: Mapping[Dataset, str] = {"healthqa": "HealthQA", "liveqa": "LiveQA", "medicationqa": "MedicationQA"}
LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Spanish", "zh": "Chinese", "hi": "Hindi"}
COLUMNS = (
    "id",
    "label",
    "answer_ids",
    *(f"{k}_{n}" for n in LANGUAGES.values() for k in ("question", "answer")),
)


class Row(NamedTuple):
    """A question with one answer."""

    number: int
    """Its place in the table, from 1."""
    question_id: str
    right: bool
    questions: Mapping[str, str]
    answers: Mapping[str, str]


class Table(NamedTuple):
    """The rows that can be asked, and how many cannot."""

    rows: tuple[Row, ...]
    skipped: int
    files: Mapping[str, str]


def load(dataset: Dataset, split: str, file: str = "") -> Table:
    """A whole table, or the sample of its first forty questions."""
    if file:
        path = Path(file)
    elif split == "sample":
        path = locate.need(SLUG, f"{dataset}_first40q.jsonl")
    else:
        path = locate.need(SLUG, f"{NAMES[dataset]}.xlsx")
    if not path.is_file():
        raise DataError(f"{path}: is not there")
    found = _sheet(path) if path.suffix == ".xlsx" else rows.read_jsonl(path, dict[str, Any])
    read = [_row(number, cells, path) for number, cells in enumerate(found, start=1)]
    kept = tuple(row for row in read if row is not None)
    return Table(kept, len(read) - len(kept), {path.name: rows.checksum_of(path)})


def _row(number: int, cells: Mapping[str, Any], path: Path) -> Row | None:
    missing = [name for name in COLUMNS if name not in cells]
    if missing:
        raise DataError(f"{path}: record #{number}: has no column {missing[0]!r}")
    right = cells["id"] == cells["answer_ids"]
    if bool(cells["label"]) != right:
        raise DataError(
            f"{path}: record #{number}: label {cells['label']!r} does not fit its answer's origin"
        )
    texts = {name: cells[name] for name in COLUMNS[3:]}
    if not all(isinstance(text, str) and text.strip() for text in texts.values()):
        return None
    return Row(
        number,
        str(cells["id"]),
        right,
        {code: texts[f"question_{name}"] for code, name in LANGUAGES.items()},
        {code: texts[f"answer_{name}"] for code, name in LANGUAGES.items()},
    )


def _sheet(path: Path) -> Iterator[dict[str, Any]]:
    try:
        from openpyxl import load_workbook  # pyright: ignore[reportMissingModuleSource, reportUnknownVariableType]
    except ImportError:
        raise MissingExtra("the reader of XLingHealth's .xlsx files", "data") from None
    try:
        book: Any = load_workbook(BytesIO(rows.read_bytes(path)), read_only=True, data_only=True)
        lines: Iterator[Sequence[Any]] = book["Sheet1"].iter_rows(values_only=True)
        header = [str(name) for name in next(lines)]
        yield from (dict(zip(header, line, strict=False)) for line in lines)
    except (KeyError, StopIteration, OSError, ValueError) as error:
        raise DataError(f"{path}: is no XLingHealth table with a sheet 'Sheet1': {error}") from None
