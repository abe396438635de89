"""`plimsoll train`: labelled conversations as examples to fine-tune a guard on."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from plimsoll.cli import _output
from plimsoll.core import Labelled, UserError, files
from plimsoll.labels.named import pack_of
from plimsoll.screening import training
from plimsoll.screening.sets import chosen


@click.command("train")
@click.argument("form", type=click.Choice(get_args(training.Form)))
@click.option(
    "--on", "labels", required=True, metavar="SET", help="A table of conversations, or a label pack."
)
@click.option(
    "--output", "-o", required=True, type=click.Path(path_type=Path, dir_okay=False), help="JSON lines."
)
@click.option("--policy", default="", metavar="TAXONOMY|FILE", help="Categories instead of the form's own.")
@click.option("--drop", is_flag=True, help="Examples more, from which categories are dropped.")
@click.option("--shuffle", is_flag=True, help="Categories in a drawn order.")
@click.option(
    "--explained", type=click.Choice(get_args(training.Explained)), default="no", show_default=True,
    help="The set's column `explanation` in the answer, before or after the decision.",
)  # fmt: skip
@click.option(
    "--refusals", metavar="FILE", help="Replies that deflect, one a line: each unsafe prompt gets one."
)
@click.option("--limit", type=click.IntRange(1), help="Only the first N conversations.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the augmentations.")
@_output.JSON
def command(form: training.Form, labels: str, output: Path, **given: Any) -> None:
    """Write examples to fine-tune a guard on, in the form of Llama Guard or Aegis 2.0.

    The same seed writes the same file. No model is asked, and none is trained: the file is for plimsoll
    finetune or any other trainer.
    """
    made = training.training(
        form,
        given["policy"],
        drop=given["drop"],
        shuffle=given["shuffle"],
        explained=given["explained"],
        seed=given["seed"],
    )
    items = [item for item in chosen(pack_of(labels), labels, given["limit"]).items if _is_labelled(item)]
    if given["refusals"]:
        items += training.refused(items, _deflections(Path(given["refusals"])), seed=given["seed"])
    counts: Counter[str] = Counter()

    def lines() -> Iterator[bytes]:
        for item in items:
            for example in made.examples(training.told_of(item, made.policy)):
                counts[
                    example.augmentation or ("refusal" if example.id.endswith("#refusal") else "labelled")
                ] += 1
                yield msgspec.json.encode(example) + b"\n"

    try:
        files.write(output, lines())
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}") from error
    if given["as_json"]:
        _output.value({"output": str(output), "examples": dict(sorted(counts.items()))})
        return
    said = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in sorted(counts.items()))
    _output.echo(f"{output}: {sum(counts.values()):,} examples ({said})")


def _is_labelled(item: Labelled) -> bool:
    return item.truth("binary") is not None


def _deflections(path: Path) -> list[str]:
    try:
        text = files.read(path).decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"--refusals {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(f"--refusals {path} is not in UTF-8: save it as UTF-8") from None
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if not found:
        raise UserError(f"--refusals {path} holds no reply: write one a line")
    return found
