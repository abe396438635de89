"""Runs -> documents of a standard: which there are, and where each is written."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from plimsoll.cli import _document, _output
from plimsoll.core import UserError, files
from plimsoll.pages.document import Document
from plimsoll.pages.words import Language

if TYPE_CHECKING:
    from plimsoll.documents.gathering import Case

ALSO = click.option(
    "--also", multiple=True, type=click.Path(path_type=Path), help="More runs of a document; may be repeated."
)
SCOPE = click.option(
    "--scope",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What you say of your system (TOML: system, intended_use, users, limits ...).",
)
ASSESSMENT = click.option(
    "--assessment",
    type=click.Path(path_type=Path, file_okay=False),
    help="An assessment by risk cards (plimsoll card assess), for the residual risks.",
)

AGAINST = click.option(
    "--against",
    type=click.Path(path_type=Path, dir_okay=False),
    help="An earlier checklist (JSON) that a checklist is held against.",
)


class DocumentSpec(NamedTuple):
    """What a document is made of, and where it goes."""

    paths: tuple[Path, ...]
    output: Path | None
    language: Language
    scope: Path | None = None
    assessment: Path | None = None
    against: Path | None = None

    def place(self, name: str) -> Path:
        """A file of that name beside the first of the runs."""
        return self.paths[0] / name


def _safety_case(goal: DocumentSpec) -> None:
    from plimsoll.cards.assessment import Assessment
    from plimsoll.cards.results import results
    from plimsoll.documents import safety_case

    case = _case(goal)
    assessed = results(Assessment(goal.assessment)) if goal.assessment else None
    _page(safety_case.document(case, assessed), goal, "safety-case.html")


def _model_card(goal: DocumentSpec) -> None:
    from plimsoll.documents import block_yaml, model_card

    case = _case(goal)
    _text(model_card.render(case, goal.language), goal, "model-card.md")
    entries = model_card.eval_results(case)
    if entries and goal.output != Path("-"):
        beside = goal.output.parent if goal.output else goal.paths[0]
        target = beside / ".eval_results" / "plimsoll.yaml"
        target.parent.mkdir(exist_ok=True)
        files.write_text(target, block_yaml.dumped(entries))
        _output.echo(target)


def _every_eval_ever(goal: DocumentSpec) -> None:
    from plimsoll.documents import every_eval_ever

    case = _case(goal)
    root = goal.output or goal.place("every-eval-ever")
    for each in case.kept:
        target = root / every_eval_ever.place(each)
        target.parent.mkdir(parents=True, exist_ok=True)
        made = every_eval_ever.record(each, case.scope)
        if (found := every_eval_ever.samples(each, made)) is not None:
            beside = every_eval_ever.samples_place(target)
            files.write(beside, [found.body])
            made = every_eval_ever.with_samples(made, each, found)
        files.write(target, [every_eval_ever.encoded(made)])
        _output.echo(target)


def _croissant(goal: DocumentSpec) -> None:
    from plimsoll.documents import croissant

    case = _case(goal)
    for each in case.kept:
        place = (goal.output or goal.place("croissant")) / each.folder.path.name
        place.mkdir(parents=True, exist_ok=True)
        held = croissant.table(each)
        files.write(place / croissant.TABLE, [held])
        files.write(place / croissant.FILE, [croissant.encoded(croissant.metadata(each, case.scope, held))])
        _output.echo(place / croissant.FILE)


def _prisma(goal: DocumentSpec) -> None:
    from plimsoll.cli._taxonomy_tables import as_csv
    from plimsoll.documents import gathering, prisma

    scope = gathering.read_scope(goal.scope) if goal.scope else gathering.Scope()
    listed = prisma.checklist(goal.paths, scope)
    ending = goal.output.suffix if goal.output else ".json"
    if ending == ".json":
        _text(prisma.encoded(listed), goal, "prisma.json")
    elif ending == ".csv":
        _text(as_csv(prisma.COLUMNS, prisma.rows(listed)), goal, "prisma.csv")
    else:
        against = prisma.read(goal.against) if goal.against else None
        _page(prisma.document(listed, against), goal, "prisma.html")


def _grades(goal: DocumentSpec) -> None:
    from plimsoll.documents import grades, journal

    case = _case(goal)
    each = grades.run_of(case)
    _page(grades.document(case), goal, "grades.html")
    if goal.output != Path("-"):
        target = each.folder.path / "journal.jsonl"
        files.write(target, [journal.encoded(journal.events(each, grades.judge_of(each)))])
        _output.echo(target)


def _gb_45654(goal: DocumentSpec) -> None:
    from plimsoll.documents import gb_45654

    _page(gb_45654.document(_case(goal)), goal, "gb-45654.html")


KINDS: Mapping[str, Callable[[DocumentSpec], None]] = {
    "safety-case": _safety_case,
    "model-card": _model_card,
    "eee": _every_eval_ever,
    "croissant": _croissant,
    "prisma": _prisma,
    "grades": _grades,
    "gb-45654": _gb_45654,
}
"""Format -> what writes it."""


def write(form: str, goal: DocumentSpec) -> None:
    """Write a document."""
    KINDS[form](goal)


def _page(document: Document, goal: DocumentSpec, name: str) -> None:
    _document.write(
        document,
        goal.output,
        goal.place(name),
        None if goal.output is None else _form(goal),
        goal.language,
    )


def _form(goal: DocumentSpec) -> str:
    """By the ending of the file; what is printed is Markdown."""
    assert goal.output is not None
    return "md" if goal.output == Path("-") else goal.output.suffix.removeprefix(".")


def _case(goal: DocumentSpec) -> "Case":
    from plimsoll.documents import gathering

    return gathering.gather(goal.paths, gathering.read_scope(goal.scope) if goal.scope else None)


def _text(text: str, goal: DocumentSpec, name: str) -> None:
    if goal.output == Path("-"):
        _output.document(text)
        return
    target = goal.output or goal.place(name)
    try:
        files.write_text(target, text)
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}") from error
    _output.echo(target)
