"""Bytes -> signs of alphabets of a thousand and more: Base2048 and Ecoji, and back."""

from functools import cache
from typing import NamedTuple

from plimsoll.text.codecs.codec import Codec, always, plainly
from plimsoll.text.codecs.tables import table

ELEVEN, TEN = 11, 10
"""Bits that a sign of Base2048 and one of Ecoji stands for."""
FEW = 3
"""Bits at the end, up to which Base2048 has signs of their own for them."""
GROUP = 4
"""Signs of Ecoji for five bytes."""
_NOTHING, _LAST = "☕", "⚜🏍📑🙋"
"""Ecoji's padding: for signs that a group lacks, and for its last one where two bits of it are known."""


class _Alphabet(NamedTuple):
    """Bits, written as text, -> a sign, and back."""

    signs: dict[str, str]
    bits: dict[str, str]


def in_base2048() -> Codec:
    """Base2048: eleven bits a sign."""
    return Codec(
        title="Base2048",
        title_zh="Base2048编码",
        encode=plainly(_to_base2048),
        decode=_of_base2048,
        sure=always,
    )


def in_ecoji() -> Codec:
    """Ecoji: ten bits an emoji, four for five bytes."""
    return Codec(
        title="Ecoji", title_zh="Ecoji表情编码", encode=plainly(_to_ecoji), decode=_of_ecoji, sure=always
    )


def _to_base2048(text: str) -> str:
    known, pieces = _alphabet("base2048", ELEVEN), _cut(_bits(text), ELEVEN)
    if not pieces:
        return ""
    *whole, rest = pieces
    tail = table("wide")["base2048_tail"]
    end = tail[int(rest, 2)] if len(rest) <= FEW else known.signs[rest.zfill(ELEVEN)]
    return "".join(map(known.signs.__getitem__, whole)) + end


def _of_base2048(payload: str) -> str | None:
    known, tail = _alphabet("base2048", ELEVEN).bits, table("wide")["base2048_tail"]
    whole, end = payload.strip()[:-1], payload.strip()[-1:]
    if not end:
        return ""
    try:
        bits = "".join(map(known.__getitem__, whole))
        left = -len(bits) % 8
        if end in tail:
            if not 0 < left <= FEW:
                return None
            rest = f"{tail.index(end):0{left}b}"
        else:
            left += 0 if left > FEW else 8
            rest = known[end][ELEVEN - left :] if "1" not in known[end][: ELEVEN - left] else ""
    except KeyError:
        return None
    return _text(bits + rest) if len(rest) == left else None


def _to_ecoji(text: str) -> str:
    bits = _bits(text)
    *whole, rest = _cut(bits, TEN) or [""]
    signs = _alphabet("ecoji", TEN).signs
    written = "".join(map(signs.__getitem__, whole))
    if len(whole) % GROUP == GROUP - 1 and len(rest) == 2:
        return written + _LAST[int(rest, 2)]
    written += signs[rest.ljust(TEN, "0")] if rest else ""
    return written + _NOTHING * (-len(written) % GROUP)


def _of_ecoji(payload: str) -> str | None:
    """Lines are joined; what is padded with bits other than zeros is no Ecoji."""
    payload = "".join(payload.split())
    body = payload.rstrip(_NOTHING)
    last = body[-1:] if body[-1:] and body[-1:] in _LAST else ""
    known = _alphabet("ecoji", TEN).bits
    try:
        bits = "".join(map(known.__getitem__, body.removesuffix(last)))
    except KeyError:
        return None
    bits += f"{_LAST.index(last):02b}" if last else ""
    rest = bits[len(bits) - len(bits) % 8 :]
    whole = len(payload) % GROUP == 0 and len(payload) - len(body) < GROUP and "1" not in rest
    return _text(bits.removesuffix(rest)) if whole else None


@cache
def _alphabet(name: str, bits: int) -> _Alphabet:
    ends = [[int(code, 16) for code in each.split("-")] for each in table("wide")[name].split()]
    signs = [chr(code) for each in ends for code in range(each[0], each[-1] + 1)]
    numbered = {f"{number:0{bits}b}": sign for number, sign in enumerate(signs)}
    return _Alphabet(numbered, {sign: written for written, sign in numbered.items()})


def _bits(text: str) -> str:
    octets = text.encode()
    return f"{int.from_bytes(octets):0{8 * len(octets)}b}" if octets else ""


def _cut(bits: str, size: int) -> list[str]:
    return [bits[at : at + size] for at in range(0, len(bits), size)]


def _text(bits: str) -> str | None:
    try:
        return int(bits or "0", 2).to_bytes(len(bits) // 8).decode()
    except (ValueError, OverflowError):
        return None
