"""A model -> the same model, retried, limited, metered, cached: one thin layer each."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from plimsoll.core import (
    BudgetExceeded,
    Late,
    Overloaded,
    Request,
    Response,
    TransientError,
    Unreadable,
    Usage,
    Wrapped,
    replace,
    system,
)
from plimsoll.run.ask.limits import Limiter
from plimsoll.run.ask.tolls import TOLL
from plimsoll.run.keep.cache import Cache, key_of
from plimsoll.text.dollars import dollars

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
            limiter.cut(sent_at, refusal)
            raise
        finally:
            limiter.release()
        limiter.succeeded()
        return response


@dataclass(frozen=True)
class Patience:
    """How long a call is asked again. By time: an endpoint that is away for a minute costs no answer."""

    silence: float = 600.0
    """Seconds in which the endpoint answers nobody."""
    failing: float = 120.0
    """Seconds in which one call fails while others are answered, or nothing was ever answered."""
    unreadable: int = 6
    """Replies to one call that cannot be read."""
    late: int = 8
    """Answers to one call that do not come in time."""

    @staticmethod
    def of(seconds: float) -> "Patience":
        """What a user asked for (`--patience`)."""
        return Patience(silence=seconds, failing=min(seconds, Patience.failing))

    def allows(self, trouble: "Trouble", limiter: Limiter) -> bool:
        """Whether a call in trouble may be made again."""
        error = trouble.error
        if isinstance(error, Unreadable):
            return trouble.unreadable < self.unreadable
        silent = limiter.failing_for
        if isinstance(error, Overloaded):
            return silent < self.silence and trouble.late < self.late
        if limiter.answered > trouble.answered:
            return trouble.seconds < self.failing
        return silent < (self.silence if limiter.answered else self.failing)


@dataclass
class Trouble:
    """One call that has failed so far."""

    error: TransientError
    answered: int
    """Other calls that had been answered when it first failed."""
    since: float = field(default_factory=monotonic)
    tries: int = 0
    unreadable: int = 0
    late: int = 0

    def again(self, error: TransientError) -> None:
        """Take note of one more failure."""
        self.error = error
        self.tries += 1
        self.unreadable += isinstance(error, Unreadable)
        self.late += isinstance(error, Late)

    @property
    def seconds(self) -> float:
        """Since it first failed."""
        return monotonic() - self.since


@dataclass(frozen=True)
class Retried(Wrapped):
    """Asks again after a transient error, with full jitter, as long as patience lasts."""

    limiter: Limiter
    patience: Patience = Patience()
    first_delay: float = 0.5
    longest_delay: float = 30.0
    longest_delay_when_held: float = 2.0
    """Where the limiter holds the whole endpoint back already."""
    jitter: random.Random = field(default_factory=random.Random)

    async def generate(self, request: Request) -> Response:
        """Call until it goes well or patience is at its end."""
        trouble: Trouble | None = None
        while True:
            try:
                return await self.inner.generate(request)
            except TransientError as error:
                limiter = self.limiter
                limiter.failed()
                trouble = trouble or Trouble(error, limiter.answered)
                trouble.again(error)
                if not self.patience.allows(trouble, limiter):
                    raise
                limiter.tell(error)
                await asyncio.sleep(self._delay(trouble))

    def _delay(self, trouble: Trouble) -> float:
        error = trouble.error
        if isinstance(error, Overloaded) and error.retry_after:
            return self.jitter.uniform(0, 0.1)
        held = isinstance(error, Overloaded)
        longest = self.longest_delay_when_held if held else self.longest_delay
        return self.jitter.uniform(0, min(longest, self.first_delay * 2 ** min(trouble.tries - 1, 20)))


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
    in_flight: int = 0
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque[asyncio.Future[None]])

    async def reserve(self, share: float) -> None:
        """Set aside what a call may cost; while others are in flight, wait for what they really cost.

        Raises `BudgetExceeded` once the limit is spent. A call that is alone may be dearer than what
        is left, since estimates are high.
        """
        while self.max_cost is not None:
            if self.cost >= self.max_cost:
                raise BudgetExceeded(
                    f"the cost limit of {self.max_cost:g} USD is reached ({dollars(self.cost)} spent)"
                )
            if not self.in_flight or self.cost + self.reserved + share <= self.max_cost:
                break
            ended = asyncio.get_running_loop().create_future()
            self._waiting.append(ended)
            await ended
        self.reserved += share
        self.in_flight += 1

    def settle(self, share: float) -> None:
        """Give back what was set aside for a call that has ended."""
        self.in_flight -= 1
        self.reserved = self.reserved - share if self.in_flight else 0.0
        while self._waiting:
            ended = self._waiting.popleft()
            if not ended.done():
                ended.set_result(None)


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
    cost: float = 0.0
    """US dollars, where the price is known."""

    def add(self, request: Request, response: Response) -> None:
        """Count one call; where the endpoint reports no usage, its tokens are estimated."""
        usage = response.usage
        if (toll := TOLL.get()) is not None:
            toll.add(usage)
        if not usage.input_tokens and not usage.output_tokens and self.price is not None:
            usage = estimated_usage(request, response.text)
        self.calls += 1
        self.input_tokens += usage.input_tokens
        self.cached_tokens += usage.cached_tokens
        self.output_tokens += usage.output_tokens
        if self.price is not None:
            cost = self.price(usage)
            self.cost += cost
            self.budget.cost += cost

    def estimate(self, request: Request) -> float:
        """What a call may cost; nothing where no price is known."""
        return self.price(estimated_usage(request)) if self.price else 0.0

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
        meter = self.meter
        if meter.budget.max_cost is None:
            response = await self.inner.generate(request)
            meter.add(request, response)
            return response
        share = meter.estimate(request)
        await meter.budget.reserve(share)
        try:
            response = await self.inner.generate(request)
            meter.add(request, response)
        finally:
            meter.budget.settle(share)
        return response


@dataclass(frozen=True)
class Cached(Wrapped):
    """Answers a request that was asked before from the cache, or that is being asked at this moment."""

    cache: Cache
    identity: str
    """Name, revision and options of the model: what decides its answers besides the request."""
    meter: Meter

    async def generate(self, request: Request) -> Response:
        """Look up, else call and keep."""
        key = key_of(self.identity, request)
        while (known := self.cache.get(key)) is None:
            asked = self.cache.asked.get(key)
            if asked is None:
                return await self._ask(key, request)
            await asked.wait()
        self.meter.cached += 1
        if (toll := TOLL.get()) is not None:
            toll.add(known.usage)
        return known

    async def _ask(self, key: bytes, request: Request) -> Response:
        asked = self.cache.asked[key] = asyncio.Event()
        try:
            response = await self.inner.generate(request)
            self.cache.put(key, response)
        finally:
            del self.cache.asked[key]
            asked.set()
        return response


EPOCH: ContextVar[int] = ContextVar("EPOCH", default=0)
"""The epoch of the record under way: the engine sets it, and defenses need not hand it on."""


@dataclass(frozen=True)
class Drawn(Wrapped):
    """Marks every request with the epoch, so that repeats are independent draws."""

    async def generate(self, request: Request) -> Response:
        """Ask for this draw."""
        draw = EPOCH.get()
        return await self.inner.generate(replace(request, draw=draw) if draw else request)


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
class Told(Wrapped):
    """Asks for the log-probabilities of every reply, where a judge of the run reads them."""

    async def generate(self, request: Request) -> Response:
        """Ask for at least one likely token at each place."""
        return await self.inner.generate(replace(request, logprobs=max(1, request.logprobs)))
