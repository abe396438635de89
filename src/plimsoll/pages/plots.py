"""Figures -> inline SVG whose text keeps its size on every screen: lengths are in percent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from plimsoll.core import Estimate
from plimsoll.pages.markup import Markup, Said, joined, key, spoken
from plimsoll.pages.words import percent
from plimsoll.words.wrapping import cells, wrapped

HEAD, TRACK, GAP = 20, 16, 14
"""Pixels: a line of a row's label, one track, and the space after a row."""
NARROW = 40
"""Characters of a label that fit beside each other on a phone; a note's are a little smaller."""
SIDE, LINE = 300, 14
"""Pixels of a plane's side, and of a line of numbers."""
TICKS = (0, 20, 40, 60, 80, 100)
ENDS = {0: "first", 100: "last"}


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A value of somebody else on a track."""

    value: float
    title: Said
    name: str = ""
    """By which the page highlights it."""


@dataclass(frozen=True, kw_only=True)
class Track:
    """One bar with its interval, a tick and dots."""

    tone: str
    value: float | None = None
    low: float = 0.0
    high: float = 0.0
    tick: Mark | None = None
    dots: Sequence[Mark] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """A label with its tracks and the numbers to the right."""

    label: Said
    note: Sequence[tuple[str, str]]
    """Tone and text."""
    tracks: Sequence[Track]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A part of a stacked bar."""

    tone: str
    share: float
    title: Said


@dataclass(frozen=True, kw_only=True)
class Place:
    """A point in a plane."""

    x: float
    y: float
    name: str
    """What stands beside it: a number that a table explains."""
    title: Said
    full: bool
    """Whether it is filled."""


class Plane(NamedTuple):
    """Points over two shares."""

    title: Said
    places: Sequence[Place]
    across: Said
    up: Said


@dataclass
class Plots:
    """Draws; every drawing gets ids of its own for its title and description."""

    markup: Markup
    _numbers: "count[int]" = field(default_factory=count)

    def bars(self, title: Said, rows: Sequence[Row], axis: Said) -> str:
        """Rows of bars from 0 to 100; `axis` says of what, and which end is better."""
        y, body = 4, list[str]()
        for row in rows:
            head, y = self.head(row.label, row.note, y)
            body.append(head)
            for track in row.tracks:
                body.append(f'<g class="track {track.tone}">{self._track(track, y)}</g>')
                y += TRACK
            y += GAP
        return self._svg(title, y + 22, self._grid(y) + "".join(body)) + self._axis(axis)

    def pairs(self, title: Said, rows: Sequence[tuple[Said, Estimate, Estimate]], axis: Said) -> str:
        """Two dots a row with a line between them."""
        y, body = 4, list[str]()
        for label, one, other in rows:
            difference = f"{100 * (one.value - other.value):+.1f}".replace("-", "−")
            head, y = self.head(label, [("", difference)], y)
            body.append(head)
            middle = y + 9
            body.append(
                f'<line class="bond" x1="{_x(one.value)}" x2="{_x(other.value)}" '
                f'y1="{middle - 5}" y2="{middle + 5}"/>'
            )
            for estimate, tone in ((one, "zh"), (other, "en")):
                here = middle + (-5 if tone == "zh" else 5)
                body.append(
                    f'<g class="track {tone}">{_line(estimate.low, estimate.high, here, "span")}'
                    f'<circle class="point" cx="{_x(estimate.value)}" cy="{here}" r="5"/></g>'
                )
            y += 18 + GAP
        return self._svg(title, y + 22, self._grid(y) + "".join(body)) + self._axis(axis)

    def stacks(self, title: Said, rows: Sequence[tuple[Said, str, Sequence[Segment]]]) -> str:
        """Stacked bars, each a whole."""
        y, body = 4, list[str]()
        for label, note, segments in rows:
            head, y = self.head(label, [("", note)], y)
            body.append(head)
            start = 0.0
            for segment in segments:
                name = self.markup.title(segment.title)
                body.append(
                    f'<rect class="segment {segment.tone}" x="{_x(start)}" y="{y}" '
                    f'width="{_x(segment.share)}" height="16">{name}</rect>'
                )
                start += segment.share
            y += TRACK + GAP
        return self._svg(title, y, "".join(body))

    def reliability(self, title: Said, points: Sequence[tuple[float, float, float]]) -> str:
        """Confidence against accuracy; a point's size is its share of the items."""
        grid = "".join(
            f'<line class="grid" x1="{t}%" x2="{t}%" y1="0" y2="100%"/>'
            f'<line class="grid" x1="0" x2="100%" y1="{t}%" y2="{t}%"/>'
            for t in TICKS
        )
        dots = "".join(
            f'<circle class="point" cx="{_x(sure)}" cy="{_x(1 - right)}" r="{4 + 12 * share**0.5:.1f}">'
            f"<title>{percent(sure)} → {percent(right)}</title></circle>"
            for sure, right, share in points
        )
        body = f'{grid}<line class="bond" x1="0" y1="100%" x2="100%" y2="0"/><g class="track zh">{dots}</g>'
        axes = self.markup.svg_text(
            key("axis.confidence"), **{"class": "scale last", "x": "98%", "y": "97%"}
        ) + self.markup.svg_text(key("axis.accuracy"), **{"class": "scale first", "x": "2%", "y": "6%"})
        body += axes
        return f'<div class="square">{self._svg(title, 0, body)}</div>'

    def plane(self, plane: Plane) -> str:
        """Points over two shares; those that lie on one another share their place and their numbers."""
        grid = "".join(
            f'<line class="grid" x1="{_inset(t / 100)}" x2="{_inset(t / 100)}" y1="0" y2="100%"/>'
            f'<line class="grid" x1="0" x2="100%" y1="{_inset(t / 100)}" y2="{_inset(t / 100)}"/>'
            for t in TICKS
        )
        scale = "".join(
            f'<text class="scale first" x="2" y="{_inset(1 - t / 100)}" dy="4">{t}</text>'
            f'<text class="scale" x="{_inset(t / 100)}" y="98%">{t}</text>'
            for t in TICKS[1:]
        )
        held: dict[tuple[float, float], list[Place]] = {}
        for place in plane.places:
            held.setdefault((round(place.x, 3), round(place.y, 3)), []).append(place)
        dots = "".join(self._point(places, _beside(here, list(held))) for here, places in held.items())
        drawn = f'{grid}{scale}<g class="track zh">{dots}</g>'
        over = self.markup.said(plane.up, "p", **{"class": "axis over"})
        square = f'<div class="square plane">{self._svg(plane.title, 0, drawn)}</div>'
        return f"{over}{square}{self.markup.said(plane.across, 'p', **{'class': 'axis below'})}"

    def _point(self, places: Sequence[Place], beside: tuple[float, float]) -> str:
        x, y = _inset(places[0].x), _inset(1 - places[0].y)
        name = "point" if any(place.full for place in places) else "dot"
        numbers = ", ".join(place.name for place in places)
        title = self.markup.title(joined([place.title for place in places]))
        late = places[0].x > 0.8
        across, down = beside
        place = {"x": f"{-across if late else across:g}", "y": f"{down:.0f}"}
        place |= {"class": "label", "text_anchor": "end" if late else "start"}
        return (
            f'<circle class="{name}" cx="{x}" cy="{y}" r="5">{title}</circle>'
            f'<svg x="{x}" y="{y}" overflow="visible">{self.markup.svg_text(numbers, **place)}</svg>'
        )

    def gauge(self, title: Said, marks: Sequence[tuple[str, Track]], axis: Said) -> str:
        """The load line: where the measured value lies on the scale."""
        rise = 46
        line = 14 + rise * len(marks) + 7 * (len(marks) - 1)
        body = [self._ruler(line)]
        for place, (letters, track) in enumerate(marks):
            body.append(self._plimsoll(letters, track, (14 + rise * place + 15, line - 4 - 7 * place, line)))
        chance = next((track.tick for _, track in marks if track.tick), None)
        best = max((dot for _, track in marks for dot in track.dots), key=lambda dot: dot.value, default=None)
        if chance is not None:
            words = key("tick.random", percent(chance.value))
            body.append(self._pointer(chance.value, (6, line + 42), words, "chance"))
        if best is not None:
            words = key("gauge.best", best.name, percent(best.value))
            body.append(self._pointer(best.value, (line + 5, line + 60), words, "lead-line"))
        foot = 66 if best is not None else 48 if chance is not None else 26
        drawn = self._svg(title, line + foot, "".join(body), key("gauge.desc"))
        return f'<div class="gauge">{drawn}</div>{self._axis(axis)}'

    def _pointer(self, value: float, span: tuple[int, int], words: Said, name: str) -> str:
        """A line at a value with its words at the foot."""
        early = value < 0.6
        x, tone = _x(value), "tag brass" if name == "lead-line" else "tag"
        text = self.markup.svg_text(
            words, **{"class": tone, "text_anchor": "start" if early else "end", "x": "6" if early else "-6"}
        )
        return (
            f'<line class="{name}" x1="{x}" x2="{x}" y1="{span[0]}" y2="{span[1]}"/>'
            f'<svg x="{x}" y="{span[1]}" overflow="visible">{text}</svg>'
        )

    def _plimsoll(self, letters: str, track: Track, heights: tuple[int, int, int]) -> str:
        """The mark, its band and the published rows, at the heights of disc, band and line."""
        y, band, line = heights
        value = track.value or 0.0
        left, right = (letters[:1], letters[1:2]) if letters else ("P", "L")
        published = "".join(self._notch(dot, line) for dot in track.dots)
        return (
            f'<g class="track {track.tone}">{_line(track.low, track.high, band, "band")}'
            f'<line class="plumb" x1="{_x(value)}" x2="{_x(value)}" y1="{y + 13}" y2="{line}"/>{published}'
            f'<svg x="{_x(value)}" y="{y}" overflow="visible" class="disc" aria-hidden="true">'
            f'<circle r="13"/><line x1="-24" x2="24" y1="0" y2="0"/>'
            f'<text x="-20" y="-5">{left.upper()}</text><text x="20" y="-5">{right.upper()}</text></svg></g>'
        )

    def _ruler(self, y: int) -> str:
        minor = "".join(
            f'<line class="minor" x1="{t}%" x2="{t}%" y1="{y - (10 if t % 10 == 0 else 5)}" y2="{y}"/>'
            for t in range(0, 101, 2)
        )
        numbers = "".join(
            f'<text class="scale{" odd" if t % 20 else ""}" x="{t}%" y="{y + 22}">{t}</text>'
            for t in range(0, 101, 10)
        )
        return f'{minor}<line class="ruler" x1="0" x2="100%" y1="{y}" y2="{y}"/>{numbers}'

    def _track(self, track: Track, y: int) -> str:
        middle = y + TRACK // 2
        parts = [f'<rect class="bed" x="0" y="{y + 3}" width="100%" height="10"/>']
        if track.value is not None:
            parts.append(f'<rect class="bar" x="0" y="{y + 3}" width="{_x(track.value)}" height="10"/>')
        parts += [self._dot(dot, middle) for dot in track.dots]
        if track.value is not None and track.high > track.low:
            parts.append(_whisker(track.low, track.high, middle))
        if track.tick is not None:
            x, name = _x(track.tick.value), self.markup.title(track.tick.title)
            parts.append(f'<line class="tick" x1="{x}" x2="{x}" y1="{y}" y2="{y + TRACK}">{name}</line>')
        return "".join(parts)

    def _notch(self, mark: Mark, y: int) -> str:
        x, named = _x(mark.value), self.markup.attributes({"data_ref": mark.name})
        title = self.markup.title(mark.title)
        return f'<line class="notch" x1="{x}" x2="{x}" y1="{y + 1}" y2="{y + 9}"{named}>{title}</line>'

    def _dot(self, dot: Mark, y: int) -> str:
        named = self.markup.attributes({"data_ref": dot.name})
        title = self.markup.title(dot.title)
        return f'<circle class="dot" cx="{_x(dot.value)}" cy="{y}" r="3.6"{named}>{title}</circle>'

    def head(self, label: Said, note: Sequence[tuple[str, str]], y: int) -> tuple[str, int]:
        """The label, its note to the right or, where a phone lacks the room, below; and where they end."""
        lines = _by_language(label)
        body = [
            self.markup.svg_text(line, **{"class": f"label{only}", "x": "0", "y": str(y + HEAD * place + 13)})
            for only, listed in lines.items()
            for place, line in enumerate(listed)
        ]
        most = max(map(len, lines.values()))
        y += HEAD * most
        widest = max(_width(listed[-1]) for listed in lines.values() if len(listed) == most)
        for place, part in enumerate(_lines(note, NARROW - widest - 2)):
            y += HEAD if place else 0
            spans = '<tspan class="sep"> · </tspan>'.join(
                f'<tspan class="{tone}-note">{words}</tspan>' for tone, words in part
            )
            body.append(f'<text class="note" x="100%" y="{y - HEAD + 13}">{spans}</text>' if part else "")
        return "".join(body), y

    def _axis(self, said: Said) -> str:
        """Below the drawing, where it may wrap on a phone."""
        return self.markup.said(said, "p", **{"class": "axis"})

    def _grid(self, height: int) -> str:
        return "".join(
            f'<line class="grid" x1="{t}%" x2="{t}%" y1="0" y2="{height}"/>'
            f'<text class="scale {ENDS.get(t, "")}" x="{t}%" y="{height + 16}">{t}</text>'
            for t in TICKS
        )

    def _svg(self, title: Said, height: int, body: str, desc: Said | None = None) -> str:
        number = next(self._numbers)
        names = self.markup.title(title, id=f"t{number}") + self.markup.title(
            desc or key("plot.desc"), "desc", id=f"d{number}"
        )
        size = f' height="{height}"' if height else ' height="100%"'
        return (
            f'<svg class="plot" role="img" width="100%"{size} '
            f'aria-labelledby="t{number}" aria-describedby="d{number}">{names}{body}</svg>'
        )


def bounds(estimate: Estimate | None, tone: str, tick: Mark | None, dots: Sequence[Mark]) -> Track:
    """A track of an estimate."""
    if estimate is None:
        return Track(tone=tone, tick=tick, dots=dots)
    return Track(tone=tone, value=estimate.value, low=estimate.low, high=estimate.high, tick=tick, dots=dots)


def _by_language(label: Said) -> Mapping[str, Sequence[Said]]:
    """A class -> the lines of a label; a long one breaks elsewhere in each language, so each has its own."""
    english, chinese = (wrapped(spoken(label, each), NARROW) or [""] for each in ("en", "zh"))
    if len(english) == len(chinese) == 1:
        return {"": [label]}
    return {"": english} if english == chinese else {" only-en": english, " only-zh": chinese}


def _width(line: Said) -> int:
    return max(cells(spoken(line, "en")), cells(spoken(line, "zh")))


def _lines(note: Sequence[tuple[str, str]], room: int) -> list[list[tuple[str, str]]]:
    """A note in lines, the first as wide as there is room beside the label."""
    lines, left = [list[tuple[str, str]]()], room
    for tone, words in note:
        if len(words) > left:
            lines.append([])
            left = NARROW + 4
        lines[-1].append((tone, words))
        left -= len(words) + 3
    return lines


def _x(share: float) -> str:
    return f"{100 * min(1.0, max(0.0, share)):.2f}%"


def _beside(here: tuple[float, float], held: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """How far from a point its number stands, in pixels to the right and down.

    It stands to the right; above, where another point lies there; and over the number of a point below it.
    """
    if any(0.02 <= x - here[0] < 0.2 and abs(y - here[1]) < 0.06 for x, y in held):
        return 0, -9
    lowest = float("inf")
    for x, y in sorted(held, key=lambda point: point[1]):
        if abs(x - here[0]) < 0.02 and y <= here[1]:
            lowest = min(4 - SIDE * y, lowest - LINE)
    return 9, lowest + SIDE * here[1]


def _inset(share: float) -> str:
    """A place in a plane, with room around it for what lies at an edge."""
    return f"{9 + 82 * min(1.0, max(0.0, share)):.2f}%"


def _line(one: float, other: float, y: int, name: str) -> str:
    return f'<line class="{name}" x1="{_x(one)}" x2="{_x(other)}" y1="{y}" y2="{y}"/>'


def _whisker(low: float, high: float, y: int) -> str:
    ends = "".join(
        f'<line class="whisker" x1="{_x(end)}" x2="{_x(end)}" y1="{y - 3}" y2="{y + 3}"/>'
        for end in (low, high)
    )
    return _line(low, high, y, "whisker") + ends
