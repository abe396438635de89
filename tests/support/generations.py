"""Words for scripted generators: many texts that are not near to each other."""

import random

SUBJECTS = (
    "apples",
    "brass lamps",
    "chimneys",
    "dolphins",
    "evening trains",
    "ferns",
    "guitars",
    "hats",
    "ink",
)
VERBS = (
    "paint",
    "borrow",
    "count",
    "weigh",
    "polish",
    "photograph",
    "insure",
    "label",
    "draw",
    "sell",
    "move",
)


def chosen(seed: str, number: int, words: int = 9) -> str:
    """A question of words drawn by a seed."""
    return f"{' '.join(random.Random(f'{seed}{number}').sample(SUBJECTS + VERBS, words))}?"
