"""Model -> the same model, asked several disturbed copies of a request; what most of them bring is given.

The idea is Robey et al., "SmoothLLM" (2023): adversarial strings break where a few letters change, plain
requests do not. A reply that declines votes for declining.
"""

from dataclasses import dataclass
from random import Random

from plimsoll.core import Request, Response, UserError, Wrapped, replace
from plimsoll.defenses._wording import with_users
from plimsoll.registry import defense
from plimsoll.text.codecs.noise import slips
from plimsoll.text.refusals import refuses


@defense
@dataclass(frozen=True)
class Smoothed(Wrapped):
    """Asks so many copies with some letters swapped, and gives a reply of the majority; a tie declines.

    Weighed continuations are asked once, as they are: they have no reply to vote with."""

    copies: int = 5
    rate: float = 0.05
    """Share of letters that change places with the next."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.copies < 1 or not 0 < self.rate <= 1:
            raise UserError("smoothed: copies is 1 or more, and rate more than 0 and at most 1")

    async def generate(self, request: Request) -> Response:
        """Ask all copies one after the other."""
        if request.continuations:
            return await self.inner.generate(request)
        said = "\0".join(message.text for message in request.messages)
        encode = slips("swap", self.rate).encode
        replies: list[Response] = []
        for number in range(self.copies):
            draw = Random(f"{self.seed}:{number}:{said}")
            messages = with_users(request.messages, lambda text, draw=draw: encode(text, draw))
            replies.append(await self.inner.generate(replace(request, messages=messages)))
        declining = [reply for reply in replies if reply.finish == "blocked" or refuses(reply.text)]
        answering = [reply for reply in replies if reply not in declining]
        chosen = declining if 2 * len(declining) >= len(replies) else answering
        vote = f"smoothed: {len(declining)} of {len(replies)} copies were declined"
        return replace(chosen[0], notes=(*chosen[0].notes, vote))
