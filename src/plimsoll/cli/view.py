"""`plimsoll view`: the runs of a log folder, in a browser."""

import sys
from pathlib import Path

import click

from plimsoll.cli import _options, _output
from plimsoll.words import preferred


@click.command("view")
@_options.LOG_DIR
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; 0 takes a free one.")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write files that need no server into this folder, and end.",
)
def command(log_dir: Path, host: str, port: int, bundle: Path | None) -> None:
    """Show the runs of a log folder in a browser: results, every item, flips between runs; live."""
    if bundle is not None:
        from plimsoll.viewer.bundle import write

        _output.echo(write(log_dir, bundle, preferred()))
        return
    from plimsoll.viewer.web import serve

    serve(log_dir, host, port, _ready)


def _ready(address: str) -> None:
    _output.echo(address)
    if sys.stderr.isatty():
        _output.echo("Open it in a browser; Ctrl-C ends it.", err=True)
    sys.stdout.flush()
