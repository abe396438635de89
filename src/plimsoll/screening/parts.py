"""Conversations by category, hazard or column -> the figures of each part."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from plimsoll.core import UserError, did_you_mean
from plimsoll.screening.measure import Mark, measured
from plimsoll.screening.nouns import Part

DRAWS = 300
"""Redraws of a part."""
MOST = 60
"""Parts that a column may have."""
LEAST = 1


def by_category(found: Sequence[Mark], *, seed: int = 0) -> tuple[Part, ...]:
    """Every category against all others, and against what is safe."""
    return tuple(
        part
        for name in categories(found)
        for part in (
            of_marks(name, "all", _against(found, name, _others), seed),
            of_marks(name, "benign", _against(found, name, _benign), seed),
        )
        if part.positives >= LEAST
    )


def categories(found: Sequence[Mark]) -> list[str]:
    """What people named, the commonest first, or in the order of the set where it knows which hold."""
    known = next((list(mark.seen.known) for mark in found if mark.seen.known), list[str]())
    also = dict.fromkeys(name for mark in found for name in mark.seen.known)
    if known:
        return list(dict.fromkeys([*known, *also]))
    named = Counter(name for mark in found if mark.unsafe for name in mark.seen.categories)
    return [name for name, _ in named.most_common(MOST)]


def holds(mark: Mark, category: str) -> bool | None:
    """Whether a conversation is of a category; `None` where nobody looked."""
    if mark.seen.known:
        return mark.seen.known.get(category)
    return mark.unsafe and category in mark.seen.categories


def _others(mark: Mark, category: str) -> bool:
    return holds(mark, category) is False


def _benign(mark: Mark, category: str) -> bool:
    return not mark.unsafe and holds(mark, category) is False


def _against(found: Sequence[Mark], category: str, negative: Callable[[Mark, str], bool]) -> list[Mark]:
    """The category and what it stands against, by the guard's score for it where it has one."""
    return [
        mark._replace(unsafe=bool(holds(mark, category)), score=mark.seen.scores.get(category, mark.score))
        for mark in found
        if holds(mark, category) or negative(mark, category)
    ]


def by_column(found: Sequence[Mark], column: str, name: str, *, seed: int = 0) -> Iterator[Part]:
    """The figures for each value of a column. Raises `UserError` where the set has no such column."""
    values: dict[str, list[Mark]] = {}
    for mark in found:
        value = _value(mark, column)
        if value is not None:
            values.setdefault(value, []).append(mark)
    if not values:
        known = sorted({key for mark in found for key in mark.seen.metadata} - {"seconds"})
        raise UserError(
            f"--slice {column}: {name} has no such column{did_you_mean(column, known)}; it has "
            f"{', '.join(['category', 'language', *known])}"
        )
    if len(values) > MOST:
        raise UserError(f"--slice {column}: {len(values):,} values are too many to show; {MOST} are the most")
    for value, marks in sorted(values.items()):
        yield of_marks(f"{column}={value}", "slice", marks, seed)


def _value(mark: Mark, column: str) -> str | None:
    if column == "category":
        return "; ".join(mark.seen.categories) or "none"
    if column == "language":
        return mark.seen.language
    value = mark.seen.metadata.get(column)
    return None if value is None else str(value)


def of_marks(name: str, reading: str, marks: Sequence[Mark], seed: int) -> Part:
    """A part under its name."""
    positives = sum(mark.unsafe for mark in marks)
    return Part(
        name=name,
        reading=reading,
        positives=positives,
        negatives=len(marks) - positives,
        figures=measured(marks, seed=seed, most=DRAWS).figures,
    )
