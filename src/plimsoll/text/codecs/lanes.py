"""Bytes -> Base32 and Ascii85, and back: a whole text at once, as one large number.

Python's own functions go group by group. Here each group has a lane of 64 bits in one number, and a shift,
a mask or a product of that number is one of all groups. What they give and refuse is what Python's do.
"""

import base64
from functools import cache
from typing import NamedTuple

BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
LANES = 512
"""Groups that are worked on at once: a longer text goes Python's way."""
MISSING = {0: 0, 1: 6, 2: 4, 3: 3, 4: 1}
"""Octets in the last group of five -> signs of its eight that are padding."""
LEFT_OUT = {0: 0, 6: 4, 4: 3, 3: 2, 1: 1}
_BACK = bytes(max(0, BASE32.find(octet)) for octet in range(256))
_ASCII85 = bytes(range(33, 118))
_RECIPROCAL = -(-(1 << 38) // 85)
_TO_33 = bytes((octet + 33) % 256 for octet in range(256))
_FROM_33 = bytes(max(0, octet - 33) for octet in range(256))


class _Step(NamedTuple):
    """One halving of every lane: its high bits, its low bits, and how far the high ones move."""

    high: int
    low: int
    by: int


@cache
def _steps() -> tuple[_Step, ...]:
    """40 bits of a lane into two times 20, four times 10, eight times 5, each in octets of its own."""

    def repeated(mask: int, size: int) -> int:
        return int.from_bytes(mask.to_bytes(size) * (8 // size * LANES))

    return tuple(
        _Step(repeated(((1 << bits) - 1) << bits, size), repeated((1 << bits) - 1, size), 4 * size - bits)
        for size, bits in ((8, 20), (4, 10), (2, 5))
    )


@cache
def _above() -> int:
    """The upper half of every lane."""
    return int.from_bytes(b"\xff\xff\xff\xff\0\0\0\0" * LANES)


@cache
def _below() -> int:
    """The lowest 26 bits of every lane."""
    return int.from_bytes(b"\0\0\0\0\x03\xff\xff\xff" * LANES)


def to_base32(octets: bytes) -> bytes:
    """`base64.b32encode`."""
    groups = -(-len(octets) // 5)
    if groups > LANES:
        return base64.b32encode(octets)
    padding = MISSING[len(octets) % 5]
    whole = octets + bytes(5 * groups - len(octets))
    lanes = bytearray(8 * groups)
    for at in range(5):
        lanes[3 + at :: 8] = whole[at::5]
    number = int.from_bytes(lanes)
    for high, low, by in _steps():
        number = (number & high) << by | number & low
    signs = number.to_bytes(8 * groups).translate(BASE32 + bytes(256 - len(BASE32)))
    return signs[: len(signs) - padding] + b"=" * padding


def of_base32(payload: bytes) -> bytes:
    """`base64.b32decode`. Raises `ValueError`."""
    groups = len(payload) // 8
    body = payload.rstrip(b"=")
    padding = len(payload) - len(body)
    if len(payload) % 8 or padding not in LEFT_OUT or body.translate(None, BASE32) or groups > LANES:
        return base64.b32decode(payload)
    number = int.from_bytes(body.translate(_BACK) + bytes(padding))
    for high, low, by in reversed(_steps()):
        number = (number >> by) & high | number & low
    lanes = number.to_bytes(8 * groups)
    octets = bytearray(5 * groups)
    for at in range(5):
        octets[at::5] = lanes[3 + at :: 8]
    return bytes(octets[: len(octets) - LEFT_OUT[padding]])


def to_ascii85(octets: bytes) -> bytes:
    """`base64.a85encode`."""
    groups = -(-len(octets) // 4)
    if groups > LANES or b"\0\0\0\0" in octets or octets.endswith(b"\0"):
        return base64.a85encode(octets)  # four zeros are one sign, where they are a group
    padding = 4 * groups - len(octets)
    whole = octets + bytes(padding)
    lanes = bytearray(8 * groups)
    for at in range(4):
        lanes[4 + at :: 8] = whole[at::4]
    left, number = int.from_bytes(lanes), 0
    for place in range(5):
        # Division by 85 as a product: exact below 2 ** 32, and no product leaves its lane.
        quotient = (left * _RECIPROCAL >> 38) & _below()
        number |= (left - 85 * quotient) << (8 * place)
        left = quotient
    digits = number.to_bytes(8 * groups)
    signs = bytearray(5 * groups)
    for at in range(5):
        signs[at::5] = digits[3 + at :: 8]
    return bytes(signs[: len(signs) - padding]).translate(_TO_33)


def of_ascii85(payload: bytes) -> bytes:
    """`base64.a85decode`. Raises `ValueError`."""
    groups = -(-len(payload) // 5)
    if groups > LANES or payload.translate(None, _ASCII85):
        return base64.a85decode(payload)
    padding = 5 * groups - len(payload)
    digits = (payload + b"u" * padding).translate(_FROM_33)
    number = 0
    for at in range(5):
        lanes = bytearray(8 * groups)
        lanes[7::8] = digits[at::5]
        number = 85 * number + int.from_bytes(lanes)
    if number & _above():
        raise ValueError("a group of five signs stands for more than four bytes")
    lanes = number.to_bytes(8 * groups)
    octets = bytearray(4 * groups)
    for at in range(4):
        octets[at::4] = lanes[4 + at :: 8]
    return bytes(octets[: len(octets) - padding])
