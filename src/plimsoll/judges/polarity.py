"""Text -> polarity in [-1, 1] by VADER, a rule-based lexicon for English."""

from functools import cache
from typing import Any

from plimsoll.core import MissingExtra

VERSION = "vaderSentiment 3.3.2"
LONGEST = 4_000
"""Characters looked at: VADER's rules grow with the square of a text's words."""


@cache
def analyzer() -> Any:
    """The lexicon, read once."""
    try:
        from vaderSentiment.vaderSentiment import (  # pyright: ignore[reportMissingTypeStubs]
            SentimentIntensityAnalyzer,
        )
    except ImportError:
        raise MissingExtra("sentiment by VADER", "metrics") from None
    return SentimentIntensityAnalyzer()


def polarity(text: str) -> dict[str, float]:
    """VADER's four numbers: `neg`, `neu`, `pos` and the `compound` of them in [-1, 1]."""
    return {key: float(value) for key, value in analyzer().polarity_scores(text[:LONGEST]).items()}
