"""Letters -> signs of another writing: Morse, Braille, spelling words, marks above and below."""

import re
from random import Random

from plimsoll.text.codecs.codec import Codec, Written, always, by_words, never, plainly
from plimsoll.text.codecs.letters import LATIN
from plimsoll.text.codecs.tables import table
from plimsoll.text.expressions import expression

MORSE = table("morse")
_FROM_MORSE = {code: letter for letter, code in MORSE.items()}
NATO = table("nato")
_SPELLED = NATO | {letter.lower(): word for letter, word in NATO.items()}
_SPELLED_SMALL = {ord(letter): letter.lower() for letter in NATO}
_FROM_NATO = {word.lower(): letter.lower() for letter, word in NATO.items()}
_BRAILLE = dict(zip("abcdefghijklmnopqrstuvwxyz", "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵", strict=True))
_CAPITAL = "⠠"
_TO_BRAILLE = {ord(letter): cell for letter, cell in _BRAILLE.items()} | {
    ord(letter.upper()): _CAPITAL + cell for letter, cell in _BRAILLE.items()
}
_FROM_BRAILLE = {cell: letter for letter, cell in _BRAILLE.items()}
_FROM_CELLS = {ord(cell): letter for cell, letter in _FROM_BRAILLE.items()}
_SUPERSCRIPT = str.maketrans(
    "abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW0123456789+-=()",
    "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾",
)
_LOWERED = {to: of for of, to in _SUPERSCRIPT.items()}
_REGIONAL = {ord("a") + place: chr(0x1F1E6 + place) + "\u200b" for place in range(26)} | {
    ord("A") + place: chr(0x1F1E6 + place) + "\u200b" for place in range(26)
}
_FROM_REGIONAL = {0x1F1E6 + place: chr(ord("a") + place) for place in range(26)} | {0x200B: None}
HOMOGLYPHS = str.maketrans("aceopxyijsABCEHKMOPTXYIJS", "асеорхуіјѕАВСЕНКМОРТХУІЈЅ")
"""Latin letters and Cyrillic ones that look the same (Unicode's confusables)."""
_SKELETON = {ord(chr(to)): of for of, to in HOMOGLYPHS.items()}
_MARK_OF = bytes(octet % 0x70 for octet in range(256))
"""An octet -> the low byte of one of the 112 combining marks from U+0300 on."""
_MARKS = expression("[\u0300-\u036f]+")
_LETTERS, _ASCII_LETTERS = expression(r"([^\W_]+)"), expression("([A-Za-z0-9]+)")
_LATIN_OR_DIGIT = re.compile(r"[A-Za-z0-9]")


def morse() -> Codec:
    """International Morse, `/` between words; a sign that Morse does not have is left out."""

    def code_of(word: str) -> str:
        return " ".join(filter(None, map(MORSE.get, word.upper())))

    def word_of(codes: str) -> str:
        return "".join(map(_FROM_MORSE.__getitem__, codes.split())).lower()

    def kept_of(word: str) -> str:
        return "".join(filter(MORSE.__contains__, word.upper())).lower()

    written, read, left = Written(code_of), Written(word_of), Written(kept_of)

    def decode(payload: str) -> str | None:
        try:
            return " ".join(map(read.__getitem__, payload.split("/")))
        except KeyError:
            return None

    return Codec(
        title="Morse code",
        title_zh="摩尔斯电码",
        encode=plainly(lambda text: " / ".join(map(written.__getitem__, text.split()))),
        decode=decode,
        kept=lambda text: " ".join(map(left.__getitem__, text.split())),
        sure=always,
        moves=_LATIN_OR_DIGIT,
    )


def nato() -> Codec:
    """A word of the spelling alphabet for each letter; two spaces between words."""

    def spelling_of(word: str) -> str:
        return " ".join(map(_SPELLED.get, word, word))

    def word_of(spelling: str) -> str:
        return "".join([_FROM_NATO.get(each.lower(), each) for each in spelling.split(" ")])

    def kept_of(word: str) -> str:
        return word.translate(_SPELLED_SMALL)

    written, read, left = Written(spelling_of), Written(word_of), Written(kept_of)
    return Codec(
        title="the NATO phonetic alphabet",
        title_zh="北约音标字母",
        encode=plainly(lambda text: "  ".join(map(written.__getitem__, text.split()))),
        decode=lambda payload: " ".join(map(read.__getitem__, payload.split("  "))),
        kept=lambda text: " ".join(map(left.__getitem__, text.split())),
        sure=always,
        moves=LATIN,
    )


def braille() -> Codec:
    """Braille cells, a sign before capitals."""

    def decode(payload: str) -> str:
        if payload.isascii():
            return payload
        first, *more = payload.translate(_FROM_CELLS).split(_CAPITAL)
        if all(more):
            return first + "".join([piece[0].upper() + piece[1:] for piece in more])
        out, capital = list[str](), False
        for sign in payload:
            if sign == _CAPITAL and not capital:
                capital = True
                continue
            letter = _FROM_BRAILLE.get(sign, sign)
            out.append(letter.upper() if capital else letter)
            capital = False
        return "".join(out)

    return Codec(
        title="Braille",
        title_zh="盲文",
        encode=plainly(by_words(lambda word: word.translate(_TO_BRAILLE))),
        decode=decode,
        kept=decode,
        sure=str.isascii,
        moves=LATIN,
    )


def superscript() -> Codec:
    """Raised letters and digits, where Unicode has them."""
    return Codec(
        title="superscript",
        title_zh="上标字符",
        encode=plainly(lambda text: text.translate(_SUPERSCRIPT)),
        decode=lambda payload: payload.translate(_LOWERED),
        kept=lambda text: text.translate(_LOWERED),
        sure=always,
        moves=_LATIN_OR_DIGIT,
    )


def emoji_letters() -> Codec:
    """Regional indicator signs, kept from joining to flags."""
    return Codec(
        title="emoji letters",
        title_zh="表情字母",
        encode=plainly(lambda text: text.translate(_REGIONAL)),
        decode=lambda payload: payload.translate(_FROM_REGIONAL),
        kept=lambda text: "".join(c.lower() if c.isascii() else c for c in text.translate(_FROM_REGIONAL)),
        sure=always,
        moves=LATIN,
    )


def homoglyphs(share: float) -> Codec:
    """Latin letters as Cyrillic ones of the same look: that share of those that have one."""

    def whole(text: str) -> str:
        return text.translate(HOMOGLYPHS)

    def encode(text: str, draw: Random) -> str:
        return "".join(c.translate(HOMOGLYPHS) if draw.random() < share else c for c in text)

    return Codec(
        title="look-alike letters",
        title_zh="形近字母",
        encode=plainly(whole) if share >= 1 else encode,
        decode=lambda payload: payload.translate(_SKELETON),
        kept=lambda text: text.translate(_SKELETON),
        sure=always,
        moves=LATIN,
    )


def _unmarked(text: str) -> str:
    return text if text.isascii() else _MARKS.sub("", text)


def marked(intensity: int) -> Codec:
    """Combining marks heaped on every letter ("zalgo")."""

    def encode(text: str, draw: Random) -> str:
        runs = (_ASCII_LETTERS if text.isascii() else _LETTERS).split(text)
        letters = "".join(runs[1::2])
        heaped = _heaped(letters, draw.randbytes(intensity * len(letters)).translate(_MARK_OF))
        start, step = 0, intensity + 1
        for place in range(1, len(runs), 2):
            end = start + step * len(runs[place])
            runs[place] = heaped[start:end]
            start = end
        return "".join(runs)

    return Codec(
        title="text with combining marks",
        title_zh="叠加符号文字",
        encode=encode,
        decode=_unmarked,
        kept=_unmarked,
        sure=always,
    )


def _heaped(letters: str, marks: bytes) -> str:
    """Every letter with as many of the marks as there are for each."""
    if not letters:
        return ""
    each = len(marks) // len(letters)
    if not letters.isascii() and max(letters) > "\uffff":
        heaps = ("".join(chr(0x300 + mark) for mark in marks[at::each]) for at in range(each))
        return "".join(map("".join, zip(letters, *heaps, strict=True)))
    # As UTF-16, in which letters and marks have one size: each kind goes to its places in one step.
    size = 2 * (each + 1)
    signs = bytearray(b"\x03") * (size * len(letters))
    octets = letters.encode("utf-16-le")
    signs[::size], signs[1::size] = octets[::2], octets[1::2]
    for place in range(each):
        signs[2 * place + 2 :: size] = marks[place::each]
    return signs.decode("utf-16-le")


def accented(mark: str) -> Codec:
    """The same accent on every vowel."""

    def encode(text: str) -> str:
        return "".join(c + mark if c in "aeiouAEIOU" else c for c in text)

    return Codec(
        title="accented letters",
        title_zh="带变音符号的字母",
        encode=plainly(encode),
        decode=_unmarked,
        kept=_unmarked,
        sure=never if _unmarked(mark) else always,
        moves=LATIN,
    )
