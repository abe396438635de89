"""Runs -> documents of a standard: which there are, and where each is written."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import click

from plimsoll.cli import _document
from plimsoll.pages.document import Document
from plimsoll.pages.words import Language

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


class Wish(NamedTuple):
    """What a document is made of, and where it goes."""

    paths: tuple[Path, ...]
    output: Path | None
    language: Language
    scope: Path | None = None
    assessment: Path | None = None

    def place(self, name: str) -> Path:
        """A file of that name beside the first of the runs."""
        return self.paths[0] / name


def _safety_case(wish: Wish) -> None:
    from plimsoll.cards.assessment import Assessment
    from plimsoll.cards.results import results
    from plimsoll.documents import gathering, safety_case

    case = gathering.gather(wish.paths, gathering.read_scope(wish.scope) if wish.scope else None)
    assessed = results(Assessment(wish.assessment)) if wish.assessment else None
    _page(safety_case.document(case, assessed), wish, "safety-case.html")


KINDS: Mapping[str, Callable[[Wish], None]] = {"safety-case": _safety_case}
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
