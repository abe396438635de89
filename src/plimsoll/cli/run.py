"""`plimsoll run`: put a benchmark to a model."""

import asyncio
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from plimsoll import registry
from plimsoll.cli import _endings, _options, _output
from plimsoll.cli._forecast import forecast
from plimsoll.cli._interruption import end_when_told
from plimsoll.cli._progress import Progress, tell
from plimsoll.core import PlimsollError, Usage, UserError, replace
from plimsoll.run.ask import plan, suite
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.keep import cache
from plimsoll.run.keep.folder import RunFolder, open_run
from plimsoll.run.keep.manifest import Summary
from plimsoll.run.spec import RunSpec
from plimsoll.run.work import session
from plimsoll.run.work.rehearsal import MutePool

OK = 0
DECIDING = {
    *("model", "task_args", "num_fewshot", "limit", "draw", "sample_ids", "until", "epochs"),
    *("temperature", "top_p", "max_tokens", "seed", "system_prompt", "attacks", "defenses"),
    *("judges", "judge_model"),
}
"""Options that decide which records a run holds."""


class Done(NamedTuple):
    """A run that came to its end."""

    folder: RunFolder
    summary: Summary


@click.command("run")
@click.argument("benchmarks", nargs=-1, metavar="[BENCHMARK[:key=value,...]]...")
@_options.MODEL
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
    "--until",
    default="",
    metavar="WISH",
    help="Stop when it is known: '±2%', or 'better-than=BASELINE' (a number with %, a name, a run folder).",
)
@click.option("--epochs", type=int, default=1, show_default=True, help="How often each sample is asked.")
@click.option("--temperature", type=click.FloatRange(0), help="Sampling temperature.")
@click.option("--top-p", type=click.FloatRange(0, 1), help="Nucleus sampling.")
@click.option("--max-tokens", type=click.IntRange(1), help="Longest reply, in tokens.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of every part that draws.")
@click.option("--system-prompt", default="", help="Text, or @FILE, put before every conversation.")
@click.option("--paired", is_flag=True, help="Run without --system-prompt too, and compare the two runs.")
@click.option(
    "--attack",
    "attacks",
    multiple=True,
    help="Spec of an attack, a+b for a chain, or none; repeated ones are alternatives.",
)
@click.option("--defense", "defenses", multiple=True, help="Spec of a defense; may be repeated.")
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
    type=click.FloatRange(0),
    default=600.0,
    show_default="600",
    metavar="SECONDS",
    help="How long an endpoint that answers nobody is asked again.",
)
@_endings.MAX_ERRORS
@click.option("--max-cost", type=click.FloatRange(0), help="Stop when this many US dollars are spent.")
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
    """Put one or more BENCHMARKS to a model, journal every answer, and sum up with intervals.

    A file of your own (CSV, TSV, JSON, JSONL, YAML, Parquet) with a column `prompt` is a benchmark too.

    suite/quick, suite/full or a TOML file of your own runs many of them into one report.

    The same command again goes on with a run that was cut off. A finished run is never changed.
    """
    suites = [name for name in benchmarks if suite.is_suite(name)]
    if suites and not resume:
        return _together(suites, benchmarks, {**given, "paired": paired}, dry_run=dry_run, as_json=as_json)
    specs = [_resumed(resume, given)] if resume else [_spec(benchmark, given) for benchmark in benchmarks]
    if not specs:
        raise UserError(
            "no benchmark is named: plimsoll run safetybench (plimsoll list benchmarks shows all)"
        )
    if resume and benchmarks:
        raise UserError("--resume goes on with a run as it was made: leave the benchmark out")
    if paired:
        specs = _with_and_without(specs)
    folder = open_run(resume) if resume else None
    if dry_run:
        for spec in specs:
            forecast(plan.build(spec, MutePool(_settings(given))), given["max_cost"], as_json)
        return OK
    # All of them are built before the first is run: a typo in the last must not cost a whole run.
    pool = Pool(_settings(given))
    plans = [plan.build(spec, pool) for spec in specs]
    show = _print_json if as_json else _print_table
    with asyncio.Runner() as runner, entered(pool, runner):
        done = [_carried_out(built, runner, folder, show) for built in plans]
    if paired:
        _print_pairs([each.folder for each in done], as_json=as_json)
    return _endings.exit_code([each.summary for each in done], given["max_errors"])


def _together(
    suites: Sequence[str], benchmarks: Sequence[str], given: dict[str, Any], *, dry_run: bool, as_json: bool
) -> int:
    """Run suites: many benchmarks, one model, one progress display, one report."""
    from plimsoll.cli._suite import Performance
    from plimsoll.cli.report import print_overview, write_overview

    elsewhere = given["sample_ids"] or given["task_args"] or given["num_fewshot"] is not None
    if len(suites) < len(benchmarks) or elsewhere:
        raise UserError(
            "a suite is run by itself, without -T, --num-fewshot and --sample-id: they would mean another "
            "thing in each of its benchmarks; copy the suite's TOML file and name the copy instead"
        )
    if given["paired"]:
        raise UserError(
            "--paired compares two runs of one benchmark: run the suite with and without --system-prompt, "
            "and compare the runs you want (plimsoll compare)"
        )
    base = _spec(suites[0], given)
    pool = MutePool(_settings(given)) if dry_run else Pool(_settings(given))
    plannings = [suite.build(name, suite.load(name), base, pool) for name in suites]
    if dry_run:
        for built in (each for planning in plannings for each in planning.plans):
            forecast(built, given["max_cost"], as_json)
        return OK
    codes: list[int] = []
    for planning in plannings:
        path = Performance(planning).carry_out()
        print_overview(path, as_json=as_json)
        if not as_json:
            click.echo(f"\nsuite   {path}\nreport  {write_overview(path, 'html')}")
        runs = (RunFolder(path.parent / each.run) for each in suite.read(path).runs if each.run)
        ended = [summary for run in runs if (summary := run.summary()) is not None]
        codes.append(_endings.suite_code(ended, given["max_errors"]))
    return max(codes)


def _carried_out(
    built: plan.Plan,
    runner: asyncio.Runner,
    folder: RunFolder | None,
    show: Callable[[RunFolder, Summary], None],
) -> Done:
    """Run and show; a run that was stopped is shown as far as it came."""
    going = session.Session(built)
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
    from rich.console import Console

    from plimsoll.comparison.compare import compare
    from plimsoll.reports import comparison_terminal

    for before, after in zip(folders[::2], folders[1::2], strict=True):
        for found in compare([before, after]):
            if as_json:
                _output.value({"comparison": msgspec.to_builtins(found)})
            else:
                Console(highlight=False).print(comparison_terminal.render(found))


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
        except (KeyboardInterrupt, asyncio.CancelledError):
            progress.__exit__(None, None, None)
            _say_how_to_resume(going, "interrupted")
            raise KeyboardInterrupt from None
        except Exception:
            progress.__exit__(None, None, None)
            _say_how_to_resume(going, "stopped")
            raise
    return Done(going.folder, summary)


def price_of(model: str, prices: Path | None = None) -> Callable[[Usage], float] | None:
    """What a call to this model costs, where the price is known."""
    from plimsoll.models.prices import price_of as find

    found = find(model, prices)
    return found.cost if found else None


async def _until_told(going: session.Session, folder: RunFolder | None) -> Summary:
    """Run; a polite kill (SIGTERM) ends it as Ctrl-C does."""
    end_when_told()
    return await going.run(folder)


def _say_how_to_resume(going: session.Session, what: str) -> None:
    if going.begun:
        click.echo(f"{what}; go on with: plimsoll run --resume {going.folder.path}", err=True)


def _resumed(path: Path, given: dict[str, Any]) -> RunSpec:
    """The run as it was made, reached as is said now; what would make it another one is refused."""
    context = click.get_current_context()
    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        if option.name in DECIDING and source is click.core.ParameterSource.COMMANDLINE:
            raise UserError(
                f"{option.opts[0]} would make another run: --resume goes on with a run as it was made"
            )
    made = open_run(path).manifest().spec
    return replace(
        made,
        options={**made.options, **_ways(made.model, given["model_args"], "-M")},
        judge_options={**made.judge_options, **_ways(made.judge_model, given["judge_args"], "-J")},
    )


def _ways(model: str, written: Sequence[str], option: str) -> dict[str, str]:
    """Options that change how a model is reached, and not what it answers."""
    given = _options.pairs(written, option)
    if deciding := list(registry.deciding(model, given)):
        raise UserError(
            f"{option} {deciding[0]} would make another run: --resume goes on with a run as it was made, "
            "and takes only what says how the model is reached (base_url, timeout ...)"
        )
    return given


def _spec(benchmark: str, given: dict[str, Any]) -> RunSpec:
    names = ("temperature", "top_p", "max_tokens")
    sampling = {name: given[name] for name in names if given[name] is not None}
    if sampling.get("temperature"):
        sampling["seed"] = given["seed"]
    return RunSpec(
        benchmark=_options.benchmark_spec(
            benchmark, _options.pairs(given["task_args"], "-T"), given["num_fewshot"]
        ),
        model=given["model"],
        options=_options.pairs(given["model_args"], "-M"),
        attacks=given["attacks"],
        defenses=given["defenses"],
        system_prompt=_text(given["system_prompt"]),
        sampling=sampling,
        seed=given["seed"],
        epochs=given["epochs"],
        limit=given["limit"],
        draw=given["draw"],
        sample_ids=given["sample_ids"],
        until=given["until"],
        judge_model=given["judge_model"],
        judge_options=_options.judge_pairs(given),
        judges=_options.judge_specs(given["judges"]),
    )


def _settings(given: dict[str, Any]) -> Settings:
    return Settings(
        log_dir=given["log_dir"],
        cache=cache.default_path() if given["cached"] else None,
        max_connections=given["max_connections"],
        max_cost=given["max_cost"],
        patience=given["patience"],
        tell=tell,
        price_of=partial(price_of, prices=given["prices"]),
    )


def _text(value: str) -> str:
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"--system-prompt {value}: {error}") from error


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
        click.echo(f"\n{summary.status}: {summary.reason}")
    click.echo(f"\nrun     {folder.path}")
    click.echo(f"report  plimsoll report {folder.path} --format html")
