"""Logs -> a server for one's own browser: loopback, read only, nobody else's pages let in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from plimsoll.core import MissingExtra, PlimsollError, Record
from plimsoll.pages.loopback import LOCAL, Application, guarded, listen
from plimsoll.pages.serving import asset_of, heard, remembered, warm
from plimsoll.reports.figures import OUTCOMES
from plimsoll.viewer import items, search
from plimsoll.viewer.logs import Listed, Logs
from plimsoll.viewer.pages import ROOM, Pages, Site
from plimsoll.viewer.rows import Row, RunRows, found_by_index
from plimsoll.viewer.search import Filter, read_filter

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

RUNS_ON_A_PAGE = 100
SEARCHED_FROM = 8
"""Runs from which on the list can be searched."""


def application(log_dir: Path, hosts: Iterable[str] = ()) -> Application:
    """The server's application; `hosts` are names that it answers to beside the loopback's."""
    try:
        from starlette.applications import Starlette
        from starlette.routing import Route
    except ImportError as error:
        raise MissingExtra("plimsoll view", "view") from error

    counter = Counter(Logs(log_dir))
    routes = [
        Route("/", counter.runs),
        Route("/run/{name}", counter.run),
        Route("/run/{name}/items", counter.items),
        Route("/run/{name}/item", counter.item),
        Route("/static/{name}", asset_of(ROOM)),
    ]
    inner: Starlette = Starlette(routes=routes, exception_handlers={404: counter.nowhere})
    return guarded(inner, frozenset((*LOCAL, *hosts)))


@dataclass(frozen=True)
class Counter:
    """Requests -> pages. Endpoints are plain functions: the server runs them in threads."""

    logs: Logs

    def runs(self, request: "Request") -> "Response":
        """The list of runs."""
        words = request.query_params.get("q", "")[:120]
        page = request.query_params.get("page", "")
        first = RUNS_ON_A_PAGE * int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 0
        listed, broken = self.logs.all()
        fitting = [run for run in listed if words.lower() in _named(run)]
        shown = fitting[first : first + RUNS_ON_A_PAGE]
        number = first // RUNS_ON_A_PAGE

        def to(place: int) -> str:
            return "/?" + urlencode({"q": words, "page": place})

        return _page(
            request,
            lambda pages: pages.runs(
                shown,
                broken,
                total=len(listed),
                folder=str(self.logs.folder),
                search=words if len(listed) >= SEARCHED_FROM or words else None,
                newer=to(number - 1) if number else "",
                older=to(number + 1) if first + RUNS_ON_A_PAGE < len(fitting) else "",
            ),
        )

    def run(self, request: "Request") -> "Response":
        """A run's page."""

        def drawn(pages: Pages, listed: Listed) -> str:
            return pages.run(listed, self.logs.run_rows(listed.name), self.logs.beside(listed))

        return self._of_run(request, drawn)

    def items(self, request: "Request") -> "Response":
        """The items of a run that fit a filter."""
        wanted = read_filter(request.query_params)

        def drawn(pages: Pages, listed: Listed) -> str:
            run_rows, other = self.logs.run_rows(listed.name), self._other(wanted)
            found = search.search(run_rows, wanted, other)
            lines = [
                (
                    row,
                    run_rows.record(row.number),
                    search.changed(row, search.twin(row, other) if other else None),
                )
                for row in found.rows
            ]
            others = self.logs.beside(listed)
            return pages.items(listed, wanted, found, lines=lines, options=_options(run_rows), others=others)

        return self._of_run(request, drawn)

    def item(self, request: "Request") -> "Response":
        """One item of a run; quick also where the run was not read yet."""
        given = request.query_params
        sample_id, epoch = given.get("id", ""), given.get("epoch", "0")
        number = int(epoch) if epoch.isascii() and epoch.isdigit() and len(epoch) < 10 else 0

        def drawn(pages: Pages, listed: Listed) -> str:
            run_rows = self.logs.run_rows_soon(listed.name)
            if run_rows is None:
                record = found_by_index(self.logs.folder_of(listed.name), sample_id, number)
                if record is not None:
                    return self._drawn_item(request, pages, listed, record)
                run_rows = self.logs.run_rows(listed.name)
            place = run_rows.numbers.get((sample_id, number))
            if place is None:
                raise NotHere("error.no_item", sample_id[:200])
            return self._drawn_row(request, pages, listed, run_rows.rows[place])

        return self._of_run(request, drawn)

    def nowhere(self, request: "Request", error: Exception) -> "Response":
        """The page for an address that leads nowhere."""
        return _page(request, lambda pages: pages.error("error.no_page"), 404)

    def _drawn_item(self, request: "Request", pages: Pages, listed: Listed, record: Record) -> str:
        """The item without what lies around it, which is not known yet."""
        around: dict[str, Any] = {"row": None, "around": None, "beside": None, "compared": None, "twins": []}
        return pages.item(listed, record, read_filter(request.query_params), **around, **_cut(request))

    def _drawn_row(self, request: "Request", pages: Pages, listed: Listed, row: Row) -> str:
        """The item with its neighbours and its fate in another run."""
        wanted, run_rows = read_filter(request.query_params), self.logs.run_rows(listed.name)
        other = self._other(wanted)
        near = row.number - 1 if row.number else row.number + 1
        around = {
            "row": row,
            "around": items.neighbours(run_rows, row, wanted, other),
            "beside": run_rows.record(near) if near < len(run_rows.rows) else None,
            "compared": items.before(row, other),
            "twins": items.twins(run_rows, row),
        }
        return pages.item(listed, run_rows.record(row.number), wanted, **around, **_cut(request))

    def _other(self, wanted: Filter) -> RunRows | None:
        if not wanted.against or self.logs.get(wanted.against) is None:
            return None
        return self.logs.run_rows(wanted.against)

    def _of_run(self, request: "Request", drawn: Callable[[Pages, Listed], str]) -> "Response":
        name = request.path_params["name"]
        try:
            listed = self.logs.get(name)
            if listed is None:
                raise NotHere("error.no_run", name[:200])
            return _page(request, lambda pages: drawn(pages, listed))
        except NotHere as missing:
            wanted = (missing.key, *missing.arguments)
            return _page(request, lambda pages: pages.error(*wanted), 404)
        except (PlimsollError, OSError) as error:
            said = str(error)
            return _page(request, lambda pages: pages.error("error.unreadable", said), 500)


class NotHere(Exception):
    """What was asked for does not exist."""

    def __init__(self, key: str, *arguments: str) -> None:
        super().__init__(key)
        self.key = key
        self.arguments = arguments


def _page(request: "Request", drawn: Callable[[Pages], str], status: int = 200) -> "Response":
    from starlette.responses import HTMLResponse

    pages = Pages(heard(request), Site(ROOM, request.url.path, request.query_params.multi_items()))
    response = HTMLResponse(drawn(pages), status, headers={"cache-control": "no-store"})
    return remembered(request, response)


def _cut(request: "Request") -> dict[str, Any]:
    """How much of a text is shown, and the way to all of it."""
    query = request.query_params
    whole = f"{request.url.path}?{urlencode({**query, 'whole': '1'})}"
    return {"cut": 10**9 if query.get("whole") else items.CUT, "whole": whole}


def _named(run: Listed) -> str:
    manifest = run.manifest
    return f"{manifest.model.name} {manifest.card.title} {manifest.spec.benchmark} {run.name}".lower()


def _options(run_rows: RunRows) -> dict[str, list[str]]:
    """What can be filtered by."""
    counts = run_rows.counts()
    outcomes = {row.outcome for row in run_rows.rows}
    labels = sorted({label for counted in counts.chosen.values() for label in counted})
    return {
        "category": sorted({row.category for row in run_rows.rows} - {""}),
        "language": sorted({row.language for row in run_rows.rows} - {""}),
        "outcome": [name for name in ("answered", *OUTCOMES) if name in outcomes],
        "verdict": list(search.VERDICTS),
        "letter": labels[:40],
    }


def serve(log_dir: Path, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is told the address."""
    hosts = () if host in LOCAL else (host,)
    listen(application(log_dir, hosts), host, port, warm=partial(warm, ROOM), ready=ready)
