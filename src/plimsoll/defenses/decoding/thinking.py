"""Model -> the same model with its thought skipped or cut short, for use under any benchmark.

ZeroThink and LessThink of SafeChain (Jiang et al., 2025) write the beginning of the reply. As defenses
they can stand before a benchmark of over-refusal as well as one of safety: a control that makes a model
safer by making it refuse more is then seen to do so. `elicitation/thinking` has them with MoreThink and
with the thought kept in the transcript.

Requests that bring a prefill or continuations of their own are passed on as they are: there the reply's
beginning is decided already.
"""

from dataclasses import dataclass
from typing import ClassVar

from plimsoll.core import Model, ModelError, Need, Request, Response, Wrapped, assistant, replace
from plimsoll.registry import defense
from plimsoll.text.prefills import LESS, ZERO, Template, opening


@dataclass(frozen=True)
class Written(Wrapped):
    """A model whose replies begin with a text that is written for it."""

    prefill: str
    needs: ClassVar[frozenset[Need]] = frozenset({"prefill"})

    async def generate(self, request: Request) -> Response:
        """Ask with the beginning in place; an endpoint that begins anew is an error."""
        if request.continuations or (request.messages and request.messages[-1].role == "assistant"):
            return await self.inner.generate(request)
        begun = replace(request, messages=(*request.messages, assistant(self.prefill)))
        response = await self.inner.generate(begun)
        if response.thought or response.text.lstrip().startswith("<think>"):
            raise ModelError(
                f"{self.name} did not go on from the text written for it but began a thought of its own: "
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
