"""Every call that is made for one reply -> what the reply took, guards and paraphrasers included."""

from contextvars import ContextVar
from dataclasses import dataclass

from plimsoll.core import Request, Response, Usage, Wrapped, replace


@dataclass
class Toll:
    """What one reply took, calls by its defenses and answers out of the cache included."""

    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0

    def add(self, usage: Usage) -> None:
        """Count one call."""
        self.calls += 1
        self.input_tokens += usage.input_tokens
        self.cached_tokens += usage.cached_tokens
        self.output_tokens += usage.output_tokens
        self.seconds += usage.seconds

    @property
    def usage(self) -> Usage:
        """The sum."""
        return Usage(
            input_tokens=self.input_tokens,
            cached_tokens=self.cached_tokens,
            output_tokens=self.output_tokens,
            seconds=self.seconds,
            calls=self.calls,
        )


TOLL: ContextVar[Toll | None] = ContextVar("TOLL", default=None)
"""Of the reply under way, where defenses stand around the model."""


@dataclass(frozen=True)
class Defended(Wrapped):
    """Around all defenses: a reply says what every call for it took, guards' and paraphrasers' included."""

    async def generate(self, request: Request) -> Response:
        """Ask, and sum up."""
        toll = Toll()
        before = TOLL.set(toll)
        try:
            response = await self.inner.generate(request)
        finally:
            TOLL.reset(before)
        return replace(response, usage=toll.usage)
