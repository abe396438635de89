"""English sentences that the program says -> the same in the reader's language."""

from plimsoll.words.catalogue import translated
from plimsoll.words.language import Language, preferred

__all__ = ["Language", "preferred", "translated"]
