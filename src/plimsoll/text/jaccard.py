"""Two texts -> how many of their n-grams they share (Jaccard), officially and by script."""

from plimsoll.text.expressions import expression

_OFFICIAL = expression(r"\b\w\w+\b")
_BY_SCRIPT = expression(r"[\u3400-\u9fff\u0e00-\u0e7f]|[\w\u0900-\u097f\u0980-\u09ff]+")


def official_tokens(text: str) -> list[str]:
    """Words of at least two characters, lower-cased: XLingEval's, made for English."""
    return _OFFICIAL.findall(text.lower())


def script_tokens(text: str) -> list[str]:
    """Characters for Chinese and Thai, words with their vowel signs for Indic scripts, words elsewhere."""
    return _BY_SCRIPT.findall(text.lower())


def jaccard(first: list[str], second: list[str], n: int = 1) -> float:
    """Shared n-grams over all n-grams of two token lists; 0 where there are none."""
    one, two = _grams(first, n), _grams(second, n)
    union = len(one | two)
    return len(one & two) / union if union else 0.0


def _grams(tokens: list[str], n: int) -> set[tuple[str, ...]]:
    return set(zip(*(tokens[start:] for start in range(n)), strict=False))
