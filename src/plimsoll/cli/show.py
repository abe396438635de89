"""`plimsoll show`: one part, with its card and arguments."""

from collections.abc import Iterator
from dataclasses import asdict
from shutil import get_terminal_size
from typing import Any

import click
from msgspec import to_builtins

from plimsoll import registry
from plimsoll.cli import _output
from plimsoll.core import Instrument, Judge, UserError
from plimsoll.words import docstring, translated

WIDEST = 110
"""Cells that a line of prose takes at most."""
SYSTEMS = "benchmarks"
"""The room that is meant first where several have a part of one name: a system's own."""
SHOWN = 40
"""Characters of a default that are shown."""


@click.command("show")
@click.argument("words", metavar="[ROOM/]NAME", nargs=-1, required=True)
@_output.JSON
def command(words: tuple[str, ...], as_json: bool) -> None:
    """Show the part called NAME: what it does, where it comes from, what it takes."""
    part = _find("/".join(words))
    if as_json:
        _output.value(_facts(part))
        return
    _output.echo(f"{part.name}  ({part.room})\n")
    width = min(get_terminal_size().columns, WIDEST)
    _output.echo(docstring.spoken(part.documentation, width))
    if part.card is not None:
        card = asdict(part.card)
        for listed in ("languages", "covers"):
            card[listed] = ", ".join(getattr(part.card, listed))
        _output.echo()
        _output.table(((translated(key), str(value)) for key, value in card.items() if value), "card")
    if instrument := _instrument(part):
        _output.echo()
        _output.table(((translated(key), value) for key, value in _measured(instrument)), "measures")
    arguments = [(f"{a.name}={_default(a)}", a.kind) for a in part.options]
    if arguments:
        _output.echo()
        _output.table(arguments, "-M options" if part.room == "models" else "arguments")


def _find(name: str) -> registry.Part:
    room, _, rest = name.partition("/")
    for known in registry.ROOMS:
        if rest and room in (known, known.removesuffix("s")):
            return registry.find(known, rest)
    for known in sorted(registry.ROOMS, key=lambda each: each != SYSTEMS):
        if registry.holds(known, room):
            return registry.find(known, room if known == "models" else name)
    every = [part.name for known in registry.ROOMS for part in registry.parts(known)]
    files = {part.partition("/")[0] for part in every}
    close = registry.meant(name, files, (part for part in every if "/" in part))
    raise UserError(f"no part is called {name!r}{close} (plimsoll list shows all)")


def _instrument(part: registry.Part) -> Instrument | None:
    """What a judge measures, where it can be made without anything of the user's; its model is not asked."""
    needed = [argument for argument in part.options if argument.required]
    if part.room != "judges" or any(argument.kind != "Model" for argument in needed):
        return None
    models = ",".join(f"{argument.name}=scripted/refuse" for argument in needed)
    try:
        judge: Judge = registry.build("judges", f"{part.name}:{models}" if models else part.name)
    except UserError:
        return None
    return judge.instrument


def _measured(instrument: Instrument) -> Iterator[tuple[str, str]]:
    yield "event", f"{instrument.event} (a calibration needs labels of it)"
    yield "safer", "more of it" if instrument.higher_is_safer else "less of it"
    yield "reads", ", ".join(instrument.inputs)
    if instrument.labels:
        yield "labels", ", ".join(instrument.labels)
    yield "revision", instrument.revision


def _default(argument: registry.Argument) -> str:
    if argument.required:
        return f"({translated('needed')})"
    words = " ".join(str(argument.default).split())
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}…"


def _facts(part: registry.Part) -> dict[str, Any]:
    return {
        "room": part.room,
        "name": part.name,
        "summary": part.summary,
        "card": None if part.card is None else asdict(part.card),
        "measures": None if (found := _instrument(part)) is None else to_builtins(found),
        "arguments": [
            {"name": a.name, "takes": a.kind, "default": a.default if _plain(a.default) else str(a.default)}
            for a in part.options
        ],
    }


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))
