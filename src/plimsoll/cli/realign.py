"""`plimsoll realign`: checkpoints -> one that is meant to be safer, which every other command takes."""

import os
import shutil
from pathlib import Path
from time import perf_counter

import click
import msgspec

from plimsoll import registry
from plimsoll.cli import _losses, _output
from plimsoll.cli.analyse import Progress, opened_model
from plimsoll.core import Artifact, UserError, files
from plimsoll.internals import appearing
from plimsoll.internals.checkpoint import WEIGHTS
from plimsoll.models.transformers import Transformers
from plimsoll.realignment.repairs import MORE, Given

RECORD = "realignment.json"
"""What was done, in the new model's folder."""


@click.command("realign")
@click.argument("method", metavar="METHOD[:key=value,...]")
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The new model's folder."
)
@click.option(
    "--on",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="What methods learn or measure on: JSON lines with prompt and reply, or what METHOD names.",
)
@_output.JSON
def command(*, method: str, models: tuple[str, ...], out: Path, on: Path | None, as_json: bool) -> None:
    """Repair a fine-tuned model by METHOD: `plimsoll list realignment` shows them and the models they take.

    MODEL is a folder of safetensors, a GGUF file, or transformers/ and an id. The result loads as
    transformers/DIR: measure it beside the model it came from with `plimsoll run`.
    """
    part = registry.build("realignment", method)
    several = any(name.endswith(MORE) for name in part.takes)
    if len(models) < len(part.takes) or (len(models) > len(part.takes) and not several):
        wanted = f"{len(part.takes)} or more" if several else len(part.takes)
        raise UserError(f"{method} takes {wanted} models, {', '.join(part.takes)}: {len(models)} named")
    if os.path.lexists(out):
        raise UserError(f"{out} is there already: name a new folder")
    opened = [opened_model(spec) for spec in models]
    given = Given(
        models=opened,
        folders=[each.folder for each in opened if isinstance(each, Transformers)],
        on=on,
        told=(progress := Progress(method)),
    )
    began = perf_counter()
    beside = appearing.unfinished(out)
    try:
        said = part.repair(given, beside)
        seconds = perf_counter() - began
        made = Artifact(kind="weights", path=str(out), sha256=files.digest(beside / WEIGHTS))
        told = {
            "method": method,
            "artifact": made,
            "seconds": seconds,
            "said": said,
            "losses": progress.losses,
        }
        models_of = {spec: each.revision for spec, each in zip(models, opened, strict=True)}
        record = msgspec.json.encode({**told, "models": models_of})
        files.write(beside / RECORD, [msgspec.json.format(record)])
        if progress.losses:
            named = {each.name: each.revision for each in opened}
            _losses.write_page(_losses.analysed(progress.losses, named, method, 0), beside)
        appearing.appear(beside, out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    if as_json:
        _output.value(told)
        return
    for line in said:
        _output.echo(line)
    if progress.losses:
        _output.echo(f"{_losses.line(progress.losses)}  {out / _losses.PAGE}")
    _output.echo(f"{out} after {seconds:.1f} s: plimsoll run BENCHMARK -m transformers/{out}")
