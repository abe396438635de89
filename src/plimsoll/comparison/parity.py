"""Pairs of answers -> how much better each run does in one language, and whether that changed.

Only questions count that both runs scored in both languages; each is one unit, epochs averaged.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from plimsoll.comparison.align import Pair
from plimsoll.comparison.differences import normal_spread
from plimsoll.comparison.nouns import Parity
from plimsoll.comparison.significance import sign_flip


class _Question(NamedTuple):
    category: str
    before: float
    after: float
    """First language minus second, in either run."""


def parity(pairs: Sequence[Pair]) -> Iterator[Parity]:
    """For every two languages: over all, and by category."""
    spoken = sorted({pair.before.language for pair in pairs}, reverse=True)
    for first, second in combinations(spoken, 2):
        questions = list(_questions(pairs, first, second))
        categories = dict.fromkeys(question.category for question in questions)
        for category in ("", *(name for name in categories if name)):
            chosen = [question for question in questions if category in ("", question.category)]
            if chosen:
                yield _parity((first, second), category, chosen)


def _questions(pairs: Sequence[Pair], first: str, second: str) -> Iterator[_Question]:
    found: dict[tuple[str, str, tuple[str, ...]], dict[str, list[Pair]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for pair in pairs:
        seen = pair.before
        if seen.pair and seen.language in (first, second):
            key = (seen.pair, seen.id.partition("@")[2], seen.trail)
            found[key][seen.language].append(pair)
    for languages in found.values():
        one, other = languages.get(first), languages.get(second)
        if one and other:
            yield _Question(
                one[0].before.category,
                _mean([pair.before.value for pair in one]) - _mean([pair.before.value for pair in other]),
                _mean([pair.after.value for pair in one]) - _mean([pair.after.value for pair in other]),
            )


def _parity(languages: tuple[str, str], category: str, questions: Sequence[_Question]) -> Parity:
    changes = Counter(round(question.after - question.before, 9) for question in questions)
    before = Counter(round(question.before, 9) for question in questions)
    after = Counter(round(question.after, 9) for question in questions)
    change, bounds = normal_spread(changes)
    earlier, earlier_bounds = normal_spread(before)
    later, later_bounds = normal_spread(after)
    return Parity(
        languages=languages,
        category=category,
        n=len(questions),
        before=earlier,
        after=later,
        change=change,
        low=bounds.low,
        high=bounds.high,
        p=sign_flip(changes, single=False).p,
        before_low=earlier_bounds.low,
        before_high=earlier_bounds.high,
        before_p=sign_flip(before, single=True).p,
        after_low=later_bounds.low,
        after_high=later_bounds.high,
        after_p=sign_flip(after, single=True).p,
    )


def _mean(values: Sequence[float | None]) -> float:
    return sum(value or 0.0 for value in values) / len(values)
