"""Letters of the Latin alphabet -> other letters or digits of it."""

import re
import string
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from random import Random
from typing import Literal

from plimsoll.text.ciphers import caesar
from plimsoll.text.codecs.codec import Codec, always, never, plainly

LATIN = re.compile(r"[A-Za-z]")
LATIN_OR_HAN = re.compile(r"[A-Za-z\u4e00-\u9fff]")
LOWER, UPPER = string.ascii_lowercase, string.ascii_uppercase
LEET = str.maketrans("aAbBeEgGiIlLoOsStTzZ", "44883399111100557722")
_WORD = re.compile(r"[A-Za-z]+")
_VOWELS = "aeiouAEIOU"
_TO_LOWER = str.maketrans(UPPER, LOWER)


def _swapping(title: str, title_zh: str, table: dict[int, int]) -> Codec:
    return Codec(
        title=title,
        title_zh=title_zh,
        encode=plainly(_swapped(table)),
        decode=_swapped({to: of for of, to in table.items()}),
        sure=always if set(table) == set(table.values()) else never,
        moves=LATIN,
    )


def _swapped(table: dict[int, int]) -> Callable[[str], str]:
    """A text with letters of ASCII swapped for others; of ASCII alone by its bytes, twice as fast."""
    octets = bytes(table.get(code, code) for code in range(256))

    def swapped(text: str) -> str:
        if text.isascii():
            return text.encode("ascii").translate(octets).decode("ascii")
        return text.translate(table)

    return swapped


def rot13() -> Codec:
    """Every Latin letter moved on by thirteen."""
    turned = LOWER[13:] + LOWER[:13] + UPPER[13:] + UPPER[:13]
    return _swapping("ROT13", "ROT13密码", str.maketrans(LOWER + UPPER, turned))


def atbash() -> Codec:
    """A for Z, B for Y, and so on."""
    return _swapping(
        "the Atbash cipher", "埃特巴什码", str.maketrans(LOWER + UPPER, LOWER[::-1] + UPPER[::-1])
    )


def shifted(offset: int, han: Literal["keep", "shift"]) -> Codec:
    """Caesar's cipher; `han=shift` moves Chinese characters by as many code points, as S-Eval does."""
    if han == "shift":
        return Codec(
            title=f"the Caesar cipher with an offset of {offset}",
            title_zh=f"偏移量为{offset}的凯撒密码",
            encode=plainly(lambda text: caesar(text, offset)),
            decode=lambda payload: caesar(payload, -offset),
            kept=lambda text: caesar(caesar(text, offset), -offset),
            sure=always,
            moves=LATIN_OR_HAN,
        )
    step = offset % 26
    turned = LOWER[step:] + LOWER[:step] + UPPER[step:] + UPPER[:step]
    return _swapping(
        f"the Caesar cipher with an offset of {offset}",
        f"偏移量为{offset}的凯撒密码",
        str.maketrans(LOWER + UPPER, turned),
    )


def vigenere(key: str) -> Codec:
    """Every Latin letter moved on by the next letter of a key. The key holds at least one Latin letter."""
    steps = [ord(letter) - 97 for letter in key.lower() if letter in LOWER]

    def moved(text: str, sign: int) -> str:
        at, out = 0, list[str]()
        for letter in text:
            if letter in LOWER or letter in UPPER:
                alphabet = LOWER if letter in LOWER else UPPER
                out.append(alphabet[(alphabet.index(letter) + sign * steps[at % len(steps)]) % 26])
                at += 1
            else:
                out.append(letter)
        return "".join(out)

    return Codec(
        title=f'the Vigenère cipher with the key "{key}"',
        title_zh=f"密钥为“{key}”的维吉尼亚密码",
        encode=plainly(lambda text: moved(text, 1)),
        decode=lambda payload: moved(payload, -1),
        sure=always,
        moves=LATIN,
    )


def leet(share: float) -> Codec:
    """Letters that look like digits written as digits: that share of them."""

    def encode(text: str, draw: Random) -> str:
        return "".join(
            letter.translate(LEET) if letter.isalpha() and draw.random() < share else letter
            for letter in text
        )

    return Codec(
        title="leetspeak",
        title_zh="黑客语",
        encode=plainly(_swapped(LEET)) if share >= 1 else encode,
        moves=LATIN,
    )


def pig_latin() -> Codec:
    """The consonants that a word begins with go to its end, then `ay`."""

    def turned(match: re.Match[str]) -> str:
        word = match[0]
        at = next((place for place, letter in enumerate(word) if letter in _VOWELS), 0)
        return f"{word[at:]}{word[:at].lower()}{'ay' if at else 'way'}"

    return Codec(
        title="Pig Latin",
        title_zh="儿童黑话（Pig Latin）",
        encode=plainly(lambda text: _WORD.sub(turned, text)),
        moves=LATIN,
    )


def without_vowels() -> Codec:
    """Vowels are left out."""
    table = {ord(vowel): None for vowel in _VOWELS}
    return Codec(
        title="disemvoweled English",
        title_zh="去元音英文",
        encode=plainly(lambda text: text.translate(table)),
        moves=LATIN,
    )


def initials() -> Codec:
    """Only the first letter of each word."""
    return Codec(
        title="initials",
        title_zh="首字母缩写",
        encode=plainly(lambda text: " ".join(word[0] for word in text.split())),
        moves=LATIN,
    )


def _small(text: str) -> str:
    return text.translate(_TO_LOWER)


def random_capitals(share: float) -> Codec:
    """Latin letters put into capitals by chance, the others into small letters."""

    def encode(text: str, draw: Random) -> str:
        return "".join(
            (c.upper() if draw.random() < share else c.lower()) if c.isascii() else c for c in text
        )

    return Codec(
        title="mixed case",
        title_zh="大小写混杂",
        encode=encode,
        decode=_small,
        kept=_small,
        sure=always,
        moves=LATIN,
    )


def lowercase() -> Codec:
    """No capitals of the Latin alphabet."""
    return Codec(
        title="lower case",
        title_zh="小写",
        encode=plainly(_small),
        decode=_small,
        kept=_small,
        sure=always,
        moves=LATIN,
    )


def camel_case() -> Codec:
    """Words run together, each with a capital."""
    return Codec(
        title="camel case",
        title_zh="驼峰式",
        encode=plainly(lambda text: "".join(word[:1].upper() + word[1:].lower() for word in text.split())),
        moves=LATIN,
    )


@cache
def _teaching(seed: str) -> dict[int, int]:
    letters = list(LOWER)
    Random(seed).shuffle(letters)
    mixed = "".join(letters)
    return str.maketrans(LOWER + UPPER, mixed + mixed.upper())


def bijection(seed: str) -> Codec:
    """An alphabet drawn by chance; carriers that teach it show examples."""
    table = _teaching(seed)
    pairs = ", ".join(f"{letter}={chr(table[ord(letter)])}" for letter in LOWER)
    return _swapping(f"a language in which {pairs}", f"如下字母替换（{pairs}）", table)


def numbered(seed: str) -> Codec:
    """Letters as two-digit numbers drawn by chance, a space between signs; other signs stay as they are."""
    return _spelled(map(str, Random(seed).sample(range(10, 100), len(LOWER))), "数字")


def worded(seed: str, tokens: Sequence[str]) -> Codec:
    """The same with tokens for numbers. They are 26 at the least, have two letters or more, and no space."""
    return _spelled(Random(seed).sample(tokens, len(LOWER)), "词元")


def _spelled(signs: Iterable[str], what_zh: str) -> Codec:
    codes = dict(zip(LOWER, signs, strict=True))
    codes[" "] = blank = "\u2423"
    back = {code: letter for letter, code in codes.items()}

    def encode(text: str) -> str:
        return " ".join(codes.get(sign, sign) for sign in _small(text))

    def decode(payload: str) -> str:
        return "".join(back.get(sign, sign) for sign in payload.split(" "))

    pairs = ", ".join(f"{letter}={code}" for letter, code in codes.items() if letter != " ")
    return Codec(
        title=f"a language in which {pairs}",
        title_zh=f"如下{what_zh}替换（{pairs}）",
        encode=plainly(encode),
        decode=decode,
        kept=lambda text: _small(text).replace(blank, " "),
        sure=always,
        moves=LATIN,
    )
