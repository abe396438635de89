"""`plimsoll score`: a file of predictions by the benchmark's official rules."""

from pathlib import Path

import click

from plimsoll import registry
from plimsoll.cli import _output
from plimsoll.core import Submission


@click.command("score")
@click.argument("benchmark", metavar="BENCHMARK[:key=value,...]")
@click.option(
    "--predictions",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The official submission file.",
)
@_output.JSON
def command(benchmark: str, predictions: Path, as_json: bool) -> None:
    """Score a submission of BENCHMARK; the numbers stand under their official names."""
    scored = submission_of(benchmark).score(predictions)
    for problem in scored.problems:
        _output.echo(f"plimsoll: {predictions}: {problem}", err=True)
    if as_json:
        _output.value(scored.scores)
        return
    for name, value in scored.scores.items():
        _output.echo(f"{name:<6} {value:7.2f}")
    _output.echo(f"{scored.covered:,} of {scored.total:,} questions have a prediction")


def submission_of(benchmark: str) -> Submission:
    """The official way to hand in predictions for a benchmark."""
    spec = registry.parse(benchmark)
    asked = registry.find("benchmarks", spec.name)
    registry.refuse_unknown(asked, spec.arguments)
    part = registry.beside(asked, "submission")
    # How a run was asked (shots, order ...) says nothing about how its predictions are scored.
    known = {argument.name for argument in part.options}
    return registry.make(part, {key: value for key, value in spec.arguments.items() if key in known})
