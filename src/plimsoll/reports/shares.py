"""Counted outcomes and letters -> shares as bars, marks and words."""

from collections import Counter
from collections.abc import Sequence

from plimsoll.pages.markup import key
from plimsoll.pages.plots import Segment, Track
from plimsoll.pages.units import points
from plimsoll.pages.words import percent


def segments(counted: Counter[str], kinds: Sequence[str]) -> list[Segment]:
    """Every outcome as a part of a stacked bar."""
    total = counted.total()
    return [
        Segment(
            tone=kind,
            share=counted[kind] / total,
            title=key(
                "segment", key(f"outcome.{kind}"), f"{counted[kind]:,}", percent(counted[kind] / total)
            ),
        )
        for kind in kinds
        if counted[kind]
    ]


def counted(counted: Counter[str], kind: str) -> str:
    """How many, and what share."""
    return f"{counted[kind]:,} · {percent(counted[kind] / counted.total())} %"


def share(counted: Counter[str], letter: str) -> float | None:
    """The share of a letter; nothing where none was counted."""
    return counted[letter] / counted.total() if counted.total() else None


def gap(track: Track) -> str:
    """How far a share lies from that of the right answers, in points."""
    right = track.tick.value if track.tick else 0.0
    return points((track.value or 0.0) - right)


def chosen_and_right(track: Track) -> tuple[str, str]:
    """The share chosen and the share that was right."""
    return percent(track.value or 0.0), percent(track.tick.value if track.tick else 0.0)
