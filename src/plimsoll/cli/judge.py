"""`plimsoll judge`: judge stored answers anew."""

from pathlib import Path
from typing import Any

import click

from plimsoll.cli import _options, _output
from plimsoll.core import replace
from plimsoll.evaluation.asking import price_of
from plimsoll.evaluation.progress import Progress, tell
from plimsoll.run.ask.parts import build_benchmark, refuse_idle_model, takes_model
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.ask.wiring import Wiring
from plimsoll.run.keep.cache import default_path
from plimsoll.run.keep.manifest import Manifest
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.rejudging import rejudge


@click.command("judge")
@_options.RUN
@click.option("--judge", "judges", multiple=True, help="Spec of a judge, or a rubric's TOML file.")
@_options.JUDGE_MODEL
@_options.JUDGE_ARGS
@_options.LOG_DIR
@_output.JSON
def command(run: Path | None, log_dir: Path, **given: Any) -> None:
    """Judge the answers of RUN (the newest one without it) into a new run folder beside it.

    The model that was judged is never asked again.
    """
    judges = _options.judge_specs(given["judges"])
    source = _options.opened(run, log_dir)
    manifest = source.manifest()
    wiring = Wiring(Pool(Settings(cache=default_path(), price_of=price_of, tell=tell)))
    if judges:
        refuse_idle_model(given["judge_model"], judges)
    spec = _judged_by(manifest, judges, given["judge_model"], _options.judge_pairs(given))
    benchmark = build_benchmark(spec, wiring)
    with Progress(f"judging {source.path.name}", manifest.total) as progress:
        made = rejudge(
            source,
            benchmark,
            spec=spec,
            wiring=wiring,
            observer=progress,
        )
    summary = made.summary()
    if given["as_json"] and summary is not None:
        _output.value({"run": str(made.path), "records": summary.records, "estimates": summary.estimates})
        return
    from plimsoll.cli.report import print_table

    print_table(made)
    _output.echo(f"\nrun     {made.path}")


def _judged_by(
    manifest: Manifest, judges: tuple[str, ...], judge_model: str, options: dict[str, str]
) -> RunSpec:
    """The run's spec with other judges; what a run judged anew was judged by is not kept."""
    spec = replace(manifest.spec, judges=judges or (() if manifest.parent else manifest.spec.judges))
    if judge_model:
        return replace(spec, judge_model=judge_model, judge_options=options)
    if judges and not any(map(takes_model, judges)):
        return replace(spec, judge_model="", judge_options={})
    return spec
