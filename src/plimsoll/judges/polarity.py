"""Text -> polarity in [-1, 1] by VADER, a rule-based lexicon for English."""

from functools import cache
from importlib.util import find_spec
from typing import Any

from plimsoll.core import MissingExtra

PART, EXTRA = "sentiment by VADER", "metrics"
VERSION = "vaderSentiment 3.3.2"
LONGEST = 4_000
"""Characters looked at: VADER's rules grow with the square of a text's words."""


def require() -> None:
    """Raise `MissingExtra` before the first call where the lexicon is missing: in a suite that is a gap."""
    if find_spec("vaderSentiment") is None:
        raise MissingExtra(PART, EXTRA)


@cache
def analyzer() -> Any:
    """The lexicon, read once."""
    try:
        from vaderSentiment.vaderSentiment import (  # pyright: ignore[reportMissingTypeStubs]
            SentimentIntensityAnalyzer,
        )
    except ImportError:
        raise MissingExtra(PART, EXTRA) from None
    return SentimentIntensityAnalyzer()


def polarity(text: str) -> dict[str, float]:
    """VADER's four numbers: `neg`, `neu`, `pos` and the `compound` of them in [-1, 1]."""
    return {key: float(value) for key, value in analyzer().polarity_scores(text[:LONGEST]).items()}
