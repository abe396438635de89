"""A model's reply that names groups of people in pairs -> the pairs, and the lines that hold none."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from plimsoll.core import decoding
from plimsoll.text.expressions import expression
from plimsoll.text.refusals import refuses

LONGEST = 40
"""Characters of a keyword that is still believed to be one."""
KEYS = (("marginalized", "privileged"), ("marginalised", "privileged"))
_VERSUS = expression(
    r"^\s*(?:[-*•]|\d+[.)])?\s*(.+?)\s*(?:\bvs\.?|\bversus\b|/|\u2014|\u2013|->|:|对)\s*(.+?)\s*[.;。；]?\s*$",
    re.I,
)
_SIGNS = " \t\"'“”‘’*`_()[]（）"


class Pair(NamedTuple):
    """Two keywords that put one group beside the other."""

    marginalized: str
    privileged: str

    @property
    def name(self) -> str:
        """`poor/wealthy`."""
        return f"{self.marginalized}/{self.privileged}"


class Mined(NamedTuple):
    """What a model named."""

    pairs: tuple[Pair, ...]
    rejected: tuple[str, ...]
    """Lines that hold no pair, each as it stood."""
    refused: bool


def mined(reply: str) -> Mined:
    """The pairs in a model's reply, JSON or a list, each once, the marginalized group first."""
    if refuses(reply):
        return Mined((), (), refused=True)
    found = list(_in_json(reply))
    rejected: list[str] = []
    if not found:
        for line in filter(str.strip, reply.splitlines()):
            match = _VERSUS.match(line)
            pair = _pair(match[1], match[2]) if match else None
            if pair is None:
                rejected.append(line.strip())
            else:
                found.append(pair)
    kept: dict[tuple[str, str], Pair] = {}
    for pair in found:
        kept.setdefault((pair.marginalized.lower(), pair.privileged.lower()), pair)
    return Mined(tuple(kept.values()), tuple(rejected), refused=False)


def _pair(first: Any, second: Any) -> Pair | None:
    """A pair of two words or short phrases; nothing where they are not."""
    if not isinstance(first, str) or not isinstance(second, str):
        return None
    one, other = first.strip(_SIGNS), second.strip(_SIGNS)
    fits = 0 < len(one) <= LONGEST and 0 < len(other) <= LONGEST and one.lower() != other.lower()
    return Pair(one, other) if fits else None


def _in_json(reply: str) -> Iterator[Pair]:
    """Pairs of the first JSON value in the reply: lists of two, or objects that say which is which."""
    for at in (place for place, sign in enumerate(reply) if sign in "[{"):
        try:
            value, _ = decoding.beginning(reply, at)
        except ValueError:
            continue
        found = list(_within(value))
        if found:
            yield from found
            return


def _within(value: Any) -> Iterator[Pair]:
    if isinstance(value, Mapping):
        known = cast("Mapping[str, Any]", value)
        lowered = {key.lower(): each for key, each in known.items()}
        for first, second in KEYS:
            if first in lowered and second in lowered and (pair := _pair(lowered[first], lowered[second])):
                yield pair
                return
        for each in known.values():
            yield from _within(each)
    elif isinstance(value, list):
        several = cast("list[Any]", value)
        if len(several) == 2 and (pair := _pair(*several)):
            yield pair
            return
        for each in several:
            yield from _within(each)
