"""`plimsoll show`: one part, with its card and arguments."""

import inspect
from dataclasses import asdict
from typing import Any

import click

from plimsoll import registry
from plimsoll.cli import _output
from plimsoll.core import UserError, did_you_mean

SHOWN = 40
"""Characters of a default that are shown."""


@click.command("show")
@click.argument("name", metavar="[ROOM/]NAME")
@_output.JSON
def command(name: str, as_json: bool) -> None:
    """Show the part called NAME: what it does, where it comes from, what it takes."""
    part = _find(name)
    if as_json:
        _output.value(_facts(part))
        return
    click.echo(f"{part.name}  ({part.room})\n")
    click.echo(inspect.getdoc(part.factory) or "")
    if part.card is not None:
        card = asdict(part.card)
        card["languages"] = ", ".join(part.card.languages)
        click.echo()
        _output.table(((key, str(value)) for key, value in card.items() if value), "card")
    arguments = [(f"{a.name}={_default(a)}", a.kind) for a in part.options]
    if arguments:
        click.echo()
        _output.table(arguments, "-M options" if part.room == "models" else "arguments")


def _find(name: str) -> registry.Part:
    room, _, rest = name.partition("/")
    for known in registry.ROOMS:
        if rest and room in (known, known.removesuffix("s")):
            return registry.find(known, rest)
    for known in registry.ROOMS:
        if name.partition("/")[0] in registry.names(known):
            return registry.find(known, room if known == "models" else name)
    every = [part for known in registry.ROOMS for part in registry.names(known)]
    raise UserError(f"no part is called {name!r}{did_you_mean(name, every)} (plimsoll list shows all)")


def _default(argument: registry.Argument) -> str:
    if argument.required:
        return "(needed)"
    words = " ".join(str(argument.default).split())
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}…"


def _facts(part: registry.Part) -> dict[str, Any]:
    return {
        "room": part.room,
        "name": part.name,
        "summary": part.summary,
        "card": None if part.card is None else asdict(part.card),
        "arguments": [
            {"name": a.name, "takes": a.kind, "default": a.default if _plain(a.default) else str(a.default)}
            for a in part.options
        ],
    }


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))
