"""`plimsoll compare`: runs held against each other, question by question."""

from pathlib import Path
from typing import Any

import click
import msgspec

from plimsoll.cli import _numbers, _options, _output
from plimsoll.comparison import align
from plimsoll.comparison.compare import compare
from plimsoll.comparison.differences import DRAWS, WISHED, Settings
from plimsoll.comparison.nouns import Comparison
from plimsoll.core import UserError, files
from plimsoll.pages.words import Language
from plimsoll.reports.comparison_corrected import corrected


@click.command("compare")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RUN RUN [RUN]...")
@click.option("--judge", default="", help="Judge whose verdicts are compared; without it the first one.")
@click.option(
    "--cluster",
    default=align.CLUSTER,
    show_default=True,
    help="Metadata that marks questions of one cluster.",
)
@click.option(
    "--detect", "wished", type=_numbers.Real(0, 1, min_open=True), default=WISHED, show_default=True,
    help="Difference to say a sample size for.",
)  # fmt: skip
@click.option(
    "--draws", type=click.IntRange(100), default=DRAWS, show_default=True, help="Bootstrap redraws."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the bootstrap.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to FILE.")
@_options.LANGUAGE
@_output.JSON
@_options.LOG_DIR
def command(runs: tuple[Path, ...], page: Path | None, language: str, as_json: bool, **given: Any) -> None:
    """Compare each RUN with the first one of its benchmark, on the questions that both answered.

    Differences are paired, with intervals, exact McNemar, bootstrap, and Holm's adjustment over categories.
    """
    if len(runs) < 2:
        raise UserError("compare takes two runs or more: plimsoll compare BASELINE RUN")
    folders = _options.among(runs, given["log_dir"], least=2)
    settings = Settings(draws=given["draws"], seed=given["seed"], wished=given["wished"])
    judged = compare(folders, judge=given["judge"], cluster=given["cluster"], settings=settings)
    found = [corrected(each) for each in judged]
    if page is not None:
        _write(page, found, "zh" if language == "zh" else "en")
    if as_json:
        _output.value({"format": 1, "comparisons": [_plain(each) for each in found]})
        return
    _print(found, "zh" if language == "zh" else "en")
    if page is not None:
        _output.echo(f"\npage  {page}")


def _plain(comparison: Comparison) -> dict[str, Any]:
    return msgspec.to_builtins(comparison)


def _print(found: list[Comparison], language: Language) -> None:
    from plimsoll.reports import comparison_terminal

    for comparison in found:
        _output.show(comparison_terminal.render(comparison, language=language))


def _write(path: Path, found: list[Comparison], language: Language) -> None:
    from plimsoll.reports import comparison_html

    try:
        files.write_text(path, comparison_html.render(found, language=language))
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error
