"""`plimsoll demo`: SafetyBench on the embedded model, from questions to report, with no key."""

import asyncio
import math
import time
from pathlib import Path

import click

from plimsoll.cli import _options, _output
from plimsoll.cli.report import print_scores, print_table, write
from plimsoll.cli.run import Done, entered, execute, resumable
from plimsoll.core import PlimsollError, replace
from plimsoll.data import locate
from plimsoll.data.pull import pull
from plimsoll.run.ask.plan import Plan, build
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.keep.cache import default_path
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.session import Session

OFFICIAL = ("test_en.json", "test_zh.json", "test_answers_en.json")
QUESTIONS = 280
"""Drawn from the official data, 20 per category and language on average; the starter set is asked whole."""

FIRST = 14
"""Questions of the first table: on two processor cores it stands within a minute."""


@click.command("demo")
@click.option("--model", "-m", default="llamacpp", show_default=True, help="provider/model to ask.")
@_options.LOG_DIR
def command(model: str, log_dir: Path) -> None:
    """Ask SafetyBench's seven categories, in Chinese and English, of a model on this machine.

    A first table comes within a minute, and says how long the rest takes.
    """
    if _official():
        spec = RunSpec(benchmark="safetybench:language=both", model=model, draw=QUESTIONS)
        _output.echo(f"SafetyBench: {QUESTIONS} of the official questions, drawn over all categories.")
    else:
        spec = RunSpec(benchmark="safetybench:language=both,split=starter", model=model)
        _output.echo(
            "SafetyBench: the official data cannot be reached, so the starter set is asked "
            "(ours, small and easy: its numbers are not comparable with published ones)."
        )
    pool = Pool(Settings(log_dir=log_dir, cache=default_path()))
    part, whole = (build(each, pool) for each in (replace(spec, draw=FIRST), spec))
    _output.echo(f"First {FIRST} questions for a first table, within a minute.\n")
    with asyncio.Runner() as runner, entered(pool, runner):
        began = time.monotonic()
        print_scores(_carried_out(part, runner).folder)
        _forecast(whole.manifest.total, time.monotonic() - began)
        done = _carried_out(whole, runner)
    print_table(done.folder)
    _output.echo(f"\nrun     {done.folder.path}")
    _output.echo(f"report  {write(done.folder, 'html')}")


def _carried_out(built: Plan, runner: asyncio.Runner) -> Done:
    going = Session(built)
    with resumable(going):
        return execute(going, runner)


def _forecast(questions: int, seconds: float) -> None:
    """Say how long all questions will take, from how long the first ones took."""
    minutes = math.ceil(questions * seconds / FIRST / 60)
    _output.echo(
        f"\nThat was a part: {FIRST} questions in {seconds:.0f} s, and it tells little. "
        f"All {questions} take about {minutes} minute{'s' * (minutes > 1)}.\n"
    )


def _official() -> bool:
    """Whether the official questions are here, after an attempt to fetch them."""
    if all(locate.find("safetybench", name) for name in OFFICIAL):
        return True
    try:
        pull("safetybench", only=OFFICIAL)
    except PlimsollError:
        return False
    return all(locate.find("safetybench", name) for name in OFFICIAL)
