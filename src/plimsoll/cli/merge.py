"""`plimsoll merge`: the parts of a shared run become one run."""

from pathlib import Path

import click

from plimsoll.cli import _endings, _options, _output
from plimsoll.evaluation.asking import price_of
from plimsoll.evaluation.progress import Progress, tell
from plimsoll.run.ask.parts import build_benchmark
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.ask.wiring import Wiring
from plimsoll.run.work.merging import gathered, merge


@click.command("merge")
@click.argument("parts", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PART...")
@_endings.MAX_ERRORS
@_options.LOG_DIR
@_output.JSON
def command(parts: tuple[Path, ...], log_dir: Path, max_errors: _endings.Bound, *, as_json: bool) -> int:
    """Make one run of all PARTS that plimsoll run --shard left, and sum it up.

    No model is asked. The run is the same as if it had been asked in one piece: what failed in a part is
    asked again by the same command without --shard.
    """
    folders = _options.among(parts, log_dir)
    found = gathered(folders)
    wiring = Wiring(Pool(Settings(price_of=price_of, tell=tell)))
    benchmark = build_benchmark(found.manifest.spec, wiring)
    with Progress(f"merging {len(folders)} parts", found.manifest.total) as progress:
        made = merge(found, benchmark, log_dir, progress, by_rules=not wiring.handed)
    if as_json:
        _output.value(
            {
                "run": str(made.folder.path),
                "status": made.summary.status,
                "records": made.summary.records,
                "estimates": made.summary.estimates,
            }
        )
    else:
        from plimsoll.cli.report import print_table

        print_table(made.folder)
        _output.echo(f"\nrun     {made.folder.path}")
    return _endings.exit_code([made.summary], max_errors)
