"""A request -> the same with words taken out, to be put back by the reader: codewords, clues, puzzles.

Which words are hidden: those that are named (`words=a+b`), else the longest ones."""

import re
import string
from collections.abc import Mapping, Sequence
from random import Random
from typing import Literal, NamedTuple

from plimsoll.attacks._wrapping import Made, Plain, Wrapping, texts
from plimsoll.core import UserError, user
from plimsoll.registry import attack
from plimsoll.text.codecs.tables import table

Puzzle = Literal["anagram", "search", "crossword"]
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+|[\u4e00-\u9fff]{2,4}")
GAP = "____"


@attack
def substitution(words: str = "", count: int = 2, seed: int = 0) -> Wrapping:
    """Words replaced by harmless codewords, with a glossary."""

    def wrap(plain: Plain) -> Made:
        hidden = _hidden(plain, words, count)
        known = texts("hiding")["substitution"]
        codes = plain.draw.sample(known[f"codewords_{plain.language}"], min(len(hidden.words), 8))
        text = hidden.text
        for code in codes:
            text = text.replace(GAP, code, 1)
        glossary = "; ".join(f"{code} = {word}" for code, word in zip(codes, hidden.words, strict=False))
        return _made(known[plain.language], hidden, {"glossary": glossary, "text": text})

    return Wrapping("hiding/substitution", wrap, seed)


@attack
def mask(words: str = "", count: int = 2) -> Wrapping:
    """Words replaced by gaps, each with a clue: its letters, one by one (SATA's idea)."""

    def wrap(plain: Plain) -> Made:
        hidden = _hidden(plain, words, count)
        clues = ", ".join(f"[{len(word)}] " + "-".join(word.upper()) for word in hidden.words)
        return _made(texts("hiding")["mask"][plain.language], hidden, {"clues": clues, "text": hidden.text})

    return Wrapping("hiding/mask", wrap)


@attack
def puzzle(kind: Puzzle = "anagram", words: str = "", count: int = 2, seed: int = 0) -> Wrapping:
    """Words replaced by gaps, to be found in an anagram, a grid of letters or a crossword."""

    def wrap(plain: Plain) -> Made:
        hidden = _hidden(plain, words, count)
        if kind == "anagram":
            shown = {"puzzle": ", ".join(_shuffled(word, plain.draw) for word in hidden.words)}
        elif kind == "crossword":
            shown = {"grid": _crossing(hidden.words), "clues": _clues(hidden.words, plain.draw)}
        else:
            lengths = ", ".join(str(len(word)) for word in hidden.words)
            shown = {"grid": _grid(hidden.words, plain), "lengths": lengths}
        return _made(texts("hiding")["puzzle"][kind][plain.language], hidden, {**shown, "text": hidden.text})

    return Wrapping("hiding/puzzle", wrap, seed)


@attack
def acrostic(seed: int = 0) -> Wrapping:
    """Every letter begins a line of its own, with a harmless word."""

    def wrap(plain: Plain) -> Made:
        letters = [letter for letter in plain.text if letter.strip()]
        lines = "\n".join(f"{letter} {plain.draw.choice(_FILLERS[plain.language])}" for letter in letters)
        said = texts("hiding")["acrostic"][plain.language].replace("{lines}", lines)
        return Made((user(said),), applies=bool(letters))

    return Wrapping("hiding/acrostic", wrap, seed)


@attack
def disguise(seed: int = 0) -> Wrapping:
    """Every letter in brackets within harmless words (DRA's idea)."""

    def wrap(plain: Plain) -> Made:
        fillers = _FILLERS[plain.language]
        text = " ".join(f"{plain.draw.choice(fillers)}[{letter}]" for letter in plain.text)
        said = texts("hiding")["disguise"][plain.language].replace("{text}", text)
        whole = "".join(re.findall(r"\[(.)\]", text, re.DOTALL)) == plain.text
        return Made((user(said),), whole=whole, applies=bool(plain.text))

    return Wrapping("hiding/disguise", wrap, seed)


@attack
def ascii_art(words: str = "") -> Wrapping:
    """The longest Latin word drawn in letters of asterisks (ArtPrompt's idea)."""

    def wrap(plain: Plain) -> Made:
        hidden = _hidden(plain, words, 1, latin=True)
        art = "\n\n".join(_drawn(letter) for word in hidden.words for letter in word.upper())
        return _made(texts("hiding")["ascii_art"][plain.language], hidden, {"art": art, "text": hidden.text})

    return Wrapping("hiding/ascii_art", wrap)


class _Hidden(NamedTuple):
    text: str
    """The request with gaps."""
    words: tuple[str, ...]
    """What stood in them, in order."""
    whole: bool
    """Whether the words in their gaps give the request again."""


def _hidden(plain: Plain, named: str, count: int, *, latin: bool = False) -> _Hidden:
    if count < 1:
        raise UserError(f"count={count}: give 1 or more words to hide")
    if named:
        pattern = re.compile("|".join(map(re.escape, sorted(named.split("+"), key=len, reverse=True))))
        found = list(pattern.finditer(plain.text))
    else:
        words = {match[0]: match for match in reversed(list(_WORD.finditer(plain.text)))}
        fitting = [m for word, m in words.items() if not latin or (word.isascii() and word.isalpha())]
        found = sorted(fitting, key=lambda match: (-len(match[0]), match.start()))[:count]
    places = sorted(match.span() for match in found if match[0])
    pieces, at = list[str](), 0
    for start, end in places:
        pieces.append(plain.text[at:start])
        at = end
    text = GAP.join([*pieces, plain.text[at:]])
    hidden = tuple(plain.text[start:end] for start, end in places)
    again = text
    for word in hidden:
        again = again.replace(GAP, word, 1)
    return _Hidden(text, hidden, again == plain.text)


def _made(template: str, hidden: _Hidden, slots: Mapping[str, str]) -> Made:
    said = re.sub(r"\{(\w+)\}", lambda match: slots.get(match[1], match[0]), template)
    parameters = {"hidden": list(hidden.words)}
    return Made((user(said),), whole=hidden.whole, applies=bool(hidden.words), parameters=parameters)


def _shuffled(word: str, draw: Random) -> str:
    letters = list(word)
    draw.shuffle(letters)
    return "".join(letters)


def _grid(words: tuple[str, ...], plain: Plain) -> str:
    filling = string.ascii_uppercase if plain.language == "en" else _HAN
    width = max(map(len, words), default=0) + 3
    rows: list[str] = []
    for word in words:
        at = plain.draw.randrange(width - len(word) + 1)
        noise = [plain.draw.choice(filling) for _ in range(width)]
        noise[at : at + len(word)] = word.upper()
        rows.append(" ".join(noise))
    return "\n".join(rows)


def _crossing(words: Sequence[str]) -> str:
    """A row for each word, set so that a letter which two neighbours share stands in one column.

    Only those letters are shown; `#` stands for the others."""
    rows, columns, column, shared = list[str](), list[int](), 0, -1
    for place, word in enumerate(words):
        below = words[place + 1] if place + 1 < len(words) else ""
        known = {shared} if shared >= 0 else set[int]()
        meeting = next((at for at, letter in enumerate(word) if letter.lower() in below.lower()), -1)
        if meeting >= 0:
            known.add(meeting)
        rows.append(" ".join(c.upper() if at in known else "#" for at, c in enumerate(word)))
        columns.append(column)
        shared = below.lower().find(word[meeting].lower()) if meeting >= 0 else -1
        column = column + meeting - shared if meeting >= 0 else 0
    left = min(columns, default=0)
    return "\n".join("  " * (column - left) + row for column, row in zip(columns, rows, strict=True))


def _clues(words: Sequence[str], draw: Random) -> str:
    return ", ".join(f"{n}: {_shuffled(word, draw)}" for n, word in enumerate(words, 1))


def _drawn(letter: str) -> str:
    """A letter of five rows; the pattern holds five columns a row, `1` for an asterisk."""
    pattern = table("glyphs").get(letter, "")
    return "\n".join(row.replace("1", "*").replace("0", " ") for row in pattern.split("/"))


_HAN = "天地人山水风云花草树鸟鱼日月星"
_FILLERS: Mapping[str, tuple[str, ...]] = {
    "en": ("harbour", "garden", "window", "lantern", "meadow", "river", "basket", "candle"),
    "zh": ("海港", "花园", "窗户", "灯笼", "草地", "河流", "篮子", "蜡烛"),
}
