"""`plimsoll samples`: a benchmark's samples with the exact text sent."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import click

from plimsoll.cli import _options, _output
from plimsoll.core import Sample
from plimsoll.run.ask.plan import RunSpec, build_benchmark


@click.command("samples")
@click.argument("benchmark", metavar="BENCHMARK[:key=value,...]")
@click.option("-T", "task_args", multiple=True, metavar="KEY=VALUE", help="Argument of the benchmark.")
@click.option("--num-fewshot", type=click.IntRange(0), help="Examples before each question.")
@click.option("--limit", type=click.IntRange(1), help="Only the first N samples.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of every part that draws.")
@_output.JSON_LINES
def command(
    benchmark: str, task_args: tuple[str, ...], num_fewshot: int | None, limit: int | None, seed: int
) -> None:
    """Print the samples of a BENCHMARK as JSON lines; `prompt` is the exact text sent."""
    spec = _options.benchmark_spec(benchmark, _options.pairs(task_args, "-T"), num_fewshot)
    built = build_benchmark(RunSpec(benchmark=spec, model="", seed=seed))
    _output.lines(islice(_rows(built.samples()), limit))


def _rows(samples: Any) -> Iterator[dict[str, Any]]:
    return (_row(sample) for sample in samples)


def _row(sample: Sample) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": sample.id,
        "prompt": "".join(message.text for message in sample.messages),
        "category": sample.category,
        "language": sample.language,
        "choices": sample.choices,
        "target": sample.target,
    }
    if len(sample.messages) > 1:
        row["messages"] = sample.messages
    return row
