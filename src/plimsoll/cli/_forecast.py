"""A plan on mute models -> calls, tokens and cost, printed; nothing is asked."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from plimsoll.cli import _output
from plimsoll.evaluation.gridding import PlannedGrid
from plimsoll.run.ask.plan import Plan
from plimsoll.run.ask.suite import Planning
from plimsoll.run.work import rehearsal
from plimsoll.run.work.rehearsal import Asked, Forecast
from plimsoll.text.dollars import dollars


def of_run(built: Plan, max_cost: float | None, *, as_json: bool) -> Forecast:
    """What one run will take."""
    forecast = asyncio.run(rehearsal.rehearse(built))
    if as_json:
        _output.value({**_named(built), "forecast": forecast})
        return forecast
    _print(built, forecast)
    if built.spec.until:
        _output.echo(f"  --until {built.spec.until} may stop it earlier")
    _say_where_it_stops(forecast, max_cost, "run")
    return forecast


def of_suite(planning: Planning, max_cost: float | None, *, as_json: bool) -> None:
    """What each run of a suite will take, and all of them together."""
    plans = [each.plan for each in planning.entries if each.plan is not None]
    total = _total([of_run(built, None, as_json=as_json) for built in plans])
    if as_json:
        _output.value({"suite": planning.name, "total": total})
        return
    _print_total(f"all {len(plans)} runs", len(planning.entries) - len(plans), total)
    _say_where_it_stops(total, max_cost, "suite")


def of_grid(found: PlannedGrid, max_cost: float | None, *, as_json: bool) -> None:
    """What each cell will take, and all of them together."""
    known = [(built, asyncio.run(rehearsal.rehearse(built))) for built in found.plans if built is not None]
    total = _total([forecast for _, forecast in known])
    if as_json:
        cells = [{**_named(built), "forecast": forecast} for built, forecast in known]
        _output.value({"title": found.title, "cells": cells, "total": total})
        return
    for built, forecast in known:
        _print(built, forecast)
    _print_total(f"all {len(known)} cells", len(found.plans) - len(known), total)
    _say_where_it_stops(total, max_cost, "grid")


def _print_total(what: str, gaps: int, total: Forecast) -> None:
    _output.echo(what + (f", {gaps} gaps left out" if gaps else ""))
    _print_all(total)


def _say_where_it_stops(forecast: Forecast, max_cost: float | None, what: str) -> None:
    if max_cost is not None and _cost(forecast) > max_cost:
        _output.echo(f"  --max-cost {max_cost:g} would stop the {what} before its end")


def _total(forecasts: Sequence[Forecast]) -> Forecast:
    others: dict[str, list[Asked]] = {}
    for forecast in forecasts:
        for name, asked in forecast.others.items():
            others.setdefault(name, []).append(asked)
    return Forecast(
        samples=sum(each.samples for each in forecasts),
        others={name: _sum(asked) for name, asked in others.items()},
        **msgspec.to_builtins(_sum(forecasts)),
    )


def _sum(asked: Sequence[Asked]) -> Asked:
    """Costs add up where every one is known."""
    costs = [each.cost for each in asked]
    known = [cost for cost in costs if cost is not None]
    return Asked(
        calls=sum(each.calls for each in asked),
        input_tokens=sum(each.input_tokens for each in asked),
        output_tokens=sum(each.output_tokens for each in asked),
        cost=sum(known) if len(known) == len(costs) else None,
    )


def _cost(forecast: Forecast) -> float:
    return (forecast.cost or 0.0) + sum(asked.cost or 0.0 for asked in forecast.others.values())


def _named(built: Plan) -> dict[str, Any]:
    spec = built.spec
    around = {"attacks": spec.attacks, "defenses": spec.defenses, "system_prompt": spec.system_prompt}
    said = {name: value for name, value in around.items() if value}
    return {"benchmark": spec.benchmark, "model": built.manifest.model.name, **said}


def _print(built: Plan, forecast: Forecast) -> None:
    spec = built.spec
    parts = (spec.benchmark, built.manifest.model.name, *spec.attacks, *spec.defenses, spec.system_prompt)
    _output.echo(" · ".join(part for part in parts if part))
    _print_all(forecast)


def _print_all(forecast: Forecast) -> None:
    _print_asked(forecast)
    for name, asked in forecast.others.items():
        _output.echo(f"  beside it {name}")
        _print_asked(asked)


def _print_asked(asked: Asked) -> None:
    cost = "unknown (give --prices FILE)" if asked.cost is None else dollars(asked.cost)
    if isinstance(asked, Forecast):
        _output.echo(f"  samples        {asked.samples:>12,}")
    _output.echo(f"  calls          {asked.calls:>12,}")
    _output.echo(f"  input tokens   {asked.input_tokens:>12,}  (estimated)")
    _output.echo(f"  output tokens  {asked.output_tokens:>12,}  (estimated)")
    _output.echo(f"  cost           {cost:>12}")
