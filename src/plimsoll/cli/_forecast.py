"""A plan -> the calls, tokens and cost that it will take, on the screen."""

import asyncio

import click

from plimsoll.cli import _output
from plimsoll.run.ask.plan import Plan
from plimsoll.run.work.rehearsal import Asked, rehearse


def forecast(built: Plan, max_cost: float | None, as_json: bool) -> None:
    """Say what a plan that was built on mute models will take."""
    spec, model = built.spec, built.manifest.model.name
    found = asyncio.run(rehearse(built))
    if as_json:
        _output.value({"benchmark": spec.benchmark, "model": model, "forecast": found})
        return
    click.echo(f"{spec.benchmark} · {model}")
    click.echo(f"  samples        {found.samples:>12,}")
    _print_asked(found)
    for name, asked in found.others.items():
        click.echo(f"  beside it {name}")
        _print_asked(asked)
    if spec.until:
        click.echo(f"  --until {spec.until} may stop it earlier")
    cost = (found.cost or 0.0) + sum(asked.cost or 0.0 for asked in found.others.values())
    if max_cost is not None and cost > max_cost:
        click.echo(f"  --max-cost {max_cost:g} would stop the run before its end")


def _print_asked(asked: Asked) -> None:
    cost = "unknown (give --prices FILE)" if asked.cost is None else f"{asked.cost:.2f} USD"
    click.echo(f"  calls          {asked.calls:>12,}")
    click.echo(f"  input tokens   {asked.input_tokens:>12,}  (estimated)")
    click.echo(f"  output tokens  {asked.output_tokens:>12,}  (estimated)")
    click.echo(f"  cost           {cost:>12}")
