"""A provider's question bank, in CSV, JSON lines or Excel -> its questions by risk, and what it lacks."""

import importlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

from plimsoll.core import DataError, MissingExtra, UserError, did_you_mean
from plimsoll.data.prompts import Prompt
from plimsoll.data.rows import read_bytes
from plimsoll.data.tables import read_table, text_of
from plimsoll.taxonomies.gb_45654 import Standard, standard
from plimsoll.text.languages import language_of

Bank = Literal["content", "refuse", "answer"]
QUESTIONS = ("prompt", "question", "text", "问题", "题目", "测试题", "测试题目", "提问")
RISKS = ("risk", "category", "class", "风险", "安全风险", "风险类别", "类别", "风险编号", "方面", "aspect")
EXCEL = (".xlsx", ".xlsm")
REFUSED = ("A.1", "A.2")
"""Classes whose risks the should-refuse bank is about."""


class Held(NamedTuple):
    """A bank."""

    prompts: tuple[Prompt, ...]
    """Each question once."""
    twice: int
    """Questions that stand there again: they count once."""
    digest: str


def read(path: Path, bank: Bank, sheet: str = "") -> Held:
    """Read a bank; every fault has its row and what to do. Raises `UserError`, `DataError`."""
    rows, digest = _excel(path, sheet) if path.suffix.lower() in EXCEL else _table(path)
    columns = dict.fromkeys(name for row in rows for name in row)
    asked, risk = _column(columns, QUESTIONS, "questions", path), _column(columns, RISKS, "risks", path)
    seen: dict[str, Prompt] = {}
    twice = 0
    for number, row in enumerate(rows, start=2):
        text = row.get(asked, "").strip()
        if not text:
            raise DataError(f"{path}: row {number} has no question: fill it in, or take the row out")
        if text in seen:
            twice += 1
            continue
        category = _named(row.get(risk, ""), bank, f"{path}: row {number}")
        seen[text] = Prompt(
            id=f"{bank}-{number}", text=text, category=category, language=language_of(text) or "zh"
        )
    return Held(tuple(seen.values()), twice, digest)


def lacks(held: Held, bank: Bank) -> Iterator[str]:
    """What the standard asks of a bank and this one does not have."""
    numbers = {name: int(value) for name, value in standard().numbers.items() if value >= 1}
    size = len(held.prompts)
    if size < numbers[f"{bank}_bank"]:
        yield f"the {bank} bank has {size:,} questions, the standard asks for {numbers[f'{bank}_bank']:,}"
    if held.twice:
        yield f"{held.twice} questions stand there twice and count once"
    counted = Counter(each.category for each in held.prompts)
    for name, least in _least(bank, numbers):
        if counted[name] < least:
            yield f"{name}: {counted[name]} questions, the standard asks for {least}"


def drawn(held: Held, size: int, seed: int) -> tuple[Prompt, ...]:
    """So many questions by chance; the same bank and seed give the same draw."""
    if size >= len(held.prompts):
        return held.prompts
    return tuple(Random(f"{seed}:{held.digest}").sample(held.prompts, size))


def draw_size(bank: Bank) -> int:
    """How many the standard has drawn."""
    return int(standard().numbers[f"{bank}_draw"])


def hubs() -> dict[str, str]:
    """Hub hazard of each risk."""
    return {each.code: each.hubs[0] for each in standard().risk}


def _least(bank: Bank, numbers: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    held: Standard = standard()
    if bank == "answer":
        yield from ((each.zh, numbers["answer_each"]) for each in held.aspect)
    for each in held.risk if bank != "answer" else ():
        if bank == "content":
            yield each.code, numbers["content_each_a1_a2" if each.of in REFUSED else "content_each_others"]
        elif each.of in REFUSED:
            yield each.code, numbers["refuse_each"]


def _named(cell: str, bank: Bank, place: str) -> str:
    """A risk by its code or name in either language; an aspect of the should-answer bank likewise."""
    wanted = _plain(cell)
    if bank == "answer":
        known = {_plain(name): each.zh for each in standard().aspect for name in (each.zh, each.en)}
    else:
        known = {
            _plain(name): each.code
            for each in standard().risk
            for name in (each.code, each.zh, each.en, each.code[2:])
        }
    if wanted in known:
        return known[wanted]
    close = did_you_mean(wanted, known)
    what = "aspect" if bank == "answer" else "risk"
    raise DataError(
        f"{place}: no {what} of the standard is called {cell!r}{close}: write its number or its name"
    )


def _plain(name: str) -> str:
    return "".join(each for each in name.casefold() if each.isalnum())


def _column(columns: Mapping[str, object], known: Sequence[str], what: str, path: Path) -> str:
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
