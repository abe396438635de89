"""`plimsoll import`: another tool's log, as a run folder."""

from pathlib import Path

import click

from plimsoll.cli import _options, _output
from plimsoll.core import UserError
from plimsoll.run.keep.importing import write_run


@click.command("import")
@click.argument("log", type=click.Path(path_type=Path))
@_options.LOG_DIR
def command(log: Path, log_dir: Path) -> None:
    """Turn LOG, written by Inspect (.json or .eval), into a run folder that can be judged and compared."""
    if not log.is_file():
        raise UserError(f"{log} is no file: give the path of an Inspect log")
    from plimsoll.bridges.inspect import import_log

    imported = import_log(log)
    folder = write_run(log_dir, imported.manifest, imported.records())
    _output.echo(folder.path)
