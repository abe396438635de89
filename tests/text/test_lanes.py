"""Base32 and Ascii85 of a whole text at once are what Python's own functions give and refuse."""

import base64
from collections.abc import Callable
from random import Random

import pytest

from plimsoll.text.codecs import lanes

SIZES = (*range(80), 2047, 2048, 2049, 2559, 2560, 2561, 5000)
ZEROS = bytes((0, 0, 0, 255, 1))


def octets(kind: str, size: int) -> bytes:
    draw = Random(f"{kind}{size}")
    if kind == "zeros":
        return bytes(draw.choice(ZEROS) for _ in range(size))
    return b"\xff" * size if kind == "ones" else draw.randbytes(size)


@pytest.mark.parametrize("kind", ["any", "zeros", "ones"])
def test_what_is_written_is_what_python_writes_and_is_read_again(kind: str) -> None:
    for size in SIZES:
        given = octets(kind, size)
        assert lanes.to_base32(given) == base64.b32encode(given)
        assert lanes.of_base32(base64.b32encode(given)) == given
        assert lanes.to_ascii85(given) == base64.a85encode(given)
        assert lanes.of_ascii85(base64.a85encode(given)) == given


def outcome(read: Callable[[bytes], bytes], payload: bytes) -> bytes | None:
    try:
        return read(payload)
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("ours", "pythons", "signs"),
    [
        (lanes.of_base32, base64.b32decode, b"ABCXYZ234567==a1 "),
        (lanes.of_ascii85, base64.a85decode, b'!"#09:;<=>?@ABCuuustz ~v\n'),
    ],
)
def test_what_cannot_be_read_is_refused_where_python_refuses_it(
    ours: Callable[[bytes], bytes], pythons: Callable[[bytes], bytes], signs: bytes
) -> None:
    draw = Random(5)
    for _ in range(4_000):
        payload = bytes(draw.choices(signs, k=draw.randrange(18)))
        assert outcome(ours, payload) == outcome(pythons, payload), payload
