"""An estimate -> a small drawing that fits a table's row: dot, interval, chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from plimsoll.pages.markup import escape

TICKS = (0, 25, 50, 75, 100)


class Scale(NamedTuple):
    """What the drawing reaches from and to."""

    low: float = 0.0
    high: float = 1.0

    def at(self, share: float) -> str:
        """Where a value lies, in percent of the width."""
        place = (share - self.low) / (self.high - self.low)
        return f"{100 * min(1.0, max(0.0, place)):.2f}%"


WHOLE = Scale()


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One value with its interval."""

    value: float
    low: float
    high: float
    tone: str = "zh"
    chance: float | None = None
    title: str = ""


def dots(marks: Sequence[Dot], name: str, scale: Scale = WHOLE) -> str:
    """Values on one scale; `name` is what a screen reader says of them."""
    height = 8 + 12 * len(marks)
    body = "".join(_mark(mark, 10 + 12 * place, scale.at) for place, mark in enumerate(marks))
    grid = "".join(
        f'<line class="grid" x1="{tick}%" x2="{tick}%" y1="0" y2="{height}"/>'
        for tick in (0, 25, 50, 75, 100)
    )
    return (
        f'<svg class="plot dots" role="img" width="100%" height="{height}" aria-label="{escape(name)}">'
        f"{grid}{body}</svg>"
    )


def _mark(mark: Dot, y: int, x: Callable[[float], str]) -> str:
    chance = (
        ""
        if mark.chance is None
        else f'<line class="chance" x1="{x(mark.chance)}" x2="{x(mark.chance)}" y1="{y - 7}" y2="{y + 7}"/>'
    )
    title = f"<title>{escape(mark.title)}</title>" if mark.title else ""
    rail = f'<line class="rail" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
    return (
        f'<g class="track {escape(mark.tone)}">{rail}{chance}'
        f'<line class="span" x1="{x(mark.low)}" x2="{x(mark.high)}" y1="{y}" y2="{y}"/>'
        f'<circle class="point" cx="{x(mark.value)}" cy="{y}" r="4.5">{title}</circle></g>'
    )
