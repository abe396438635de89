"""`plimsoll judge`: judge stored answers anew."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from plimsoll.cli import _options, _output
from plimsoll.cli._progress import Progress
from plimsoll.cli.run import price_of
from plimsoll.core import Benchmark, UserError
from plimsoll.metrics.judged import name_of, rates_of
from plimsoll.run.ask.attendants import Attendants
from plimsoll.run.ask.plan import (
    RunSpec,
    build_benchmark,
    build_judges,
    judge_entry,
    refuse_idle_model,
    spec_of,
    takes_model,
)
from plimsoll.run.ask.wiring import Settings
from plimsoll.run.keep.cache import default_path
from plimsoll.run.keep.manifest import Manifest
from plimsoll.run.work.rejudging import rejudge


@click.command("judge")
@_options.RUN
@click.option("--judge", "judges", multiple=True, help="Spec of a judge; the benchmark's own without it.")
@_options.JUDGE_MODEL
@_options.JUDGE_ARGS
@_options.LOG_DIR
@_output.JSON
def command(run: Path | None, log_dir: Path, **given: Any) -> None:
    """Judge the answers of RUN (the newest one without it) into a new run folder beside it.

    The model that was judged is never asked again.
    """
    judges: tuple[str, ...] = given["judges"]
    source = _options.opened(run, log_dir)
    manifest = source.manifest()
    attendants = Attendants()
    if judges:
        refuse_idle_model(given["judge_model"], judges)
    spec = _judged_by(manifest, given["judge_model"], _options.judge_pairs(given))
    if judges and not any(map(takes_model, judges)):
        spec = replace(spec, judge_model="", judge_options={})
    benchmark = _with_judges(spec, judges, attendants) if judges else build_benchmark(spec, attendants)
    settings = Settings(cache=default_path(), price_of=price_of)
    with Progress(f"judging {source.path.name}", manifest.total) as progress:
        made = rejudge(
            source,
            benchmark,
            specs=judges,
            judge_model=judge_entry(spec, attendants),
            attendants=attendants,
            settings=settings,
            observer=progress,
        )
    summary = made.summary()
    if given["as_json"] and summary is not None:
        _output.value({"run": str(made.path), "records": summary.records, "estimates": summary.estimates})
        return
    from plimsoll.cli.report import print_table

    print_table(made)
    click.echo(f"\nrun     {made.path}")


def _judged_by(manifest: Manifest, judge_model: str, options: dict[str, str]) -> RunSpec:
    spec = spec_of(manifest)
    return replace(spec, judge_model=judge_model, judge_options=options) if judge_model else spec


def _with_judges(spec: RunSpec, judges: tuple[str, ...], attendants: Attendants) -> Benchmark:
    """The run's benchmark, judged by others and counted by their own rates too."""
    model = attendants.of(spec.judge_model, spec.judge_options) if spec.judge_model else None
    built = build_judges(judges, attendants, model)
    names = [judge.name for judge in built]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise UserError(
            f"--judge: two judges are called {twice}, and one's verdicts would take the other's place: "
            "judge the run once by each of them"
        )
    own = build_benchmark(replace(spec, judge_model="", judge_options={}), attendants)
    judged = replace(own, judges=built, metrics=(*own.metrics, *rates_of(built)))
    if own.judges[0].name in names:
        return judged
    # The judge whose number stood for the benchmark is not among them.
    return replace(judged, headline=name_of(built[0]), scope={})
