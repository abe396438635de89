"""`plimsoll samples`: a benchmark's samples with the exact text sent."""

from itertools import islice
from typing import Any

import click

from plimsoll.cli import _options, _output
from plimsoll.core import Sample, user
from plimsoll.pages import lines
from plimsoll.run.ask.parts import build_benchmark
from plimsoll.run.spec import RunSpec


@click.command("samples")
@click.argument("benchmark", metavar="BENCHMARK[:key=value,...]")
@click.option("-T", "task_args", multiple=True, metavar="KEY=VALUE", help="Argument of the benchmark.")
@click.option("--num-fewshot", type=click.IntRange(0), help="Examples before each question.")
@click.option("--limit", type=click.IntRange(1), help="Only the first N samples.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of every part that draws.")
@_output.TEXT
def command(
    *,
    benchmark: str,
    task_args: tuple[str, ...],
    num_fewshot: int | None,
    limit: int | None,
    seed: int,
    as_text: bool | None,
) -> None:
    """Print the samples of a BENCHMARK: all that is sent. As JSON, `prompt` is the exact text."""
    spec = _options.benchmark_spec(benchmark, _options.pairs(task_args, "-T"), num_fewshot)
    built = build_benchmark(RunSpec(benchmark=spec, model="", seed=seed))
    samples = islice(built.samples(), limit)
    if _output.for_people(as_text):
        _output.texts(lines.of_sample(sample) for sample in samples)
    else:
        _output.lines(map(_row, samples))


def _row(sample: Sample) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": sample.id,
        "prompt": "".join(message.text for message in sample.messages),
        "category": sample.category,
        "language": sample.language,
        "choices": sample.choices,
        "target": sample.target,
    }
    if sample.messages != (user(row["prompt"]),):
        row["messages"] = sample.messages
    return row
