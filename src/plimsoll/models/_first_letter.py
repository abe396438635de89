"""A reply's first tokens with their likeliest alternatives -> the weight of each option.

Looks for the first token that says more than brackets, quotes and spaces. Where it is an option,
the options' log-probabilities there are their weights. An option that is not among the reported
alternatives gets the smallest reported one, which it cannot exceed.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

LEADING = re.compile(r"^[\W_]+")
LEAST = -9999.0
# A reply that decorates its letter needs two or three tokens for it; one that thinks aloud never ends.
LOOKED_AT = 8
FOLLOWED = 2


class Place(NamedTuple):
    """One position of a reply: what was said there, and what else might have been."""

    token: str
    likely: Callable[[], Mapping[str, float]]
    """Read only where it is needed: twenty alternatives a token are most of a reply's bytes."""


def weigh(continuations: Sequence[str], places: Iterable[Place]) -> tuple[float, ...]:
    """The log-probability of each continuation, in order; empty where the reply begins otherwise."""
    options = [LEADING.sub("", continuation) for continuation in continuations]
    if not all(options) or len(set(options)) < len(options):
        return ()
    first = _first(places)
    if first is None or not any(_says(first.token, first.after, option) for option in options):
        return ()
    reported = {token: value for token, value in first.likely().items() if math.isfinite(value)}
    if not reported:
        return ()
    floor = max(min(reported.values()), LEAST)
    return tuple(_weight(option, reported, floor) for option in options)


class _First(NamedTuple):
    token: str
    after: str
    likely: Callable[[], Mapping[str, float]]


def _first(places: Iterable[Place]) -> _First | None:
    row = islice(places, LOOKED_AT)
    for place in row:
        if LEADING.sub("", place.token):
            return _First(place.token, "".join(later.token for later in islice(row, FOLLOWED)), place.likely)
    return None


def _says(token: str, after: str, option: str) -> bool:
    """Whether token and what follows is the option, not a word or a sentence that begins with it."""
    said = LEADING.sub("", token) + after
    if not said.startswith(option):
        return False
    rest = said[len(option) :]
    return not re.match(r"[A-Za-z0-9]|[ \t]+[a-z]", rest)


def _weight(option: str, reported: Mapping[str, float], floor: float) -> float:
    forms = [value for token, value in reported.items() if _is_form(token, option)]
    if not forms:
        return floor
    top = max(forms)
    return max(LEAST, min(0.0, top + math.log(sum(math.exp(value - top) for value in forms))))


def _is_form(token: str, option: str) -> bool:
    bare = LEADING.sub("", token)
    return bare.startswith(option) and not re.match(r"[A-Za-z0-9]", bare[len(option) :])
