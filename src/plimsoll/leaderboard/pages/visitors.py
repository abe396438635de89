"""Pages for anyone: boards, a board, a model, a comparison, and the door."""

from collections import OrderedDict
from threading import Lock
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from plimsoll.core import decoding
from plimsoll.leaderboard import web
from plimsoll.leaderboard.errors import NotFound, Unauthorized
from plimsoll.leaderboard.nouns import Board, Query, Row
from plimsoll.leaderboard.pages import drawing, frame
from plimsoll.pages.serving import heard, remembered

KEPT = 512
"""Pages of boards that are held ready."""
ON_A_PAGE = 50
FIELDS = ("reading", "sort", "direction", "search", "setting", "team", "how", "standing")
COLUMNS = ("model", "size", "date", "setting", "how", "standing", "team")
"""What else than numbers a board sorts by."""


class Ready:
    """The newest pages of boards, by what they depend on."""

    def __init__(self) -> None:
        self._pages: OrderedDict[object, str] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object) -> str | None:
        """The page, where it is held."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def put(self, key: object, text: str) -> None:
        """Hold a page; the one not asked for longest gives way."""
        with self._lock:
            self._pages[key] = text
            while len(self._pages) > KEPT:
                self._pages.popitem(last=False)


def boards(request: Request) -> Response:
    """The list of boards."""
    service = web.counter(request).service
    return frame.page(request, "boards.html", boards=service.boards.all())


def board(request: Request) -> Response:
    """A board's table; the same for all who are not signed in, so it is drawn once."""
    service, slug = web.counter(request).service, request.path_params["slug"]
    query = read_query(request)
    if request.cookies.get(web.COOKIE):
        return frame.page(request, "board.html", **_board(request, query))
    ready = _ready(request)
    # The switch of languages repeats the query, so pages differ by it as it was written.
    key = (id(service), slug, service.boards.version(slug), str(request.query_params), heard(request))
    text = ready.get(key)
    if text is None:
        text = frame.drawn(request, "board.html", None, **_board(request, query))
        ready.put(key, text)
    return remembered(request, HTMLResponse(text))


def compare(request: Request) -> Response:
    """Rows of one board beside each other."""
    service, slug = web.counter(request).service, request.path_params["slug"]
    ids = tuple(dict.fromkeys(request.query_params.getlist("id")))
    if len(ids) < 2:
        found = service.boards.get(slug)
        return frame.page(request, "choose.html", 400, board=found)
    found = service.boards.compare(slug, ids)
    return frame.page(
        request,
        "compare.html",
        board=found.board,
        rows=found.rows,
        flips=[pair for pair in zip(found.rows[1:], found.flips, strict=False) if pair[1]],
        scale=drawing.scale_of(found.rows),
        score_of=drawing.score_of,
        tones=drawing.TONES,
    )


def model(request: Request) -> Response:
    """A model's rows on all boards, and Chinese beside English."""
    service, name = web.counter(request).service, request.query_params.get("name", "")
    rows = service.boards.model(name)
    if not rows:
        raise NotFound("no board shows a model of this name")
    known = {row.board: service.boards.get(row.board) for row in rows}
    pairs = [
        (one, other, drawing.parity(heard(request), one, other, known[one.board].categories))
        for one, other in _spoken_twice(rows, known)
    ]
    return frame.page(
        request,
        "model.html",
        name=rows[0].meta.model,
        rows=rows,
        boards=known,
        pairs=pairs,
        scale=drawing.scale_of(rows),
        score_of=drawing.score_of,
    )


async def sign_in(request: Request) -> Response:
    """The door."""
    if request.method == "GET":
        return await web.in_thread(frame.page, request, "sign_in.html", wrong=False)
    sent = await web.form(request)
    return await web.in_thread(_let_in, request, sent)


async def sign_out(request: Request) -> Response:
    """Leave."""
    await web.form(request)
    response = RedirectResponse("/", 303)
    web.sign_out(request, response)
    return response


def read_query(request: Request) -> Query:
    """How the table is to be sorted and filtered; what makes no sense is left out."""
    given = request.query_params
    page = given.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1
    fields: dict[str, Any] = {name: given[name] for name in FIELDS if given.get(name)}
    try:
        return decoding.converted({**fields, "offset": max(0, number - 1) * ON_A_PAGE}, Query)
    except msgspec.ValidationError:
        return Query()


def _board(request: Request, query: Query) -> dict[str, Any]:
    service, slug = web.counter(request).service, request.path_params["slug"]
    table = service.boards.table(slug, query)

    def address(**changes: object) -> str:
        kept = {name: getattr(query, name) for name in FIELDS}
        plain = {name: getattr(Query(), name) for name in FIELDS}
        wanted = {**kept, **changes}
        return "?" + urlencode({name: said for name, said in wanted.items() if said != plain.get(name)})

    return {
        "board": table.board,
        "table": table,
        "query": query,
        "address": address,
        "columns": COLUMNS,
        "grouped": (query.sort, query.direction, query.reading) == ("value", "desc", "compat"),
        "score_of": drawing.score_of,
        "scale": drawing.scale_of(table.rows, query.reading, whole=True),
        "number": query.offset // ON_A_PAGE + 1,
        "pages": max(1, -(-table.total // ON_A_PAGE)),
    }


def _spoken_twice(rows: tuple[Row, ...], known: dict[str, Board]) -> list[tuple[Row, Row]]:
    """Rows of the same setting on a Chinese and an English board of one benchmark and size."""

    def alike(one: Row, other: Row) -> bool:
        here, there = known[one.board], known[other.board]
        return (
            (here.language, there.language, here.n) == ("zh", "en", there.n)
            and here.benchmark.partition(":")[0] == there.benchmark.partition(":")[0]
            and (one.meta.setting, one.standing, one.team) == (other.meta.setting, other.standing, other.team)
        )

    return [(one, other) for one in rows for other in rows if alike(one, other)]


def _let_in(request: Request, sent: web.Form) -> Response:
    response = RedirectResponse("/", 303)
    try:
        who = web.sign_in(request, response, sent.fields.get("token", ""))
    except Unauthorized:
        return frame.page(request, "sign_in.html", 401, wrong=True, asker=sent.visitor)
    response.headers["location"] = "/desk" if who.is_host else "/mine"
    return response


def _ready(request: Request) -> Ready:
    state = request.app.state
    if not hasattr(state, "ready_pages"):
        state.ready_pages = Ready()
    return state.ready_pages
