"""A text -> characters that no one sees, or an order that only the screen shows."""

import re

from plimsoll.text.codecs.codec import Codec, always, never, plainly

TAGS = 0xE0000
"""First of the tag characters: each mirrors a character of ASCII."""
_ZERO, _ONE = "\u2062", "\u2064"
_ZERO_WIDTH = "\u200b"
_RLO, _PDF, _RLI, _PDI = "\u202e", "\u202c", "\u2067", "\u2069"
ASCII = re.compile(r"[\x20-\x7e]")
_SELECTED = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def zero_width(every: int) -> Codec:
    """A zero-width space after every so many characters."""

    def encode(text: str) -> str:
        pieces = (text[at : at + every] for at in range(0, len(text), every))
        return _ZERO_WIDTH.join(pieces)

    def bare(text: str) -> str:
        return text.replace(_ZERO_WIDTH, "")

    return Codec(
        title="text with zero-width spaces",
        title_zh="零宽字符文本",
        encode=plainly(encode),
        decode=bare,
        kept=bare,
        sure=always,
    )


def tags() -> Codec:
    """Unicode's invisible copy of ASCII."""

    def encode(text: str) -> str:
        return "".join(chr(TAGS + ord(c)) if " " <= c <= "~" else c for c in text)

    def decode(payload: str) -> str:
        return "".join(chr(ord(c) - TAGS) if TAGS + 32 <= ord(c) <= TAGS + 126 else c for c in payload)

    return Codec(
        title="Unicode tag characters",
        title_zh="Unicode标签字符",
        encode=plainly(encode),
        decode=decode,
        kept=decode,
        sure=always,
        moves=re.compile(r"[A-Za-z0-9]"),
    )


def variation_selectors(carrier: str) -> Codec:
    """UTF-8 bytes as variation selectors behind a visible sign."""

    def selector(byte: int) -> str:
        return chr(0xFE00 + byte) if byte < 16 else chr(0xE0100 + byte - 16)

    def decode(payload: str) -> str | None:
        found = [ord(sign) for sign in _SELECTED.findall(payload)]
        octets = bytes(code - 0xFE00 if code < 0xFE10 else code - 0xE0100 + 16 for code in found)
        try:
            return octets.decode()
        except ValueError:
            return None

    return Codec(
        title="variation selectors",
        title_zh="变体选择符",
        encode=plainly(lambda text: carrier + "".join(map(selector, text.encode()))),
        decode=decode,
        sure=never if _SELECTED.search(carrier) else always,
    )


def sneaky_bits() -> Codec:
    """UTF-8 bits as two invisible signs."""

    def encode(text: str) -> str:
        bits = "".join(format(byte, "08b") for byte in text.encode())
        return bits.replace("0", _ZERO).replace("1", _ONE)

    def decode(payload: str) -> str | None:
        bits = "".join("0" if c == _ZERO else "1" for c in payload if c in (_ZERO, _ONE))
        try:
            return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)).decode()
        except ValueError:
            return None

    return Codec(
        title="invisible bits", title_zh="不可见比特", encode=plainly(encode), decode=decode, sure=always
    )


def right_to_left() -> Codec:
    """The letters backwards, between controls that make a screen show them forwards."""

    def decode(payload: str) -> str:
        return "\n".join(line.removeprefix(_RLO).removesuffix(_PDF)[::-1] for line in payload.split("\n"))

    return Codec(
        title="right-to-left override",
        title_zh="双向控制符文本",
        encode=plainly(lambda text: "\n".join(f"{_RLO}{line[::-1]}{_PDF}" for line in text.split("\n"))),
        decode=decode,
        sure=always,
    )
