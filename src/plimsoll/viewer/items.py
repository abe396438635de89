"""A record -> what the page of an item says of it, long texts cut and shared beginnings folded."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import exp

from plimsoll.core import Message, Record, Verdict, replace
from plimsoll.pages.transcript import Turn, answered, asked
from plimsoll.pages.transcript import cut as shortened
from plimsoll.reports.counts import fate_of
from plimsoll.viewer.rows import Row, RunRows
from plimsoll.viewer.search import Filter, changed, fitting, twin

CUT = 20_000
"""Characters of one text that a page shows unless asked for all."""
SHORTEST = 200
"""Characters from which on a shared beginning is worth folding."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, kw_only=True)
class Weight:
    """How likely the model found an option."""

    letter: str
    share: float
    chosen: bool
    right: bool


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """Where an item lies among those that fit the filter."""

    place: int
    total: int
    before: Row | None
    after: Row | None


def prompt(record: Record, beside: Record | None, *, cut: int = CUT) -> list[Turn]:
    """The messages sent, each apart from what it shares with the same one of the record beside."""
    others: Sequence[Message] = beside.sample.messages if beside else ()
    made: list[Turn] = []
    for place, turn in enumerate(asked(record.sample)):
        size = _shared(turn.text, others[place].text if place < len(others) else "")
        made.append(shortened(replace(turn, text=turn.text[size:], shared=turn.text[:size]), cut))
    return made


def finding(record: Record, verdict: Verdict) -> str:
    """What a verdict comes to, as a word of `outcome.*`."""
    return fate_of(verdict.outcome, verdict.value, record.sample.target)


def replies(record: Record, *, cut: int = CUT) -> list[Turn]:
    """What the model said, thought and called, and what was said to it."""
    return [shortened(turn, cut) for turn in answered(record.transcript, record.sample.messages)]


def weights(record: Record) -> list[Weight]:
    """The options' shares of the probability that the model gave them together."""
    responses = record.transcript.responses if record.transcript else ()
    found = responses[-1].loglikelihoods if responses else ()
    if not found:
        return []
    first = next(iter(record.verdicts.values()), None)
    parts = [exp(value - max(found)) for value in found]
    return [
        Weight(
            letter=letter,
            share=part / sum(parts),
            chosen=first is not None and first.label == letter,
            right=record.sample.target == letter,
        )
        for letter, part in zip(LETTERS, parts, strict=False)
    ]


def detail(found: Mapping[str, object]) -> str:
    """What else a verdict says, on one line."""
    return "; ".join(f"{name}: {value}" for name, value in found.items())


def neighbours(run_rows: RunRows, row: Row, wanted: Filter, other: RunRows | None) -> Neighbours | None:
    """The items before and after among those that fit; words are not looked for again."""
    rows = fitting(run_rows, wanted, other)
    place = bisect_left(rows, run_rows.key(row), key=run_rows.key)
    if place == len(rows) or rows[place].number != row.number:
        return None
    return Neighbours(
        place=place + 1,
        total=len(rows),
        before=rows[place - 1] if place else None,
        after=rows[place + 1] if place + 1 < len(rows) else None,
    )


def twins(run_rows: RunRows, row: Row, most: int = 6) -> list[Row]:
    """The same question in other languages, orders or epochs."""
    if not row.pair:
        return []
    others = (each for each in run_rows.in_order() if each.pair == row.pair and each.number != row.number)
    return list(islice(others, most))


def before(row: Row, other: RunRows | None) -> tuple[Record, Row, str] | None:
    """What the other run has of the same item, and whether it was gained or lost since."""
    found = twin(row, other) if other is not None else None
    if other is None or found is None:
        return None
    return other.record(found.number), found, changed(row, found)


def _shared(text: str, other: str) -> int:
    """How much both begin with, up to the end of a paragraph, and never all of it."""
    if text == other:
        return 0
    same = next((n for n, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), 0)
    size = text.rfind("\n\n", 0, same) + 2
    return size if size >= SHORTEST else 0
