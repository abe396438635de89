"""Token sequences of prompt + continuation -> the few next-token questions that decide them.

A local model need not evaluate each continuation: what the sequences share is evaluated once, and
where they part, one distribution answers for all branches. Four letters after one bracket are one
question. Tails of several tokens ask once per branching path.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Tokens = tuple[int, ...]

LEAST = -1e4
"""Stands for the logarithm of zero, which JSON cannot hold."""


class Step(NamedTuple):
    """One next-token question: how likely is each of `tokens` after `context`."""

    context: Tokens
    tokens: tuple[int, ...]
    place: int = 0
    """How many tokens that are weighed stand before."""


class Weighing(NamedTuple):
    """What must be asked about one request's continuations."""

    sequences: tuple[Tokens, ...]
    start: int
    """Tokens before this one are given; those from here on are weighed."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The questions, shortest context first."""
        asked: dict[Tokens, dict[int, None]] = {}
        for sequence in self.sequences:
            for end in range(self.start, len(sequence)):
                asked.setdefault(sequence[:end], {})[sequence[end]] = None
        ordered = sorted(asked.items(), key=lambda item: len(item[0]))
        return tuple(Step(context, tuple(tokens), len(context) - self.start) for context, tokens in ordered)

    def loglikelihoods(self, answers: Mapping[Tokens, Mapping[int, float]]) -> tuple[float, ...]:
        """One number per sequence, given the log-probabilities that the steps asked for."""
        return tuple(self._sum(sequence, answers) for sequence in self.sequences)

    def _sum(self, sequence: Tokens, answers: Mapping[Tokens, Mapping[int, float]]) -> float:
        total = math.fsum(answers[sequence[:end]][sequence[end]] for end in range(self.start, len(sequence)))
        # Never rounded: two that differ in the fifth digit would tie, and a tie is no choice.
        return max(total, LEAST)


def weigh(prompt: Sequence[int], sequences: Iterable[Sequence[int]]) -> Weighing:
    """Plan the weighing of sequences that were tokenised together with their prompt.

    What all sequences share is given, as it adds the same to each; a single sequence is weighed
    from the prompt's end.
    """
    rows = tuple(tuple(sequence) for sequence in sequences)
    first, last = min(rows), max(rows)
    start = shared(first, last) if first != last else shared(tuple(prompt), first)
    return Weighing(rows, min(start, *(len(row) - 1 for row in rows)))


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two sequences of one type have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low
