"""A list of phrases -> the fewest that find the same texts."""

from collections.abc import Sequence


def shortest(phrases: Sequence[str]) -> tuple[str, ...]:
    """The phrases without those that hold another one: where these stand, that one stands, too."""
    each = dict.fromkeys(phrases)
    return tuple(phrase for phrase in each if not any(other != phrase and other in phrase for other in each))
