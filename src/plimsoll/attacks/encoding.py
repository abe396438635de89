"""Plain text -> encoded text: does a model guard its answers in an alphabet that it still reads?"""

from typing import Literal

from plimsoll.attacks._tokens import tokens_of
from plimsoll.attacks._transform import CarrierName, Transform
from plimsoll.core import UserError
from plimsoll.registry import attack
from plimsoll.text.codecs import invisible, letters, order, radix, signs, wide


@attack
def base64(carrier: CarrierName = "raw", alphabet: radix.Alphabet = "std") -> Transform:
    """The request in Base64."""
    return Transform("encoding/base64", radix.in_base64(alphabet), carrier)


@attack
def base32(carrier: CarrierName = "raw") -> Transform:
    """The request in Base32."""
    return Transform("encoding/base32", radix.in_base32(), carrier)


@attack
def ascii85(carrier: CarrierName = "raw") -> Transform:
    """The request in Ascii85."""
    return Transform("encoding/ascii85", radix.in_ascii85(), carrier)


@attack
def base2048(carrier: CarrierName = "raw") -> Transform:
    """The request in Base2048: signs of many alphabets, eleven bits each."""
    return Transform("encoding/base2048", wide.in_base2048(), carrier)


@attack
def ecoji(carrier: CarrierName = "raw") -> Transform:
    """The request in Ecoji: four emojis for five bytes."""
    return Transform("encoding/ecoji", wide.in_ecoji(), carrier)


@attack
def hexadecimal(carrier: CarrierName = "raw", separator: Literal["", " ", ":", "-"] = "") -> Transform:
    """The request as hexadecimal bytes."""
    return Transform("encoding/hexadecimal", radix.in_hex(separator), carrier)


@attack
def binary(carrier: CarrierName = "raw", bits: Literal[8, 16, 32] = 8) -> Transform:
    """The request as bits: bytes, or code units of UTF-16 or UTF-32."""
    return Transform("encoding/binary", radix.in_bits(bits), carrier)


@attack
def ascii_codes(carrier: CarrierName = "raw", base: radix.Radix = 10, separator: str = " ") -> Transform:
    """Every character as its code point."""
    if not separator:
        raise UserError("encoding/ascii_codes: separator is empty, and codes would run into each other")
    return Transform("encoding/ascii_codes", radix.in_codes(base, separator), carrier)


@attack
def url(carrier: CarrierName = "raw", safe: str = "/") -> Transform:
    """The request with percent signs, as in an address."""
    return Transform("encoding/url", radix.in_url(safe), carrier)


@attack
def quoted_printable(carrier: CarrierName = "raw") -> Transform:
    """The request in mail's quoted-printable."""
    return Transform("encoding/quoted_printable", radix.in_quoted_printable(), carrier)


@attack
def uu(carrier: CarrierName = "raw") -> Transform:
    """The request uuencoded."""
    return Transform("encoding/uu", radix.in_uu(), carrier)


@attack
def unicode_escape(carrier: CarrierName = "raw") -> Transform:
    r"""Every character as `\uXXXX`."""
    return Transform("encoding/unicode_escape", radix.in_unicode_escapes(), carrier)


@attack
def rot13(carrier: CarrierName = "raw") -> Transform:
    """Every Latin letter moved on by thirteen."""
    return Transform("encoding/rot13", letters.rot13(), carrier)


@attack
def atbash(carrier: CarrierName = "raw") -> Transform:
    """The Latin alphabet mirrored."""
    return Transform("encoding/atbash", letters.atbash(), carrier)


@attack
def caesar(
    carrier: CarrierName = "raw", offset: int = 3, han: Literal["keep", "shift"] = "keep"
) -> Transform:
    """Letters moved on by an offset; `han=shift` moves Chinese characters as well, as S-Eval does."""
    return Transform("encoding/caesar", letters.shifted(offset, han), carrier)


@attack
def vigenere(carrier: CarrierName = "raw", key: str = "plimsoll") -> Transform:
    """Letters moved on by those of a key."""
    if not letters.LATIN.search(key):
        raise UserError(f"encoding/vigenere: key {key!r} has no Latin letter")
    return Transform("encoding/vigenere", letters.vigenere(key), carrier)


@attack
def bijection(
    carrier: CarrierName = "expert",
    into: Literal["letters", "digits", "tokens"] = "letters",
    file: str = "",
    seed: int = 0,
) -> Transform:
    """An alphabet drawn by chance and taught in the prompt, with examples.

    `into=tokens` draws its signs from the tokens of `file`: one a line, or a tokenizer's own JSON."""
    if (into == "tokens") != bool(file):
        raise UserError("encoding/bijection: into=tokens and file=TOKENS belong together")
    if into == "tokens":
        codec = letters.worded(str(seed), tokens_of("encoding/bijection", file))
    else:
        codec = (letters.bijection if into == "letters" else letters.numbered)(str(seed))
    return Transform("encoding/bijection", codec, carrier, seed)


@attack
def morse(carrier: CarrierName = "raw") -> Transform:
    """International Morse code; signs that it does not have are left out."""
    return Transform("encoding/morse", signs.morse(), carrier)


@attack
def nato(carrier: CarrierName = "raw") -> Transform:
    """A spelling word for each letter."""
    return Transform("encoding/nato", signs.nato(), carrier)


@attack
def braille(carrier: CarrierName = "raw") -> Transform:
    """Braille cells."""
    return Transform("encoding/braille", signs.braille(), carrier)


@attack
def reversed_text(carrier: CarrierName = "raw", unit: order.Unit = "char") -> Transform:
    """The request backwards: by characters, by words, or within each word."""
    return Transform("encoding/reversed_text", order.backwards(unit), carrier)


@attack
def tags(carrier: CarrierName = "raw") -> Transform:
    """The request in Unicode's invisible copy of ASCII."""
    return Transform("encoding/tags", invisible.tags(), carrier)


@attack
def variation_selectors(carrier: CarrierName = "raw", sign: str = "😊") -> Transform:
    """The request hidden behind one visible sign."""
    return Transform("encoding/variation_selectors", invisible.variation_selectors(sign), carrier)


@attack
def sneaky_bits(carrier: CarrierName = "raw") -> Transform:
    """The request as invisible bits."""
    return Transform("encoding/sneaky_bits", invisible.sneaky_bits(), carrier)
