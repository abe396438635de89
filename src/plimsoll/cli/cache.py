"""`plimsoll cache`: the responses that need not be asked for again."""

import click

from plimsoll.cli import _output
from plimsoll.run.keep.cache import Cache, default_path
from plimsoll.words import translated


@click.group("cache")
def command() -> None:
    """Show or empty the cache of responses."""


@command.command("info")
@_output.JSON
def info(as_json: bool) -> None:
    """Where the cache lies and how much it holds."""
    path = default_path()
    with Cache(path) as cache:
        responses = len(cache)
    size = path.stat().st_size
    if as_json:
        _output.value({"path": str(path), "responses": responses, "bytes": size})
        return
    _output.echo(f"{path}: {responses:,} responses, {size / 1e6:.1f} MB")


@command.command("clear")
@click.confirmation_option(prompt=translated("Forget every cached response?"))
def clear() -> None:
    """Forget every cached response."""
    with Cache(default_path()) as cache:
        responses = len(cache)
        cache.clear()
    _output.echo(f"{responses:,} responses forgotten")
