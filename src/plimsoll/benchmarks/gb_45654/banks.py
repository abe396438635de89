"""A provider's question bank, in CSV, JSON lines or Excel -> its questions by risk, and what it lacks."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

from plimsoll.benchmarks.gb_45654.provided import RISKS, column, named, plain, read_texts, risk_named
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
    held = read_texts(path, QUESTIONS, "question", sheet)
    risk_in = column(held.columns, RISKS, "risks", path)
    prompts = tuple(
        Prompt(
            id=f"{bank}-{row.number}",
            text=row.text,
            category=_named(row.cells.get(risk_in, ""), bank, row.place),
            language=language_of(row.text) or "zh",
        )
        for row in held.first
    )
    return Held(prompts, len(held.again), held.digest)


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
