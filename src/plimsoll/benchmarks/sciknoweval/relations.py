"""Lists of pairs or triples in text -> how well one list covers another.

Single tuples, lists in brackets, quotes and line breaks are read alike. Two names are the same when
their plain forms are, or when their counts of characters are almost parallel (cosine); the word vectors of
3.4 GB that the official scorer asks for as well are left out.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import sqrt
from typing import TypeVar

Tuple = tuple[str, ...]
T = TypeVar("T")
MOST = 200
"""Tuples of a reply that are looked at."""
LONGEST = 20_000
ENTITY, SLOT = 0.9, 0.95
"""Cosines from which names are the same: as entities, and in a slot of a tuple (official values)."""
KINDS = frozenset({"advise", "effect", "int", "mechanism"})
"""What may stand between two drugs."""
_QUOTES = "'\"`“”‘’ \t\n"
_OPENING = re.compile(r"\[\s*[\[(]|[\[(]")
_DOPED = re.compile(
    r"host\s+['\"]?(.+?)['\"]?\s+(?:was|is)\s+doped\s+with\s+['\"]?(.+?)['\"]?\s*[.\n\"\]]", re.IGNORECASE
)
_NO_DOPING = re.compile(
    r"no doping|not (?:contain|mention)[^.\n]{0,30}doping|^\s*\[\s*\]\s*$|\bnone\b", re.IGNORECASE
)


def parse(text: str, width: int) -> list[Tuple]:
    """The tuples of a text that have the right number of members."""
    found: list[Tuple] = []
    for group in _groups(text[:LONGEST]):
        members = _members(group, width)
        if members is not None:
            found.append(members)
            if len(found) == MOST:
                break
    return found


def parse_doping(text: str) -> list[Tuple]:
    """Host and dopant of each sentence that names both."""
    ended = text[:LONGEST] + "\n"
    return [(plain(found[1]), plain(found[2])) for found in _DOPED.finditer(ended)][:MOST]


def says_none(text: str) -> bool:
    """Whether a reply says that there is no doping to report."""
    return _NO_DOPING.search(text[:LONGEST]) is not None


def score(predicted: Sequence[Tuple], gold: Sequence[Tuple]) -> float:
    """Half the mean F1 of the two sorts of names, half the F1 of whole tuples."""
    if not predicted and not gold:
        return 1.0
    one = f1(_first(predicted), _first(gold), _same_entity)
    other = f1(_second(predicted), _second(gold), _same_entity)
    whole = f1(sorted(set(predicted)), sorted(set(gold)), _same_tuple)
    return ((one + other) / 2 + whole) / 2


def f1(predicted: Sequence[T], gold: Sequence[T], alike: Callable[[T, T], bool]) -> float:
    """F1 of two lists, each member of which may be matched once."""
    left = list(gold)
    hits = 0
    for each in predicted:
        place = next((at for at, other in enumerate(left) if alike(each, other)), None)
        if place is not None:
            del left[place]
            hits += 1
    return 2 * hits / (len(predicted) + len(gold)) if hits else 0.0


def plain(name: str) -> str:
    """Lower case, without quotes around it, single blanks."""
    return " ".join(name.strip(_QUOTES).lower().split())


def same(one: str, other: str, threshold: float) -> bool:
    """Whether two names are the same."""
    if one == other:
        return True
    # Names of very different lengths cannot reach the threshold in any way that means something.
    if not one or not other or max(len(one), len(other)) > 1.5 * min(len(one), len(other)):
        return False
    return one[0] == other[0] and cosine(one, other) > threshold


def cosine(one: str, other: str) -> float:
    """Cosine of two names' counts of characters."""
    a, b = _counts(one), _counts(other)
    product = sum(n * b[char] for char, n in a.items())
    return product / sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values())) if product else 0.0


@lru_cache(maxsize=4096)
def _counts(name: str) -> Counter[str]:
    return Counter(name)


def _same_entity(one: str, other: str) -> bool:
    return same(one, other, ENTITY)


def _same_tuple(one: Tuple, other: Tuple) -> bool:
    return len(one) == len(other) and all(same(a, b, SLOT) for a, b in zip(one, other, strict=True))


def _first(tuples: Sequence[Tuple]) -> list[str]:
    """Of pairs the first members, of triples both ends."""
    return sorted(
        {name for each in tuples for name in ((each[0],) if len(each) == 2 else (each[0], each[2]))}
    )


def _second(tuples: Sequence[Tuple]) -> list[str]:
    return sorted({each[1] for each in tuples})


def _groups(text: str) -> Iterator[str]:
    """What stands in the brackets of a list: brackets inside a name belong to the name."""
    opening = _OPENING.search(text)
    if opening is None:
        return
    wanted, depth, begin = len(opening[0].replace(" ", "").strip()), 0, 0
    for place in range(opening.start(), len(text)):
        char = text[place]
        if char in "([":
            depth += 1
            if depth == wanted:
                begin = place + 1
        elif char in ")]" and depth:
            if depth == wanted:
                yield text[begin:place]
            depth -= 1


def _members(group: str, width: int) -> Tuple | None:
    pieces = [plain(piece) for piece in group.split(", ")]
    if len(pieces) != width:
        pieces = [plain(piece) for piece in group.split(",")]
    if len(pieces) > width == 2:
        pieces = [",".join(pieces[:-1]), pieces[-1]]
    if len(pieces) > width == 3:
        middle = next((at for at, piece in enumerate(pieces[1:-1], start=1) if piece in KINDS), None)
        if middle is not None:
            pieces = [",".join(pieces[:middle]), pieces[middle], ",".join(pieces[middle + 1 :])]
    return tuple(pieces) if len(pieces) == width and all(pieces) else None
