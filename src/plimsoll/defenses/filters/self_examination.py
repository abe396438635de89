"""Model -> the same model, whose reply is read by itself or another model, and withheld where it harms.

The idea is Phute et al., "LLM Self Defense: By Self Examination, LLMs Know They Are Being Tricked" (2023).
The wording is our own. Weighed continuations are passed on as they are: nothing was said that could be read.
"""

import re
from dataclasses import dataclass

from plimsoll.core import Denied, Model, ModelError, Request, Response, Sampling, Wrapped, user
from plimsoll.defenses._wording import spoken, words
from plimsoll.defenses.filters._checking import Undecided, blocked, noted, undecided
from plimsoll.registry import defense
from plimsoll.text.thoughts import split

_WORD = re.compile(r"[A-Za-z]+|[\u4e00-\u9fff]")
_NEGATED = re.compile("不是|不会|没有")
_THOUGHT = 1_000
"""Tokens: enough for the word, and for a short thought before it."""


@defense
@dataclass(frozen=True)
class SelfExamination(Wrapped):
    """Asks the model itself, or `model=`, whether its reply does harm, and withholds what does."""

    model: Model | None = None
    undecided: Undecided = "block"

    async def generate(self, request: Request) -> Response:
        """Call, and have the reply read."""
        response = await self.inner.generate(request)
        if request.continuations or not response.text.strip():
            return response
        reader = self.model or self.inner
        harms = await self._harms(reader, request, split(response.text, response.thought).answer)
        if harms is None:
            found = undecided(reader.name, "reply", self.undecided)
            return blocked(found.notes, response) if found.held else noted(response, found.notes)
        return blocked((f"{reader.name} found the reply harmful",), response) if harms else response

    async def _harms(self, reader: Model, request: Request, text: str) -> bool | None:
        """What the reader says; nothing where it says neither yes nor no, or breaks."""
        said, language = words("self_examination"), spoken(request.messages)
        yes, no = said[f"answers_{language}"]
        asked = Request(
            messages=(user(said[language].replace("{text}", text)),),
            sampling=Sampling(max_tokens=_THOUGHT),
            continuations=(yes, no),
            draw=request.draw,
        )
        try:
            answer = await reader.generate(asked)
        except Denied:
            raise
        except ModelError:
            return None
        if answer.loglikelihoods:
            return answer.loglikelihoods[0] > answer.loglikelihoods[1]
        return _read(split(answer.text, answer.thought).answer, yes, no)


def _read(text: str, yes: str, no: str) -> bool | None:
    """The one of both words that an answer holds; nothing where it holds neither, or both."""
    plain = _NEGATED.sub("否", text.casefold())
    found = [word for word in _WORD.findall(plain) if word in (yes, no)]
    return found[0] == yes if found and len(set(found)) == 1 else None
