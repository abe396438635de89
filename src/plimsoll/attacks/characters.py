"""Letters -> letters that look or sound like them: does a small disturbance change a model's mind?"""

from plimsoll.attacks._transform import CarrierName, Transform, share_of
from plimsoll.core import UserError
from plimsoll.registry import attack
from plimsoll.text.codecs import invisible, letters, noise, order, signs


@attack
def leet(carrier: CarrierName = "raw", share: float = 1.0, seed: int = 0) -> Transform:
    """Letters as digits of their look, that share of them."""
    return Transform("characters/leet", letters.leet(share_of("characters/leet", share)), carrier, seed)


@attack
def homoglyphs(carrier: CarrierName = "raw", share: float = 1.0, seed: int = 0) -> Transform:
    """Latin letters as Cyrillic ones of the same look."""
    codec = signs.homoglyphs(share_of("characters/homoglyphs", share))
    return Transform("characters/homoglyphs", codec, carrier, seed)


@attack
def zero_width(carrier: CarrierName = "raw", every: int = 1) -> Transform:
    """Zero-width spaces between characters."""
    if every < 1:
        raise UserError(f"characters/zero_width: every={every}: give 1 or more")
    return Transform("characters/zero_width", invisible.zero_width(every), carrier)


@attack
def right_to_left(carrier: CarrierName = "raw") -> Transform:
    """Letters backwards between controls that show them forwards."""
    return Transform("characters/right_to_left", invisible.right_to_left(), carrier)


@attack
def zalgo(carrier: CarrierName = "raw", intensity: int = 10, seed: int = 0) -> Transform:
    """Combining marks heaped on letters."""
    if intensity < 1:
        raise UserError(f"characters/zalgo: intensity={intensity}: give 1 or more")
    return Transform("characters/zalgo", signs.marked(intensity), carrier, seed)


@attack
def diacritics(carrier: CarrierName = "raw", mark: str = "\u0301") -> Transform:
    """The same accent on every vowel."""
    return Transform("characters/diacritics", signs.accented(mark), carrier)


@attack
def superscript(carrier: CarrierName = "raw") -> Transform:
    """Raised letters."""
    return Transform("characters/superscript", signs.superscript(), carrier)


@attack
def emoji_letters(carrier: CarrierName = "raw") -> Transform:
    """Regional indicator signs for letters."""
    return Transform("characters/emoji_letters", signs.emoji_letters(), carrier)


@attack
def camel_case(carrier: CarrierName = "raw") -> Transform:
    """Words run together, each with a capital."""
    return Transform("characters/camel_case", letters.camel_case(), carrier)


@attack
def random_capitals(carrier: CarrierName = "raw", share: float = 0.5, seed: int = 0) -> Transform:
    """Capitals by chance."""
    codec = letters.random_capitals(share_of("characters/random_capitals", share))
    return Transform("characters/random_capitals", codec, carrier, seed)


@attack
def lowercase(carrier: CarrierName = "raw") -> Transform:
    """No capitals."""
    return Transform("characters/lowercase", letters.lowercase(), carrier)


@attack
def joined(carrier: CarrierName = "raw", by: str = "-") -> Transform:
    """A sign or space between all characters."""
    if not by:
        raise UserError("characters/joined: by is empty: give what stands between the characters")
    return Transform("characters/joined", order.joined(by), carrier)


@attack
def typos(
    carrier: CarrierName = "raw", slip: noise.Slip = "swap", rate: float = 0.1, seed: int = 0
) -> Transform:
    """Slips of the hand: letters swapped, put in, left out, doubled, or a sign after them."""
    codec = noise.slips(slip, share_of("characters/typos", rate))
    return Transform("characters/typos", codec, carrier, seed)


@attack
def without_vowels(carrier: CarrierName = "raw") -> Transform:
    """No vowels."""
    return Transform("characters/without_vowels", letters.without_vowels(), carrier)


@attack
def initials(carrier: CarrierName = "raw") -> Transform:
    """The first letter of each word."""
    return Transform("characters/initials", letters.initials(), carrier)


@attack
def pig_latin(carrier: CarrierName = "raw") -> Transform:
    """Pig Latin."""
    return Transform("characters/pig_latin", letters.pig_latin(), carrier)
