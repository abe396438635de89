"""`plimsoll train`: labelled conversations as examples to fine-tune a guard on."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from plimsoll.cli import _output
from plimsoll.core import Labelled, UserError, files
from plimsoll.labels.named import pack_of
from plimsoll.screening import topics, training
from plimsoll.screening.sets import chosen

TOPICS = "topics"
"""The form of dialogues with rules of topic, which a guard is trained on beside safety."""


@click.command("train")
@click.argument("form", type=click.Choice([*get_args(training.Form), TOPICS]))
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
def command(form: Any, labels: str, output: Path, **given: Any) -> None:
    """Write examples to fine-tune a guard on, in the form of Llama Guard or Aegis 2.0.

    The form topics reads dialogues of CantTalkAboutThis (JSON lines): Aegis 2.0 was trained on safety and
    topics together, as `plimsoll finetune --on SAFETY --mix TOPICS` does.

    The same seed writes the same file. No model is asked, and none is trained: the file is for plimsoll
    finetune or any other trainer.
    """
    if form == TOPICS:
        if given["policy"] or given["drop"] or given["shuffle"] or given["refusals"]:
            raise UserError(
                "topics takes no --policy, --drop, --shuffle or --refusals: it knows no categories"
            )
        _write(output, topics.examples(Path(labels)), as_json=given["as_json"], limit=given["limit"])
        return
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
    every = (example for item in items for example in made.examples(training.told_of(item, made.policy)))
    _write(output, every, as_json=given["as_json"])


def _write(
    output: Path, examples: Iterable[training.Example], *, as_json: bool, limit: int | None = None
) -> None:
    """Write examples, and say how many of each kind."""
    counts: Counter[str] = Counter()

    def lines() -> Iterator[bytes]:
        for example in islice(examples, limit):
            counts[_kind(example)] += 1
            yield msgspec.json.encode(example) + b"\n"

    try:
        files.write(output, lines())
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}") from error
    if as_json:
        _output.value({"output": str(output), "examples": dict(sorted(counts.items()))})
        return
    said = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in sorted(counts.items()))
    _output.echo(f"{output}: {sum(counts.values()):,} examples ({said})")


def _kind(example: training.Example) -> str:
    if example.completion in topics.ANSWERS:
        return example.completion
    return example.augmentation or ("refusal" if example.id.endswith("#refusal") else "labelled")


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
