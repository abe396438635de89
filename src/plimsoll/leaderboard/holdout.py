"""A key and a round's secret -> the order in which answers are compared, held-out ones apart.

In every category the same share is held out: the questions with the smallest keyed hashes. Who does
not know the secret cannot tell which, and a new round draws anew.
"""

import hashlib
from collections import defaultdict
from typing import NamedTuple

from plimsoll.leaderboard.keys import Key
from plimsoll.leaderboard.nouns import Part


class Span(NamedTuple):
    """A stretch of the order: one part of one category."""

    category: str
    part: Part
    start: int
    stop: int


class Layout(NamedTuple):
    """The order of comparison, its spans, and the right answers in that order."""

    order: tuple[int, ...]
    spans: tuple[Span, ...]
    right: bytes

    def __repr__(self) -> str:
        """Nothing that a log or a traceback could carry out."""
        return f"<layout of {len(self.order)} questions>"


def layout(key: Key, secret: bytes, share: float) -> Layout:
    """Draw the held-out questions of a round."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, question in enumerate(key.questions):
        places[question.category].append(place)
    order: list[int] = []
    spans: list[Span] = []
    for category in key.names:
        drawn = sorted(places[category], key=lambda place: _mark(secret, key.questions[place].id))
        held = round(share * len(drawn))
        at = len(order)
        spans.append(Span(category, "held", at, at + held))
        spans.append(Span(category, "open", at + held, at + len(drawn)))
        order.extend(drawn)
    return Layout(tuple(order), tuple(spans), bytes(key.questions[place].answer for place in order))


def _mark(secret: bytes, id: str) -> bytes:
    return hashlib.blake2b(id.encode("utf-8", "replace"), key=secret[:64], digest_size=16).digest()
