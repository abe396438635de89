"""`plimsoll data`: official data sets, fetched to this machine; one's own, described for others."""

import sys
from pathlib import Path

import click

from plimsoll.cli import _output
from plimsoll.core import UserError, files
from plimsoll.data import locate
from plimsoll.data.pull import Progress, Pulled, pull
from plimsoll.data.sources import slugs, source


@click.group("data")
def command() -> None:
    """Fetch official data sets, see where they lie, and describe your own.

    PLIMSOLL_DATA names a folder of data sets, laid out <folder>/<slug>/<file>.
    """


@command.command("list")
@_output.JSON
def list_(as_json: bool) -> None:
    """The data sets that can be pulled, with licence and what is here."""
    rows = [_row(slug) for slug in slugs()]
    if as_json:
        _output.value(rows)
        return
    _output.table((row["slug"], f"{row['title']} · {row['license']} · {row['state']}") for row in rows)


@command.command("pull")
@click.argument("slug")
@click.option("--file", "only", multiple=True, help="Only this file; may be repeated.")
@_output.JSON
def pull_(slug: str, only: tuple[str, ...], as_json: bool) -> None:
    """Fetch the data set SLUG: verified, resumable, under its own licence."""
    known = source(slug)
    _output.echo(f"{known.title} · licence {known.license} · {known.homepage}", err=True)
    if known.gated:
        _output.echo(f"gated: {known.gated}", err=True)
    pulled = pull(slug, only=only, watch=_Watch())
    if as_json:
        _output.value([{"path": str(one.path), "sha256": one.sha256, "pinned": one.pinned} for one in pulled])
        return
    for one in pulled:
        _output.echo(_sentence(one))


@command.command("path")
@click.argument("slug")
def path(slug: str) -> None:
    """Where the files of the data set SLUG are looked for, first match first."""
    source(slug)
    for folder in locate.folders(slug):
        _output.echo(folder)


@command.command("croissant")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--title", default="", help="Of the set; that of its card, or its file's name, without it.")
@click.option(
    "--license", "license_", default="", help="Under which it may be used; that of its card without it."
)
@click.option("--url", default="", help="Where it is published.")
@click.option("--creator", default="", help="Who made it.")
def croissant(path: Path, title: str, license_: str, url: str, creator: str) -> None:
    """Describe the prompts in PATH as Croissant 1.0: a table of yours, or a folder of plimsoll generate.

    The description lies beside the file, and names it with its checksum and columns.
    """
    from plimsoll.benchmarks.prompts import dataset
    from plimsoll.documents import croissant_prompts
    from plimsoll.documents.croissant import encoded

    file, card = dataset.table_of(path), dataset.card_of(path)
    about = croissant_prompts.About(
        title=title or card.title,
        license=license_ or card.license,
        url=url or (card.source if card.source.startswith("http") else ""),
        creator=creator,
        version=f"{card.version}.0.0",
    )
    target = croissant_prompts.place(file)
    try:
        files.write(target, [encoded(croissant_prompts.described(file, about))])
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}") from error
    _output.echo(target)


class _Watch:
    """Shows how far a download is, on standard error."""

    def __init__(self) -> None:
        self._shown = -1

    def __call__(self, progress: Progress) -> None:
        if not sys.stderr.isatty() or not progress.total:
            return
        percent = 100 * progress.done // progress.total
        if percent != self._shown:
            self._shown = percent
            end = "\n" if progress.done >= progress.total else ""
            _output.over(f"{progress.file}: {percent:3d} %{end}")


def _row(slug: str) -> dict[str, str]:
    known = source(slug)
    here = sum(locate.find(slug, file.name) is not None for file in known.files)
    return {
        "slug": slug,
        "title": known.title,
        "license": known.license,
        "state": f"{here} of {len(known.files)} files here",
    }


def _sentence(one: Pulled) -> str:
    how = "matches the published checksum" if one.pinned else "no published checksum: trusted on first use"
    return f"{one.path}  {'fetched' if one.fresh else 'was here'}, {how}"
