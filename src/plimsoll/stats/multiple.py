"""Several p-values -> p-values adjusted for their number."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment: bounds the chance of any false finding."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(_ascending(p_values)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float], *, tests: int | None = None) -> list[float]:
    """Benjamini and Hochberg's step-up adjustment: bounds the share of false findings.

    Args:
        tests: How many were made in all, where those that are not listed came to 1.
    """
    made = len(p_values) if tests is None else tests
    adjusted = [0.0] * len(p_values)
    lowest = 1.0
    for rank, place in reversed(list(enumerate(_ascending(p_values), start=1))):
        lowest = min(lowest, p_values[place] * made / rank)
        adjusted[place] = lowest
    return adjusted


def _ascending(p_values: Sequence[float]) -> list[int]:
    return sorted(range(len(p_values)), key=lambda place: p_values[place])
