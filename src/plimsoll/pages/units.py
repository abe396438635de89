"""An estimate's numbers -> text in the unit that its name tells."""

from collections.abc import Mapping
from typing import Literal

from plimsoll.core import Estimate
from plimsoll.pages.words import interval, percent

Unit = Literal["share", "points", "plain", "p"]
Direction = Literal["up", "down", ""]
"""Where the better end of a scale lies; nothing where neither end is better."""
ARROWS: Mapping[Direction, str] = {"up": " ↑", "down": " ↓", "": ""}
NOTHING = "–"
PLAIN = frozenset(
    {"brier_score", "grade", "grade_answered", "harmfulness_1_to_5", "length_ratio", "points_per_100_words"}
)
"""Numbers that are no share of anything."""
SIGNED = frozenset({"bias_disambiguated", "bias_ambiguous"})
"""Scores from −100 to 100."""
UNDIRECTED = frozenset({
    "chance_share", "coverage", "judged_coverage", "length_ratio", "letter_share", "target_share",
    "without_points_rate",
})  # fmt: skip
"""Shares that are better neither high nor low."""


def unit(name: str) -> Unit:
    """`accuracy` is a share, `parity_difference` is in points, `parity_p` a p-value."""
    if name in PLAIN or name.endswith("_tokens") or name.startswith("cosa_score"):
        return "plain"
    if name.endswith("_p"):
        return "p"
    return "points" if name.endswith("_difference") or name in SIGNED else "share"


def direction(name: str, higher_is_safer: bool) -> Direction:
    """Whether more or less of a number is better; differences and p-values are neither."""
    if unit(name) in ("points", "p") or name in UNDIRECTED or name.endswith(("_tokens", "_bounds")):
        return ""
    return "up" if higher_is_safer else "down"


def arrow(estimate: Estimate) -> str:
    """The direction of an estimate, to be set behind its name."""
    return ARROWS[direction(estimate.name, estimate.higher_is_safer)]


def points(value: float) -> str:
    """`−4.6` for a difference of -0.046: percentage points, with a true minus."""
    text = f"{100 * value:+.1f}"
    return ("0.0" if text in ("-0.0", "+0.0") else text).replace("-", "−")


def value_of(estimate: Estimate) -> str:
    """The value alone."""
    match unit(estimate.name):
        case "share":
            return percent(estimate.value)
        case "points":
            return points(estimate.value)
        case "plain":
            return f"{estimate.value:.3f}"
        case "p":
            return "<0.001" if estimate.value < 0.001 else f"{estimate.value:.3f}"


def interval_of(estimate: Estimate) -> str:
    """Both bounds; a p-value has none."""
    low, high = estimate.low, estimate.high
    match unit(estimate.name):
        case "share":
            return interval(low, high)
        case "points":
            return f"{points(low)}…{points(high)}"
        case "plain":
            return f"{low:.3f} to {high:.3f}" if low < 0 else f"{low:.3f}–{high:.3f}"
        case "p":
            return NOTHING
