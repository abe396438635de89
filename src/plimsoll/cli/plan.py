"""`plimsoll plan`: how many questions, epochs and labels a wished interval takes, before a run."""

from pathlib import Path
from typing import Any

import click

from plimsoll.cli import _numbers, _options, _output
from plimsoll.comparison.planning import Outlook, Precision, assumed, outlook, pilot, shares
from plimsoll.core import UserError
from plimsoll.words import translated
from plimsoll.words.wrapping import padded

WIDTH = 0.03


@click.command("plan")
@_options.RUN
@click.option(
    "--width", type=_numbers.Real(0, 0.5, min_open=True), default=WIDTH, show_default=True,
    metavar="HALF_WIDTH", help="Wished half width of the 95 % interval: 0.03 is three points.",
)  # fmt: skip
@click.option(
    "--rate", type=_numbers.Real(0, 1, min_open=True, max_open=True),
    help="Without a pilot run: the rate that you expect.",
)  # fmt: skip
@click.option(
    "--between", type=_numbers.Real(0, 1), default=0.8, show_default=True,
    help="With --rate: the share of the variance that lies between questions, not between repeats.",
)  # fmt: skip
@click.option(
    "--calibration", type=click.Path(path_type=Path, dir_okay=False),
    help="What plimsoll calibrate found of the judge: says how many labels a corrected rate takes.",
)  # fmt: skip
@_output.JSON
@_options.LOG_DIR
def command(run: Path | None, *, as_json: bool, log_dir: Path, **given: Any) -> None:
    """Say how many questions, epochs and labels bring a rate to a wished width, before they are paid for.

    RUN is a small pilot run: its variance is taken apart into questions, languages, wordings, epochs and
    judges. Without one, --rate says what to expect.
    """
    if (run is None) == (given["rate"] is None):
        raise UserError("plan takes a pilot run, or --rate with what you expect: one of the two")
    found = (
        pilot(_options.opened(run, log_dir))
        if given["rate"] is None
        else assumed(given["rate"], given["between"])
    )
    made = outlook(found, Precision(given["width"], _residual(given["calibration"])))
    if as_json:
        _output.value(_plain(made, given["width"]))
        return
    _say(made, given["width"])


def _residual(path: Path | None) -> float | None:
    if path is None:
        return None
    from plimsoll.calibration import keeping
    from plimsoll.calibration.needs import left_to_correct

    found = keeping.load(path)
    left = left_to_correct(found)
    if left is None:
        raise UserError(f"{path} does not tell how far people and {found.judge} differ")
    return left


def _plain(made: Outlook, width: float) -> dict[str, Any]:
    return {
        "format": 1,
        "half_width": width,
        "pilot": {"questions": made.asked, "half_width": made.half_width} if made.asked else None,
        "mean": made.components.mean,
        "missed": made.missed,
        "variances": dict(made.components.variances),
        "shares": dict(shares(made.components)),
        "choices": [choice._asdict() for choice in made.choices],
    }


def _say(made: Outlook, width: float) -> None:
    found = made.components
    _output.echo(f"Rate {100 * found.mean:.1f} %; where a single answer's variance comes from:")
    for level, share in shares(found):
        _output.echo(f"  {padded(translated(level), 10)}{100 * share:6.1f} %")
    if made.asked:
        _output.echo(f"{made.asked:,} questions of the pilot give about ±{100 * made.half_width:.1f} points")
    _output.echo(f"For ±{100 * width:g} points:")
    heads = zip(("epochs", "questions", "answers", "labels"), (-6, -9, -9, -7), strict=True)
    _output.echo("  " + "  ".join(padded(translated(name), width) for name, width in heads))
    for choice in made.choices:
        labels = "-" if choice.labels is None else f"{choice.labels:,}"
        _output.echo(f"  {choice.epochs:>6}  {choice.questions:>9,}  {choice.answers:>9,}  {labels:>7}")
    if made.missed is not None:
        _output.echo(
            f"All {made.asked:,} questions of the pilot say the same: planned as if up to "
            f"{100 * made.missed:.1f} % of all questions did not."
        )
    elif "epoch" not in found.variances:
        _output.echo("The pilot asked each question once: repeat it (--epochs 3) to see what epochs bring.")
