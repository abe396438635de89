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


class Wish(NamedTuple):
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


def _safety_case(wish: Wish) -> None:
    from plimsoll.cards.assessment import Assessment
    from plimsoll.cards.results import results
    from plimsoll.documents import safety_case

    case = _case(wish)
    assessed = results(Assessment(wish.assessment)) if wish.assessment else None
    _page(safety_case.document(case, assessed), wish, "safety-case.html")


def _model_card(wish: Wish) -> None:
    from plimsoll.documents import block_yaml, model_card

    case = _case(wish)
    _text(model_card.render(case, wish.language), wish, "model-card.md")
    entries = model_card.eval_results(case)
    if entries and wish.output != Path("-"):
        beside = wish.output.parent if wish.output else wish.paths[0]
        target = beside / ".eval_results" / "plimsoll.yaml"
        target.parent.mkdir(exist_ok=True)
        files.write_text(target, block_yaml.dumped(entries))
        _output.echo(target)


def _every_eval_ever(wish: Wish) -> None:
    from plimsoll.documents import every_eval_ever

    case = _case(wish)
    root = wish.output or wish.place("every-eval-ever")
    for each in case.kept:
        target = root / every_eval_ever.place(each)
        target.parent.mkdir(parents=True, exist_ok=True)
        files.write(target, [every_eval_ever.encoded(every_eval_ever.record(each, case.scope))])
        _output.echo(target)


def _croissant(wish: Wish) -> None:
    from plimsoll.documents import croissant

    case = _case(wish)
    for each in case.kept:
        place = (wish.output or wish.place("croissant")) / each.folder.path.name
        place.mkdir(parents=True, exist_ok=True)
        held = croissant.table(each)
        files.write(place / croissant.TABLE, [held])
        files.write(place / croissant.FILE, [croissant.encoded(croissant.metadata(each, case.scope, held))])
        _output.echo(place / croissant.FILE)


def _prisma(wish: Wish) -> None:
    from plimsoll.cli._taxonomy_tables import as_csv
    from plimsoll.documents import gathering, prisma

    scope = gathering.read_scope(wish.scope) if wish.scope else gathering.Scope()
    listed = prisma.checklist(wish.paths, scope)
    ending = wish.output.suffix if wish.output else ".json"
    if ending == ".json":
        _text(prisma.encoded(listed), wish, "prisma.json")
    elif ending == ".csv":
        _text(as_csv(prisma.COLUMNS, prisma.rows(listed)), wish, "prisma.csv")
    else:
        against = prisma.read(wish.against) if wish.against else None
        _page(prisma.document(listed, against), wish, "prisma.html")


def _grades(wish: Wish) -> None:
    from plimsoll.documents import grades, journal

    case = _case(wish)
    each = grades.run_of(case)
    _page(grades.document(case), wish, "grades.html")
    if wish.output != Path("-"):
        target = each.folder.path / "journal.jsonl"
        files.write(target, [journal.encoded(journal.events(each, grades.judge_of(each)))])
        _output.echo(target)


def _gb_45654(wish: Wish) -> None:
    from plimsoll.documents import gb_45654

    _page(gb_45654.document(_case(wish)), wish, "gb-45654.html")


KINDS: Mapping[str, Callable[[Wish], None]] = {
    "safety-case": _safety_case,
    "model-card": _model_card,
    "eee": _every_eval_ever,
    "croissant": _croissant,
    "prisma": _prisma,
    "grades": _grades,
    "gb-45654": _gb_45654,
}
"""Format -> what writes it."""


def write(form: str, wish: Wish) -> None:
    """Write a document."""
    KINDS[form](wish)


def _page(document: Document, wish: Wish, name: str) -> None:
    _document.write(
        document, wish.output, wish.place(name), None if wish.output is None else _form(wish), wish.language
    )


def _form(wish: Wish) -> str:
    """By the ending of the file; what is printed is Markdown."""
    assert wish.output is not None
    return "md" if wish.output == Path("-") else wish.output.suffix.removeprefix(".")


def _case(wish: Wish) -> "Case":
    from plimsoll.documents import gathering

    return gathering.gather(wish.paths, gathering.read_scope(wish.scope) if wish.scope else None)


def _text(text: str, wish: Wish, name: str) -> None:
    if wish.output == Path("-"):
        _output.document(text)
        return
    target = wish.output or wish.place(name)
    try:
        files.write_text(target, text)
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}") from error
    _output.echo(target)
