"""A provider's own tables, CSV, JSON lines or Excel -> their rows, and the standard's risks by any name."""

import importlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from plimsoll.core import DataError, MissingExtra, UserError, did_you_mean
from plimsoll.data.rows import read_bytes
from plimsoll.data.tables import read_table, text_of
from plimsoll.taxonomies.gb_45654 import standard

RISKS = ("risk", "category", "class", "风险", "安全风险", "风险类别", "类别", "风险编号", "方面", "aspect")
EXCEL = (".xlsx", ".xlsm")


def read_rows(path: Path, sheet: str = "") -> tuple[list[dict[str, str]], str]:
    """The rows as text, and the file's checksum. Raises `UserError`, `DataError`."""
    return _excel(path, sheet) if path.suffix.lower() in EXCEL else _table(path)


class Row(NamedTuple):
    """A row with its text, and with what names it in errors."""

    text: str
    number: int
    """In the sheet, whose head is row 1."""
    place: str
    cells: Mapping[str, str]


class Texts(NamedTuple):
    """The texts of a table, each once: with the row that it stands in first, and those it stands in again."""

    first: Sequence[Row]
    again: Sequence[Row]
    columns: Mapping[str, object]
    digest: str


def read_texts(path: Path, names: Sequence[str], what: str, sheet: str = "") -> Texts:
    """The texts of a column, by its names. Raises `UserError`, `DataError` for a row without one."""
    rows, digest = read_rows(path, sheet)
    columns = dict.fromkeys(name for row in rows for name in row)
    text_in = column(columns, names, f"{what}s", path)
    first: dict[str, Row] = {}
    again: list[Row] = []
    for number, cells in enumerate(rows, start=2):
        row = Row(cells.get(text_in, "").strip(), number, f"{path}: row {number}", cells)
        if not row.text:
            raise DataError(f"{row.place} has no {what}: fill it in, or take the row out")
        if first.setdefault(row.text, row) is not row:
            again.append(row)
    return Texts((*first.values(),), again, columns, digest)


def risk_named(cell: str, place: str) -> str:
    """A risk's code, by its code or name in either language. Raises `DataError`."""
    known = {
        plain(name): each.code
        for each in standard().risk
        for name in (each.code, each.zh, each.en, each.code[2:])
    }
    return named(cell, known, "risk", place)


def named(cell: str, known: Mapping[str, str], what: str, place: str) -> str:
    """What is known by a name. Raises `DataError` with the closest one."""
    wanted = plain(cell)
    if wanted in known:
        return known[wanted]
    close = did_you_mean(wanted, known)
    raise DataError(
        f"{place}: no {what} of the standard is called {cell!r}{close}: write its number or its name"
    )


def plain(name: str) -> str:
    """A name without case, blanks and marks."""
    return "".join(each for each in name.casefold() if each.isalnum())


def column(columns: Mapping[str, object], known: Sequence[str], what: str, path: Path) -> str:
    """The column of something, whatever a provider calls it. Raises `UserError`."""
    found = next((name for name in columns if name.strip().casefold() in known), "")
    if not found:
        raise UserError(
            f"{path} has no column of {what}: call one {' or '.join(known[:4])} (it has {', '.join(columns)})"
        )
    return found


def _table(path: Path) -> tuple[list[dict[str, str]], str]:
    table = read_table(path)
    return [{name: text_of(cell) for name, cell in row.cells.items()} for row in table.rows], table.digest


def _excel(path: Path, sheet: str) -> tuple[list[dict[str, str]], str]:
    try:
        openpyxl: Any = importlib.import_module("openpyxl")
    except ImportError:
        raise MissingExtra(f"{path.name}, an Excel workbook,", "data") from None
    digest = sha256(read_bytes(path)).hexdigest()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001  a workbook of somebody else's breaks in many ways
        raise DataError(f"{path}: is no Excel workbook: {error}") from None
    names: list[str] = book.sheetnames
    if sheet and sheet not in names:
        raise UserError(
            f"{path} has no sheet {sheet!r}{did_you_mean(sheet, names)} (it has {', '.join(names)})"
        )
    lines = list(book[sheet or names[0]].iter_rows(values_only=True))
    if len(lines) < 2:
        raise DataError(f"{path}: the sheet {sheet or names[0]!r} holds no row: write at least one")
    head = [str(cell or "") for cell in lines[0]]
    return [
        dict(zip(head, ("" if c is None else str(c) for c in line), strict=False)) for line in lines[1:]
    ], digest
