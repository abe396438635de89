"""English sentences that the program says -> the same in the reader's language."""

from plimsoll.words.catalogue import name, translated
from plimsoll.words.language import Language, preferred

__all__ = ["Language", "name", "preferred", "translated"]
