"""Flips -> the questions, with what both runs answered, as the page holds them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from plimsoll.comparison.nouns import Comparison, Flip
from plimsoll.core import Record
from plimsoll.pages.transcript import answered, at_hand, cut, hidden_options
from plimsoll.reports.items import Pictures, Prefixes, Said, prompt, said, whole
from plimsoll.run.keep.journal import read_at

MOST = 3_000
"""Flips in a page; above it a draw that does not favour any."""
LONGEST = 20_000
"""Letters of one text."""


Side = tuple[str, str, list[Said]]
"""What one run made of a question: label, outcome, replies."""


class Shown(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One flip; short keys as in `items.Item`, because there may be thousands."""

    n: int
    """Number of the comparison."""
    i: str
    e: int = 0
    c: str = ""
    s: str = ""
    d: int
    """1 when the second run scored more, -1 when less."""
    t: str = ""
    y: tuple[Side, Side]
    """The baseline's and the second run's."""
    p: list[Said]
    x: bool = False
    """Whether the second run was asked in other words."""
    k: tuple[str, ...] = ()


class Flips(Struct, frozen=True, kw_only=True):
    """What goes into the page."""

    total: int
    prefixes: list[str]
    pictures: dict[str, str]
    items: list[Shown]


def embed(found: Sequence[Comparison]) -> Flips:
    """Read the records of the flips, and only those."""
    prefixes, pictures = Prefixes(), Pictures(at_hand)
    flips = [(number, flip) for number, one in enumerate(found) for flip in one.flips]
    kept = _part(flips)
    items = [_shown(found[number], number, flip, prefixes, pictures) for number, flip in kept]
    return Flips(total=len(flips), prefixes=prefixes.texts, pictures=pictures.sources, items=items)


def encode(flips: Flips) -> str:
    """The flips as JSON."""
    held = {"prefixes": flips.prefixes, "pictures": flips.pictures, "items": flips.items}
    return msgspec.json.encode(held).decode()


def _part(flips: list[tuple[int, Flip]]) -> list[tuple[int, Flip]]:
    if len(flips) <= MOST:
        return flips
    drawn = sorted(range(len(flips)), key=lambda n: hashlib.sha1(f"{flips[n][1].id}".encode()).digest())
    return [flips[n] for n in sorted(drawn[:MOST])]


def _shown(comparison: Comparison, number: int, flip: Flip, prefixes: Prefixes, pictures: Pictures) -> Shown:
    before = read_at(Path(comparison.before.path) / "records.jsonl", flip.before_offset)
    after = read_at(Path(comparison.after.path) / "records.jsonl", flip.after_offset)
    return Shown(
        n=number,
        i=whole(flip.id),
        e=flip.epoch,
        c=whole(flip.category),
        s=whole(flip.language),
        d=1 if flip.after > flip.before else -1,
        t=whole(flip.target),
        y=(
            (whole(flip.before_label), flip.before_outcome, _replies(before, pictures)),
            (whole(flip.after_label), flip.after_outcome, _replies(after, pictures)),
        ),
        p=prompt(before, prefixes, pictures),
        x=before.sample.messages != after.sample.messages,
        k=tuple(map(whole, hidden_options(before.sample))),
    )


def _replies(record: Record, pictures: Pictures) -> list[Said]:
    turns = answered(record.transcript, record.sample.messages, pictures.of)
    return [said(cut(turn, LONGEST), pictures) for turn in turns]
