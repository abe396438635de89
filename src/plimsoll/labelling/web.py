"""A sheet -> a server for one rater's browser: loopback only, every label on disk before the next reply."""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from plimsoll.core import MissingExtra, PlimsollError, UserError
from plimsoll.labelling.agreement import agreement
from plimsoll.labelling.pages import CUT, ROOM, VALUES, Pages
from plimsoll.labelling.sheet import Closed, Line, Sheet, comparable, next_open
from plimsoll.pages.loopback import LOCAL, READING, Application, guarded, listen
from plimsoll.pages.serving import asset_of, heard, remembered, warm

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LARGEST = 4096
"""Bytes of a form that are read at all."""


@dataclass
class Taken:
    """A label that may be taken back, with what was there before."""

    place: int
    before: float | None
    new: bool
    """Whether there was nothing before."""


@dataclass
class Desk:
    """Requests of one rater -> pages and labels."""

    sheet: Sheet
    rater: str
    labels: tuple[str, ...] = ()
    starter: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    taken: list[Taken] = field(default_factory=list[Taken])

    @property
    def cookie(self) -> str:
        """Name of the cookie by which a browser has read the warning; another for each server."""
        return f"plimsoll_label_{self.token[:8]}"

    def start(self, request: "Request") -> "Response":
        """The first page."""
        return self._page(request, lambda pages, lines: pages.start(lines))

    def item(self, request: "Request") -> "Response":
        """One reply; after the warning only."""
        if self.cookie not in request.cookies:
            return _onward("/")

        def drawn(pages: Pages, lines: list[Line]) -> str:
            cut = 10**9 if request.query_params.get("whole") else CUT
            return pages.item(lines, _place(request, lines), undo=bool(self.taken), cut=cut)

        return self._page(request, drawn)

    def agreement(self, request: "Request") -> "Response":
        """What the raters agree on; once all labels are fixed."""
        if self.cookie not in request.cookies:
            return _onward("/")

        def drawn(pages: Pages, lines: list[Line]) -> str:
            if not (lines[0].closed and comparable(lines)):
                raise NotHere("error.not_yet", 409)
            return pages.agreement(lines, agreement(lines))

        return self._page(request, drawn)

    def nowhere(self, request: "Request", error: Exception) -> "Response":
        """The page for an address that leads nowhere."""
        return self._page(request, _nowhere)

    def begin(self, request: "Request", form: Mapping[str, str]) -> "Response":
        """The warning was read: on to the first reply that is open."""
        lines = self.sheet.lines()
        place = next_open(lines, self.rater)
        asked = form.get("at", "")
        at = int(asked) if asked.isdecimal() and len(asked) < 8 else 1 + (place or 0)
        response = _onward(f"/item/{at}")
        blur = "blur" if form.get("blur") else "clear"
        response.set_cookie(self.cookie, blur, httponly=True, samesite="strict")
        return response

    def label(self, request: "Request", form: Mapping[str, str]) -> "Response":
        """Take a label, or the last one back."""
        word = form.get("value", "")
        if word == "undo":
            return self._undone(request)
        if word not in VALUES:
            raise NotHere("error.no_page")
        lines = self.sheet.lines()
        place = _place(request, lines)
        before = lines[place].labels.get(self.rater)
        new = self.rater not in lines[place].labels
        self.sheet.label(place, self.rater, VALUES[word])
        self.taken.append(Taken(place, before, new))
        onward = next_open(self.sheet.lines(), self.rater, place)
        return _onward("/" if onward is None else f"/item/{onward + 1}")

    def close(self, request: "Request", form: Mapping[str, str]) -> "Response":
        """Fix all labels, and show what the raters agree on."""
        if not comparable(self.sheet.lines()):
            raise NotHere("error.not_yet", 409)
        self.sheet.close()
        response = _onward("/agreement")
        if self.cookie not in request.cookies:
            response.set_cookie(self.cookie, "clear", httponly=True, samesite="strict")
        return response

    def settle(self, request: "Request", form: Mapping[str, str]) -> "Response":
        """Write down what the raters agreed on."""
        lines = self.sheet.lines()
        place = _place(request, lines)
        values = {"yes": 1.0, "no": 0.0, "open": None}
        if form.get("value") not in values:
            raise NotHere("error.no_page")
        if not lines[0].closed:
            raise NotHere("error.not_yet", 409)
        self.sheet.settle(place, values[form["value"]])
        return _onward(f"/agreement#d{place + 1}")

    def _undone(self, request: "Request") -> "Response":
        if not self.taken:
            return _onward(request.url.path)
        last = self.taken[-1]
        if last.new:
            self.sheet.unlabel(last.place, self.rater)
        else:
            self.sheet.label(last.place, self.rater, last.before)
        self.taken.pop()
        return _onward(f"/item/{last.place + 1}")

    def written(
        self, change: Callable[["Request", Mapping[str, str]], "Response"]
    ) -> Callable[["Request"], "Response"]:
        """An endpoint for a form that these pages sent themselves; the change is made in a thread."""
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import PlainTextResponse

        async def endpoint(request: "Request") -> "Response":
            form = await _form(request)
            if form is None or not self._ours(request, form):
                return PlainTextResponse("This form does not come from these pages: reload them.\n", 403)
            return await run_in_threadpool(self._guarded, request, lambda: change(request, form))

        return endpoint  # pyright: ignore[reportReturnType]

    def _ours(self, request: "Request", form: Mapping[str, str]) -> bool:
        # A browser says where a form comes from; the token holds for those that do not.
        site = request.headers.get("sec-fetch-site", "same-origin")
        origin = request.headers.get("origin", "null")
        known = ("null", f"http://{request.headers['host']}")
        given = form.get("token", "").encode()
        return site == "same-origin" and origin in known and hmac.compare_digest(given, self.token.encode())

    def _page(self, request: "Request", drawn: Callable[[Pages, list[Line]], str]) -> "Response":
        from starlette.responses import HTMLResponse

        def made() -> "Response":
            text = drawn(self._pages(request), self.sheet.lines())
            return HTMLResponse(text, headers={"cache-control": "no-store"})

        return remembered(request, self._guarded(request, made))

    def _guarded(self, request: "Request", made: Callable[[], "Response"]) -> "Response":
        """The response, or the page that says why there is none."""
        from starlette.responses import HTMLResponse

        try:
            return made()
        except NotHere as error:
            said, status = self._pages(request).error(error.key), error.status
        except Closed:
            said, status = self._pages(request).error("error.closed"), 409
        except (PlimsollError, OSError) as error:
            said, status = self._pages(request).error("error.unreadable", str(error)), 500
        return HTMLResponse(said, status, headers={"cache-control": "no-store"})

    def _pages(self, request: "Request") -> Pages:
        return Pages(
            language=heard(request),
            path=request.url.path if request.method in READING else "/",
            rater=self.rater,
            token=self.token,
            blurred=request.cookies.get(self.cookie) == "blur",
            labels=self.labels,
            starter=self.starter,
        )


class NotHere(Exception):
    """What was asked for does not exist, or not yet."""

    def __init__(self, key: str, status: int = 404) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


def application(desk: Desk) -> Application:
    """The server's application."""
    try:
        from starlette.applications import Starlette
        from starlette.routing import Route
    except ImportError as error:
        raise MissingExtra("plimsoll label", "view") from error

    routes = [
        Route("/", desk.start),
        Route("/begin", desk.written(desk.begin), methods=["POST"]),
        Route("/item/{place:int}", desk.item, methods=["GET"]),
        Route("/item/{place:int}", desk.written(desk.label), methods=["POST"]),
        Route("/close", desk.written(desk.close), methods=["POST"]),
        Route("/agreement", desk.agreement),
        Route("/settle/{place:int}", desk.written(desk.settle), methods=["POST"]),
        Route("/static/{name}", asset_of(ROOM)),
    ]
    inner: Starlette = Starlette(routes=routes, exception_handlers={404: desk.nowhere})
    return guarded(inner, frozenset(LOCAL), (*READING, "POST"))


def serve(desk: Desk, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is told the address. Raises `UserError` for other hosts."""
    if host not in ("127.0.0.1", "localhost", "::1"):
        raise UserError(
            f"--host {host}: pages for labelling stay on this machine (127.0.0.1, localhost, ::1)"
        )
    listen(application(desk), host, port, warm=partial(warm, ROOM), ready=ready)


def _nowhere(pages: Pages, lines: list[Line]) -> str:
    raise NotHere("error.no_page")


def _place(request: "Request", lines: list[Line]) -> int:
    place = int(request.path_params["place"]) - 1
    if not 0 <= place < len(lines):
        raise NotHere("error.no_page")
    return place


def _onward(path: str) -> "Response":
    """To another page, which the browser asks for anew."""
    from starlette.responses import RedirectResponse

    return RedirectResponse(path, 303, headers={"cache-control": "no-store"})


async def _form(request: "Request") -> Mapping[str, str] | None:
    """The fields of a small form; nothing where it is something else."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    try:
        return dict(parse_qsl(body.decode("ascii"), max_num_fields=8))
    except ValueError:
        return None
