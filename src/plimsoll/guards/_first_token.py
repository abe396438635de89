"""The tokens of a guard's reply -> how likely it holds the conversation unsafe.

The chance that the deciding token says `unsafe`, over the whole vocabulary (Llama Guard, section 4.3). Where
the endpoint shows the likeliest token alone: its chance, or one minus it. Tokens of white space before it
decide nothing.
"""

from collections.abc import Iterator, Sequence
from math import exp

from plimsoll.core import Response, Token

SHORTEST = 2
"""Letters that a piece of a word has at least: `un` begins `unsafe`, and `s` could begin anything."""


def chance(tokens: Sequence[Token], yes: str, no: str, after: str = "") -> float | None:
    """The chance of `yes` at the first word, or the first one behind a text; nothing where neither stands."""
    token = _deciding(tokens, after)
    if token is None:
        return None
    seen = {token.text: token.logprob, **token.rivals}
    for_yes = sum(exp(value) for text, value in seen.items() if _begins(text, yes))
    for_no = sum(exp(value) for text, value in seen.items() if _begins(text, no))
    if not _begins(token.text, yes) and not _begins(token.text, no):
        return None
    if for_yes:
        return min(1.0, for_yes)
    rest = max(0.0, 1 - for_no)
    # What is not among the likeliest is less likely than each of them.
    return min(rest, exp(min(seen.values()))) if token.rivals else rest


def share(tokens: Sequence[Token], yes: str, no: str) -> float | None:
    """The chance of `yes` among both answers alone (ShieldGemma)."""
    token = _deciding(tokens, "")
    if token is None:
        return None
    seen = {token.text: token.logprob, **token.rivals}
    for_yes = sum(exp(value) for text, value in seen.items() if _begins(text, yes))
    for_no = sum(exp(value) for text, value in seen.items() if _begins(text, no))
    return for_yes / (for_yes + for_no) if for_yes + for_no else None


def weighed(response: Response) -> float | None:
    """The chance of the second continuation among the two that were weighed."""
    if len(response.loglikelihoods) != 2:
        return None
    no, yes = response.loglikelihoods
    return 1 / (1 + exp(min(700.0, no - yes)))


def _deciding(tokens: Sequence[Token], after: str) -> Token | None:
    return next(_words(tokens, after), None)


def _words(tokens: Sequence[Token], after: str) -> Iterator[Token]:
    said = ""
    for token in tokens:
        if token.text.strip() and after.lower() in said.lower():
            yield token
        said += token.text


def _begins(text: str, word: str) -> bool:
    """Whether a token is the word, or a piece that begins it and no other answer."""
    piece = text.strip(" \t\r\n\"'*▁Ġ").lower()
    return piece == word or (SHORTEST <= len(piece) < len(word) and word.startswith(piece))
