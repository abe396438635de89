"""Pairs of answers -> how much better each run does in one language, and whether that changed.

Only questions count that both runs scored in both languages; each is one unit, epochs averaged.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from plimsoll.comparison.align import Pair
from plimsoll.comparison.nouns import Parity
from plimsoll.comparison.significance import sign_flip
from plimsoll.stats.clusters import Known, Sums
from plimsoll.stats.paired import mean_difference


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
    change, earlier, later = _mean_of(changes, 2.0), _mean_of(before), _mean_of(after)
    return Parity(
        languages=languages,
        category=category,
        n=len(questions),
        before=earlier.value,
        after=later.value,
        change=change.value,
        low=change.low,
        high=change.high,
        p=sign_flip(changes, single=False).p,
        before_low=earlier.low,
        before_high=earlier.high,
        before_p=sign_flip(before, single=True).p,
        after_low=later.low,
        after_high=later.high,
        after_p=sign_flip(after, single=True).p,
    )


def _mean_of(differences: Mapping[float, int], span: float = 1.0) -> Known:
    """The mean of differences between two languages, a question each, with its interval."""
    found = mean_difference({Sums(value, 1): count for value, count in differences.items()}, span=span)
    return found or Known(0.0, -span, span, 0, 0)


def _mean(values: Sequence[float | None]) -> float:
    return sum(value or 0.0 for value in values) / len(values)
