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
GOES_ON = re.compile(r"[A-Za-z0-9]")
GOES_ON_TO_SPEAK = re.compile(r"[A-Za-z0-9]|[ \t]+[a-z]")
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
    forms = _forms(options, reported)
    return tuple(_summed(forms[option]) if forms[option] else floor for option in options)


class _First(NamedTuple):
    token: str
    after: str
    likely: Callable[[], Mapping[str, float]]


def _first(places: Iterable[Place]) -> _First | None:
    row = islice(places, LOOKED_AT)
    for place in row:
        if _bare(place.token):
            return _First(place.token, "".join(later.token for later in islice(row, FOLLOWED)), place.likely)
    return None


def _says(token: str, after: str, option: str) -> bool:
    """Whether token and what follows is the option, not a word or a sentence that begins with it."""
    said = _bare(token) + after
    if not said.startswith(option):
        return False
    return not GOES_ON_TO_SPEAK.match(said, len(option))


def _forms(options: Sequence[str], reported: Mapping[str, float]) -> Mapping[str, list[float]]:
    """The log-probabilities of each option's forms: `B`, ` B`, `(B)` ..."""
    forms: dict[str, list[float]] = {option: [] for option in options}
    begun = {option[0] for option in options}
    for token, value in reported.items():
        bare = _bare(token)
        if bare[:1] not in begun:
            continue
        for option in options:
            if bare.startswith(option) and not GOES_ON.match(bare, len(option)):
                forms[option].append(value)
    return forms


def _summed(values: Sequence[float]) -> float:
    if len(values) == 1:
        return max(LEAST, min(0.0, values[0]))
    top = max(values)
    return max(LEAST, min(0.0, top + math.log(sum(math.exp(value - top) for value in values))))


def _bare(token: str) -> str:
    return token if token[:1].isalnum() else LEADING.sub("", token)
