"""`plimsoll export`: a run, in another tool's format."""

from pathlib import Path

import click

from plimsoll.cli import _options, _output
from plimsoll.core import UserError
from plimsoll.run.keep.folder import RunFolder


@click.command("export")
@_options.RUN
@click.option(
    "--to",
    "form",
    type=click.Choice(["inspect", "inspect-eval", "submission"]),
    required=True,
    help="An Inspect log (JSON or .eval), or the benchmark's official submission file.",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="Folder (Inspect) or file (submission)."
)
@_options.LOG_DIR
def command(run: Path | None, form: str, output: Path | None, log_dir: Path) -> None:
    """Write RUN (the newest one without it) in the format of another tool."""
    folder = _options.opened(run, log_dir)
    if form == "submission":
        _output.echo(_submission(folder, output or folder.path / "submission.json"))
        return
    from plimsoll.bridges.inspect import export

    into = output or folder.path / "inspect"
    kind = "eval" if form == "inspect-eval" else "json"
    _output.echo(export(folder.manifest(), folder.summary(), folder.records(), into, form=kind))


def _submission(folder: RunFolder, path: Path) -> Path:
    from plimsoll.cli.score import submission_of

    submission = submission_of(folder.manifest().spec.benchmark)
    try:
        submission.write(path, folder.records())
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error
    return path
