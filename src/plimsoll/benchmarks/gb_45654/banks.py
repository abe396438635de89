"""A provider's question bank, in CSV, JSON lines or Excel -> its questions by risk, and what it lacks."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

from plimsoll.benchmarks.gb_45654.provided import RISKS, column, named, plain, read_rows, risk_named
from plimsoll.core import DataError
from plimsoll.data.prompts import Prompt
from plimsoll.taxonomies.gb_45654 import Standard, standard
from plimsoll.text.languages import language_of

Bank = Literal["content", "refuse", "answer"]
QUESTIONS = ("prompt", "question", "text", "问题", "题目", "测试题", "测试题目", "提问")
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
    rows, digest = read_rows(path, sheet)
    columns = dict.fromkeys(name for row in rows for name in row)
    asked, risk = column(columns, QUESTIONS, "questions", path), column(columns, RISKS, "risks", path)
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
    if bank != "answer":
        return risk_named(cell, place)
    known = {plain(name): each.zh for each in standard().aspect for name in (each.zh, each.en)}
    return named(cell, known, "aspect", place)
