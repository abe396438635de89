"""A log folder -> files that need no server: a list, a whole report per run, flips between runs."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from plimsoll.core import DataError, UserError, files
from plimsoll.pages.serving import assets
from plimsoll.pages.words import Language
from plimsoll.reports import html
from plimsoll.reports.view import RunView
from plimsoll.run.keep import findings
from plimsoll.run.keep.blobs import Blobs
from plimsoll.viewer.logs import Listed, Logs
from plimsoll.viewer.pages import ROOM, Pages, Site
from plimsoll.viewer.rows import Row, RunRows

ITEMS = 200_000_000
"""Bytes of items that a run's page may hold; above it a part of every category, drawn evenly."""
OTHERS = 12
"""Runs of the same benchmark that one run is held against, the newest first."""
LANGUAGES: tuple[Language, ...] = ("en", "zh")
POLICY = (
    "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src 'self' file:; "
    "form-action 'none'; base-uri 'none'"
)


@dataclass(frozen=True, kw_only=True)
class Files(Site):
    """Addresses of files that lie beside each other; the path is the page's, without language and ending."""

    language: Language

    def asset(self, name: str) -> str:
        """A style, script or picture."""
        return f"static/{name}"

    def home(self) -> str:
        """The list of runs."""
        return _named("index", self.language)

    def run(self, name: str) -> str:
        """A run's report."""
        return quote(f"{name}.html")

    def items(self, name: str, query: str = "") -> str:
        """The items in a run's report."""
        return f"{self.run(name)}#items"

    def item(self, name: str, row: Row, query: str = "") -> str:
        """One item in a run's report."""
        return f"{self.run(name)}#item={quote(row.id + (f'~{row.epoch}' if row.epoch else ''), safe='')}"

    def flips(self, name: str) -> str:
        """What changed against other runs."""
        return quote(_named(f"{name}.flips", self.language))

    def spoken(self, language: Language) -> str:
        """The page at hand in another language."""
        return quote(_named(self.path, language))


def write(log_dir: Path, target: Path, first: Language = "en") -> Path:
    """Write the files in both languages; returns the one to open, in the first language."""
    logs = Logs(log_dir)
    listed, broken = logs.all()
    if not listed and not broken:
        raise UserError(f"{log_dir} holds no run yet: name another --log-dir")
    try:
        (target / "static").mkdir(parents=True, exist_ok=True)
        for name, asset in assets(ROOM).items():
            files.write(target / "static" / name, [asset.body])
        for run in [*listed]:
            try:
                _write_run(logs, run, listed, target, first)
            except DataError as error:
                listed.remove(run)
                broken.append((run.name, str(error)))
        for language in LANGUAGES:
            at = Files(ROOM, "index", policy=POLICY, language=language)
            flips = {run.name: at.flips(run.name) for run in listed if _beside(run, listed)}
            more = {"total": len(listed), "folder": log_dir.name, "flips": flips}
            page = Pages(language=language, at=at).runs(listed, broken, **more)
            _save(target / _named("index", language), page)
    except OSError as error:
        raise UserError(f"--bundle {target} cannot be written: {error.strerror}") from error
    return target / _named("index", first)


def _write_run(logs: Logs, run: Listed, listed: list[Listed], target: Path, first: Language) -> None:
    folder = logs.folder_of(run.name)
    view = RunView(
        manifest=run.manifest,
        summary=run.summary,
        records=map(Blobs(folder.path).shown, folder.in_order()),
        weights=findings.of(logs.folder, run.manifest.model.revision),
    )
    _save(
        target / f"{run.name}.html",
        html.render(view, language=first, limit=ITEMS, home=_named("index", first)),
    )
    others = [
        (other, run_rows) for other in _beside(run, listed)[:OTHERS] if (run_rows := _readable(logs, other))
    ]
    run_rows = logs.run_rows(run.name)
    for language in LANGUAGES if others else ():
        at = Files(ROOM, f"{run.name}.flips", policy=POLICY, language=language)
        pages = Pages(language=language, at=at)
        _save(target / _named(f"{run.name}.flips", language), pages.flips(run, others, run_rows))


def _readable(logs: Logs, other: Listed) -> RunRows | None:
    """The rows of another run, unless its journal is damaged: that is its own affair."""
    try:
        return logs.run_rows(other.name)
    except DataError:
        return None


def _beside(run: Listed, listed: list[Listed]) -> list[Listed]:
    """Other runs of the same benchmark."""
    title = run.manifest.card.title
    return [other for other in listed if other.manifest.card.title == title and other.name != run.name]


def _save(path: Path, page: str) -> None:
    files.write_text(path, page)


def _named(page: str, language: Language) -> str:
    return f"{page}.html" if language == "en" else f"{page}.{language}.html"
