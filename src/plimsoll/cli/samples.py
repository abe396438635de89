"""`plimsoll samples`: a benchmark's samples, plain or attacked, with the exact text sent."""

import asyncio
from collections.abc import Iterable
from itertools import islice
from typing import Any

import click

from plimsoll.cli import _options, _output
from plimsoll.core import Sample, user
from plimsoll.pages import lines
from plimsoll.run.ask.parts import PLAIN, build_benchmark, build_chains
from plimsoll.run.ask.pool import Pool
from plimsoll.run.ask.wiring import Wiring
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.attacking import NoTarget, attacked
from plimsoll.words import preferred


@click.command("samples")
@click.argument("benchmark", metavar="BENCHMARK[:key=value,...]")
@click.option("-T", "task_args", multiple=True, metavar="KEY=VALUE", help="Argument of the benchmark.")
@click.option("--num-fewshot", type=click.IntRange(0), help="Examples before each question.")
@click.option("--limit", type=click.IntRange(1), help="Only the first N samples.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of every part that draws.")
@click.option(
    "--attack",
    "attacks",
    multiple=True,
    metavar="SPEC",
    help="What an attack makes of each sample; a+b for a chain, none for the plain one; may be repeated.",
)
@click.option("-m", "--model", default="", metavar="PROVIDER/MODEL", help="The model that attacks may ask.")
@_output.TEXT
def command(
    *,
    benchmark: str,
    task_args: tuple[str, ...],
    num_fewshot: int | None,
    limit: int | None,
    seed: int,
    attacks: tuple[str, ...],
    model: str,
    as_text: bool | None,
) -> None:
    """Print the samples of a BENCHMARK: all that is sent. As JSON, `prompt` is the exact text.

    With attacks each line also says which one made it (`attack`), of which question (`origin`), and whether
    it still asks the same by the attack's own check (`valid`: true, false, or null where nothing can tell).
    """
    spec = _options.benchmark_spec(benchmark, _options.pairs(task_args, "-T"), num_fewshot)
    asked = RunSpec(benchmark=spec, model=model, seed=seed, attacks=attacks)
    samples = islice(build_benchmark(asked).samples(), limit)
    if not attacks:
        _print(samples, as_text)
        return
    asyncio.run(_print_attacked(asked, samples, as_text))


async def _print_attacked(asked: RunSpec, samples: Iterable[Sample], as_text: bool | None) -> None:
    wiring = Wiring(Pool())
    target = wiring.target(asked) if asked.model else NoTarget()
    async with wiring.pool:
        async for variant in attacked(samples, build_chains(asked, wiring), target):
            _print([variant], as_text)


def _print(samples: Iterable[Sample], as_text: bool | None) -> None:
    if _output.for_people(as_text):
        _output.texts(lines.of_sample(sample, language=preferred()) for sample in samples)
    else:
        _output.lines(map(_row, samples))


def _row(sample: Sample) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": sample.id,
        "origin": sample.question,
        "attack": sample.attempt.attack if sample.attempt else PLAIN.spec,
        "prompt": "".join(message.text for message in sample.messages),
        "valid": _VALID[sample.attempt.validity] if sample.attempt else True,
        "category": sample.category,
        "language": sample.language,
        "choices": sample.choices,
        "target": sample.target,
    }
    if sample.attempt:
        row["validity"] = sample.attempt.validity
        row["variant"] = sample.attempt.variant
        row["parameters"] = sample.attempt.parameters
        row["request"] = sample.request
    if sample.messages != (user(row["prompt"]),):
        row["messages"] = sample.messages
    return row


_VALID = {"valid": True, "invalid": False, "not_applicable": False, "unchecked": None}
