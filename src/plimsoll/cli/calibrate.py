"""`plimsoll calibrate`: hold judges against people."""

from pathlib import Path
from typing import Any

import click

from plimsoll.calibration import keeping
from plimsoll.calibration.asking import Observer
from plimsoll.calibration.calibrate import CalibrationSpec, Result, calibrate
from plimsoll.calibration.needs import with_judge
from plimsoll.calibration.nouns import Calibration
from plimsoll.cli import _numbers, _options, _output
from plimsoll.core import Judge, UserError
from plimsoll.evaluation.asking import price_of
from plimsoll.evaluation.progress import Progress, tell
from plimsoll.run.ask.pool import Settings
from plimsoll.run.keep.cache import default_path

NEED = 0.03
CONNECTIONS = 20


@click.command("calibrate")
@click.argument("judge", required=False, default="", metavar="[JUDGE]")
@click.option(
    "--labels", required=True, metavar="PACK", help="A label pack (plimsoll list labels) or a JSONL file."
)
@click.option("--compare", multiple=True, metavar="JUDGE", help="A further judge; may be repeated.")
@_options.JUDGE_MODEL
@_options.JUDGE_ARGS
@click.option("--limit", type=click.IntRange(1), help="Only N items of the pack, drawn at random.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of that draw and of the bootstrap.")
@click.option(
    "--repeats", type=click.IntRange(1), default=1, show_default=True,
    help="Ask each judge so often: how steady it is, and whether judges differ beyond that.",
)  # fmt: skip
@click.option("--same-event", is_flag=True, help="The judge's event is the pack's, by another name.")
@click.option("--threshold", type=_numbers.Real(0, 1), help="Scores from here on count as the event.")
@click.option(
    "--need", type=_numbers.Real(0, 0.5, min_open=True), default=NEED, show_default=True,
    metavar="HALF_WIDTH", help="Interval to say a number of labels for.",
)  # fmt: skip
@click.option(
    "--max-connections", type=click.IntRange(1), default=CONNECTIONS, show_default=True,
    help="Most calls in flight.",
)  # fmt: skip
@click.option("--max-cost", type=_numbers.Real(0), help="Stop when this many US dollars are spent.")
@click.option(
    "--cache/--no-cache", "cached", default=True, show_default=True, help="Reuse earlier responses."
)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Keep JUDGE's in FILE.")
@_output.JSON
def command(judge: str, labels: str, compare: tuple[str, ...], **given: Any) -> None:
    """Hold JUDGE against labels of people: agreement, errors, cost, and how many labels you need.

    JUDGE is a judge's spec, or stored:NAME for verdicts that lie in the pack; without it the raters are
    held against each other. What is found of a judge is kept, and reports correct its rates by it.
    """
    if given["need"] != given["need"]:
        raise UserError("--need is no number: it takes a half width such as 0.03")
    if compare and not judge:
        raise UserError("--compare holds further judges against JUDGE: name it first")
    goal = CalibrationSpec(
        labels=labels,
        judges=(judge, *compare) if judge else (),
        judge_model=given["judge_model"],
        judge_options=_options.judge_pairs(given),
        limit=given["limit"],
        same_event=given["same_event"],
        threshold=given["threshold"],
        seed=given["seed"],
        repeats=given["repeats"],
    )
    settings = Settings(
        cache=default_path() if given["cached"] else None,
        max_connections=given["max_connections"],
        max_cost=given["max_cost"],
        price_of=price_of,
        tell=tell,
    )
    result = _watched(goal, settings)
    kept = _kept(result, given["output"])
    if given["as_json"]:
        _output.value(_plain(result, kept, given["need"]))
        return
    _print(result, given["need"])
    for path in kept:
        _output.echo(f"\nkept    {path}")


def _watched(goal: CalibrationSpec, settings: Settings) -> Result:
    """Measure, with each judge's progress and time left shown."""
    bars: list[Progress] = []

    def observer_of(judge: Judge, total: int) -> Observer:
        for bar in bars:
            bar.__exit__(None, None, None)
        bars.append(Progress(f"{judge.name} · {goal.labels}", total))
        return bars[-1]

    try:
        return calibrate(goal, settings=settings, observer_of=observer_of)
    finally:
        for bar in bars:
            bar.__exit__(None, None, None)


def _kept(result: Result, output: Path | None) -> list[Path]:
    """Keep what was measured; a file of the user's choice holds the first judge, stored ones too."""
    kept: list[Path] = []
    for place, (found, live) in enumerate(zip(result.calibrations, result.live, strict=False)):
        if output is not None and place == 0:
            kept.append(keeping.keep(found, output))
        elif live:
            kept.append(keeping.keep(found))
    return kept


def _print(result: Result, need: float) -> None:
    from plimsoll.reports import calibration_terminal

    _output.show(calibration_terminal.render(result, need=need))


def _plain(result: Result, kept: list[Path], need: float) -> dict[str, Any]:
    from plimsoll.reports.machine import plain

    return {
        "format": 1,
        "calibrations": [plain(each) | _extra(each, need) for each in result.calibrations],
        "differences": [plain(each) | {"told_apart": each.told_apart} for each in result.differences],
        "steadiness": result.steadiness and plain(result.steadiness),
        "kept": [str(path) for path in kept],
    }


def _extra(found: Calibration, need: float) -> dict[str, Any]:
    return {
        "seconds_per_1000": found.seconds_per_1000,
        "tokens_per_1000": found.tokens_per_1000,
        "cost_per_1000": found.cost_per_1000,
        "need": {"half_width": need, "labels": with_judge(found, need)},
    }
