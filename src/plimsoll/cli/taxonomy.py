"""`plimsoll taxonomy`: risk taxonomies, and what a category of one is in another."""

import click

from plimsoll.cli import _output
from plimsoll.taxonomies import conversion, crosswalk


@click.group("taxonomy")
def command() -> None:
    """List risk taxonomies, show one, and convert a category of one to another."""


@command.command("list")
@_output.JSON
def list_(as_json: bool) -> None:
    """List the taxonomies with their number of categories."""
    counted = {name: len(conversion.categories(name)) for name in crosswalk.taxonomies()}
    if as_json:
        _output.value(counted)
        return
    _output.table((name, f"{count} categories") for name, count in counted.items())


@command.command("show")
@click.argument("taxonomy")
@_output.JSON
def show(taxonomy: str, as_json: bool) -> None:
    """Show a TAXONOMY's categories with their hub hazards, the primary one first."""
    found = conversion.categories(taxonomy)
    if as_json:
        _output.value([each._asdict() for each in found])
        return
    _output.table((f"{each.code} {each.category}", " ".join(each.hubs)) for each in found)


@command.command("convert")
@click.argument("category")
@click.argument("target")
@_output.JSON
def convert(category: str, target: str, as_json: bool) -> None:
    """Show what a CATEGORY, as aegis-2:S16, is in the TARGET taxonomy; nothing shared is an empty list."""
    found = list(conversion.converted(conversion.category(category), target))
    if as_json:
        _output.value([each._asdict() for each in found])
        return
    if not found:
        _output.echo(f"none: no category of {conversion.named(target)} shares a hazard with {category}")
    _output.table((f"{each.code} {each.category}", f"{each.kind} · {' '.join(each.hubs)}") for each in found)
