"""Plan -> number of calls, tokens and cost, without one call: the run is rehearsed on a mute model."""

from collections.abc import Callable
from dataclasses import dataclass, field

from plimsoll.core import Record, Request, Response, Usage
from plimsoll.run.ask.layers import estimated_usage
from plimsoll.run.ask.plan import Plan
from plimsoll.run.work import engine


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What a run will take; tokens are estimated from the characters, within some 20 %."""

    samples: int
    calls: int
    input_tokens: int
    output_tokens: int
    cost: float | None


@dataclass
class Mute:
    """A model that only counts what it is asked."""

    name: str
    revision: str
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    _known: dict[str, int] = field(default_factory=dict[str, int])

    async def generate(self, request: Request) -> Response:
        """Count, and say nothing."""
        self.calls += 1
        usage = estimated_usage(request)
        self.input_tokens += usage.input_tokens
        self.output_tokens += usage.output_tokens
        return Response(usage=Usage())

    async def close(self) -> None:
        """Nothing to let go of."""


async def rehearse(plan: Plan, price: Callable[[Usage], float] | None = None) -> Forecast:
    """Ask every sample of the first epoch of a mute model and multiply."""
    epochs = plan.manifest.spec.epochs
    mute = Mute(name=plan.model.name, revision=plan.model.revision)
    samples = 0

    def keep(_: Record) -> None:
        nonlocal samples
        samples += 1

    work = engine.Work(
        elicitation=plan.benchmark.elicitation,
        judges=(),
        attacks=plan.attacks,
        target=lambda _: mute,
    )
    await engine.run(plan.samples(), 1, work, 1, keep)
    usage = Usage(
        input_tokens=mute.input_tokens * epochs,
        output_tokens=mute.output_tokens * epochs,
    )
    return Forecast(
        samples=samples * epochs,
        calls=mute.calls * epochs,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost=None if price is None else price(usage),
    )
