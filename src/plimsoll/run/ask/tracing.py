"""What an attack asks of models -> how many calls it took, what they cost, and their answers for a resume."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property

from plimsoll.core import Request, Response, Saw, Wrapped
from plimsoll.run.ask.layers import Price
from plimsoll.run.keep.cache import key_of
from plimsoll.run.keep.replies import writable
from plimsoll.run.keep.variants import Call


@dataclass
class Trace:
    """The calls of one attack on one question."""

    known: Iterable[Call] = ()
    """Answers that an earlier part of the run was given: the same calls are not made again."""
    keep: Callable[[Call], None] | None = None
    """Who writes a new answer down before it is used; nobody in a rehearsal."""
    calls: list[Call] = field(default_factory=list[Call])
    """Since the last variant."""
    cost: float | None = None
    saw: Saw = ""
    """Which target was asked since the last variant, where any was."""

    @cached_property
    def _waiting(self) -> dict[str, deque[Response]]:
        found: dict[str, deque[Response]] = defaultdict(deque)
        for call in self.known:
            found[call.key].append(call.response)
        return found

    def again(self, key: str) -> Response | None:
        """The answer to a call that was made before, each once."""
        waiting = self._waiting.get(key)
        return waiting.popleft() if waiting else None

    def heard(self, key: str, response: Response) -> Response:
        """A new answer, as it can be read again, written down."""
        response = writable(response)
        if self.keep is not None:
            self.keep(Call(key, response))
        return response

    def note(self, key: str, response: Response, price: Price | None, saw: Saw) -> None:
        """Take note of a call."""
        self.calls.append(Call(key, response))
        self.saw = saw or self.saw
        if price is not None:
            self.cost = (self.cost or 0.0) + price(response.usage)

    def forget(self) -> None:
        """Begin anew for the next variant."""
        if self.calls:
            self.calls, self.cost, self.saw = [], None, ""


TRACE: ContextVar[Trace | None] = ContextVar("TRACE", default=None)
"""Of the attack under way; attacks on several questions share their models."""


@dataclass(frozen=True)
class Traced(Wrapped):
    """A model in the hands of an attack."""

    price: Price | None = None
    saw: Saw = ""
    """Which target it is, where it is the target."""

    async def generate(self, request: Request) -> Response:
        """Answer as before where this call was made before, and take note of it."""
        trace = TRACE.get()
        if trace is None:
            return await self.inner.generate(request)
        key = key_of(f"{self.name}|{self.revision}", request).hex()
        response = trace.again(key)
        if response is None:
            response = trace.heard(key, await self.inner.generate(request))
        trace.note(key, response, self.price, self.saw)
        return response
