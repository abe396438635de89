"""A folder that ties runs together, a suite's or a grid's -> its report, for people and for programs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from plimsoll.cli import _output
from plimsoll.pages.words import Language
from plimsoll.run.ask import suite
from plimsoll.words import preferred


class Rendered(Protocol):
    """Renders what was read, in a language."""

    def __call__(self, found: Any, *, language: Language) -> Any:
        """Render."""
        ...


@dataclass(frozen=True)
class Tied:
    """What such a folder holds, and the ways to show it."""

    path: Path
    found: Any
    values: Callable[[Any], dict[str, Any]]
    json: Callable[[Any], str]
    table: Rendered
    markdown: Rendered
    page: Callable[[Any, Language, Path | None], str]
    """What is found, the language, and the folder of the page, from which its links lead."""
    runs: tuple[Path, ...] = ()
    """Folders of the runs to whose own pages its page leads."""

    def show(self, *, as_json: bool, language: Language | None = None) -> None:
        """Show it on the terminal."""
        if as_json:
            _output.value(self.values(self.found))
        else:
            _output.show(self.table(self.found, language=language or preferred()))

    def text(self, form: str, language: Language, at: Path | None = None) -> str:
        """The report in one form; `at` is the folder that it goes to."""
        if form == "json":
            return self.json(self.found)
        if form == "md":
            return self.markdown(self.found, language=language)
        return self.page(self.found, language, at)


def overview_of(path: Path) -> Tied:
    """The overview of a suite."""
    from plimsoll.reports import overview_html as html
    from plimsoll.reports import overview_machine as machine
    from plimsoll.reports import overview_terminal as terminal
    from plimsoll.reports.overview import overview

    def page(found: Any, language: Language, at: Path | None) -> str:
        return html.render(found, language=language, at=at)

    runs = tuple(path.parent / each.run for each in suite.read(path).runs if each.run)
    found = overview(path)
    return Tied(path, found, machine.report, machine.json, terminal.render, machine.markdown, page, runs)


def matrix_of(path: Path, margin: float | None = None) -> Tied:
    """The matrix of a grid; a margin of non-inferiority takes the place of the usual one."""
    from plimsoll.reports import grid_html as html
    from plimsoll.reports import grid_machine as machine
    from plimsoll.reports import grid_terminal as terminal
    from plimsoll.reports.grid import MARGIN, grid

    def page(found: Any, language: Language, at: Path | None) -> str:
        return html.render(found, language=language)

    found = grid(path, MARGIN if margin is None else margin)
    return Tied(path, found, machine.report, machine.json, terminal.render, machine.markdown, page)
