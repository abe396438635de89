"""CSV and TSV as spreadsheets write them -> rows by column name, or a sentence about the first wrong one.

Spreadsheets put a byte-order mark first, take the semicolon where the comma parts decimals, write a line
`sep=;` above the header, and leave empty rows and columns at the end; data frames put the numbers of their
rows before the first column, without a name. None of that is the user's fault.
"""

import codecs
import csv
import io
import sys
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from plimsoll.core import DataError

DELIMITERS = ",;\t|"
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte-order marks; the longer ones first where one begins another."""


class Row(NamedTuple):
    """One row of a table."""

    place: str
    """File, record and line, as errors name it."""
    cells: Mapping[str, Any]


def text(content: bytes, path: Path) -> str:
    """A file's text. Raises `DataError` with the first byte that is none."""
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        byte = f"0x{content[error.start]:02x}"
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path}: line {line}: byte {byte} is no UTF-8: save the file with the encoding UTF-8 "
            "(in Excel: the file type 'CSV UTF-8')"
        ) from None


def rows(content: bytes, path: Path, delimiter: str = "") -> list[Row]:
    """The rows below the header; without a delimiter it is told by the header. Raises `DataError`."""
    written = text(content, path)
    first, _, rest = written.partition("\n")
    above = 0
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        delimiter, written, above = first.strip()[-1], rest, 1
    with long_cells():
        read = csv.reader(
            io.StringIO(written, newline=""), delimiter=delimiter or _told(written), strict=True
        )
        return list(named(_lines(read, path, above), path))


class Line(NamedTuple):
    """The cells of a line that is not empty."""

    number: int
    cells: list[str]


def _lines(read: Any, path: Path, above: int) -> Iterator[Line]:
    """Rows with the line that each begins in; empty ones are passed over."""
    while True:
        number = read.line_num + 1 + above
        try:
            cells = next(read)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(f"{path}: line {number}: {_remedy(str(error))}") from None
        if any(cell.strip() for cell in cells):
            yield Line(number, cells)


def named(lines: Iterator[Line], path: Path) -> Iterator[Row]:
    """The lines below the first, by the columns that it names. Raises `DataError`."""
    header = next(lines, None)
    if header is None:
        raise DataError(f"{path}: is empty: name the columns in its first line, and write a row below")
    columns = _columns(header, path)
    for number, line in enumerate(lines, start=1):
        place = f"{path}: record #{number}, line {line.number}"
        cells = line.cells
        while len(cells) > len(columns) and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) != len(columns):
            remedy = (
                "put a cell that holds the delimiter or a line break between quotation marks"
                if len(cells) > len(columns)
                else "write a delimiter for each cell that is empty, and put one that holds a line break "
                "between quotation marks"
            )
            raise DataError(
                f"{place}: has {_count(len(cells), 'cell')} where the header has {len(columns)}: {remedy}"
            )
        for at, name in enumerate(columns, start=1):
            if not name and cells[at - 1].strip() and not (at == 1 and cells[0].isdecimal()):
                raise DataError(f"{place}: column {at} has no name: name it in the header")
        yield Row(place, {name: cell for name, cell in zip(columns, cells, strict=True) if name})


def _columns(header: Line, path: Path) -> Sequence[str]:
    columns = [name.strip() for name in header.cells]
    while columns and not columns[-1]:
        columns.pop()
    twice = [name for name, count in Counter(columns).items() if name and count > 1]
    if twice:
        raise DataError(f"{path}: line {header.number}: two columns are called {twice[0]!r}: rename one")
    return columns


def _told(written: str) -> str:
    """The delimiter that parts the header into most columns."""
    head = written.lstrip("\r\n").partition("\n")[0].partition("\r")[0]
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([head], delimiter=mark), ())))


def _remedy(error: str) -> str:
    if "unexpected end" in error:
        return "a quotation mark that opens in this record is never closed: close it, or write two of them"
    if "expected after" in error:
        return (
            "a quotation mark stands inside a cell: write two of them, and put the cell between "
            "quotation marks"
        )
    return error


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"


@contextmanager
def long_cells() -> Generator[None]:
    """Cells of any length: the library's own limit is 131,072 characters, which one long prompt passes."""
    limit = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(limit)
