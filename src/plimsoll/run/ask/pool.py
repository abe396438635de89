"""Specs -> models, and what several runs share around them: endpoints' limits, the cache, the cost limit."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from plimsoll import registry
from plimsoll.core import Model, UserError, innermost
from plimsoll.run.ask import layers
from plimsoll.run.ask.limits import Limiter, Tell, untold
from plimsoll.run.ask.own import fingerprint
from plimsoll.run.keep.cache import Cache


def unknown_price(model: str) -> layers.Price | None:
    """No price is known."""
    return None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How runs are carried out; nothing here changes their records."""

    log_dir: Path = Path("logs")
    cache: Path | None = None
    """The response cache's file, or `None` for none."""
    max_connections: int = 100
    patience: float = layers.Patience.silence
    """Seconds that an endpoint may fail before its samples are given up."""
    tell: Tell = untold
    """Told when an endpoint is waited for."""
    max_cost: float | None = None
    """US dollars that all runs of a pool may spend together."""
    price_of: Callable[[str], layers.Price | None] = unknown_price
    """What calls cost, by the model's name."""


_Key = tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]
"""Spec, options, and what changes the weights."""


@dataclass
class Pool:
    """The bare models of one or more runs, each made once, and what stands around all of them.

    `async with` closes them; entered within itself, it closes on the outermost way out. What was
    closed opens again when it is used again, but for changed weights: these go with their model, and
    the plan is built anew.
    """

    settings: Settings = field(default_factory=Settings)
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Parts made in Python, by the text that stands for them in specs (`own.named`)."""
    budget: layers.Budget = field(init=False)
    cache: Cache | None = field(init=False)
    _models: dict[_Key, Model] = field(default_factory=dict[_Key, Model])
    _limiters: dict[str, Limiter] = field(default_factory=dict[str, Limiter])
    _depth: int = 0

    def __post_init__(self) -> None:
        limit = self.settings.max_cost
        if limit is not None and not math.isfinite(limit):
            raise UserError(f"--max-cost is {limit}: it takes a number of US dollars")
        self.budget = layers.Budget(max_cost=limit)
        self.cache = Cache(self.settings.cache) if self.settings.cache else None

    def model(self, spec: str, options: Mapping[str, str]) -> Model:
        """The bare model of a spec."""
        return self._once(spec, options, ())

    def changed(
        self, spec: str, options: Mapping[str, str], by: tuple[str, ...], change: Callable[[Model], Model]
    ) -> Model:
        """A model whose weights `change` changes: its own copy, so that nobody else asks it unawares."""
        return self._once(spec, options, by, change)

    def _once(
        self,
        spec: str,
        options: Mapping[str, str],
        by: tuple[str, ...],
        change: Callable[[Model], Model] = lambda model: model,
    ) -> Model:
        key = (spec, tuple(sorted(options.items())), by)
        if key not in self._models:
            given = self.given.get(spec)
            self._models[key] = change(registry.build_model(spec, options) if given is None else given)
        return self._models[key]

    def layered(self, spec: str, model: Model, options: Mapping[str, str], meter: layers.Meter) -> Model:
        """A model behind the pool's cache and limits, and a meter."""
        place = str(getattr(innermost(model), "endpoint", model.name))
        limiter = self._limiters.setdefault(place, Limiter(self.settings.max_connections, self.settings.tell))
        wired: Model = layers.Limited(model, limiter)
        wired = layers.Retried(wired, limiter, layers.Patience.of(self.settings.patience))
        wired = layers.Metered(wired, meter)
        if self.cache is None:
            return wired
        deciding = registry.deciding(model.name, options)
        says = [f"{key}={value}" for key, value in sorted(deciding.items())]
        if spec in self.given:
            says.append(f"source={fingerprint(self.given[spec])}")
        return layers.Cached(wired, self.cache, f"{model.name}|{model.revision}|{','.join(says)}", meter)

    def meter(self, model: str) -> layers.Meter:
        """A new meter for a model's calls, which the common cost limit covers."""
        return layers.Meter(price=self.settings.price_of(model), budget=self.budget)

    async def __aenter__(self) -> Self:
        if self._depth == 0 and self.cache is not None:
            self.cache.open()
        self._depth += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if self._depth == 0:
            await self.close()

    async def close(self) -> None:
        """Let go of every model and of the cache; what was given is closed by whoever made it."""
        for (spec, _, changed), model in self._models.items():
            if spec not in self.given or changed:
                await model.close()
        self._models = {key: model for key, model in self._models.items() if not key[2]}
        if self.cache is not None:
            self.cache.close()
