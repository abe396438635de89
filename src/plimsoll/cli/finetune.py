"""`plimsoll finetune`: a model and examples -> the model after learning them, to see what it cost."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from plimsoll.cli import _losses, _numbers, _output
from plimsoll.cli.analyse import Progress, opened_model, refuse_unsound
from plimsoll.core import DataError, PlimsollError, UserError, decoding, files, lock
from plimsoll.data import delimited
from plimsoll.data.resources import table
from plimsoll.internals import checkpoint, examples, losses, training
from plimsoll.internals.adapters import RECORD
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.internals.handle import Template, handle
from plimsoll.internals.unfinished import Unfinished
from plimsoll.models.transformers import Transformers
from plimsoll.realignment.learning import tensors

PUBLISHED = "published"


@click.command("finetune")
@click.argument("model", metavar="MODEL")
@click.option(
    "--on",
    "file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Examples.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The new model's folder."
)
@click.option("--steps", type=click.IntRange(1), default=20, show_default=True, help="Of the optimiser.")
@click.option("--batch", type=click.IntRange(1), default=4, show_default=True, help="Examples of one step.")
@click.option(
    "--rate", type=_numbers.Real(0, min_open=True), default=2e-4, show_default=True, help="Learning rate."
)
@click.option("--rank", type=click.IntRange(1), default=8, show_default=True, help="Of the adapters.")
@click.option(
    "--max-tokens", type=click.IntRange(8), default=256, show_default=True, help="Tokens of an example."
)
@click.option("--template", type=click.Choice(["chat", "raw"]), default="chat", show_default=True)
@click.option(
    "--mix",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Safety examples to mix in.",
)
@click.option("--mix-count", type=click.IntRange(0), default=10, show_default=True, help="How many of them.")
@click.option(
    "--without",
    "phrases",
    default="",
    metavar="FILE|published",
    help="Phrases, one a line: examples whose reply holds one are left out. published: Qi et al.'s 224.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of order and adapters.")
@_output.JSON
def command(
    *,
    model: str,
    file: Path,
    out: Path,
    steps: int,
    batch: int,
    rate: float,
    rank: int,
    max_tokens: int,
    template: Template,
    mix: Path | None,
    mix_count: int,
    phrases: str,
    seed: int,
    as_json: bool,
) -> None:
    """Train low-rank adapters on examples and write the model with them, loadable as transformers/DIR.

    Examples are JSON lines with prompt and reply, what plimsoll train writes for a guard, or the files of
    Alpaca and Dolly; only the reply is learned. A command that was cut off goes on where it was.
    """
    if os.path.lexists(out):
        raise UserError(f"{out} is there already: name a new folder")
    opened = opened_model(model)
    if not isinstance(opened, Transformers):
        raise UserError(f"{model} cannot be trained: write transformers/ and a folder, a file or an id")
    given = examples.read(file)
    unwanted = _phrases(phrases) if phrases else []
    kept = examples.without(given, unwanted)
    learned = examples.mixed(kept, examples.read(mix) if mix else (), mix_count if mix else 0, seed)
    if not learned.examples:
        raise DataError(f"{file}: there is nothing to train on")
    recipe = training.Recipe(
        steps=steps,
        batch=batch,
        rate=rate,
        rank=rank,
        max_tokens=max_tokens,
        template=template,
        seed=seed,
    )
    source = Checkpoint(opened.folder)
    checkpoint.refuse_place(out, source)
    refuse_unsound([opened])
    unfinished = Unfinished(out.with_name(f".{out.name[:40]}.training"))
    record = {
        "model": opened.name,
        "revision": opened.revision,
        "examples": {
            "file": examples.digest(file),
            "without": unwanted,
            "kept": len(kept),
            "left_out": len(given) - len(kept),
        },
        "mixed": {
            "file": examples.digest(mix) if mix else None,
            "count": learned.added,
            "different": learned.different,
        },
        "recipe": {name: getattr(recipe, name) for name in recipe.__dataclass_fields__},
    }
    unfinished.folder.mkdir(parents=True, exist_ok=True)
    with lock.alone(unfinished.folder), unfinished.timed():
        _hold_to(unfinished.folder / "wanted.json", record)
        try:
            held = handle(opened)
            rows = training.fitting(held, learned.examples, recipe)
            trained = training.fit(held, rows, losses.sft, recipe, Progress("finetune"), kept=unfinished)
        except PlimsollError:
            _swept(unfinished.folder)  # another try will be with other settings
            raise
        changed = training.merged(held, trained)
        too_long = len(learned.examples) - len(rows)
        record |= {
            "too_long": too_long,
            "losses": trained.losses,
            "seconds": round(unfinished.seconds, 1),
        }

        def also(folder: Path) -> None:
            files.write(folder / RECORD, [msgspec.json.format(msgspec.json.encode(record))])
            told = _losses.analysed(trained.losses, {held.name: held.revision}, "finetune", recipe.batch)
            _losses.write_page(told, folder)
            trained.module.save_pretrained(folder / "adapter")

        checkpoint.write(out, source, tensors(source, changed), also)
        _swept(unfinished.folder)
    if as_json:
        _output.value({"path": str(out), **record})
        return
    if too_long:
        _output.echo(
            f"{too_long:,} of {len(learned.examples):,} examples were left out: their prompts alone have "
            f"{max_tokens:,} tokens or more (--max-tokens)"
        )
    if mix:
        _output.echo(
            f"{learned.added} of {len(learned.examples)} examples are safety examples, "
            f"{learned.different} of them different"
        )
    _output.echo(f"loss {trained.losses[0]:.3f} → {trained.losses[-1]:.3f} nats a token in {steps} steps")
    _output.echo(f"{_losses.line(trained.losses)}  {out / _losses.PAGE}")
    _output.echo(f"{out} after {record['seconds']:.1f} s: plimsoll drift {model} {out}")


def _phrases(given: str) -> list[str]:
    """What no reply may hold: the lines of a file, or the published list."""
    if given == PUBLISHED:
        return list(table("benchmarks", "finetuning_compromises_safety", "removal.toml")["phrases"])
    path = Path(given)
    if not path.is_file():
        raise UserError(f"--without {given}: there is no such file; `{PUBLISHED}` takes the 224 of Qi et al.")
    return [line.strip() for line in delimited.text(files.read(path), path).splitlines() if line.strip()]


def _hold_to(path: Path, record: Mapping[str, Any]) -> None:
    """Take up only what the same command began. Raises `UserError` that names what is another."""
    wanted = msgspec.json.encode(record)
    if path.is_file():
        now, before = map(_settings, (wanted, files.read(path)))
        if apart := [name for name, value in now.items() if before.get(name) != value]:
            raise UserError(
                f"{path.parent} was begun with another {', '.join(apart)}: remove it, or write to another "
                "folder"
            )
    files.write(path, [wanted])


def _settings(body: bytes) -> dict[str, Any]:
    """What a record says, its recipe's settings beside the others; nothing of one that cannot be read."""
    try:
        record = decoding.decode(body, dict[str, Any])
        return {**record, **record.pop("recipe")}
    except (ValueError, KeyError, TypeError):
        return {}


def _swept(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
