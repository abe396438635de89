"""A model -> the same model, retried, limited, metered, cached: one thin layer each."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plimsoll.core import (
    BudgetExceeded,
    Overloaded,
    Request,
    Response,
    TransientError,
    Usage,
    Wrapped,
    replace,
    system,
)
from plimsoll.run.ask.limits import Limiter
from plimsoll.run.keep.cache import Cache, key_of

REPLY_TOKENS = 8
"""Tokens assumed for a reply to a multiple-choice question; other replies use their limit."""


@dataclass(frozen=True)
class Limited(Wrapped):
    """Keeps the calls in flight within what the endpoint bears."""

    limiter: Limiter

    async def generate(self, request: Request) -> Response:
        """Wait for a place, then call."""
        limiter = self.limiter
        sent_at = await limiter.acquire()
        try:
            response = await self.inner.generate(request)
        except Overloaded as refusal:
            limiter.cut(sent_at, refusal.retry_after)
            raise
        finally:
            limiter.release()
        limiter.succeeded()
        return response


@dataclass
class RetryBudget:
    """Keeps retries a small share of all calls, so that a broken endpoint is not hammered."""

    tokens: float = 100.0
    ceiling: float = 100.0
    per_success: float = 0.2

    def earn(self) -> None:
        """A call went well."""
        self.tokens = min(self.ceiling, self.tokens + self.per_success)

    def spend(self) -> bool:
        """Whether one more retry may be made."""
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(frozen=True)
class Retried(Wrapped):
    """Asks again after a transient error, with full jitter, a limit per call and a shared budget."""

    attempts: int = 6
    first_delay: float = 0.5
    longest_delay: float = 30.0
    budget: RetryBudget = field(default_factory=RetryBudget)
    jitter: random.Random = field(default_factory=random.Random)

    async def generate(self, request: Request) -> Response:
        """Call until it goes well, the attempts are used up or the budget is empty."""
        for attempt in range(self.attempts):
            try:
                response = await self.inner.generate(request)
            except TransientError as error:
                if attempt + 1 == self.attempts or not self._may_retry(error):
                    raise
                await asyncio.sleep(self._delay(attempt, error))
            else:
                self.budget.earn()
                return response
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _may_retry(self, error: TransientError) -> bool:
        # An endpoint that says "later" is healthy: only errors without that word use up the budget.
        return isinstance(error, Overloaded) or self.budget.spend()

    def _delay(self, attempt: int, error: TransientError) -> float:
        if error.retry_after:
            return self.jitter.uniform(0, 0.1)  # the limiter holds the whole endpoint back
        return self.jitter.uniform(0, min(self.longest_delay, self.first_delay * 2**attempt))


def estimated_tokens(text: str) -> int:
    """Tokens of a text, as a middle between common tokenisers: 4 Latin characters or 1.4 Chinese ones."""
    wide = len(text) - len(text.encode("ascii", "ignore"))
    return round((len(text) - wide) / 4 + wide / 1.4)


def estimated_usage(request: Request, reply: str | None = None) -> Usage:
    """What a call uses, by its characters; without its reply, a short one to a multiple-choice question."""
    limit = request.sampling.max_tokens or 256
    guess = min(limit, REPLY_TOKENS) if request.continuations else limit
    return Usage(
        input_tokens=sum(estimated_tokens(message.text) + 4 for message in request.messages),
        output_tokens=guess if reply is None else estimated_tokens(reply),
    )


Price = Callable[[Usage], float]
"""What a call costs, in US dollars."""


@dataclass
class Budget:
    """What a run may spend and has spent, over all the models that it questions."""

    max_cost: float | None = None
    cost: float = 0.0
    """US dollars; begins with what an earlier part of the run has spent."""
    reserved: float = 0.0
    """What the calls in flight may cost, by estimate."""


@dataclass
class Meter:
    """What the calls to one model have used so far."""

    price: Price | None = None
    budget: Budget = field(default_factory=Budget)
    calls: int = 0
    cached: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0

    def add(self, request: Request, response: Response) -> None:
        """Count one call; where the endpoint reports no usage, its tokens are estimated."""
        usage = response.usage
        if not usage.input_tokens and not usage.output_tokens and self.price is not None:
            usage = estimated_usage(request, response.text)
        self.calls += 1
        self.input_tokens += usage.input_tokens
        self.cached_tokens += usage.cached_tokens
        self.output_tokens += usage.output_tokens
        if self.price is not None:
            self.budget.cost += self.price(usage)

    def reserve(self, request: Request) -> float:
        """Set aside what a call may cost. Raises `BudgetExceeded` once the limit is reached."""
        budget = self.budget
        if budget.max_cost is None or self.price is None:
            return 0.0
        if budget.cost + budget.reserved >= budget.max_cost:
            raise BudgetExceeded(
                f"the cost limit of {budget.max_cost:g} USD is reached ({budget.cost:.4f} spent)"
            )
        share = self.price(estimated_usage(request))
        budget.reserved += share
        return share

    @property
    def usage(self) -> Usage:
        """The sum of all calls."""
        return Usage(
            input_tokens=self.input_tokens,
            cached_tokens=self.cached_tokens,
            output_tokens=self.output_tokens,
        )


@dataclass(frozen=True)
class Metered(Wrapped):
    """Counts tokens and cost, and stops at the limit."""

    meter: Meter

    async def generate(self, request: Request) -> Response:
        """Call, unless the limit is reached."""
        share = self.meter.reserve(request)
        try:
            response = await self.inner.generate(request)
        finally:
            self.meter.budget.reserved -= share
        self.meter.add(request, response)
        return response


@dataclass(frozen=True)
class Cached(Wrapped):
    """Answers a request that was asked before from the cache."""

    cache: Cache
    identity: str
    """Name, revision and options of the model: what decides its answers besides the request."""
    meter: Meter

    async def generate(self, request: Request) -> Response:
        """Look up, else call and keep."""
        key = key_of(self.identity, request)
        known = self.cache.get(key)
        if known is not None:
            self.meter.cached += 1
            return known
        response = await self.inner.generate(request)
        self.cache.put(key, response)
        return response


@dataclass(frozen=True)
class Drawn(Wrapped):
    """Marks every request with the epoch, so that repeats are independent draws."""

    draw: int

    async def generate(self, request: Request) -> Response:
        """Ask for this draw."""
        return await self.inner.generate(replace(request, draw=self.draw))


@dataclass(frozen=True)
class Resampled(Wrapped):
    """Replaces fields of every request's sampling by what the user asked for."""

    overrides: Mapping[str, Any]

    async def generate(self, request: Request) -> Response:
        """Ask with the overridden sampling."""
        sampling = replace(request.sampling, **self.overrides)
        if sampling.seed is not None:
            # One seed for all epochs would draw the same reply again and again.
            sampling = replace(sampling, seed=sampling.seed + request.draw)
        return await self.inner.generate(replace(request, sampling=sampling))


@dataclass(frozen=True)
class Instructed(Wrapped):
    """Puts a system prompt before every conversation (`--system-prompt`)."""

    prompt: str

    async def generate(self, request: Request) -> Response:
        """Ask under the instruction."""
        return await self.inner.generate(replace(request, messages=(system(self.prompt), *request.messages)))


@dataclass(frozen=True)
class Lasting(Wrapped):
    """Outlives the run that closes it: for a model that several runs question."""

    async def close(self) -> None:
        """Nothing yet; whoever made the model closes it."""
