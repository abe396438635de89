"""Letters -> signs of another writing: Morse, Braille, spelling words, marks above and below."""

import re
from functools import lru_cache
from random import Random

from plimsoll.text.codecs.codec import WORDS, Codec, plainly
from plimsoll.text.codecs.letters import LATIN
from plimsoll.text.codecs.tables import table

MORSE = table("morse")
_FROM_MORSE = {code: letter for letter, code in MORSE.items()}
NATO = table("nato")
_SPELLED = NATO | {letter.lower(): word for letter, word in NATO.items()}
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
MARKS = [chr(code) for code in range(0x0300, 0x0370)]
_MARK_OF = [MARKS[octet % len(MARKS)] for octet in range(256)]
_LATIN_OR_DIGIT = re.compile(r"[A-Za-z0-9]")


def morse() -> Codec:
    """International Morse, `/` between words; a sign that Morse does not have is left out."""

    def encode(text: str) -> str:
        return " / ".join(map(_word_in_morse, text.split()))

    def decode(payload: str) -> str | None:
        try:
            return " ".join(map(_word_of_morse, payload.split("/")))
        except KeyError:
            return None

    def kept(text: str) -> str:
        return " ".join(map(_word_kept_by_morse, text.split()))

    return Codec(
        title="Morse code",
        title_zh="摩尔斯电码",
        encode=plainly(encode),
        decode=decode,
        kept=kept,
        moves=_LATIN_OR_DIGIT,
    )


# Most words of a text were seen before.
@lru_cache(WORDS)
def _word_in_morse(word: str) -> str:
    return " ".join(MORSE[letter] for letter in word.upper() if letter in MORSE)


@lru_cache(WORDS)
def _word_of_morse(word: str) -> str:
    return "".join(_FROM_MORSE[code] for code in word.split()).lower()


@lru_cache(WORDS)
def _word_kept_by_morse(word: str) -> str:
    return "".join(c for c in word.upper() if c in MORSE).lower()


@lru_cache(WORDS)
def _word_in_nato(word: str) -> str:
    return " ".join(_SPELLED.get(letter, letter) for letter in word)


@lru_cache(WORDS)
def _word_of_nato(word: str) -> str:
    return "".join(_FROM_NATO.get(each.lower(), each) for each in word.split(" "))


@lru_cache(WORDS)
def _word_kept_by_nato(word: str) -> str:
    return "".join(c.lower() if c in _SPELLED else c for c in word)


def nato() -> Codec:
    """A word of the spelling alphabet for each letter; two spaces between words."""

    def encode(text: str) -> str:
        return "  ".join(map(_word_in_nato, text.split()))

    def decode(payload: str) -> str | None:
        return " ".join(map(_word_of_nato, payload.split("  ")))

    def kept(text: str) -> str:
        return " ".join(map(_word_kept_by_nato, text.split()))

    return Codec(
        title="the NATO phonetic alphabet",
        title_zh="北约音标字母",
        encode=plainly(encode),
        decode=decode,
        kept=kept,
        moves=LATIN,
    )


def braille() -> Codec:
    """Braille cells, a sign before capitals."""

    def decode(payload: str) -> str:
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
        encode=plainly(lambda text: text.translate(_TO_BRAILLE)),
        decode=decode,
        kept=decode,
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
        moves=LATIN,
    )


def homoglyphs(share: float) -> Codec:
    """Latin letters as Cyrillic ones of the same look: that share of those that have one."""

    def encode(text: str, draw: Random) -> str:
        if share >= 1:
            return text.translate(HOMOGLYPHS)
        return "".join(c.translate(HOMOGLYPHS) if draw.random() < share else c for c in text)

    return Codec(
        title="look-alike letters",
        title_zh="形近字母",
        encode=encode,
        decode=lambda payload: payload.translate(_SKELETON),
        kept=lambda text: text.translate(_SKELETON),
        moves=LATIN,
    )


def _unmarked(text: str) -> str:
    return "".join(c for c in text if not "\u0300" <= c <= "\u036f")


def marked(intensity: int) -> Codec:
    """Combining marks heaped on every letter ("zalgo")."""

    def encode(text: str, draw: Random) -> str:
        letters = list(map(str.isalnum, text))
        marks = draw.randbytes(intensity * sum(letters)).decode("latin-1").translate(_MARK_OF)
        heaps = (marks[at : at + intensity] for at in range(0, len(marks), intensity))
        return "".join(c + next(heaps) if marked else c for c, marked in zip(text, letters, strict=True))

    return Codec(
        title="text with combining marks",
        title_zh="叠加符号文字",
        encode=encode,
        decode=_unmarked,
        kept=_unmarked,
    )


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
        moves=LATIN,
    )
