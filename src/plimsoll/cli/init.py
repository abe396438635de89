"""`plimsoll init`: begin a package that brings a part of one's own."""

from pathlib import Path

import click

from plimsoll.cli import _output
from plimsoll.core import UserError, files
from plimsoll.testing.package import COMMANDS, package


@click.command("init")
@click.argument("kind", type=click.Choice(list(COMMANDS)))
@click.argument("name")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, file_okay=False), help="Folder; NAME without it."
)
def command(kind: str, name: str, output: Path | None) -> None:
    """Write a package that brings a part called NAME: the part, its entry point, and its tests.

    The part works as it is, and its tests hold it to the rules of its kind.
    """
    made = package(kind, name)
    folder = output or Path(name)
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is there and not empty: give another folder with -o")
    for place, text in made.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_text(path, text)
        _output.echo(path)
    _output.echo(f"\nnext: cd {folder}; pip install -e .; pytest")
