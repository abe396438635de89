"""Bytes or code points of a text -> digits and letters of an alphabet, and back."""

import base64
import binascii
import quopri
from collections.abc import Callable
from functools import partial
from typing import Literal
from urllib.parse import quote, unquote

from plimsoll.text.codecs import lanes
from plimsoll.text.codecs.codec import Codec, Written, always, never, plainly

Alphabet = Literal["std", "url"]
Radix = Literal[2, 8, 10, 16]
WIDTHS = {2: "b", 8: "o", 10: "d", 16: "x"}


def _of_bytes(title: str, to: Callable[[bytes], bytes], back: Callable[[bytes], bytes]) -> Codec:
    """A codec over UTF-8."""

    def encode(text: str) -> str:
        return to(text.encode()).decode("ascii")

    def decode(payload: str) -> str | None:
        try:
            return back(payload.strip().encode("ascii")).decode()
        except ValueError:  # letters, padding or bytes that the writing does not have
            return None

    return Codec(title=title, title_zh=f"{title}编码", encode=plainly(encode), decode=decode, sure=always)


_to_base64 = partial(binascii.b2a_base64, newline=False)
_of_base64 = partial(binascii.a2b_base64, strict_mode=True)
"""As `base64` calls them, without what it does around that."""


def _strict_url(payload: bytes) -> bytes:
    return base64.b64decode(payload, altchars=b"-_", validate=True)


def in_base64(alphabet: Alphabet) -> Codec:
    """Base64 in the standard or the URL-safe alphabet, unbroken."""
    if alphabet == "url":
        return _of_bytes("URL-safe Base64", base64.urlsafe_b64encode, _strict_url)
    return _of_bytes("Base64", _to_base64, _of_base64)


def in_base32() -> Codec:
    """Base32."""
    return _of_bytes("Base32", lanes.to_base32, lanes.of_base32)


def in_ascii85() -> Codec:
    """Ascii85 without a frame."""
    return _of_bytes("Ascii85", lanes.to_ascii85, lanes.of_ascii85)


def in_quoted_printable() -> Codec:
    """Quoted-printable as in mail, without soft line breaks."""

    def encode(text: str) -> str:
        # A letter is left as it is; everything else becomes =XX, so that the text looks written anew.
        return "".join(
            chr(byte) if chr(byte).isalpha() and byte < 128 else f"={byte:02X}" for byte in text.encode()
        )

    def decode(payload: str) -> str | None:
        try:
            return quopri.decodestring(payload.strip().encode("ascii")).decode()
        except ValueError:
            return None

    return Codec(
        title="quoted-printable",
        title_zh="quoted-printable编码",
        encode=plainly(encode),
        decode=decode,
        sure=always,
    )


def in_uu() -> Codec:
    """Uuencoding, 45 bytes a line, without the frame of a file."""

    def encode(text: str) -> str:
        octets = text.encode()
        lines = (binascii.b2a_uu(octets[at : at + 45], backtick=True) for at in range(0, len(octets), 45))
        return b"".join(lines).decode("ascii")

    def decode(payload: str) -> str | None:
        try:
            lines = payload.encode("ascii").splitlines()
            return b"".join(map(binascii.a2b_uu, filter(None, lines))).decode()
        except ValueError:
            return None

    return Codec(title="uuencoding", title_zh="UU编码", encode=plainly(encode), decode=decode, sure=always)


def in_url(safe: str) -> Codec:
    """Percent signs for every byte that a URL does not allow."""

    # `quote` leaves ASCII letters as they are: S-Eval's way, and the one that readers know.
    quoted = Written(partial(quote, safe=safe)).__getitem__
    unquoted = Written(partial(unquote, errors="strict")).__getitem__
    space = quote(" ", safe=safe)

    def every(text: str) -> str:
        return space.join(map(quoted, text.split(" ")))

    def decode(payload: str) -> str | None:
        try:
            return " ".join(map(unquoted, payload.split(space)))
        except ValueError:
            return None

    return Codec(
        title="URL encoding",
        title_zh="URL编码",
        encode=plainly(every),
        decode=decode,
        sure=never if "%" in safe else always,
    )


def in_hex(separator: str) -> Codec:
    """UTF-8 bytes as two hexadecimal digits each."""

    def encode(text: str) -> str:
        return text.encode().hex(separator) if separator else text.encode().hex()

    def decode(payload: str) -> str | None:
        try:
            return bytes.fromhex(payload.replace(separator or " ", " ")).decode()
        except ValueError:
            return None

    return Codec(title="hexadecimal", title_zh="十六进制", encode=plainly(encode), decode=decode, sure=always)


def in_codes(base: Radix, separator: str) -> Codec:
    """Every character as its code point."""
    form = WIDTHS[base]

    def encode(text: str) -> str:
        return separator.join(format(ord(character), form) for character in text)

    def decode(payload: str) -> str | None:
        try:
            return "".join(chr(int(code, base)) for code in payload.strip().split(separator.strip() or None))
        except (ValueError, OverflowError):
            return None

    return Codec(
        title=f"character codes (base {base})",
        title_zh=f"字符编码（{base}进制）",
        encode=plainly(encode),
        decode=decode,
        sure=never if separator.strip() else always,
    )


def in_bits(bits: Literal[8, 16, 32]) -> Codec:
    """Bits, the same number for each byte (8) or each code unit of UTF-16 or UTF-32."""
    encoding = {8: "utf-8", 16: "utf-16-be", 32: "utf-32-be"}[bits]
    step = bits // 8

    def units(sign: str) -> str:
        octets = sign.encode(encoding)
        pieces = (octets[at : at + step] for at in range(0, len(octets), step))
        return " ".join(f"{int.from_bytes(piece):0{bits}b}" for piece in pieces)

    written = Written(units).__getitem__
    of_word = Written(lambda word: " ".join(map(written, word))).__getitem__
    between = f" {units(' ')} "

    def decode(payload: str) -> str | None:
        found = payload.split()
        try:
            if set(map(len, found)) == {bits}:
                return int("".join(found), 2).to_bytes(step * len(found)).decode(encoding)
            return b"".join([int(unit, 2).to_bytes(step) for unit in found]).decode(encoding)
        except (ValueError, OverflowError):
            return None

    def encode(text: str) -> str:
        words = text.split(" ")
        return " ".join(map(written, text)) if "" in words else between.join(map(of_word, words))

    return Codec(title="binary", title_zh="二进制", encode=plainly(encode), decode=decode, sure=always)


def in_unicode_escapes() -> Codec:
    r"""Every character as `\uXXXX` or `\UXXXXXXXX`."""

    def escape(character: str) -> str:
        code = ord(character)
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"

    def decode(payload: str) -> str | None:
        try:
            return payload.strip().encode("ascii").decode("unicode_escape")
        except ValueError:
            return None

    return Codec(
        title="Unicode escapes",
        title_zh="Unicode转义",
        encode=plainly(lambda text: "".join(map(escape, text))),
        decode=decode,
        sure=always,
    )
