"""The nouns in which a mention is weighed: where it stands, and by what it is put forward."""

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from plimsoll.text._mentions import Mention
from plimsoll.text._option_texts import begins_with
from plimsoll.text.expressions import expression

OPTION_WORD = expression(r"(?:option|choice|answer|statement|选项)\s{0,3}$", re.IGNORECASE)
"""A word that says of the letter behind it that it is an option's."""


class Weight(IntEnum):
    """How firmly an option is put forward."""

    LISTED = 0
    """At the head of a line among others: counts for nothing but telling that options are gone through."""
    LEAD = 1
    RIGHT = 2
    BEST = 3
    SUGGESTED = 4
    TEXT = 5
    CHOSEN = 6
    NAMED = 7
    SAID = 8


class Sign(NamedTuple):
    """By what a mention is put forward."""

    weight: Weight
    how: str = "statement"
    several: bool = False
    """Whether other options are put forward with it."""


class Place(NamedTuple):
    """A mention, in the text that it stands in and among the others."""

    it: Mention
    text: str
    all: Sequence[Mention]
    options: Sequence[str]

    @property
    def goes_on(self) -> bool:
        """Whether the option's own words follow."""
        return self.it.option >= 0 and begins_with(self.it.right, self.options, self.it.option)

    @property
    def is_word(self) -> bool:
        """Whether it may be a word or a variable, for all that is around it."""
        it = self.it
        amid_chinese = not (it.left.rstrip()[-1:] + it.right.lstrip()[:1]).isascii()
        return it.is_word and not amid_chinese and not OPTION_WORD.search(it.left)
