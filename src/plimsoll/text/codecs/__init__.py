"""A text -> the same text in another writing, and back: Base64, Morse, invisible characters and others."""

from plimsoll.text.codecs.codec import Codec

__all__ = ["Codec"]
