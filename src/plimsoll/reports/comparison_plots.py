"""Differences -> an inline SVG with a dot and an interval per subset, zero in the middle."""

from math import ceil
from typing import NamedTuple

from plimsoll.pages.markup import Markup, Said, key
from plimsoll.pages.plots import Plots

ROW = 24
"""Pixels of a row below its label."""
SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 1.0)


class Dot(NamedTuple):
    """One subset's difference."""

    label: Said
    value: float
    low: float
    high: float
    standing: str
    note: str


def reach(dots: list[Dot]) -> float:
    """How far the scale goes to either side: the next round number."""
    widest = max(max(abs(dot.low), abs(dot.high), abs(dot.value)) for dot in dots)
    return next((scale for scale in SCALES if scale >= widest), float(ceil(widest)))


def plot(markup: Markup, title: Said, dots: list[Dot], number: int, axis: Said) -> str:
    """The drawing; its text keeps its size on every screen. `axis` says what differs."""
    end, height, plots = reach(dots), 0, Plots(markup)
    body = list[str]()
    for dot in dots:
        head, under = plots.head(dot.label, [("", dot.note)], height)
        body.append(head + _row(dot, under + 8, end))
        height = under + ROW
    names = markup.title(title, id=f"t{number}") + markup.title(key("cmp.desc"), "desc", id=f"d{number}")
    return (
        f'<svg class="plot differences" role="img" width="100%" height="{height + 26}" '
        f'aria-labelledby="t{number}" aria-describedby="d{number}">{names}{_axis(end, height)}{"".join(body)}'
        f"</svg>{markup.said(key('cmp.axis', axis), 'p', **{'class': 'axis'})}"
    )


def _row(dot: Dot, middle: int, end: float) -> str:
    ends = "".join(
        f'<line class="span" x1="{_x(at, end)}" x2="{_x(at, end)}" y1="{middle - 4}" y2="{middle + 4}"/>'
        for at in (dot.low, dot.high)
    )
    return (
        f'<g class="{dot.standing}"><line class="span" x1="{_x(dot.low, end)}" x2="{_x(dot.high, end)}" '
        f'y1="{middle}" y2="{middle}"/>{ends}'
        f'<circle class="point" cx="{_x(dot.value, end)}" cy="{middle}" r="5.5"/></g>'
    )


def _axis(end: float, height: int) -> str:
    return "".join(
        f'<line class="{"zero" if not step else "grid"}" x1="{50 + 24 * step}%" x2="{50 + 24 * step}%" '
        f'y1="0" y2="{height}"/>'
        f'<text class="scale{" odd" if step in (-1, 1) else ""}" x="{50 + 24 * step}%" y="{height + 18}">'
        f"{_tick(end * step / 2)}</text>"
        for step in (-2, -1, 0, 1, 2)
    )


def _tick(value: float) -> str:
    return f"{100 * value:+g}".replace("-", "−") if value else "0"


def _x(value: float, end: float) -> str:
    # The outermost ticks stand at 2 % and 98 %, so that their numbers are not cut.
    return f"{50 + 48 * max(-1.0, min(1.0, value / end)):.2f}%"
