"""Flips -> the questions, with what both runs answered, as the page holds them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from plimsoll.comparison.nouns import Comparison, Flip
from plimsoll.pages.transcript import Turn, at_hand, hidden_options
from plimsoll.reports.items import Pictures, Prefixes, encode, prompt, replies
from plimsoll.run.keep.journal import read_at

MOST = 3_000
"""Flips in a page; above it a draw that does not favour any."""
LONGEST = 20_000
"""Letters of one text."""


Side = tuple[str, str, list[Turn]]
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
    p: list[Turn]
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


def encoded(flips: Flips) -> str:
    """The flips as JSON."""
    return encode({"prefixes": flips.prefixes, "pictures": flips.pictures, "items": flips.items}).decode()


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
        i=flip.id,
        e=flip.epoch,
        c=flip.category,
        s=flip.language,
        d=1 if flip.after > flip.before else -1,
        t=flip.target,
        y=(
            (flip.before_label, flip.before_outcome, replies(before, pictures, LONGEST)),
            (flip.after_label, flip.after_outcome, replies(after, pictures, LONGEST)),
        ),
        p=prompt(before, prefixes, pictures),
        x=before.sample.messages != after.sample.messages,
        k=hidden_options(before.sample),
    )
