"""Model -> the same model, which is not asked what another model finds far too unlikely to be language.

The idea is the perplexity filter, whole and windowed, of Jain et al. (2023) and Alon and Kamfonas (2023):
strings tuned sign by sign are unlikely texts. Steps: (1) cut the user's last message into windows of so many
words, (2) have `model` give each window's log-likelihood after the text before it, (3) hold the request back
where the text, or any window, is above the limit.

The measure is bits per UTF-8 byte, not perplexity per token: it means the same for every tokenizer. What is
likely hangs on the model and the language. By SmolLM2-135M plain requests of the starter sets have up to 2.4
(English) and 4.0 (Chinese, which it hardly knows), those in ROT13 or Base64 at least 5.3: hence the default.
The note of a request that is held says its bits.
"""

import re
from dataclasses import dataclass
from math import log
from typing import Literal

from plimsoll.core import (
    Denied,
    Model,
    ModelError,
    Need,
    Request,
    Response,
    UserError,
    Wrapped,
    refuse_unmet,
    user,
)
from plimsoll.defenses._wording import last_user
from plimsoll.defenses.filters._checking import Undecided, blocked, noted, undecided
from plimsoll.registry import defense

NEEDS: frozenset[Need] = frozenset({"likelihoods"})
"""Of the model that measures; the model that is defended needs nothing."""
Scope = Literal["whole", "window"]
_UNIT = re.compile(r"\s*(?:[\u3400-\u9fff]|[^\s\u3400-\u9fff]+)")
_BEGIN = "\n"
"""Stands before the text: the first token needs something to follow."""


@defense
@dataclass(frozen=True)
class Perplexity(Wrapped):
    """Holds back requests of more than `limit` bits per byte, over the whole or in any window of words."""

    model: Model
    limit: float = 4.5
    scope: Scope = "window"
    words: int = 10
    """Of a window."""
    undecided: Undecided = "block"

    def __post_init__(self) -> None:
        refuse_unmet("perplexity", NEEDS, self.model)
        if self.limit <= 0 or self.words < 1:
            raise UserError("perplexity: limit is more than 0, and words is 1 or more")

    async def generate(self, request: Request) -> Response:
        """Ask where the text is likely enough."""
        try:
            bits = await self._bits(last_user(request.messages), request.draw)
        except Denied:
            raise
        except ModelError as error:
            found = undecided(self.model.name, "request", self.undecided, str(error))
            if found.held:
                return blocked(found.notes)
            return noted(await self.inner.generate(request), found.notes)
        if bits > self.limit:
            where = "the request" if self.scope == "whole" else "a window of the request"
            note = f"{where} has {bits:.2f} bits per byte by {self.model.name}, more than {self.limit:g}"
            return blocked((f"perplexity held the request back: {note}",))
        return await self.inner.generate(request)

    async def _bits(self, text: str, draw: int) -> float:
        """Bits per byte: of the whole, or of the most unlikely window; 0 of no text. Raises `ModelError`."""
        found: list[tuple[float, int]] = []
        before = _BEGIN
        for window in windows(text, self.words):
            asked = Request(messages=(user(before),), continuations=(window,), template="raw", draw=draw)
            response = await self.model.generate(asked)
            if response.means != "loglikelihood" or not response.loglikelihoods:
                raise ModelError(f"{self.model.name} gave no log-likelihood")
            found.append((-response.loglikelihoods[0] / log(2), _bytes(window)))
            before += window
        if self.scope == "whole":
            return sum(bits for bits, _ in found) / max(1, sum(size for _, size in found))
        return max((bits / size for bits, size in found), default=0.0)


def windows(text: str, words: int) -> list[str]:
    """The text in stretches of so many words (Chinese: characters); a last one of less than half joins on."""
    units: list[str] = _UNIT.findall(text)
    if not units:
        return []
    starts = list(range(0, len(units), words))
    if len(starts) > 1 and len(units) - starts[-1] < words / 2:
        starts.pop()
    ends = [*starts[1:], len(units)]
    return ["".join(units[start:end]) for start, end in zip(starts, ends, strict=True)]


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
