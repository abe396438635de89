"""Model -> the same model, asked with its words broken up, so that their tokens are others.

The idea is the re-tokenisation of Jain et al., "Baseline Defenses for Adversarial Attacks Against Aligned
Language Models" (2023), which drops merges of the tokenizer (BPE-dropout). A chat endpoint takes text alone:
here words are broken by a blank, which has the same effect on their tokens, and shows.
"""

import re
from dataclasses import dataclass
from random import Random

from plimsoll.core import Request, Response, UserError, Wrapped, replace
from plimsoll.defenses._wording import with_users
from plimsoll.registry import defense

_SEAM = re.compile(r"(?<=[^\W\d_])(?=[^\W\d_])")
"""Between two letters, of any script."""


@defense
@dataclass(frozen=True)
class Retokenised(Wrapped):
    """Puts a blank between neighbouring letters by chance: `rate` of all places in every user message."""

    rate: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.rate <= 1:
            raise UserError(f"retokenised: rate={self.rate}: give more than 0 and at most 1")

    async def generate(self, request: Request) -> Response:
        """Ask with words broken up."""
        messages = with_users(request.messages, self._broken)
        return await self.inner.generate(replace(request, messages=messages))

    def _broken(self, text: str) -> str:
        draw = Random(f"{self.seed}:{text}")
        return _SEAM.sub(lambda _: " " if draw.random() < self.rate else "", text)
