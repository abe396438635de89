"""`plimsoll gate`: a run held to its baseline's line, for a CI job."""

from pathlib import Path
from typing import Any

import click
import msgspec

from plimsoll import __version__, cli
from plimsoll.cli import _options, _output
from plimsoll.comparison.compare import compare
from plimsoll.comparison.gate import LEVEL, Gate, gate
from plimsoll.core import UserError


@click.command("gate")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--baseline", type=click.Path(path_type=Path), required=True, help="Run to be held to.")
@click.option(
    "--max-drop", type=click.FloatRange(0, 1), default=0.0, show_default=True,
    help="How much may be lost, as a share: 0.02 is two points.",
)  # fmt: skip
@click.option(
    "--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=LEVEL, show_default=True,
    help="Chance of a false alarm over all checks.",
)  # fmt: skip
@click.option("--judge", default="", help="Judge whose verdicts are compared; without it the first one.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write JUnit XML to FILE.")
@click.option("--sarif", type=click.Path(path_type=Path, dir_okay=False), help="Write SARIF 2.1.0 to FILE.")
@_output.JSON
@_options.LOG_DIR
def command(run: Path, baseline: Path, as_json: bool, log_dir: Path, **given: Any) -> int:
    """Exit with 3 when RUN is significantly worse than its baseline, whole or in a category.

    Worse means: it lost more than --max-drop, and the loss is no accident (paired test, adjusted by
    Holm over all checks). Unscored answers above 5 % fail too.
    """
    folders = [_options.opened(path, log_dir) for path in (baseline, run)]
    held = gate(compare(folders, judge=given["judge"])[0], given["max_drop"], given["level"])
    _write(held, given["junit"], given["sarif"])
    if as_json:
        _output.value(
            {"format": 1, "passed": held.passed, "max_drop": held.max_drop, "level": held.level,
             "warnings": held.warnings, "checks": [msgspec.to_builtins(check) for check in held.checks]}
        )  # fmt: skip
    else:
        _say(held)
    return cli.OK if held.passed else cli.GATE


def _say(held: Gate) -> None:
    for warning in held.warnings:
        click.echo(f"!       {warning}")
    for check in held.checks:
        click.echo(f"{check.status:<7} {check.message}")
    click.echo("gate passed" if held.passed else "gate failed")


def _write(held: Gate, junit: Path | None, sarif: Path | None) -> None:
    from plimsoll.reports import comparison_ci

    for path, text in (
        (junit, comparison_ci.junit(held) if junit else ""),
        (sarif, comparison_ci.sarif(held, __version__) if sarif else ""),
    ):
        if path is not None:
            try:
                path.write_text(text, encoding="utf-8")
            except OSError as error:
                raise UserError(f"{path} cannot be written: {error.strerror}") from error
