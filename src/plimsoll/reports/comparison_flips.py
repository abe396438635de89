"""Flips -> the questions, with what both runs answered, as the page holds them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from plimsoll.comparison.nouns import Comparison, Flip
from plimsoll.core import Record
from plimsoll.reports.items import Prefixes, whole
from plimsoll.run.keep.journal import read_at

MOST = 3_000
"""Flips in a page; above it a draw that does not favour any."""
LONGEST = 20_000
"""Letters of one text."""


class Shown(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One flip; short keys, because there may be thousands."""

    n: int
    """Number of the comparison."""
    i: str
    e: int = 0
    c: str = ""
    s: str = ""
    d: int = 1
    """1 when the second run scored more, -1 when less."""
    t: str = ""
    """Target."""
    b: tuple[str, str, str]
    """Baseline: label, outcome, reply."""
    a: tuple[str, str, str]
    """Second run."""
    p: list[tuple[str, int, str]]
    """Prompt: role, number of the shared beginning or -1, the rest."""
    o: bool = False
    """Whether the second run was asked in other words."""
    k: tuple[str, ...] = ()
    """Options, where the prompt does not show them."""


class Flips(Struct, frozen=True, kw_only=True):
    """What goes into the page."""

    total: int
    prefixes: list[str]
    items: list[Shown]


def embed(found: Sequence[Comparison]) -> Flips:
    """Read the records of the flips, and only those."""
    prefixes = Prefixes()
    flips = [(number, flip) for number, one in enumerate(found) for flip in one.flips]
    kept = _part(flips)
    items = [_shown(found[number], number, flip, prefixes) for number, flip in kept]
    return Flips(total=len(flips), prefixes=prefixes.texts, items=items)


def encode(flips: Flips) -> str:
    """The flips as JSON."""
    return msgspec.json.encode({"prefixes": flips.prefixes, "items": flips.items}).decode()


def _part(flips: list[tuple[int, Flip]]) -> list[tuple[int, Flip]]:
    if len(flips) <= MOST:
        return flips
    drawn = sorted(range(len(flips)), key=lambda n: hashlib.sha1(f"{flips[n][1].id}".encode()).digest())
    return [flips[n] for n in sorted(drawn[:MOST])]


def _shown(comparison: Comparison, number: int, flip: Flip, prefixes: Prefixes) -> Shown:
    before = read_at(Path(comparison.before.path) / "records.jsonl", flip.before_offset)
    after = read_at(Path(comparison.after.path) / "records.jsonl", flip.after_offset)
    group = f"{flip.category}\0{flip.language}"
    sample = before.sample
    return Shown(
        n=number,
        i=whole(flip.id),
        e=flip.epoch,
        c=whole(flip.category),
        s=whole(flip.language),
        d=1 if flip.after > flip.before else -1,
        t=whole(flip.target),
        b=(whole(flip.before_label), flip.before_outcome, _reply(before)),
        a=(whole(flip.after_label), flip.after_outcome, _reply(after)),
        p=[
            (message.role, *prefixes.split(f"{group}\0{message.role}", whole(message.text)))
            for message in sample.messages
        ],
        o=before.sample.messages != after.sample.messages,
        k=() if _shows_choices(before) else tuple(map(whole, sample.choices)),
    )


def _reply(record: Record) -> str:
    return whole(record.transcript.reply)[:LONGEST] if record.transcript else ""


def _shows_choices(record: Record) -> bool:
    messages = record.sample.messages
    return bool(messages) and all(choice.strip() in messages[-1].text for choice in record.sample.choices)
