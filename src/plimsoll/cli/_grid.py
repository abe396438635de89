"""A planned grid -> its runs under one progress display, its matrix and its page."""

import asyncio

from plimsoll.cli import _output
from plimsoll.cli._interruption import end_when_told
from plimsoll.cli._tied import matrix_of
from plimsoll.cli.report import write_tied
from plimsoll.evaluation.gridding import GridSession, PlannedGrid
from plimsoll.evaluation.progress import Progress
from plimsoll.run.ask import grid
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Summary


def carried_out(found: PlannedGrid, *, as_json: bool) -> list[Summary]:
    """Run every cell, print the matrix, write its page; returns what the runs found."""
    session = GridSession(found)
    path = session.path
    with Progress(found.title, found.total) as progress:
        try:
            asyncio.run(_until_told(session, progress))
        except (KeyboardInterrupt, asyncio.CancelledError):
            progress.__exit__(None, None, None)
            _output.echo("interrupted; the same command goes on with the grid", err=True)
            raise KeyboardInterrupt from None
    tied = matrix_of(path)
    tied.show(as_json=as_json)
    page = write_tied(tied, "html")
    if not as_json:
        _output.echo(f"\ngrid    {path}\nreport  {page}")
    folders = (RunFolder(path.parent / cell.run) for cell in grid.read(path).cells if cell.run)
    return [summary for folder in folders if (summary := folder.summary()) is not None]


async def _until_told(session: GridSession, progress: Progress) -> None:
    """Carry out; a polite kill (SIGTERM) ends it as Ctrl-C does."""
    end_when_told()
    await session.carry_out(progress)
