"""`plimsoll gate`: a run, or a suite of them, held to its baseline's line, for a CI job."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from plimsoll import __version__, cli
from plimsoll.cli import _numbers, _options, _output
from plimsoll.comparison import budget
from plimsoll.comparison.compare import compare
from plimsoll.comparison.gate import LEVEL, Gate, shown
from plimsoll.comparison.nouns import Comparison
from plimsoll.comparison.several import gates
from plimsoll.core import UserError, files
from plimsoll.run.ask import suite


@click.command("gate")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--baseline", type=click.Path(path_type=Path), required=True, help="Run to be held to.")
@click.option(
    "--max-drop", type=_numbers.Real(0, 1), default=0.0, show_default=True,
    help="How much may be lost, as a share: 0.02 is two points.",
)  # fmt: skip
@click.option(
    "--rule", type=click.Choice(["regression", "non-inferiority"]), default="regression", show_default=True,
    help="Fail where more is shown to be lost, or unless less is.",
)  # fmt: skip
@click.option(
    "--budget", "spent", type=click.Path(path_type=Path, dir_okay=False),
    help="File of one budget of false alarms for all nights and benchmarks; made where it is missing.",
)  # fmt: skip
@click.option(
    "--level", type=_numbers.Real(0, 1, min_open=True, max_open=True),
    help=f"Chance of error over all checks; with --budget, in all nights  [default: {LEVEL}].",
)  # fmt: skip
@click.option("--judge", default="", help="Judge whose verdicts are compared; without it the first one.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write JUnit XML to FILE.")
@click.option("--sarif", type=click.Path(path_type=Path, dir_okay=False), help="Write SARIF 2.1.0 to FILE.")
@_output.JSON
@_options.LOG_DIR
def command(run: Path, baseline: Path, *, as_json: bool, log_dir: Path, **given: Any) -> int:
    """Exit with 3 when RUN lost more than --max-drop against its baseline, whole or in a category.

    RUN and its baseline may be the folders of two suites. The chance of a false alarm is --level over all
    checks together; over all nights too, where --budget keeps count. --rule non-inferiority fails unless
    the run is shown to have lost less. Unscored answers above 5 % fail too.
    """
    if given["spent"] and given["rule"] == "non-inferiority":
        raise UserError("--budget counts false alarms of --rule regression: leave one of the two out")
    found = _pairs(run, baseline, log_dir, given["judge"])
    held = _budgeted(found, given) if given["spent"] else _held(found, given)
    _write(held, given["junit"], given["sarif"])
    passed = all(each.passed for each in held)
    if as_json:
        plain = [_plain(each) for each in held]
        _output.value(plain[0] if len(plain) == 1 else {"format": 1, "passed": passed, "gates": plain})
    else:
        for each in held:
            _say(each, several=len(held) > 1)
        _output.echo("gate passed" if passed else "gate failed")
    return cli.OK if passed else cli.GATE


def _pairs(run: Path, baseline: Path, log_dir: Path, judge: str) -> list[Comparison]:
    """The run against its baseline; of suites every benchmark that both ran."""
    suites = [_suite(path, log_dir) for path in (baseline, run)]
    if suites[0] is None or suites[1] is None:
        if suites != [None, None]:
            raise UserError(f"{run} and {baseline}: one is a suite, the other a run")
        return compare([_options.opened(path, log_dir) for path in (baseline, run)], judge=judge)[:1]
    before, after = (
        {each.benchmark: path.parent / each.run for each in suite.read(path).runs if each.run}
        for path in (suites[0], suites[1])
    )
    shared = [name for name in before if name in after]
    if not shared:
        raise UserError(f"{run} and {baseline} ran no benchmark in common")
    return [
        compare([_options.opened(side[name], log_dir) for side in (before, after)], judge=judge)[0]
        for name in shared
    ]


def _suite(path: Path, log_dir: Path) -> Path | None:
    return next((each for each in (path, log_dir / path) if (each / suite.FILE).is_file()), None)


def _held(found: Sequence[Comparison], given: dict[str, Any]) -> list[Gate]:
    max_drop, level = given["max_drop"], given["level"] or LEVEL
    if given["rule"] == "non-inferiority":
        return [shown(each, max_drop, level, among=len(found)) for each in found]
    return gates(found, max_drop, level)


def _budgeted(found: Sequence[Comparison], given: dict[str, Any]) -> list[Gate]:
    kept, held = budget.read(given["spent"], given["level"]), list[Gate]()
    for each in found:
        kept, made = budget.spend(kept, each, given["max_drop"])
        held.append(made)
    budget.write(given["spent"], kept)
    return held


def _plain(held: Gate) -> dict[str, Any]:
    return {
        "format": 1,
        "passed": held.passed,
        "benchmark": held.comparison.benchmark,
        "rule": held.rule,
        "max_drop": held.max_drop,
        "level": held.level,
        "warnings": held.warnings,
        "checks": [msgspec.to_builtins(check) for check in held.checks],
    }


def _say(held: Gate, *, several: bool) -> None:
    if several:
        _output.echo(held.comparison.benchmark)
    for warning in held.warnings:
        _output.echo(f"!       {warning}")
    for check in held.checks:
        _output.echo(f"{check.status:<7} {check.message}")


def _write(held: Sequence[Gate], junit: Path | None, sarif: Path | None) -> None:
    from plimsoll.reports import comparison_ci

    for path, text in (
        (junit, comparison_ci.junit(*held) if junit else ""),
        (sarif, comparison_ci.sarif(held, __version__) if sarif else ""),
    ):
        if path is not None:
            try:
                files.write_text(path, text)
            except OSError as error:
                raise UserError(f"{path} cannot be written: {error.strerror}") from error
