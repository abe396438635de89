"""Plan -> number of calls, tokens and cost, without one call: the run is rehearsed on mute models."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from plimsoll.core import Model, Record
from plimsoll.run.ask.layers import Meter
from plimsoll.run.ask.plan import Plan
from plimsoll.run.ask.pool import Pool
from plimsoll.run.work import engine
from plimsoll.run.work.rehearsed import Mute, Rehearsed, asks


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one model will be asked; tokens are estimated from the characters, within some 20 %."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True, kw_only=True)
class Forecast(Asked):
    """What a run will take: the calls to the model, and beside them those of attackers, guards and judges."""

    samples: int
    others: Mapping[str, Asked] = field(default_factory=dict[str, Asked])
    """By the model's name. Of judges it is the most: they are shown replies of full length."""


@dataclass
class MutePool(Pool):
    """A pool in which nobody is really asked: a plan that is built on it can only be rehearsed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.budget.max_cost = None  # a rehearsal is no dearer than it is long

    def layered(self, spec: str, model: Model, options: Mapping[str, str], meter: Meter) -> Model:
        """A mute model in the place of the model."""
        return Mute(model.name, model.revision, meter)


async def rehearse(plan: Plan) -> Forecast:
    """Ask every sample of a plan that was built on a `MutePool`; epochs that are alike are multiplied."""
    spec = plan.spec
    attacked = any(chain.attacks for chain in plan.chains)
    times = 1 if attacked else spec.epochs
    records = 0

    def keep(_: Record) -> None:
        nonlocal records
        records += 1

    work = engine.Work(
        elicitation=plan.benchmark.elicitation,
        judges=[Rehearsed(judge) for judge in plan.benchmark.judges if asks(judge, Mute)],
        target=plan.target,
        attacked=plan.attacked,
        epochs=spec.epochs if attacked else 1,
        chains=plan.chains,
        patience=plan.manifest.total + 1,
    )
    await engine.run(enumerate(plan.samples()), work, 1, keep)
    subject = _asked(plan.wiring.meter, times)
    others = {name: _asked(meter, times) for name, meter in plan.wiring.meters.items() if meter.calls}
    return Forecast(
        samples=records * times,
        calls=subject.calls,
        input_tokens=subject.input_tokens,
        output_tokens=subject.output_tokens,
        cost=subject.cost,
        others=others,
    )


def _asked(meter: Meter, times: int) -> Asked:
    return Asked(
        calls=meter.calls * times,
        input_tokens=meter.input_tokens * times,
        output_tokens=meter.output_tokens * times,
        cost=None if meter.price is None else meter.cost * times,
    )
