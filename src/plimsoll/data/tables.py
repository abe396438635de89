"""A file of any common form -> rows by column name: CSV, TSV, JSON, JSON lines, YAML, Parquet, .xlsx.

Nothing is guessed about what a column means; that is for whoever reads the table. Every row knows its
place, so that whatever is wrong with it later can be said with file, record and line.
"""

import importlib
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from plimsoll.core import DataError, MissingExtra, UserError, decoding
from plimsoll.data import delimited, yaml_text
from plimsoll.data.delimited import Line, Row, named
from plimsoll.data.rows import checksum, decode, read_bytes, refuse_duplicate_keys

LONE = "prompt"
"""The column of a list that holds nothing but texts."""


class Table(NamedTuple):
    """The rows of a file, and the columns that any of them has, in order of appearance."""

    path: Path
    columns: tuple[str, ...]
    rows: Sequence[Row]
    digest: str
    """SHA-256 of the file."""


def read_table(path: Path) -> Table:
    """The rows of a file, its form told by its ending. Raises `UserError`, `DataError`."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UserError(
            f"{path}: no table ends so: name a file that ends with {', '.join(READERS)}; "
            "other spreadsheets are saved as CSV"
        )
    if not path.is_file():
        raise UserError(f"{path} is not there: name a file that ends with {', '.join(READERS)}")
    content = read_bytes(path)
    rows = list(reader(content, path))
    if not rows:
        raise DataError(f"{path}: holds no row: write at least one")
    columns = dict.fromkeys(name for row in rows for name in row.cells)
    return Table(path, tuple(columns), rows, checksum(content))


def is_table(text: str) -> bool:
    """Whether an argument names a file that can be read as a table."""
    return Path(text).suffix.lower() in READERS


def text_of(cell: Any) -> str:
    """A cell as text; nothing where it is empty. Raises `TypeError` for a list or an object."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # spreadsheets and data frames turn whole numbers into these
    if isinstance(cell, (str, int, float, Decimal, date, time, timedelta)):
        return str(cell)
    raise TypeError(f"holds {_kind(cell)} where text is wanted")


def _kind(cell: Any) -> str:
    if isinstance(cell, Mapping):
        return "an object"
    if isinstance(cell, bytes):
        return "bytes"
    return "a list" if isinstance(cell, Sequence) else f"a {type(cell).__name__}"


def _csv(content: bytes, path: Path) -> Iterable[Row]:
    return delimited.rows(content, path)


def _tsv(content: bytes, path: Path) -> Iterable[Row]:
    return delimited.rows(content, path, "\t")


def _json(content: bytes, path: Path) -> Iterator[Row]:
    text = delimited.text(content, path).encode()
    found = decode(text, object, path)
    refuse_duplicate_keys(text, path)
    for number, value in enumerate(_listed(found, path), start=1):
        place = f"{path}: record #{number}"
        yield Row(place, _object(value, place))


def _listed(found: Any, path: Path) -> list[Any]:
    """The list of rows, which may stand under a single key: `{"samples": [...]}`."""
    members: list[Any] = [*found.values()] if isinstance(found, dict) else [found]  # pyright: ignore[reportUnknownMemberType]
    lists: list[list[Any]] = [value for value in members if isinstance(value, list)]
    if len(lists) != 1:
        raise DataError(f"{path}: holds no list of rows: write [{{...}}, {{...}}], one object a row")
    return lists[0]


def _json_lines(content: bytes, path: Path) -> Iterator[Row]:
    decoder = decoding.Decoder(object)
    number = 0
    for line, text in enumerate(delimited.text(content, path).split("\n"), start=1):
        if not text.strip():
            continue
        number += 1
        place = f"{path}: record #{number}, line {line}"
        try:
            value = decoder.decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            raise DataError(f"{place}: no JSON: {error}; write one object on each line") from None
        row = _object(value, place)
        if text.count(":") > len(row):
            refuse_duplicate_keys(text.encode(), place)
        yield Row(place, row)


def _yaml(content: bytes, path: Path) -> Iterator[Row]:
    text = delimited.text(content, path)
    found = yaml_text.read(text, path)
    for number, value in enumerate(_listed(found, path), start=1):
        place = f"{path}: record #{number}"
        yield Row(place, _object(value, place))


def _parquet(content: bytes, path: Path) -> Iterator[Row]:
    what = f"{path.name}, a Parquet file,"
    pyarrow, parquet = _extra("pyarrow", what), _extra("pyarrow.parquet", what)
    try:
        batches: Iterable[Any] = parquet.ParquetFile(pyarrow.BufferReader(content)).iter_batches()
        found: list[Mapping[str, Any]] = [row for batch in batches for row in batch.to_pylist()]
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{path}: no sound Parquet file: {error}") from None
    for number, value in enumerate(found, start=1):
        yield Row(f"{path}: record #{number}", value)


def _workbook(content: bytes, path: Path) -> Iterable[Row]:
    """The first sheet of a workbook: what its formulas came to when it was saved."""
    openpyxl = _extra("openpyxl", f"{path.name}, an Excel workbook,")
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        found: list[Sequence[Any]] = list(book.worksheets[0].iter_rows(values_only=True))
    except Exception as error:  # noqa: BLE001  a workbook of somebody else's breaks in many ways
        raise DataError(f"{path}: is no Excel workbook: {error}") from None
    lines = (Line(at, [text_of(cell) for cell in cells]) for at, cells in enumerate(found, start=1))
    return named((line for line in lines if any(cell.strip() for cell in line.cells)), path)


def _extra(module: str, what: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingExtra(what, "data") from None


def _object(value: Any, place: str) -> Mapping[str, Any]:
    if isinstance(value, str):
        return {LONE: value}
    if isinstance(value, dict):
        return {str(key): cell for key, cell in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    raise DataError(f'{place}: is no object: write {{"prompt": "...", ...}}')


READERS: Mapping[str, Callable[[bytes, Path], Iterable[Row]]] = {
    ".csv": _csv,
    ".tsv": _tsv,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".parquet": _parquet,
    ".xlsx": _workbook,
}
"""Ending of a file -> what reads it."""
