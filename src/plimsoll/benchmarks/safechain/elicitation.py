"""Sample x model -> transcript with the model's thinking left alone, skipped, cut short or drawn out.

SafeChain (Jiang et al., 2025): the text after the chat template's generation prompt is written for the
model, which then goes on from there. ZeroThink closes an empty thought, LessThink a one-line one, and
MoreThink puts a word of doubt where the model would stop, until a budget is used up.

The prefill is a trailing assistant message. Endpoints that begin a reply of their own instead do not
serve these controls: where the reply shows that, the transcript says `prefill_ignored` in its state, and
SafeChain's judges leave it unscored, so that no number stands for a control that was not applied.

MoreThink differs in one thing from the published code: what the thought left of the budget goes to the
answer. The code's `max_tokens - (budget - min(0, left))` never returns unspent tokens and takes spent
ones off twice; `answer_budget=official` keeps it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from plimsoll.core import (
    Message,
    Model,
    Request,
    Response,
    Sample,
    Sampling,
    Transcript,
    assistant,
    replace,
)
from plimsoll.registry import elicitation
from plimsoll.text.drawn_thoughts import Thought
from plimsoll.text.prefills import AFTER, CLOSE, LESS, MORE, OPEN, ZERO, Template, opening

AnswerBudget = Literal["rest", "official"]
MAX_TOKENS = 16_000
"""Paper's setting, thought and answer together."""


@elicitation
def as_it_is(*, max_tokens: int = MAX_TOKENS, temperature: float = 0.0, top_p: float = 1.0) -> "Prefilled":
    """Let the model think as it does."""
    return Prefilled("", Sampling(max_tokens=max_tokens, temperature=temperature, top_p=top_p))


@elicitation
def zero_think(
    *,
    template: Template = "plain",
    max_tokens: int = MAX_TOKENS,
    temperature: float = 0.0,
    top_p: float = 1.0,
) -> "Prefilled":
    """An empty thought is written for the model: it answers at once."""
    sampling = Sampling(max_tokens=max_tokens, temperature=temperature, top_p=top_p)
    return Prefilled(opening(template) + ZERO, sampling)


@elicitation
def less_think(
    *,
    template: Template = "plain",
    max_tokens: int = MAX_TOKENS,
    temperature: float = 0.0,
    top_p: float = 1.0,
) -> "Prefilled":
    """A thought of one line is written for the model: it answers after that."""
    sampling = Sampling(max_tokens=max_tokens, temperature=temperature, top_p=top_p)
    return Prefilled(opening(template) + LESS, sampling)


@elicitation
def more_think(
    *,
    template: Template = "plain",
    max_tokens: int = MAX_TOKENS,
    thought_tokens: int = 10_000,
    rounds: int = 10,
    answer_budget: AnswerBudget = "rest",
    temperature: float = 0.0,
    top_p: float = 1.0,
    seed: int = 0,
) -> "MoreThink":
    """Whenever the model would stop thinking it is made to go on, at most `rounds` times."""
    return MoreThink(
        template,
        Sampling(max_tokens=max_tokens, temperature=temperature, top_p=top_p),
        thought_tokens=thought_tokens,
        rounds=rounds,
        answer_budget=answer_budget,
        seed=seed,
    )


@dataclass(frozen=True)
class Prefilled:
    """Asks once, with the beginning of the reply written for the model."""

    prefill: str
    sampling: Sampling

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Ask, and put what was written before what the model said."""
        response = await _go_on(sample, model, self.prefill, self.sampling)
        if not self.prefill:
            return Transcript(responses=(response,))
        if began_anew(self.prefill, response):
            return _ignored((response,))
        return _transcript((response,), self.prefill + response.text, {"prefill": self.prefill})


@dataclass(frozen=True)
class MoreThink:
    """Asks again and again for more thought, then for the answer."""

    template: Template
    sampling: Sampling
    thought_tokens: int = 10_000
    rounds: int = 10
    answer_budget: AnswerBudget = "rest"
    seed: int = 0

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Draw the thought out, close it, and ask for the answer."""
        thinking = Thought(opening(self.template), self.thought_tokens)
        random = Random(f"{self.seed}:{sample.id}")
        while True:
            response = await _go_on(sample, model, thinking.text, self._thinking(thinking.left))
            if began_anew(thinking.text, response):
                return _ignored((*thinking.responses, response))
            thinking.take(response)
            if thinking.ended(self.rounds):
                break
            thinking.doubt(random.choice(MORE))
        return await self._answer(sample, model, thinking)

    async def _answer(self, sample: Sample, model: Model, thinking: Thought) -> Transcript:
        text = thinking.text + AFTER
        sampling = replace(self.sampling, max_tokens=self._rest(thinking.left))
        answer = await _go_on(sample, model, text, sampling)
        if began_anew(text, answer):
            return _ignored((*thinking.responses, answer))
        state = {
            "prefill": opening(self.template),
            "continuations": thinking.doubts,
            "thought_tokens": self.thought_tokens - thinking.left,
            "answer_budget": sampling.max_tokens,
        }
        return _transcript((*thinking.responses, answer), text + answer.text, state)

    def _thinking(self, left: int) -> Sampling:
        return replace(self.sampling, max_tokens=left, stop=(*self.sampling.stop, CLOSE))

    def _rest(self, left: int) -> int:
        total = self.sampling.max_tokens or MAX_TOKENS
        if self.answer_budget == "official":
            return max(1, total - (self.thought_tokens - min(0, left)))
        return max(1, total - (self.thought_tokens - left))


async def _go_on(sample: Sample, model: Model, begun: str, sampling: Sampling) -> Response:
    said: tuple[Message, ...] = (*sample.messages, assistant(begun)) if begun else sample.messages
    return await model.generate(Request(messages=said, sampling=sampling))


def began_anew(begun: str, response: Response) -> bool:
    """Whether a reply shows that it does not go on from what was written for the model."""
    if not begun:
        return False
    return response.text.lstrip().startswith(OPEN.strip()) or bool(CLOSE in begun and response.thought)


def _ignored(responses: tuple[Response, ...]) -> Transcript:
    return Transcript(responses=responses, state={"prefill_ignored": True})


def _transcript(responses: tuple[Response, ...], text: str, state: Mapping[str, Any]) -> Transcript:
    return Transcript(responses=responses, messages=(assistant(text),), state=state)
