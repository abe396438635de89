"""`plimsoll report`: a run, for people and for programs."""

from pathlib import Path
from typing import NamedTuple

import click

from plimsoll.cli import _numbers, _options, _output, _standards
from plimsoll.cli._tied import Tied, matrix_of, overview_of
from plimsoll.core import UserError, files, replace
from plimsoll.pages.words import Language
from plimsoll.reports.view import RunView
from plimsoll.run.ask import grid, suite
from plimsoll.run.keep import findings
from plimsoll.run.keep.blobs import Blobs
from plimsoll.run.keep.folder import RunFolder
from plimsoll.words import preferred

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
    type=click.Choice([*FORMATS, *_standards.KINDS]),
    default="table",
    show_default=True,
    help="What to write; from safety-case on, documents in the form of a standard.",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="File, or folder of several; - prints it."
)
@_options.LANGUAGE
@click.option(
    "--calibration",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What plimsoll calibrate found of the judge; a kept one that fits is used without it.",
)
@click.option("--labels", default="", metavar="PACK", help="Labels of people on replies of this very run.")
@click.option(
    "--margin",
    type=_numbers.Real(0, 100, max_open=True),
    metavar="POINTS",
    help="Of a grid: what a defense may cost in false refusals or useful answers; 2 without it.",
)
@_standards.ALSO
@_standards.SCOPE
@_standards.ASSESSMENT
@_standards.AGAINST
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
    margin: float | None,
    also: tuple[Path, ...],
    scope: Path | None,
    assessment: Path | None,
    against: Path | None,
    log_dir: Path,
    as_json: bool,
) -> None:
    """Report on RUN (the newest one without it); files go into the run folder unless -o says otherwise.

    Judged rates stand beside rates corrected for the judge's errors, where people's labels tell these.
    The folder of a suite is reported as a whole: safety, over-refusal and utility, hazard by hazard. That
    of a grid is reported as a matrix, each cell held against its baseline question by question.
    --json prints what --format json writes.

    Documents of a standard are about all runs of one model: RUN may be a suite, a run or a log folder, and
    --also adds others.
    """
    if form in _standards.KINDS:
        if as_json or calibration or labels or margin is not None:
            raise UserError(f"--json, --calibration, --labels and --margin do not go with --format {form}")
        goal = _standards.DocumentSpec(
            _paths(run, also, log_dir), output, _spoken(language), scope, assessment, against
        )
        _standards.write(form, goal)
        return
    if also or scope or assessment or against:
        raise UserError(f"--also, --scope, --assessment and --against go with {', '.join(_standards.KINDS)}")
    if as_json:
        if form not in ("table", "json"):
            raise UserError(f"--json and --format {form} are two formats: keep one of them")
        form, output = "json", output or Path("-")
    for kind, (file, read) in TIED.items():
        path = _tied(run, log_dir, file)
        if path is None:
            continue
        if calibration or labels:
            raise UserError(
                f"--calibration and --labels are about one run: name one of the {kind}'s run folders"
            )
        tied = matrix_of(path, margin / 100) if kind == "grid" and margin is not None else read(path)
        if kind != "grid" and margin is not None:
            raise UserError("--margin is about the defenses of a grid")
        _report_tied(tied, form, output, _spoken(language))
        return
    if margin is not None:
        raise UserError("--margin is about the defenses of a grid")
    folder = _options.opened(run, log_dir)
    known = Known(calibration, labels)
    if form == "table":
        print_table(folder, language, known)
        return
    if output == Path("-"):
        _output.document(rendered(folder, form, language, known))
        return
    _output.echo(write(folder, form, output, language, known))


def _paths(run: Path | None, also: tuple[Path, ...], log_dir: Path) -> tuple[Path, ...]:
    """Where the runs of a document lie: what is named, else everything in the log folder."""
    named = [path if path.exists() else log_dir / path for path in (*([run] if run else []), *also)]
    return tuple(named) or (log_dir,)


def print_scores(folder: RunFolder) -> None:
    """The terminal report's first table."""
    from plimsoll.reports import terminal

    _output.show(terminal.brief(_view(folder, NOTHING), language=preferred()))


def print_table(folder: RunFolder, language: str = "", known: Known = NOTHING) -> None:
    """The terminal report."""
    from plimsoll.reports import terminal

    _output.show(terminal.render(_view(folder, known), language=_spoken(language)))


def write(
    folder: RunFolder, form: str, output: Path | None = None, language: str = "", known: Known = NOTHING
) -> Path:
    """Write a report file; returns its path."""
    text = rendered(folder, form, language, known)
    return _written(text, output or folder.path / f"report.{FORMATS[form]}")


def rendered(folder: RunFolder, form: str, language: str = "", known: Known = NOTHING) -> str:
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
    if manifest.hashes:
        raise UserError(
            f"{folder.path} holds a guard's verdicts: plimsoll guard {manifest.spec.model!r} --on "
            f"{manifest.spec.benchmark!r} --output FILE.html measures them, and asks nobody again"
        )
    held = keeping.load(known.calibration) if known.calibration else None
    found = corrections(summary, manifest, folder, calibration=held, labels=known.labels)
    asked = (f"{note} ({number:,} of {summary.records:,})" for note, number in summary.notes.items())
    return RunView(
        manifest=replace(manifest, notes=(*asked, *manifest.notes, *found.notes)),
        summary=found.summary,
        records=map(Blobs(folder.path).shown, folder.in_order()),
        folder=folder,
        weights=findings.of(folder.path.parent, manifest.model.revision),
    )


def _spoken(language: str) -> Language:
    return "zh" if (language or preferred()) == "zh" else "en"


TIED = {"suite": (suite.FILE, overview_of), "grid": (grid.FILE, matrix_of)}
"""What ties runs together -> the file that tells it, and what is reported of it."""


def write_tied(tied: Tied, form: str, output: Path | None = None, language: str = "") -> Path:
    """Write the report of a suite or a grid to a file; returns its path. A page leads to those of runs."""
    target = output or tied.path / f"report.{FORMATS[form]}"
    for each in tied.runs if form == "html" else ():
        _page_of(RunFolder(each), language)
    return _written(tied.text(form, _spoken(language), target.parent), target)


def _page_of(folder: RunFolder, language: str) -> None:
    """Write a run's own page where there is none that is as new as its summary."""
    page, summary = folder.path / "report.html", folder.path / "summary.json"
    if summary.is_file() and not (page.is_file() and page.stat().st_mtime_ns > summary.stat().st_mtime_ns):
        write(folder, "html", page, language)


def _report_tied(tied: Tied, form: str, output: Path | None, language: Language) -> None:
    if form == "table":
        tied.show(as_json=False, language=language)
    elif output == Path("-"):
        _output.document(tied.text(form, language))
    else:
        _output.echo(write_tied(tied, form, output, language))


def _tied(run: Path | None, log_dir: Path, file: str) -> Path | None:
    """The folder that ties runs together, where the argument names one."""
    named = () if run is None else (run, log_dir / run)
    return next((path for path in named if (path / file).is_file()), None)


def _written(text: str, path: Path) -> Path:
    try:
        files.write_text(path, text)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error
    return path
