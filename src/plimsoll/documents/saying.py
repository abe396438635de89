"""The words of documents, and shares as so many of a hundred."""

from plimsoll.pages.document import Words

say = Words("documents", "words.toml")


def hundred(share: float) -> str:
    """A share as so many of a hundred; what is rare is not rounded to none."""
    value = 100 * min(max(share, 0.0), 1.0)
    return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"
