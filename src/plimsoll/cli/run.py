"""`plimsoll run`: put a benchmark to a model."""

import asyncio
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from plimsoll.cli import _asked, _endings, _numbers, _options, _output
from plimsoll.cli._interruption import end_when_told
from plimsoll.core import PlimsollError, UserError, replace
from plimsoll.evaluation.progress import Progress
from plimsoll.run.ask import grid, plan, suite
from plimsoll.run.ask.pool import Pool
from plimsoll.run.keep.folder import RunFolder, open_run
from plimsoll.run.keep.manifest import Summary
from plimsoll.run.spec import RunSpec
from plimsoll.run.work import session
from plimsoll.text.dollars import dollars
from plimsoll.words import preferred

OK = 0


class Done(NamedTuple):
    """A run that came to its end."""

    folder: RunFolder
    summary: Summary


@click.command("run")
@click.argument("benchmarks", nargs=-1, metavar="[BENCHMARK[:key=value,...]]...")
@_options.MODELS
@click.option(
    "-M", "model_args", multiple=True, metavar="KEY=VALUE", help="Option of the model, such as base_url."
)
@click.option("-T", "task_args", multiple=True, metavar="KEY=VALUE", help="Argument of the benchmark.")
@click.option("--num-fewshot", type=click.IntRange(0), help="Examples before each question.")
@click.option("--limit", type=int, help="Only the first N samples.")
@click.option(
    "--sample", "draw", type=int, help="A random draw of N samples that keeps every category's share."
)
@click.option("--sample-id", "sample_ids", multiple=True, help="Only this sample; may be repeated.")
@click.option(
    "--shard",
    default="",
    metavar="I/N",
    help="Only the I-th of N parts, to share a run among machines; plimsoll merge makes one run of all.",
)
@click.option(
    "--until",
    default="",
    metavar="WISH",
    help="Stop when it is known: '±2%', or 'better-than=BASELINE' (a number with %, a name, a run folder).",
)
@click.option("--epochs", type=int, default=1, show_default=True, help="How often each sample is asked.")
@click.option("--temperature", type=_numbers.Real(0), help="Sampling temperature.")
@click.option("--top-p", type=_numbers.Real(0, 1), help="Nucleus sampling.")
@click.option("--max-tokens", type=click.IntRange(1), help="Longest reply, in tokens.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of every part that draws.")
@click.option(
    "--system-prompt",
    "system_prompts",
    multiple=True,
    type=_asked.WholeText(),
    help="Text, or @FILE, put before every conversation; may be repeated.",
)
@click.option("--paired", is_flag=True, help="Run without --system-prompt too, and compare the two runs.")
@click.option(
    "--attack",
    "attacks",
    multiple=True,
    help="Spec of an attack, a+b for a chain, or none; may be repeated.",
)
@click.option(
    "--defense",
    "defenses",
    multiple=True,
    help="Spec of a defense, a+b for a chain with b outermost, or none; may be repeated.",
)
@click.option(
    "--attack-sees",
    type=click.Choice(["defended", "bare"]),
    default="defended",
    show_default=True,
    help="The target that attacks may ask: with its defenses (adaptive), or without them (transfer).",
)
@click.option(
    "--judge",
    "judges",
    multiple=True,
    help="Spec of a judge, or a rubric's TOML file, in the place of the benchmark's own; may be repeated.",
)
@_options.JUDGE_MODEL
@_options.JUDGE_ARGS
@click.option(
    "--max-connections", type=click.IntRange(1), default=100, show_default=True, help="Most calls in flight."
)
@click.option(
    "--patience",
    type=_numbers.Real(0),
    default=600.0,
    show_default="600",
    metavar="SECONDS",
    help="How long an endpoint that answers nobody is asked again.",
)
@_endings.MAX_ERRORS
@click.option("--max-cost", type=_numbers.Real(0), help="Stop when this many US dollars are spent.")
@click.option(
    "--prices", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Price table (TOML)."
)
@click.option(
    "--cache/--no-cache", "cached", default=True, show_default=True, help="Reuse earlier responses."
)
@click.option("--dry-run", is_flag=True, help="Print calls, tokens and cost; ask nothing.")
@click.option("--resume", type=click.Path(path_type=Path), help="Go on with this run folder.")
@_options.LOG_DIR
@_output.JSON
def command(
    benchmarks: tuple[str, ...],
    resume: Path | None,
    *,
    paired: bool,
    dry_run: bool,
    as_json: bool,
    **given: Any,
) -> int:
    """Put BENCHMARKS to a model, journal every answer, and sum up with intervals.

    A file of your own (CSV, TSV, JSON, JSONL, YAML, Parquet) with a column `prompt` is a benchmark too.

    Several benchmarks, models, attacks, defenses or system prompts are alternatives: every combination is
    run, and shown as a matrix in which each cell is held against its baseline.

    suite/quick, suite/full or a TOML file with [[run]] entries runs many benchmarks into one report. A TOML
    or YAML file with `benchmark` holds whatever a command line can say.

    The same command again goes on with a run that was cut off. A finished run is never changed.
    """
    if resume is not None:
        if benchmarks:
            raise UserError("--resume goes on with a run as it was made: leave the benchmark out")
        spec = _asked.resumed(resume, given)
        return _singly([spec], given, Shown(as_json, dry_run, given["max_errors"]), open_run(resume))
    asked = _asked.with_file(benchmarks, {**given, "paired": paired})
    show = Shown(as_json, dry_run, asked["max_errors"])
    if any(map(suite.is_suite, asked["benchmarks"])):
        return _suites(asked, show)
    axes, base = _asked.axes_of(asked), _asked.base_of(asked)
    if axes.size > 1:
        return _gridded(axes, base, asked, show)
    specs = [spec for _, spec in grid.cells(axes, base)]
    return _singly(_with_and_without(specs) if asked["paired"] else specs, asked, show)


class Shown(NamedTuple):
    """How a command's result is shown, and when it is a failure."""

    as_json: bool
    dry_run: bool
    max_errors: _endings.Bound

    def pool(self, given: Mapping[str, Any]) -> Pool:
        """The models, or mute ones where nothing is to be asked."""
        settings = _asked.settings(given)
        if not self.dry_run:
            return Pool(settings)
        from plimsoll.run.work.rehearsal import MutePool

        return MutePool(settings)


def _gridded(axes: grid.Axes, base: RunSpec, given: Mapping[str, Any], show: Shown) -> int:
    _asked.refuse_shard(given)
    if given["paired"]:
        raise UserError(
            "--paired compares two runs of one benchmark: give --system-prompt none beside the other one, "
            "and every cell is held against the one without it"
        )
    from plimsoll.cli import _forecast, _grid
    from plimsoll.evaluation.gridding import planned

    found = planned(axes, base, show.pool(given), title=given["title"])
    if show.dry_run:
        _forecast.of_grid(found, given["max_cost"], as_json=show.as_json)
        return OK
    return _endings.suite_code(_grid.carried_out(found, as_json=show.as_json), show.max_errors)


def _singly(
    specs: Sequence[RunSpec], given: Mapping[str, Any], show: Shown, folder: RunFolder | None = None
) -> int:
    """Run one after the other: one run, or the two of a pair."""
    if show.dry_run:
        from plimsoll.cli import _forecast

        for spec in specs:
            _forecast.of_run(plan.build(spec, show.pool(given)), given["max_cost"], as_json=show.as_json)
        return OK
    # All of them are built before the first is run: a typo in the last must not cost a whole run.
    pool = show.pool(given)
    plans = [plan.build(spec, pool) for spec in specs]
    printed = _print_json if show.as_json else _print_table
    with asyncio.Runner() as runner, entered(pool, runner):
        done = [_carried_out(built, runner, folder, printed) for built in plans]
    if len(done) > 1:
        _print_pairs([each.folder for each in done], as_json=show.as_json)
    return _endings.exit_code([each.summary for each in done], show.max_errors)


def _suites(given: Mapping[str, Any], show: Shown) -> int:
    """Run suites: many benchmarks, one model, one progress display, one report."""
    from plimsoll.cli import _forecast
    from plimsoll.cli._suite import SuiteSession
    from plimsoll.cli._tied import overview_of
    from plimsoll.cli.report import write_tied

    bases = _asked.suite_bases(given)
    pool = show.pool(given)
    plannings = [suite.build(name, suite.load(name), base, pool) for name, base in bases]
    if show.dry_run:
        for planning in plannings:
            _forecast.of_suite(planning, given["max_cost"], as_json=show.as_json)
        return OK
    codes: list[int] = []
    for planning in plannings:
        path = SuiteSession(planning).carry_out()
        tied = overview_of(path)
        tied.show(as_json=show.as_json)
        if not show.as_json:
            _output.echo(f"\nsuite   {path}\nreport  {write_tied(tied, 'html')}")
        runs = (RunFolder(path.parent / each.run) for each in suite.read(path).runs if each.run)
        ended = [summary for run in runs if (summary := run.summary()) is not None]
        codes.append(_endings.suite_code(ended, show.max_errors))
    return max(codes)


def _carried_out(
    built: plan.Plan,
    runner: asyncio.Runner,
    folder: RunFolder | None,
    show: Callable[[RunFolder, Summary], None],
) -> Done:
    """Run and show; a run that was stopped is shown as far as it came."""
    going = session.Session(built)
    with resumable(going):  # outermost: said last, no table pushes it out of sight
        try:
            done = execute(going, runner, folder)
        except (KeyboardInterrupt, PlimsollError):
            if going.begun and (summary := going.folder.summary()) is not None:
                show(going.folder, summary)
            raise
    show(done.folder, done.summary)
    return done


def _with_and_without(specs: Sequence[RunSpec]) -> list[RunSpec]:
    """Each run without its system prompt, then with it."""
    if not all(spec.system_prompt for spec in specs):
        raise UserError("--paired compares runs with and without a system prompt: give --system-prompt TEXT")
    return [each for spec in specs for each in (replace(spec, system_prompt=""), spec)]


def _print_pairs(folders: Sequence[RunFolder], *, as_json: bool) -> None:
    """Each run under the system prompt against the one without it, question by question."""
    from plimsoll.comparison.compare import compare
    from plimsoll.reports import comparison_terminal
    from plimsoll.reports.comparison_corrected import corrected

    for before, after in zip(folders[::2], folders[1::2], strict=True):
        for found in map(corrected, compare([before, after])):
            if as_json:
                _output.value({"comparison": msgspec.to_builtins(found)})
            else:
                _output.show(comparison_terminal.render(found, language=preferred()))


@contextmanager
def entered(pool: Pool, runner: asyncio.Runner) -> Generator[None]:
    """Keep a pool's models open over several runs."""
    runner.run(pool.__aenter__())
    try:
        yield
    finally:
        runner.run(pool.__aexit__(None, None, None))


def execute(going: session.Session, runner: asyncio.Runner, folder: RunFolder | None = None) -> Done:
    """Carry one run out, with its progress shown."""
    manifest = going.plan.manifest
    with Progress(f"{manifest.spec.benchmark} · {manifest.model.name}", manifest.total) as progress:
        going.observer = progress
        try:
            summary = runner.run(_until_told(going, folder))
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
    return Done(going.folder, summary)


@contextmanager
def resumable(going: session.Session) -> Generator[None]:
    """Say how to go on where a run ends early."""
    try:
        yield
    except KeyboardInterrupt:
        _say_how_to_resume(going, "interrupted")
        raise
    except Exception:
        _say_how_to_resume(going, "stopped")
        raise


async def _until_told(going: session.Session, folder: RunFolder | None) -> Summary:
    """Run; a polite kill (SIGTERM) ends it as Ctrl-C does."""
    end_when_told()
    return await going.run(folder)


def _say_how_to_resume(going: session.Session, what: str) -> None:
    if going.begun:
        _output.echo(f"{what}; go on with: plimsoll run --resume {going.folder.path}", err=True)


def _print_json(folder: RunFolder, summary: Summary) -> None:
    from plimsoll.calibration.correct import corrections
    from plimsoll.reports import machine
    from plimsoll.reports.view import RunView

    manifest = folder.manifest()
    found = corrections(summary, manifest, folder)
    _output.value(
        {
            "run": str(folder.path),
            "status": summary.status,
            "records": summary.records,
            "reason": summary.reason,
            "failures": summary.failures,
            "notes": (*summary.notes, *found.notes),
            "saved": summary.saved,
            "outcomes": summary.outcomes,
            "headline": machine.headline(RunView(manifest=manifest, summary=found.summary)),
            "estimates": found.summary.estimates,
        }
    )


def _print_table(folder: RunFolder, summary: Summary) -> None:
    from plimsoll.cli.report import print_table

    print_table(folder)
    if summary.reason:
        _output.echo(f"\n{summary.status}: {summary.reason}")
    cost = f"\ncost    {dollars(summary.cost)}" if summary.cost else ""
    _output.echo(f"\nrun     {folder.path}{cost}")
    _output.echo(f"report  plimsoll report {folder.path} --format html")
