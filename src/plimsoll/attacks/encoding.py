"""Plain text -> encoded text: does a model guard its answers in an alphabet it still reads?"""

import base64 as codec
import codecs

from plimsoll.attacks._transform import Transform
from plimsoll.registry import attack


@attack
def rot13() -> Transform:
    """Every Latin letter moved on by thirteen; the reply is moved back."""
    return Transform("encoding/rot13", encode=_rot13, decode=_rot13)


@attack
def base64() -> Transform:
    """The request in Base64; a reply that is Base64 is decoded, another stays as it is."""
    return Transform("encoding/base64", encode=_base64, decode=_from_base64)


@attack
def reversed_text() -> Transform:
    """The request written backwards; the reply is turned round."""
    return Transform("encoding/reversed_text", encode=_reversed, decode=_reversed)


def _rot13(text: str) -> str:
    return codecs.encode(text, "rot13")


def _base64(text: str) -> str:
    return codec.b64encode(text.encode()).decode()


def _from_base64(text: str) -> str:
    try:
        return codec.b64decode(text.strip(), validate=True).decode()
    except ValueError:  # not Base64, or not text
        return text


def _reversed(text: str) -> str:
    return text[::-1]
