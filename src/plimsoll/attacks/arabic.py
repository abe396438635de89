"""Arabic text -> Arabic text in other characters."""

from plimsoll.attacks._inquiry import at_least_one
from plimsoll.attacks._transform import CarrierName, Transform
from plimsoll.registry import attack
from plimsoll.text.codecs import arabic


@attack
def forms(carrier: CarrierName = "raw") -> Transform:
    """Every letter as the sign of its place in the word: the same to look at."""
    return Transform("arabic/forms", arabic.forms(), carrier)


@attack
def tatweel(carrier: CarrierName = "raw", count: int = 1) -> Transform:
    """Joined letters drawn apart by so many lines that say nothing."""
    at_least_one("arabic/tatweel", count=count)
    return Transform("arabic/tatweel", arabic.drawn_out(count), carrier)


@attack
def arabizi(carrier: CarrierName = "raw") -> Transform:
    """Latin letters and digits, as Arabic is written in chats."""
    return Transform("arabic/arabizi", arabic.in_chat_letters(), carrier)
