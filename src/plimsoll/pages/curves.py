"""Numbers over layers, heads or shares -> inline SVG: curves with intervals, maps of heads, rows of dots.

Lengths across are in percent, so that text keeps its size on every screen; heights are in pixels.
"""

from collections.abc import Callable, Iterator, Sequence
from math import ceil, floor, isfinite, log10
from typing import NamedTuple

from plimsoll.pages.markup import Markup, Said, escape, key
from plimsoll.pages.plots import Plots

HEIGHT, HEAD, FOOT = 168, 12, 24
"""Pixels of a curve: its field, the room above it, the room of the scale below."""
CELL, ROW = 15, 24
LEFT, RIGHT = 13.0, 98.0
"""Percent of the width between which a curve or a map lies: numbers stand at the left."""
NAMED = 9
"""Numbers on the scale below at most."""


class Point(NamedTuple):
    """One value with its interval."""

    x: float
    name: str
    """As the scale below says where it lies."""
    value: float
    low: float | None
    high: float | None
    title: Said
    full: bool = True
    """Whether its dot is filled."""


class Bar(NamedTuple):
    """A labelled value with its interval."""

    label: Said
    value: float
    low: float | None
    high: float | None
    note: str


class Cell(NamedTuple):
    """A field of a map."""

    column: int
    row: int
    value: float
    title: Said


class Scale(NamedTuple):
    """From where to where values go, in round steps."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> Iterator[float]:
        """The round values."""
        for number in range(round((self.high - self.low) / self.step) + 1):
            yield self.low + number * self.step

    def share(self, value: float) -> float:
        """Where a value lies between the ends, within 0 and 1."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def scale_of(values: Sequence[float], *, most: int = 4) -> Scale:
    """Round ends around values and nothing, with a few round steps between."""
    known = [value for value in values if isfinite(value)]
    low, high = min(0.0, *known, 0.0), max(0.0, *known, 0.0)
    if high == low:
        return Scale(0.0, 1.0, 0.5)
    raw = (high - low) / most
    power = 10 ** floor(log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)
    return Scale(floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step, step)


SHARES = Scale(0.0, 1.0, 0.25)


class Curves:
    """Draws; every drawing gets ids of its own for its title and description."""

    def __init__(self, markup: Markup, start: int = 0) -> None:
        self.markup = markup
        self._number = start

    def curve(self, title: Said, points: Sequence[Point], axis: Said, scale: Scale) -> str:
        """Points joined by a line, each with its interval."""
        y = _upright(scale)
        ends = (points[0].x, points[-1].x)
        xs = [_across(point.x, *ends) for point in points]
        body = [_levels(scale, y), *_names(points, xs)]
        body.append('<g class="track zh">')
        for (one, at), (other, then) in zip(
            zip(points, xs, strict=True), list(zip(points, xs, strict=True))[1:], strict=False
        ):
            body.append(_line("bond", at, y(one.value), then, y(other.value)))
        for point, at in zip(points, xs, strict=True):
            if point.low is not None and point.high is not None:
                body.append(_line("span", at, y(point.low), at, y(point.high)))
            name = "point" if point.full else "dot"
            body.append(
                f'<circle class="{name}" cx="{at:.2f}%" cy="{y(point.value):.1f}" r="3.5">'
                f"{self.markup.title(point.title)}</circle>"
            )
        body.append("</g>")
        return self._svg(title, HEAD + HEIGHT + FOOT, "".join(body)) + self._axis(axis)

    def heat(self, title: Said, cells: Sequence[Cell], axis: Said) -> str:
        """A map: the stronger its colour, the larger the value; values below nothing in another colour."""
        columns, rows = (max(each) + 1 for each in zip(*((c.column, c.row) for c in cells), strict=True))
        most = max(abs(cell.value) for cell in cells) or 1.0
        width = (RIGHT - LEFT) / columns
        body = [
            f'<rect class="heat {"zh" if cell.value >= 0 else "below"}" '
            f'x="{LEFT + width * cell.column:.2f}%" y="{HEAD + CELL * cell.row}" '
            f'width="{width:.2f}%" height="{CELL}" '
            f'fill-opacity="{abs(cell.value) / most:.3f}">{self.markup.title(cell.title)}</rect>'
            for cell in cells
        ]
        bottom = HEAD + CELL * rows
        body += [
            f'<text class="scale" x="{LEFT + width * (column + 0.5):.2f}%" y="{bottom + 16}">{column}</text>'
            for column in _some(columns)
        ]
        body += [
            f'<text class="scale last" x="{LEFT - 2}%" y="{HEAD + CELL * row + 12}">{row}</text>'
            for row in range(0, rows, 1 if rows <= 16 else ceil(rows / 8))
        ]
        edge = f'<rect class="edge" x="{LEFT}%" y="{HEAD}" width="{RIGHT - LEFT}%" height="{CELL * rows}"/>'
        return self._svg(title, bottom + FOOT, "".join(body) + edge) + self._axis(axis)

    def bars(self, title: Said, bars: Sequence[Bar], axis: Said, scale: Scale) -> str:
        """A row for each value: its dot, its interval, and where nothing lies."""

        def x(value: float) -> float:
            return 5 + 90 * scale.share(value)

        height, plots, body = 0, Plots(self.markup), list[str]()
        for bar in bars:
            head, under = plots.head(bar.label, [("", bar.note)], height)
            middle, height = under + 8, under + ROW
            ends = (bar.low, bar.high) if bar.low is not None and bar.high is not None else (0.0, bar.value)
            body.append(
                f'{head}<g class="{"better" if bar.value >= 0 else "worse"}">'
                f"{_line('span', x(ends[0]), middle, x(ends[1]), middle)}"
                f'<circle class="point" cx="{x(bar.value):.2f}%" cy="{middle}" r="5"/></g>'
            )
        grid = "".join(
            f'<line class="{"zero" if abs(tick) < scale.step / 2 else "grid"}" x1="{x(tick):.2f}%" '
            f'x2="{x(tick):.2f}%" y1="0" y2="{height}"/>'
            f'<text class="scale" x="{x(tick):.2f}%" y="{height + 16}">{number(tick)}</text>'
            for tick in scale.ticks
        )
        body.insert(0, grid)
        drawn = self._svg(title, height + FOOT, "".join(body), "differences")
        return drawn + self._axis(axis)

    def _axis(self, said: Said) -> str:
        return self.markup.said(said, "p", **{"class": "axis"})

    def _svg(self, title: Said, height: int, body: str, kind: str = "curve") -> str:
        self._number += 1
        mark = f"c{self._number}"
        names = self.markup.title(title, id=f"{mark}t") + self.markup.title(
            key("curve.desc"), "desc", id=f"{mark}d"
        )
        return (
            f'<svg class="plot {kind}" role="img" width="100%" height="{height}" '
            f'aria-labelledby="{mark}t" aria-describedby="{mark}d">{names}{body}</svg>'
        )


def number(value: float) -> str:
    """Three digits, with a true minus."""
    text = f"{value:.3g}" if abs(value) < 1e5 else f"{value:.2g}"
    return "0" if float(text) == 0 else text.replace("-", "−")


def _upright(scale: Scale) -> Callable[[float], float]:
    return lambda value: HEAD + HEIGHT * (1 - scale.share(value))


def _across(x: float, first: float, last: float) -> float:
    inside = LEFT + 2
    return inside if last == first else inside + (RIGHT - 2 - inside) * (x - first) / (last - first)


def _levels(scale: Scale, y: Callable[[float], float]) -> str:
    return "".join(
        f'<line class="{"zero" if abs(tick) < scale.step / 2 else "grid"}" x1="{LEFT}%" x2="{RIGHT}%" '
        f'y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text class="scale last" x="{LEFT - 1.5}%" y="{y(tick) + 4:.1f}">{number(tick)}</text>'
        for tick in scale.ticks
    )


def _names(points: Sequence[Point], xs: Sequence[float]) -> Iterator[str]:
    for place in _some(len(points)):
        at, name = xs[place], escape(points[place].name)
        yield f'<text class="scale" x="{at:.2f}%" y="{HEAD + HEIGHT + 18}">{name}</text>'


def _some(count: int) -> range:
    """Every so-manieth of many places, so that their numbers do not meet."""
    return range(0, count, max(1, ceil(count / NAMED)))


def _line(name: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{name}" x1="{x1:.2f}%" y1="{y1:.1f}" x2="{x2:.2f}%" y2="{y2:.1f}"/>'
