"""A bare model -> the same model behind the run's cache, meter, retries and limits."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from plimsoll import registry
from plimsoll.core import Model, Usage, UserError, innermost
from plimsoll.run.ask import layers
from plimsoll.run.ask.attendants import Attendant
from plimsoll.run.ask.limits import Limiter, Tell, untold
from plimsoll.run.keep.cache import Cache


def unknown_price(model: str) -> layers.Price | None:
    """No price is known."""
    return None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a run is carried out; nothing here changes its records."""

    log_dir: Path = Path("logs")
    cache: Path | None = None
    """The response cache's file, or `None` for none."""
    max_connections: int = 100
    patience: float = layers.Patience.silence
    """Seconds that an endpoint may fail before its samples are given up."""
    tell: Tell = untold
    """Told when an endpoint is waited for."""
    max_cost: float | None = None
    spent: float = 0.0
    """US dollars that other runs have spent under the same limit."""
    price: layers.Price | None = None
    price_of: Callable[[str], layers.Price | None] = unknown_price
    """What calls to the models that judges and attacks question cost, by the model's name."""


def refuse_unpriced(limit: float | None, prices: Mapping[str, layers.Price | None]) -> None:
    """Have a cost limit cover every model that is asked. Raises `UserError`."""
    if limit is None:
        return
    if not math.isfinite(limit):
        raise UserError(f"--max-cost is {limit}: it takes a number of US dollars")
    if unknown := next((name for name, price in prices.items() if price is None), None):
        raise UserError(
            f"--max-cost needs the price of {unknown}, which is not known: give it with --prices FILE "
            "([[price]] with models, input and output per million tokens), or leave the limit out"
        )


@dataclass
class Wiring:
    """Puts the layers around models; those of one endpoint share its limit."""

    settings: Settings
    budget: layers.Budget = field(default_factory=layers.Budget)
    meters: dict[str, layers.Meter] = field(default_factory=dict[str, layers.Meter])
    """Of the attendants, by name."""
    _limiters: dict[str, Limiter] = field(default_factory=dict[str, Limiter])

    def wired(
        self, model: Model, options: Mapping[str, str], meter: layers.Meter, store: Cache | None
    ) -> Model:
        """The model in its layers."""
        place = str(getattr(innermost(model), "endpoint", model.name))
        limiter = self._limiters.setdefault(place, Limiter(self.settings.max_connections, self.settings.tell))
        wired: Model = layers.Limited(model, limiter)
        wired = layers.Retried(wired, limiter, layers.Patience.of(self.settings.patience))
        wired = layers.Metered(wired, meter)
        if store is None:
            return wired
        deciding = registry.deciding(model.name, options)
        given = ",".join(f"{key}={value}" for key, value in sorted(deciding.items()))
        return layers.Cached(wired, store, f"{model.name}|{model.revision}|{given}", meter)

    def layered(self, attendant: Attendant, store: Cache | None) -> Model:
        """A model beside the subject, in its layers, with a meter of its own."""
        meter = self.meters.get(attendant.name)
        if meter is None:
            meter = layers.Meter(price=self.settings.price_of(attendant.name), budget=self.budget)
            self.meters[attendant.name] = meter
        return self.wired(attendant.bare, attendant.options, meter, store)

    @property
    def usage(self) -> Usage:
        """The sum of all calls to attendants."""
        used = [meter.usage for meter in self.meters.values()]
        return Usage(
            input_tokens=sum(each.input_tokens for each in used),
            cached_tokens=sum(each.cached_tokens for each in used),
            output_tokens=sum(each.output_tokens for each in used),
        )

    @property
    def priced(self) -> bool:
        """Whether any attendant's price is known."""
        return any(meter.price is not None for meter in self.meters.values())
