"""`plimsoll list`: what there is."""

from typing import get_args

import click

from plimsoll import registry
from plimsoll.cli import _output
from plimsoll.core import UserError, did_you_mean


@click.command("list")
@click.argument("room", required=False, metavar="[ROOM]")
@_output.JSON
def command(room: str | None, as_json: bool) -> None:
    """List the parts of a ROOM (benchmarks, models, judges ...), or of all rooms."""
    rooms: list[registry.Room] = (
        [_room(room)] if room else [name for name in registry.ROOMS if registry.names(name)]
    )
    for told in (each for name in rooms for each in registry.unloadable(name)):
        _output.echo(f"plimsoll: {told}", err=True)
    if as_json:
        found = [part for name in rooms for part in registry.parts(name)]
        _output.value([{"room": part.room, "name": part.name, "summary": part.summary} for part in found])
        return
    for name in rooms:
        _output.table(((part.name, part.summary) for part in registry.parts(name)), name)


def _room(name: str) -> registry.Room:
    for room in get_args(registry.Room):
        if name in (room, room.removesuffix("s")):
            return room
    raise UserError(
        f"no room is called {name!r}{did_you_mean(name, registry.ROOMS)}: {', '.join(registry.ROOMS)}"
    )
