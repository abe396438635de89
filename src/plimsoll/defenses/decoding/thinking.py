"""Model -> the same model with its thought skipped, cut short or drawn out, for use under any benchmark.

ZeroThink, LessThink and MoreThink of SafeChain (Jiang et al., 2025) write the beginning of the reply. As
defenses they can stand before a benchmark of over-refusal as well as one of safety: a control that makes a
model safer by making it refuse more is then seen to do so. `elicitation/thinking` has them with the thought
kept in the transcript.

Requests that bring a prefill or continuations of their own are passed on as they are: there the reply's
beginning is decided already.
"""

from dataclasses import dataclass
from random import Random
from typing import ClassVar

from plimsoll.core import Model, ModelError, Need, Request, Response, UserError, Wrapped, assistant, replace
from plimsoll.registry import defense
from plimsoll.text.drawn_thoughts import Thought
from plimsoll.text.prefills import AFTER, CLOSE, LESS, MORE, ZERO, Template, opening


@dataclass(frozen=True)
class Written(Wrapped):
    """A model whose replies begin with a text that is written for it."""

    prefill: str
    needs: ClassVar[frozenset[Need]] = frozenset({"prefill"})

    async def generate(self, request: Request) -> Response:
        """Ask with the beginning in place; an endpoint that begins anew is an error."""
        if _is_begun(request):
            return await self.inner.generate(request)
        return await _go_on(self.inner, request, self.prefill)


@dataclass(frozen=True)
class Drawn(Wrapped):
    """A model that is made to think on whenever it would stop."""

    template: Template
    thought_tokens: int
    rounds: int
    seed: int
    needs: ClassVar[frozenset[Need]] = frozenset({"prefill"})

    def __post_init__(self) -> None:
        if self.thought_tokens < 1 or self.rounds < 0:
            raise UserError("thinking/more_think: thought_tokens is 1 or more, and rounds 0 or more")

    async def generate(self, request: Request) -> Response:
        """Draw the thought out, close it, and have the model answer within what the request grants."""
        if _is_begun(request):
            return await self.inner.generate(request)
        draw = Random(f"{self.seed}:{request.draw}:{request.messages[-1].text if request.messages else ''}")
        thought = Thought(opening(self.template), self.thought_tokens)
        while not thought.ended(self.rounds):
            if thought.responses:
                thought.doubt(draw.choice(MORE))
            sampling = replace(
                request.sampling, max_tokens=thought.left, stop=(*request.sampling.stop, CLOSE)
            )
            thought.take(await _go_on(self.inner, replace(request, sampling=sampling), thought.text))
        answer = await _go_on(self.inner, request, thought.text + AFTER)
        drawn = f"more_think: made to think on {len(thought.doubts)} times"
        said = thought.text.removeprefix(opening(self.template))
        return replace(answer, thought=said, notes=(*answer.notes, drawn))


def _is_begun(request: Request) -> bool:
    """Whether the reply's beginning is decided already."""
    begun = bool(request.messages) and request.messages[-1].role == "assistant"
    return begun or bool(request.continuations)


async def _go_on(model: Model, request: Request, begun: str) -> Response:
    """What the model says after the text written for it. Raises `ModelError` where it begins anew."""
    messages = (*request.messages, assistant(begun)) if begun else request.messages
    response = await model.generate(replace(request, messages=messages))
    if response.thought or response.text.lstrip().startswith("<think>"):
        raise ModelError(
            f"{model.name} did not go on from the text written for it but began a thought of its own: "
            "thinking controls need an endpoint that continues a trailing assistant message"
        )
    return response


@defense
def zero_think(inner: Model, template: Template = "plain") -> Written:
    """An empty thought is written for the model, so that it answers at once."""
    return Written(inner, opening(template) + ZERO)


@defense
def less_think(inner: Model, template: Template = "plain") -> Written:
    """A thought of one line is written for the model, so that it answers after that."""
    return Written(inner, opening(template) + LESS)


@defense
def more_think(
    inner: Model,
    template: Template = "plain",
    *,
    thought_tokens: int = 10_000,
    rounds: int = 10,
    seed: int = 0,
) -> Drawn:
    """Whenever the model would stop thinking it is made to go on, at most `rounds` times."""
    return Drawn(inner, template, thought_tokens, rounds, seed)
