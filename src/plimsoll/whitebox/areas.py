"""Scores of harmful and harmless requests -> how well they are told apart, with an interval over requests."""

from collections.abc import Sequence

from plimsoll.core import Finding
from plimsoll.stats.intervals import Interval
from plimsoll.stats.ranking import Marked, interval, redrawn
from plimsoll.stats.scored import auroc

DRAWS = 500
"""Redrawings of the requests behind an interval."""


def redrawn_area(
    value: float, truth: Sequence[bool], scores: Sequence[float], units: Sequence[str]
) -> Interval:
    """The interval of an area: requests drawn again, and some drawn along that nobody saw."""
    rows = [
        Marked(unit, harmful, (score,), (score > 0,))
        for unit, harmful, score in zip(units, truth, scores, strict=True)
    ]
    (drawn,) = redrawn(rows, most=DRAWS)
    return interval(value, drawn.auroc) or Interval(0.0, 1.0)


def area(
    name: str,
    truth: Sequence[bool],
    scores: Sequence[float],
    *,
    units: Sequence[str] = (),
    layer: int | None = None,
    note: str = "",
) -> Finding:
    """AUROC as a finding; `units` name what several requests are of, without them each is one of its own."""
    value = auroc(truth, scores) or 0.0
    own = units or [str(place) for place in range(len(truth))]
    low, high = redrawn_area(value, truth, scores, own)
    return Finding(
        name=name, value=value, low=low, high=high, unit="share", n=len({*own}), layer=layer, note=note
    )
