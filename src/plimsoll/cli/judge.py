"""`plimsoll judge`: judge stored answers anew."""

from pathlib import Path

import click

from plimsoll.cli import _options, _output
from plimsoll.cli._progress import Progress
from plimsoll.run.plan import build_benchmark, build_judges, spec_of
from plimsoll.run.rejudging import rejudge


@click.command("judge")
@_options.RUN
@click.option("--judge", "judges", multiple=True, help="Spec of a judge; the benchmark's own without it.")
@_options.LOG_DIR
@_output.JSON
def command(run: Path | None, judges: tuple[str, ...], log_dir: Path, as_json: bool) -> None:
    """Judge the answers of RUN (the newest one without it) into a new run folder beside it."""
    source = _options.opened(run, log_dir)
    manifest = source.manifest()
    benchmark = build_benchmark(spec_of(manifest))
    with Progress(f"judging {source.path.name}", manifest.total) as progress:
        made = rejudge(source, benchmark, build_judges(judges) or benchmark.judges, judges, progress)
    summary = made.summary()
    if as_json and summary is not None:
        _output.value({"run": str(made.path), "records": summary.records, "estimates": summary.estimates})
        return
    from plimsoll.cli.report import print_table

    print_table(made)
    click.echo(f"\nrun     {made.path}")
