"""`plimsoll report`: a run, for people and for programs."""

from pathlib import Path
from typing import NamedTuple

import click

from plimsoll.cli import _options, _output
from plimsoll.core import UserError, files, replace
from plimsoll.pages.words import Language
from plimsoll.reports.view import RunView
from plimsoll.run.ask import grid, suite
from plimsoll.run.keep.blobs import Blobs
from plimsoll.run.keep.folder import RunFolder

FORMATS = {"table": "", "html": "html", "md": "md", "json": "json"}
"""Format -> ending of the file; the table goes to the terminal."""


class Known(NamedTuple):
    """What is known of the judges' errors, beyond the calibrations that are kept."""

    calibration: Path | None = None
    labels: str = ""


NOTHING = Known()


@click.command("report")
@_options.RUN
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="table",
    show_default=True,
    help="What to write.",
)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File; - prints it.")
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the labels."
)
@click.option(
    "--calibration",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What plimsoll calibrate found of the judge; a kept one that fits is used without it.",
)
@click.option("--labels", default="", metavar="PACK", help="Labels of people on replies of this very run.")
@_options.LOG_DIR
@_output.JSON
def command(
    run: Path | None,
    form: str,
    output: Path | None,
    *,
    language: str,
    calibration: Path | None,
    labels: str,
    log_dir: Path,
    as_json: bool,
) -> None:
    """Report on RUN (the newest one without it); files go into the run folder unless -o says otherwise.

    Judged rates stand beside rates corrected for the judge's errors, where people's labels tell these.
    The folder of a suite is reported as a whole: safety, over-refusal and utility, hazard by hazard. That
    of a grid is reported as a matrix, each cell held against its baseline question by question.
    --json prints what --format json writes.
    """
    if as_json:
        if form not in ("table", "json"):
            raise UserError(f"--json and --format {form} are two formats: keep one of them")
        form, output = "json", output or Path("-")
    if run is not None and (tied := _tied(run, log_dir, suite.FILE)) is not None:
        if calibration or labels:
            raise UserError(
                "--calibration and --labels are about one run: name one of the suite's run folders"
            )
        _overview(tied, form, output, language)
        return
    if run is not None and (tied := _tied(run, log_dir, grid.FILE)) is not None:
        if calibration or labels:
            raise UserError(
                "--calibration and --labels are about one run: name one of the grid's run folders"
            )
        _grid(tied, form, output, language)
        return
    folder = _options.opened(run, log_dir)
    known = Known(calibration, labels)
    if form == "table":
        print_table(folder, language, known)
        return
    if output == Path("-"):
        _output.document(rendered(folder, form, language, known))
        return
    _output.echo(write(folder, form, output, language, known))


def print_scores(folder: RunFolder) -> None:
    """The terminal report's first table."""
    from plimsoll.reports import terminal

    _output.show(terminal.brief(_view(folder, NOTHING)))


def print_table(folder: RunFolder, language: str = "en", known: Known = NOTHING) -> None:
    """The terminal report."""
    from plimsoll.reports import terminal

    _output.show(terminal.render(_view(folder, known), language=_spoken(language)))


def write(
    folder: RunFolder, form: str, output: Path | None = None, language: str = "en", known: Known = NOTHING
) -> Path:
    """Write a report file; returns its path."""
    text = rendered(folder, form, language, known)
    return _written(text, output or folder.path / f"report.{FORMATS[form]}")


def rendered(folder: RunFolder, form: str, language: str = "en", known: Known = NOTHING) -> str:
    """A report as text."""
    from plimsoll.reports import html, machine, markdown

    if form == "json":
        return machine.render(_view(folder, known))
    writer = html if form == "html" else markdown
    return writer.render(_view(folder, known), language=_spoken(language))


def _view(folder: RunFolder, known: Known) -> RunView:
    summary = folder.summary()
    if summary is None:
        raise UserError(
            f"{folder.path} has no summary: its run is under way or was killed; "
            f"finish it with plimsoll run --resume {folder.path}"
        )
    from plimsoll.calibration import keeping
    from plimsoll.calibration.correct import corrections

    manifest = folder.manifest()
    held = keeping.load(known.calibration) if known.calibration else None
    found = corrections(summary, manifest, folder, calibration=held, labels=known.labels)
    asked = (f"{note} ({number:,} of {summary.records:,})" for note, number in summary.notes.items())
    return RunView(
        manifest=replace(manifest, notes=(*asked, *manifest.notes, *found.notes)),
        summary=found.summary,
        records=map(Blobs(folder.path).shown, folder.records()),
        folder=folder,
    )


def _spoken(language: str) -> Language:
    return "zh" if language == "zh" else "en"


def print_overview(path: Path, *, as_json: bool, language: str = "en") -> None:
    """The overview of a suite, on the terminal."""
    from plimsoll.reports import overview_machine, overview_terminal
    from plimsoll.reports.overview import overview

    found = overview(path)
    if as_json:
        _output.value(overview_machine.report(found))
        return
    _output.show(overview_terminal.render(found, language=_spoken(language)))


def write_overview(path: Path, form: str, output: Path | None = None, language: str = "en") -> Path:
    """Write the overview of a suite to a file; returns its path. A page leads to those of the runs."""
    target = output or path / f"report.{FORMATS[form]}"
    if form == "html":
        for each in suite.read(path).runs:
            if each.run:
                _page_of(RunFolder(path.parent / each.run), language)
    return _written(_rendered_overview(path, form, language, target.parent), target)


def _page_of(folder: RunFolder, language: str) -> None:
    """Write a run's own page where there is none that is as new as its summary."""
    page, summary = folder.path / "report.html", folder.path / "summary.json"
    if summary.is_file() and not (page.is_file() and page.stat().st_mtime_ns > summary.stat().st_mtime_ns):
        write(folder, "html", page, language)


def _overview(path: Path, form: str, output: Path | None, language: str) -> None:
    if form == "table":
        print_overview(path, as_json=False, language=language)
    elif output == Path("-"):
        _output.document(_rendered_overview(path, form, language))
    else:
        _output.echo(write_overview(path, form, output, language))


def _rendered_overview(path: Path, form: str, language: str, at: Path | None = None) -> str:
    from plimsoll.reports import overview_html, overview_machine
    from plimsoll.reports.overview import overview

    found = overview(path)
    if form == "json":
        return overview_machine.json(found)
    if form == "md":
        return overview_machine.markdown(found, language=_spoken(language))
    return overview_html.render(found, language=_spoken(language), at=at)


def print_grid(path: Path, *, as_json: bool, language: str = "en") -> None:
    """The matrix of a grid, on the terminal."""
    from plimsoll.reports import grid_machine, grid_terminal
    from plimsoll.reports.grid import grid as read

    found = read(path)
    if as_json:
        _output.value(grid_machine.report(found))
        return
    _output.show(grid_terminal.render(found, language=_spoken(language)))


def write_grid(path: Path, form: str, output: Path | None = None, language: str = "en") -> Path:
    """Write the report of a grid to a file; returns its path."""
    return _written(_rendered_grid(path, form, language), output or path / f"report.{FORMATS[form]}")


def _grid(path: Path, form: str, output: Path | None, language: str) -> None:
    if form == "table":
        print_grid(path, as_json=False, language=language)
    elif output == Path("-"):
        _output.document(_rendered_grid(path, form, language))
    else:
        _output.echo(write_grid(path, form, output, language))


def _rendered_grid(path: Path, form: str, language: str) -> str:
    from plimsoll.reports import grid_html, grid_machine
    from plimsoll.reports.grid import grid as read

    found = read(path)
    if form == "json":
        return grid_machine.json(found)
    writer = grid_machine.markdown if form == "md" else grid_html.render
    return writer(found, language=_spoken(language))


def _tied(run: Path, log_dir: Path, file: str) -> Path | None:
    """The folder that ties runs together, where the argument names one."""
    return next((path for path in (run, log_dir / run) if (path / file).is_file()), None)


def _written(text: str, path: Path) -> Path:
    try:
        files.write_text(path, text)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error
    return path
