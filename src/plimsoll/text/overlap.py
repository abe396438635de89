"""Two texts -> how many content words of the one stand in the other, by bare stems.

English only, and coarse: endings are cut off, synonyms are not known, negation is not seen.
"""

from collections.abc import Set
from functools import lru_cache

from plimsoll.text.expressions import expression

_WORD = expression(r"[a-z][a-z0-9'-]+")
_ENDING = expression(r"(?:ations?|ments?|ings?|ness|ions?|ies|ely|ed|es|ly|al|s|e|y)$")
_SMALL = """
a about after all also an and any are as at be because been before being but by can could do does due during
each for from further had has have having how if in into is it its lead leads leading may might more most must
no nor not of off on or other our out over own possible potential potentially resulting same should so some
such than that the their them then there these they this those through to too under until up use used using
very was were what when where which while who will with within without would you your
"""
_EMPTY = frozenset(_SMALL.split())


def stems(text: str) -> Set[str]:
    """The content words of a text, without their endings."""
    found = set(map(_content, set(_WORD.findall(text.lower()))))
    found.discard("")
    return found


@lru_cache(maxsize=65536)
def _content(word: str) -> str:
    """A content word's stem; nothing for any other word."""
    bare = word.strip("'-")
    return stem(bare) if len(bare) > 2 and bare not in _EMPTY else ""


def stem(word: str) -> str:
    """A word without its ending; what is left has at least three letters."""
    cut = _ENDING.sub("", word)
    return cut if len(cut) >= 3 else word


def share_of(needed: Set[str], there: Set[str]) -> float:
    """Which part of what is needed is there; 0.0 where nothing is needed."""
    return len(needed & there) / len(needed) if needed else 0.0
