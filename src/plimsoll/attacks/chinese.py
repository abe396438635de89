"""Chinese text -> Chinese text in other characters. No tool of the field has this family."""

from typing import Literal

from plimsoll.attacks._transform import CarrierName, Transform, share_of
from plimsoll.registry import attack
from plimsoll.text.codecs import chinese


@attack
def script(carrier: CarrierName = "raw", to: chinese.Script = "traditional") -> Transform:
    """Simplified characters as traditional ones, or the other way."""
    return Transform("chinese/script", chinese.in_script(to), carrier)


@attack
def pinyin(carrier: CarrierName = "raw", tones: Literal["marks", "numbers", "none"] = "marks") -> Transform:
    """Characters by their sound."""
    return Transform("chinese/pinyin", chinese.pinyin(tones), carrier)


@attack
def split(carrier: CarrierName = "raw", share: float = 1.0, seed: int = 0) -> Transform:
    """Characters taken apart into those that they are made of."""
    return Transform("chinese/split", chinese.apart(share_of("chinese/split", share)), carrier, seed)


@attack
def homophones(carrier: CarrierName = "raw", share: float = 0.5, seed: int = 0) -> Transform:
    """Characters replaced by common ones of the same sound."""
    return Transform(
        "chinese/homophones", chinese.homophones(share_of("chinese/homophones", share)), carrier, seed
    )


@attack
def full_width(carrier: CarrierName = "raw") -> Transform:
    """Letters, digits and signs in the width of Chinese characters."""
    return Transform("chinese/full_width", chinese.full_width(), carrier)
