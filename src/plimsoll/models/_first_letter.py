"""A reply's first tokens with their likeliest alternatives -> the weight of each option.

Looks for the first token that says more than brackets, quotes and spaces. Where it is an option,
the options' log-probabilities there are their weights. An option that is not among the reported
alternatives lies below them all, since it is less likely than each and takes what is left at most.
Where one option alone is reported, or two are reported alike, nothing was weighed: the text is read.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple, Protocol

from plimsoll.text.expressions import expression

# \u0120 and \u010a are how some tokenizers write a space and a new line.
LEADING = expression(r"^(?:[\W_]|[\u0120\u010a])+")
GOES_ON = expression(r"[A-Za-z0-9]")
GOES_ON_TO_SPEAK = expression(
    r"[A-Za-z0-9]|[ \t]+[a-z]|['\u2019-][A-Za-z]|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
    r"|[).\]]*\s*[,、，;；/&+]\s*\(?[A-Z](?![A-Za-z])"
)
"""A word, a sentence about the letter, or one more letter."""
WORDS = frozenset({"A", "I"})
"""Letters that are words, too."""
GOES_ON_WITH_A_NAME = expression(r"[ \t]+[A-Z]")
BEGINNING = 500
"""Characters of a reply in which it says a letter, what stands before it counted in."""
LEAST = -9999.0
BELOW = 1e-3
"""How far an option that is not reported lies below those that are, at least."""
# A reply that decorates its letter needs two or three tokens for it; one that thinks aloud never ends.
LOOKED_AT = 8
FOLLOWED = 2


class Place(Protocol):
    """One position of a reply: what was said there, and what else might have been."""

    @property
    def token(self) -> str:
        """What was said."""
        ...

    def likely(self) -> Mapping[str, float]:
        """Read only where it is needed: twenty alternatives a token are most of a reply's bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Read:
    """A position whose alternatives are read by a call."""

    token: str
    read: Callable[[], Mapping[str, float]]

    def likely(self) -> Mapping[str, float]:
        """What the call reads."""
        return self.read()


def weigh(continuations: Sequence[str], places: Iterable[Place], reply: str = "") -> tuple[float, ...]:
    """The log-probability of each continuation, in order; empty where the reply begins otherwise.

    `reply` is its text, where that is known: tokens of a thought that stands elsewhere weigh nothing."""
    options = _options(tuple(continuations))
    first = _first(places) if options else None
    said = first and _said(options, first.text)
    if first is None or said is None or not _agrees(options, said, reply[:BEGINNING]):
        return ()
    reported = first.likely()
    if not all(map(math.isfinite, reported.values())):
        reported = {token: value for token, value in reported.items() if math.isfinite(value)}
    forms = _forms(options, reported)
    if len(reported) < 2 or not forms[said]:
        return ()
    below = 0.0 if all(forms.values()) else _below(reported)
    weights = tuple([_summed(values) if values else below for values in forms.values()])
    return () if has_tie(weights) else weights


def has_tie(weights: Sequence[float]) -> bool:
    """Whether the heaviest option has an equal."""
    return len(weights) > 1 and weights.count(max(weights)) > 1


@lru_cache(maxsize=64)
def _options(continuations: tuple[str, ...]) -> tuple[str, ...]:
    """What tells the continuations apart, in order; nothing where that is not so."""
    options = tuple(LEADING.sub("", continuation) for continuation in continuations)
    return options if all(options) and len(set(options)) == len(options) else ()


def _below(reported: Mapping[str, float]) -> float:
    """The most that an option can have that is not reported."""
    least = min(reported.values())
    rest = 1.0 - sum(math.exp(min(0.0, value)) for value in reported.values())
    return max(LEAST, min(least, math.log(rest) if rest > 0 else least) - BELOW)


class _First(NamedTuple):
    text: str
    """What it says that is no bracket, quote or space, and what follows it."""
    likely: Callable[[], Mapping[str, float]]


def _first(places: Iterable[Place]) -> _First | None:
    row = islice(places, LOOKED_AT)
    for place in row:
        if bare := _bare(place.token):
            return _First(bare + "".join([later.token for later in islice(row, FOLLOWED)]), place.likely)
    return None


@lru_cache(maxsize=256)
def _agrees(options: tuple[str, ...], said: str, reply: str) -> bool:
    """Whether the beginning of the reply, where it is known, says what its first tokens do."""
    return not reply or _said(options, _bare(reply)) == said


@lru_cache(maxsize=256)
def _said(options: tuple[str, ...], text: str) -> str | None:
    """The option that a text is: no word or sentence that only begins with it."""
    for option in options:
        if text.startswith(option) and not _goes_on(option, text):
            return option
    return None


def _goes_on(option: str, text: str) -> bool:
    if GOES_ON_TO_SPEAK.match(text, len(option)):
        return True
    return option in WORDS and GOES_ON_WITH_A_NAME.match(text, len(option)) is not None


def _forms(options: Sequence[str], reported: Mapping[str, float]) -> Mapping[str, list[float]]:
    """The log-probabilities of each option's forms: `B`, ` B`, `(B)` ..."""
    forms: dict[str, list[float]] = {option: [] for option in options}
    begun = {option[0] for option in options}
    for token, value in reported.items():
        bare = token if len(token) == 1 and token in forms else _bare(token)
        if len(bare) == 1 and bare in forms:  # no other option can begin it
            forms[bare].append(value)
            continue
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
    return token if token[:1].isalnum() and token[0] not in "\u0120\u010a" else LEADING.sub("", token)
